"""Requests as far as they say the same, whatever was drawn or signed for them."""

import re
from contextlib import suppress
from hashlib import blake2b
from typing import Final

from harness.adoption.compared_parts import ComparedRequest
from harness.cassettes.compare.generated_values import shape
from harness.client.message import ResolvedRequest

_BOUNDARY: Final = re.compile(r'boundary="?([^";,\s]+)"?')
_VERSION: Final = re.compile(r"(PostmanRuntime/)[\d.]+")
_QUOTED: Final = re.compile(r'"[^"]*"')
_SIGNED: Final = re.compile(r"(?i)((?:signature|timestamp|nonce|mac|ts|cnonce|response|date)=)[^,;&\s]+")
_JWT: Final = re.compile(r"\b[\w-]+\.[\w-]+\.[\w-]+\b")
_SHORT_ID: Final = re.compile(r"(?<![0-9A-Za-z])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,15}(?![0-9A-Za-z])")
_OAUTH: Final = re.compile(r'(oauth_(?:nonce|timestamp|signature|body_hash)(?:=|", "))[^&",]*')
_NOT_COMPARED: Final = frozenset(
    {"connection", "content-length", "cookie", "host", "postman-token", "accept-encoding", "user-agent"}
)


def loose(text: str) -> str:
    """Return a text with what systems make up replaced by its kind."""
    return _SHORT_ID.sub("<id>", shape(_OAUTH.sub(r"\1<value>", text)))


def loose_headers(request: ComparedRequest) -> dict[str, str]:
    """Return what of the headers is compared, by name in lower case."""
    found: dict[str, str] = {}
    for name, value in request.headers:
        key = name.lower()
        if key in _NOT_COMPARED:
            continue
        plain = _VERSION.sub(r"\1<version>", _BOUNDARY.sub("boundary=<boundary>", value))
        if key == "authorization" and plain.startswith("Digest "):
            # Its parameters are those of a challenge, which the report does not hold.
            plain = "Digest"
        elif key == "authorization" or key.startswith("x-amz"):
            # Nonces, timestamps and what is signed with them: the scheme and its parameters are compared.
            plain = _JWT.sub("<token>", _SIGNED.sub(r"\1<value>", _QUOTED.sub('"<value>"', plain)))
            if key == "x-amz-date":
                plain = "<time>"
        found[key] = f"{found[key]}, {plain}" if key in found else plain
    return found


def fingerprint(request: ResolvedRequest) -> bytes:
    """Return 16 bytes that are equal for requests that say the same; the names of cookies count."""
    sent = ComparedRequest(method=request.method, url=request.url, headers=request.headers)
    boundary = _BOUNDARY.search(request.header("content-type") or "")
    body = request.body or b""
    if boundary is not None:
        body = body.replace(boundary[1].encode(), b"<boundary>")
    with suppress(UnicodeDecodeError):
        body = loose(body.decode()).encode()
    headers = sorted(loose_headers(sent).items())
    cookies = sorted(part.partition("=")[0].strip() for part in (request.header("cookie") or "").split(";"))
    told = repr((request.method, loose(request.url), headers, cookies)).encode("utf-8", "surrogatepass")
    return blake2b(told + b"\0" + body, digest_size=16).digest()
