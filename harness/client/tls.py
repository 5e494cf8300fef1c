"""TLS as a hop asks for it: the context with its authorities, versions, ciphers and client certificate."""

import contextlib
import os
import socket
import ssl
import tempfile
import time
from pathlib import Path
from typing import Final

from harness.client.message import Failure
from harness.client.tls_failure import hung_up, tls_failure, unusable
from harness.client.transport import ClientCertificate, HopOptions, TransportFailure
from harness.client.trust import Trust

# Older ones are off in any case, as in Node.
_PROTOCOLS: Final = {"TLSv1_2": ssl.TLSVersion.TLSv1_2, "TLSv1_3": ssl.TLSVersion.TLSv1_3}
_GIVE: Final = "give it with --ssl-client-passphrase, or as `passphrase` in --ssl-client-cert-list"


def _unusable(what: str, hint: str = "") -> TransportFailure:
    return TransportFailure(unusable(what, hint))


def tls_context(options: HopOptions, trust: Trust | None = None) -> ssl.SSLContext:
    """Make the context that a hop asks for. Raises `TransportFailure` for files or names that do not do."""
    trust = trust or Trust()
    context = _fresh(options, trust)
    context.set_alpn_protocols(["http/1.1"])
    if options.verify:
        _believe(context, trust)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    allowed = [version for name, version in _PROTOCOLS.items() if name not in options.disabled_protocols]
    if not allowed:
        raise _unusable(
            "all TLS protocols are disabled", "tlsDisabledProtocols of the request names them all"
        )
    context.minimum_version, context.maximum_version = min(allowed), max(allowed)
    if options.extra_ca:
        _add(context, options.extra_ca, "--ssl-extra-ca-certs")
    if options.ciphers:
        old = [name for name in options.ciphers if not name.startswith("TLS_")]
        try:
            context.set_ciphers(":".join(old or options.ciphers))
        except ssl.SSLError as error:
            raise _unusable(f"no such cipher suites: {', '.join(options.ciphers)} ({error})") from None
    if options.certificate is not None:
        _load_certificate(context, options.certificate)
    return context


def _fresh(options: HopOptions, trust: Trust) -> ssl.SSLContext:
    if trust.system and options.verify:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _believe(context: ssl.SSLContext, trust: Trust) -> None:
    if trust.bundle is not None:
        _add(context, trust.bundle, trust.source)
    elif not trust.system:
        import certifi

        context.load_default_certs()
        context.load_verify_locations(certifi.where())
    for file in trust.added:
        _add(context, file, "NODE_EXTRA_CA_CERTS")


def _add(context: ssl.SSLContext, path: str, source: str) -> None:
    """Believe the authorities of a file, or of a folder as OpenSSL's `rehash` makes it."""
    try:
        if Path(path).is_dir():
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(path)
    except (OSError, ssl.SSLError, ValueError) as error:
        raise _unusable(
            f"cannot read the CA certificates {path!r}: {error}", f"{source} is to name a file of PEM"
        ) from None


def secured(sock: socket.socket, context: ssl.SSLContext, host: str, deadline: float | None) -> socket.socket:
    """Agree upon TLS with the other side. Raises `TransportFailure`; the socket is closed then."""
    try:
        sock.settimeout(None if deadline is None else max(0.001, deadline - time.monotonic()))
        if isinstance(sock, ssl.SSLSocket):
            from harness.client.tls_in_tls import TlsInTls

            return TlsInTls(sock, context, host)
        return context.wrap_socket(sock, server_hostname=host.rstrip("."))
    except TimeoutError:
        failure = Failure(kind="timeout", message="ESOCKETTIMEDOUT", code="ESOCKETTIMEDOUT")
    except ssl.SSLError as error:
        failure = tls_failure(error)
    except OSError:
        failure = hung_up()
    except ValueError as error:  # not a valid name
        failure = Failure(kind="tls", message=f"{host!r}: {error}", code="ERR_TLS")
    sock.close()
    raise TransportFailure(failure)


def _load_certificate(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    try:
        if certificate.pfx:
            _load_pfx(context, certificate.pfx, certificate.passphrase)
        elif certificate.cert:
            # Without a passphrase OpenSSL would ask the terminal for one.
            password = certificate.passphrase or ""
            context.load_cert_chain(certificate.cert, certificate.key, lambda: password)
    except (OSError, ssl.SSLError, ValueError) as error:
        named = certificate.pfx or certificate.cert
        why, hint = _cause(certificate, error)
        raise _unusable(f"cannot use the client certificate {named!r}: {why}", hint) from None


def _cause(certificate: ClientCertificate, error: Exception) -> tuple[str, str]:
    """Say why a certificate cannot be used, and what to do: OpenSSL's words name neither."""
    if certificate.pfx:
        if isinstance(error, ValueError) and "password" in str(error).lower():
            given = "the passphrase is wrong" if certificate.passphrase else "it needs a passphrase"
            return f"{given}, or the file is no PKCS #12", _GIVE
        return str(error), ""
    key = certificate.key or certificate.cert or ""
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return f"the key {key!r} belongs to another certificate", ""
    try:
        held = Path(key).read_bytes()
        shown = Path(certificate.cert or "").read_bytes()
    except OSError:
        return str(error), ""
    if shown[:1] == b"0":
        hint = 'a .pfx or .p12 file goes into --ssl-client-cert-list FILE, as "pfx": {"src": FILE}'
        return "it is no PEM but a PKCS #12 or DER file", hint
    if b"ENCRYPTED" in held:
        if not certificate.passphrase:
            return f"the key {key!r} is encrypted, and no passphrase is given", _GIVE
        return f"the passphrase is wrong for the key {key!r}", _GIVE
    if b"PRIVATE KEY" not in held:
        return f"there is no private key in {key!r}", "name its file with --ssl-client-key FILE"
    return str(error), ""


def _load_pfx(context: ssl.SSLContext, path: str, passphrase: str | None) -> None:
    """Load a PKCS #12 file, which Python's TLS reads only as PEM from a file."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

    password = passphrase.encode() if passphrase else None
    bundle = pkcs12.load_pkcs12(Path(path).read_bytes(), password)
    if bundle.key is None or bundle.cert is None:
        raise ValueError("it holds no key or no certificate")
    pieces = [bundle.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())]
    pieces += [
        entry.certificate.public_bytes(Encoding.PEM) for entry in (bundle.cert, *bundle.additional_certs)
    ]
    handle, name = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(pieces))
        context.load_cert_chain(name)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()
