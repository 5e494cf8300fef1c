"""Why no secure connection came about: Node's word for it, and what to do, by cause."""

import re
import ssl
from dataclasses import dataclass
from typing import Final

from harness.client.message import Failure

_TRUST: Final = (
    "trust its authority with --ssl-extra-ca-certs FILE or NODE_EXTRA_CA_CERTS, or verify nothing with -k"
)
_PLAIN: Final = (
    "what answers there does not speak TLS; if the port speaks plain HTTP, write http:// in the URL"
)
_SHOW: Final = (
    "the server may demand a client certificate: give one with --ssl-client-cert FILE and --ssl-client-key "
    "FILE, or by URL with --ssl-client-cert-list FILE"
)
_OTHER: Final = (
    "the server does not accept the client certificate: see --ssl-client-cert, --ssl-client-cert-list"
)
_VERSIONS: Final = (
    "client and server have no version of TLS in common: TLS 1.2 and 1.3 are spoken here, unless "
    "tlsDisabledProtocols switches one off"
)
_CIPHERS: Final = "client and server have no cipher suite in common; see tlsCipherSelection of the request"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cause:
    code: str
    message: str
    hint: str = _TRUST


_SELF_SIGNED: Final = "SELF_SIGNED_CERT_IN_CHAIN"
_FIRST: Final = "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
_NAME: Final = _Cause(
    code="ERR_TLS_CERT_ALTNAME_INVALID",
    message="Hostname/IP does not match certificate's altnames",
    hint="the certificate is for another name: use that in the URL, or verify nothing with -k",
)
# OpenSSL's verification errors -> Node's codes and words (https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/).
_VERIFICATION: Final = {
    9: _Cause(
        code="CERT_NOT_YET_VALID",
        message="certificate is not yet valid",
        hint="look at this machine's clock, or verify nothing with -k",
    ),
    10: _Cause(
        code="CERT_HAS_EXPIRED",
        message="certificate has expired",
        hint="the server needs a new certificate; until then verify nothing with -k",
    ),
    18: _Cause(code="DEPTH_ZERO_SELF_SIGNED_CERT", message="self-signed certificate"),
    19: _Cause(code=_SELF_SIGNED, message="self-signed certificate in certificate chain"),
    20: _Cause(code=_FIRST, message="unable to verify the first certificate"),
    21: _Cause(code=_FIRST, message="unable to verify the first certificate"),
    23: _Cause(code="CERT_REVOKED", message="certificate revoked", hint="the server needs a new certificate"),
    62: _NAME,
    64: _NAME,
}
_SOURCE: Final = re.compile(r" \(_ssl\.c:\d+\)$")
# Parts of OpenSSL's reasons -> what to do; the first that is found counts.
_REASONS: Final = (
    ("WRONG_VERSION_NUMBER", _PLAIN),
    ("HTTP_REQUEST", _PLAIN),
    ("UNKNOWN_PROTOCOL", _PLAIN),
    ("PACKET_LENGTH_TOO_LONG", _PLAIN),
    ("RECORD_LAYER_FAILURE", _PLAIN),
    ("UNEXPECTED_MESSAGE", _PLAIN),
    ("CERTIFICATE_REQUIRED", _SHOW),
    ("HANDSHAKE_FAILURE", f"{_SHOW}; or {_CIPHERS}"),
    ("ALERT_UNKNOWN_CA", _OTHER),
    ("BAD_CERTIFICATE", _SHOW),
    ("UNSUPPORTED_CERTIFICATE", _OTHER),
    ("CERTIFICATE_EXPIRED", _OTHER),
    ("CERTIFICATE_REVOKED", _OTHER),
    ("CERTIFICATE_UNKNOWN", _OTHER),
    ("ACCESS_DENIED", _OTHER),
    ("PROTOCOL_VERSION", _VERSIONS),
    ("UNSUPPORTED_PROTOCOL", _VERSIONS),
    ("NO_PROTOCOLS_AVAILABLE", _VERSIONS),
    ("VERSION_TOO_LOW", _VERSIONS),
    ("NO_SHARED_CIPHER", _CIPHERS),
    ("NO_CIPHERS", _CIPHERS),
    ("UNRECOGNIZED_NAME", "the server does not know the host of the URL; look how it is written"),
    ("DH_KEY_TOO_SMALL", "the server's keys are too weak for this machine's OpenSSL"),
    ("EE_KEY_TOO_SMALL", "the server's keys are too weak for this machine's OpenSSL"),
)


def tls_failure(error: Exception) -> Failure:
    """Say why no secure connection came about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        cause = _VERIFICATION.get(error.verify_code)
        if cause is None:
            words = error.verify_message or str(error)
            return Failure(kind="tls", message=words, code="ERR_TLS", hint=_TRUST)
        message = cause.message
        if cause is _NAME and error.verify_message:
            message = f"{message}: {error.verify_message}"
        return Failure(kind="tls", message=message, code=cause.code, hint=cause.hint)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return hung_up()
    reason = getattr(error, "reason", None) or "SSL"
    hint = next((hint for part, hint in _REASONS if part in reason.upper().replace(" ", "_")), "")
    # OpenSSL's words without the line of Python's source that saw them.
    message = _SOURCE.sub("", str(error))
    return Failure(kind="tls", message=message, code=f"ERR_SSL_{reason}", hint=hint)


def alert(error: BaseException) -> Failure | None:
    """Say what TLS told in the middle of a connection, `None` when the error is none of its own.

    In TLS 1.3 a server refuses a client's certificate only after the handshake.
    """
    return tls_failure(error) if isinstance(error, ssl.SSLError) else None


def hung_up() -> Failure:
    """Say that the other side ended the connection while TLS was agreed upon."""
    return Failure(
        kind="tls",
        message="Client network socket disconnected before secure TLS connection was established",
        code="ECONNRESET",
        hint=f"the server ended the connection during the TLS handshake: {_PLAIN}; or {_SHOW}",
    )


def unusable(what: str, hint: str = "") -> Failure:
    """Say that files or names which the user gave for TLS do not do."""
    return Failure(kind="tls", message=what, code="ERR_OSSL", hint=hint)
