"""Verification of AWS Signature Version 4, on requests that carry it in the Authorization header.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_SKEW_S = 15 * 60
_SCOPE = re.compile(r"(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


class SignatureError(Exception):
    """A request that AWS would turn away; `code` is its error type."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """What a signature covers. Header names are lower case, `query` is as it was sent."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def verify(
    request: SignedRequest,
    *,
    service: str,
    region: str,
    secret_of: Callable[[str], str | None],
    now: datetime | None = None,
) -> str:
    """Return the access key id of a correctly signed request; SignatureError for any other."""
    # 1. is there a signature, and is it whole
    header = request.headers.get("authorization", "")
    scheme, _, rest = header.partition(" ")
    if not header:
        raise SignatureError("MissingAuthenticationTokenException", "Missing Authentication Token")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    missing = [name for name in ("Credential", "SignedHeaders", "Signature") if not parts.get(name)]
    if scheme != ALGORITHM or missing:
        raise SignatureError(
            "IncompleteSignatureException",
            f"Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters of"
            f" {ALGORITHM}. Missing: {', '.join(missing) or 'the algorithm'}",
        )
    scope = _SCOPE.fullmatch(parts["Credential"])
    if scope is None:
        raise SignatureError("IncompleteSignatureException", "The Credential is not a credential scope")
    # 2. is the key known
    secret = secret_of(scope["key"])
    if secret is None:
        raise SignatureError(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    # 3. is it for here and now
    if (scope["region"], scope["service"]) != (region, service):
        raise SignatureError(
            "InvalidSignatureException",
            f"Credential should be scoped to the region {region!r} and the service {service!r}.",
        )
    stamp = request.headers.get("x-amz-date", "")
    _check_time(stamp, scope["date"], now or datetime.now(UTC))
    # 4. does the signature fit
    signed = parts["SignedHeaders"].split(";")
    if "host" not in signed:
        raise SignatureError("InvalidSignatureException", "'Host' must be a signed header.")
    text = f"{ALGORITHM}\n{stamp}\n{scope['date']}/{region}/{service}/aws4_request\n"
    text += hashlib.sha256(canonical_request(request, signed).encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in (scope["date"], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, parts["Signature"].lower()):
        raise SignatureError(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your"
            " AWS Secret Access Key and signing method.",
        )
    return scope["key"]


def canonical_request(request: SignedRequest, signed: list[str]) -> str:
    """Write the request in the form that is hashed."""
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(request.query, keep_blank_values=True)
    )
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed)
    payload = request.headers.get("x-amz-content-sha256") or hashlib.sha256(request.body).hexdigest()
    if payload != "UNSIGNED-PAYLOAD":
        payload = hashlib.sha256(request.body).hexdigest()
    return "\n".join(
        (
            request.method,
            # Every service but S3 encodes the path once more than it was sent.
            quote(request.path, safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in pairs),
            headers,
            ";".join(signed),
            payload,
        )
    )


def _check_time(stamp: str, date: str, now: datetime) -> None:
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise SignatureError(
            "IncompleteSignatureException",
            f"Date must be in ISO-8601 'basic format'. Got '{stamp}'. See x-amz-date.",
        ) from None
    if not stamp.startswith(date):
        raise SignatureError(
            "InvalidSignatureException", f"Date in Credential scope does not match X-Amz-Date: {stamp}"
        )
    if abs((now - at).total_seconds()) > MAX_SKEW_S:
        raise SignatureError(
            "InvalidSignatureException", f"Signature expired: {stamp} is not within 15 minutes of now"
        )
