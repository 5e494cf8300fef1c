"""TLS as a hop asks for it, and what newman says when it fails."""

import contextlib
import os
import ssl
import tempfile
from pathlib import Path
from typing import Final

from harness.client.message import Failure
from harness.client.transport import ClientCertificate, HopOptions, TransportFailure

# OpenSSL's verification errors -> Node's codes and words.
_VERIFY_ERRORS: Final = {
    9: ("CERT_NOT_YET_VALID", "certificate is not yet valid"),
    10: ("CERT_HAS_EXPIRED", "certificate has expired"),
    18: ("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"),
    19: ("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain"),
    20: ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"),
    21: ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"),
    23: ("CERT_REVOKED", "certificate revoked"),
    62: ("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"),
    64: ("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"),
}
# Older ones are off in any case, as in Node.
_PROTOCOLS: Final = {"TLSv1_2": ssl.TLSVersion.TLSv1_2, "TLSv1_3": ssl.TLSVersion.TLSv1_3}


def tls_failure(error: Exception) -> Failure:
    """Say why no secure connection came about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        known = _VERIFY_ERRORS.get(error.verify_code)
        code, message = known or ("ERR_TLS", error.verify_message or str(error))
        if code == "ERR_TLS_CERT_ALTNAME_INVALID" and error.verify_message:
            message = f"{message}: {error.verify_message}"
        return Failure(kind="tls", message=message, code=code)
    reason = getattr(error, "reason", None) or "SSL"
    return Failure(kind="tls", message=str(error), code=f"ERR_SSL_{reason}")


def _unusable(what: str) -> TransportFailure:
    return TransportFailure(Failure(kind="tls", message=what, code="ERR_OSSL"))


def tls_context(options: HopOptions) -> ssl.SSLContext:
    """Make the context that a hop asks for. Raises `TransportFailure` for files or names that do not do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["http/1.1"])
    if options.verify:
        import certifi

        context.load_default_certs()
        context.load_verify_locations(certifi.where())
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    allowed = [version for name, version in _PROTOCOLS.items() if name not in options.disabled_protocols]
    if not allowed:
        raise _unusable("all TLS protocols are disabled")
    context.minimum_version, context.maximum_version = min(allowed), max(allowed)
    if options.extra_ca:
        try:
            context.load_verify_locations(options.extra_ca)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise _unusable(f"cannot read the CA certificates {options.extra_ca!r}: {error}") from None
    if options.ciphers:
        old = [name for name in options.ciphers if not name.startswith("TLS_")]
        try:
            context.set_ciphers(":".join(old or options.ciphers))
        except ssl.SSLError as error:
            raise _unusable(f"no such cipher suites: {', '.join(options.ciphers)} ({error})") from None
    if options.certificate is not None:
        _load_certificate(context, options.certificate)
    return context


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
        raise _unusable(f"cannot use the client certificate {named!r}: {error}") from None


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
