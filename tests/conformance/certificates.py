"""An authority, the certificate of a server on this machine, and that of a client, as files."""

import datetime as dt
import ipaddress
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

BEGIN: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
END: Final = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)
PASSPHRASE: Final = b"open sesame"
"""Of `locked.key` and `client.pfx`."""


def write_certificates(folder: Path) -> None:
    """Write `ca.pem`; `server.pem`, `client.pem` and their keys; the client's `locked.key`, `client.pfx`."""
    authority = _key()
    _issue(folder / "ca.pem", "authority", authority, "authority", authority)
    for name in ("server", "client"):
        key = _key()
        certificate = _issue(folder / f"{name}.pem", name, key, "authority", authority)
        keep = (Encoding.PEM, PrivateFormat.PKCS8)
        (folder / f"{name}.key").write_bytes(key.private_bytes(*keep, NoEncryption()))
    locked = BestAvailableEncryption(PASSPHRASE)
    (folder / "locked.key").write_bytes(key.private_bytes(*keep, locked))
    bundle = pkcs12.serialize_key_and_certificates(b"client", key, certificate, None, locked)
    (folder / "client.pfx").write_bytes(bundle)


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _issue(
    file: Path, subject: str, key: rsa.RSAPrivateKey, issuer: str, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=subject == issuer, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
    )
    certificate = builder.sign(issuer_key, hashes.SHA256())
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return certificate
