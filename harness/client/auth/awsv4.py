"""AWS Signature Version 4, with the choices of npm's aws4 as Postman calls it.

botocore signs other headers (it leaves out `transfer-encoding` and signs `range`) and reads the address
anew, so its bytes differ; the algorithm is short enough to follow.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote, unquote

from harness.client.auth.flow import Flow, Params, Send, Tools
from harness.client.draft import Draft
from harness.client.url import encode, utf8
from harness.collection.model import Pair

_OWN_HEADERS: Final = ("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256")
_OWN_PARAMETERS: Final = (
    "X-Amz-Security-Token", "X-Amz-Date", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders",
    "X-Amz-Signature",
)  # fmt: skip
_UNSIGNED: Final = frozenset(
    {"authorization", "connection", "x-amzn-trace-id", "user-agent", "expect", "presigned-expires", "range"}
)
_ODD: Final = re.compile(r"[^0-9A-Za-z;,/?:@&=+$\-_.!~*'()#%]")
_KEPT_BY_DECODE: Final = re.compile(r"%(?:3B|2F|3F|3A|40|26|3D|2B|24|2C|23)", re.IGNORECASE)


def _escape(text: str) -> str:
    return quote(utf8(text), safe="-_.~")


def _sign(key: bytes, text: str) -> bytes:
    return hmac.digest(key, utf8(text), "sha256")


def _reencode(path: str) -> str:
    """Decode and encode again as JavaScript's `decodeURI` and `encodeURI`: reserved escapes stay."""
    held = _KEPT_BY_DECODE.sub(lambda match: "%25" + match[0][1:], path)
    encoded = quote(utf8(unquote(held)), safe=";,/?:@&=+$-_.!~*'()#%")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", encoded)


def _parse_query(text: str) -> dict[str, list[str]]:
    query: dict[str, list[str]] = {}
    for word in filter(None, text.split("&")):
        key, _, value = word.partition("=")
        query.setdefault(unquote(key.replace("+", " ")), []).append(unquote(value.replace("+", " ")))
    return query


class _Signature:
    """One signing: the request in canonical form, and what is derived from it."""

    def __init__(
        self,
        *,
        method: str,
        target: str,
        headers: Mapping[str, str],
        scope: tuple[str, str, str],
        body_hash: str,
    ) -> None:
        self._method = method
        if _ODD.search(target):
            target = _reencode(target)
        path, has_query, query = target.partition("?")
        self._path = path
        self.query = _parse_query(query) if has_query else {}
        self._date, self._region, self._service = scope
        self._body_hash = body_hash
        signed = ((key.lower(), value) for key, value in headers.items() if key.lower() not in _UNSIGNED)
        self._headers = sorted(signed, key=lambda pair: pair[0])
        self.signed_headers = ";".join(name for name, _ in self._headers)
        self.credential = f"{self._date[:8]}/{self._region}/{self._service}/aws4_request"

    def _canonical_path(self) -> str:
        plain = self._service != "s3"
        path = re.sub("/{2,}", "/", self._path) if plain else self._path
        segments: list[str] = []
        for segment in path.split("/"):
            if plain and segment == "..":
                if segments:
                    segments.pop()
            elif not (plain and segment == "."):
                segments.append(_escape(segment if plain else unquote(segment.replace("+", " "))))
        joined = "/".join(segments)
        joined = joined if joined.startswith("/") else "/" + joined
        return joined if plain else joined.replace("%2F", "/")

    def _canonical_query(self) -> str:
        pairs = []
        for key, values in sorted((_escape(key), values) for key, values in self.query.items() if key):
            used = values[:1] if self._service == "s3" else values
            pairs += [f"{key}={value}" for value in sorted(map(_escape, used))]
        return "&".join(pairs)

    def sign(self, secret: str) -> str:
        """Return the signature in hexadecimal digits."""
        headers = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in self._headers)
        canonical = f"{self._method}\n{self._canonical_path()}\n{self._canonical_query()}\n"
        canonical += f"{headers}\n{self.signed_headers}\n{self._body_hash}"
        digest = sha256(utf8(canonical)).hexdigest()
        to_sign = f"AWS4-HMAC-SHA256\n{self._date}\n{self.credential}\n{digest}"
        key = utf8("AWS4" + secret)
        for part in (self._date[:8], self._region, self._service, "aws4_request"):
            key = _sign(key, part)
        return _sign(key, to_sign).hex()


def _timestamp(headers: Mapping[str, str], tools: Tools) -> str:
    given = headers.get("Date") or headers.get("date")
    moment = datetime.fromtimestamp(tools.seconds(), UTC)
    if given:
        with suppress(ValueError, TypeError):
            moment = parsedate_to_datetime(given).astimezone(UTC)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Send with the signature in headers, or in the query when `addAuthDataToQuery` is set."""
    url = encode(draft.url)
    draft = draft.without(*_OWN_HEADERS).without_query(*_OWN_PARAMETERS)
    access, secret = params.script_text("accessKey"), params.script_text("secretKey")
    session = params.text("sessionToken")
    service = params.text("service") or "execute-api"
    service = "ses" if service == "email" else service
    region = params.text("region") or "us-east-1"
    in_query = params.flag("addAuthDataToQuery")

    signable = draft.content.signable() if draft.content is not None else None
    if signable is not None and not in_query:
        draft = draft.upserting("X-Amz-Content-Sha256", sha256(signable).hexdigest())
    headers: dict[str, str] = {}
    for field in draft.headers:
        if not field.disabled:
            value = "" if field.value is None else field.value
            headers[field.key] = f"{headers[field.key]},{value}" if field.key in headers else value
    given = dict(headers)
    if not headers.get("Host") and not headers.get("host"):
        headers["Host"] = url.host
    empty = sha256(b"").hexdigest()
    if not in_query:
        if session:
            headers.setdefault("X-Amz-Security-Token", session)
        if service == "s3":
            headers.setdefault("X-Amz-Content-Sha256", empty)
    date = _timestamp(headers, tools)
    if not in_query:
        headers["X-Amz-Date"] = date
    body_hash = headers.get("X-Amz-Content-Sha256") or empty
    signature = _Signature(
        method=draft.method,
        target=url.target,
        headers=headers,
        scope=(date, region, service),
        body_hash="UNSIGNED-PAYLOAD" if service == "s3" and in_query else body_hash,
    )
    if in_query:
        added = {"X-Amz-Security-Token": session} if session else {}
        if service == "s3" and "X-Amz-Expires" not in signature.query:
            added["X-Amz-Expires"] = "86400"
        added |= {
            "X-Amz-Date": date,
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{access}/{signature.credential}",
            "X-Amz-SignedHeaders": signature.signed_headers,
        }
        signature.query.update({key: [value] for key, value in added.items()})
        added["X-Amz-Signature"] = signature.sign(secret)
        present = {pair.key for pair in draft.url.query}
        extra = [Pair(key=key, value=_escape(value)) for key, value in added.items() if key not in present]
        draft = draft.with_query([*draft.url.query, *extra])
    else:
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={access}/{signature.credential}, "
            f"SignedHeaders={signature.signed_headers}, Signature={signature.sign(secret)}"
        )
    for key, value in headers.items():
        if key not in given:
            draft = draft.upserting(key, value)
    yield Send(draft=draft)
