"""A certificate for this machine, for clients that write `https://` before the platform's address."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class LazyCertificate:
    """The platform's certificate, made when it is first asked for. May be used from several threads."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = tuple(names)
        self._lock = Lock()
        self._made: tuple[ssl.SSLContext, str] | None = None

    @property
    def context(self) -> ssl.SSLContext:
        """What a server needs to prove itself with it."""
        return self._get()[0]

    @property
    def pem(self) -> str:
        """What a client needs to trust it."""
        return self._get()[1]

    def _get(self) -> tuple[ssl.SSLContext, str]:
        with self._lock:
            if self._made is None:
                self._made = local_certificate(self._names)
            return self._made


def local_certificate(names: Sequence[str] = ()) -> tuple[ssl.SSLContext, str]:
    """Context for a server with a new self-signed certificate, and the certificate as PEM.

    It is good for this machine and those of `names`. A client that is to trust the server
    is given that PEM as its authority.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "harness local platform")])
    alternatives = [
        *(x509.DNSName(one) for one in dict.fromkeys(("localhost", *names))),
        x509.IPAddress(IPv4Address("127.0.0.1")),
        x509.IPAddress(IPv6Address("::1")),
    ]
    now = datetime.now(tz=UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # The ssl module takes a chain from files only; they are gone when this returns.
    with TemporaryDirectory(prefix="harness-") as folder:
        chain = Path(folder, "chain.pem")
        chain.touch(mode=0o600)
        chain.write_bytes(secret + pem)
        context.load_cert_chain(chain)
    return context, pem.decode()
