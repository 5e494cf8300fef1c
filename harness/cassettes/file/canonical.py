"""What of a request must be the same on replay: its address and body, in a form that equals by meaning.

JSON is compared by value, forms by their fields, multipart by its parts without the boundary. What is derived
from a secret (signatures, JSON Web Tokens) only shows its scheme.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote_plus, unquote_to_bytes

from harness.client.message import ResolvedRequest
from harness.client.url import split
from harness.secrets.content_coding import decoded, plain_body
from harness.secrets.multipart import Part, multipart_parts

SIGNED_FIELDS: Final = frozenset(
    {
        "oauth_signature", "sig", "signature", "x-amz-credential", "x-amz-security-token", "x-amz-signature",
        "x-goog-credential", "x-goog-signature",
    }
)  # fmt: skip
"""Fields of queries and forms whose values are computed from a secret."""

_JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")


_ESCAPED_OR_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.~!$&'()*+,;=:@/?-]")
_ESCAPED_DELIMITER: Final = re.compile(rb"(%(?:2[13456789ABCFabcf]|3[ABDFabdf]|40|5[BDbd]))")
_PATH_SAFE: Final = "/~!$&'()*+,;=:@"
_QUERY_SAFE: Final = _PATH_SAFE + "?"
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


def hide_tokens(text: str) -> str:
    """Return a text with every JSON Web Token reduced to the fact that one is there."""
    return _JWT.sub("<JWT>", text) if "eyJ" in text else text


def canonical_url(url: str) -> str:
    """Return an address as it is compared.

    Without fragment, userinfo and default port, escapes spelled one way, signatures reduced to their names.
    """
    scheme, separator, rest = url.partition("#")[0].partition("://")
    if not separator:
        return hide_tokens(url)
    at = min((place for place in map(rest.find, "/?") if place >= 0), default=len(rest))
    authority, target = rest[:at].rpartition("@")[2].lower(), rest[at:]
    scheme = scheme.lower()
    authority = authority.removesuffix(_DEFAULT_PORTS.get(scheme, "\0"))
    path, _, query = target.partition("?")
    path = _respelled(path or "/", _PATH_SAFE)
    if query:
        path += "?" + "&".join(map(_canonical_field, query.split("&")))
    return hide_tokens(f"{scheme}://{authority}{path}")


def _canonical_field(field: str) -> str:
    name, equals, _ = field.partition("=")
    if equals and unquote_plus(name).lower() in SIGNED_FIELDS:
        return f"{name}=*"
    return _respelled(field, _QUERY_SAFE)


def _respelled(text: str, safe: str) -> str:
    if not _ESCAPED_OR_UNSAFE.search(text):
        return text
    # An escaped delimiter is no delimiter: those keep their escapes, every second piece is one.
    pieces = _ESCAPED_DELIMITER.split(text.encode("utf-8", "surrogatepass"))
    return "".join(
        piece.decode().upper() if place % 2 else quote(unquote_to_bytes(piece), safe=safe)
        for place, piece in enumerate(pieces)
    )


def address(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = split(url)
    return f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}"


def content_type(request: ResolvedRequest) -> str:
    """Return the media type of a request's body in lower case, without parameters."""
    return (request.header("content-type") or "").partition(";")[0].strip().lower()


def canonical_body(request: ResolvedRequest) -> str:
    """Return a body as it is compared. Its first word says how it was read."""
    body = plain_body(request)
    if not body:
        return ""
    if body[:2] == b"\x1f\x8b":
        body = decoded(body, "gzip") or body
    media = content_type(request)
    if media == "application/x-www-form-urlencoded":
        return "form " + json.dumps(form_fields(body))
    if media.startswith("multipart/"):
        parts = multipart_parts(body, request.header("content-type") or "")
        if parts is not None:
            return "multipart " + json.dumps([_canonical_part(part) for part in parts])
    if media.endswith(("/json", "+json")) or media == "application/graphql" or body[:1] in {b"{", b"["}:
        try:
            return "json " + json.dumps(json_value(body), sort_keys=True, separators=(",", ":"))
        except (ValueError, RecursionError):
            pass
    try:
        return "text " + hide_tokens(body.decode("utf-8"))
    except UnicodeDecodeError:
        return "bytes " + body.hex()


def _whole(spelling: str) -> float | int:
    number = float(spelling)
    return int(number) if number.is_integer() else number


def json_value(body: bytes | str) -> Any:
    """Return the value of a JSON text: `1.0` is `1`, tokens show their scheme. Raises `ValueError`."""
    text = body if isinstance(body, str) else body.decode("utf-8-sig")
    return json.loads(hide_tokens(text), parse_float=_whole)


def form_fields(body: bytes | str) -> list[tuple[str, str]]:
    """Return a form's fields by name; those of the same name keep their order."""
    text = body if isinstance(body, str) else body.decode("utf-8", "surrogateescape")
    fields = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    return sorted(
        ((name, "*" if name.lower() in SIGNED_FIELDS else hide_tokens(value)) for name, value in fields),
        key=lambda field: field[0],
    )


def _canonical_part(part: Part) -> list[Any]:
    inner = ResolvedRequest(
        method="POST", url="", headers=(("content-type", part.content_type),), body=part.content
    )
    headers = sorted(pair for pair in part.headers if pair[0] != "content-length")
    return [headers, canonical_body(inner)]


class AddressMap:
    """Maps today's base addresses to those of the recording.

    Made from the values that variables had then and have now: an address (`https://...`), or a bare host.
    """

    def __init__(self, recorded: Mapping[str, str], today: Mapping[str, str]) -> None:
        moves = {
            today[name].rstrip("/"): then.rstrip("/")
            for name, then in recorded.items()
            if name in today and today[name].rstrip("/") not in {"", then.rstrip("/")}
        }
        self._addresses = sorted(
            ((now, then) for now, then in moves.items() if "://" in now), key=lambda move: -len(move[0])
        )
        self._hosts = {now.lower(): then for now, then in moves.items() if "://" not in now}

    def __bool__(self) -> bool:
        return bool(self._addresses or self._hosts)

    def recorded_text(self, text: str) -> str:
        """Return a text with the addresses of today in it as they were in the recording."""
        for now, then in self._addresses:
            text = text.replace(now, then)
        return text

    def recorded(self, url: str) -> str:
        """Return the address that a URL of today had in the recording."""
        for now, then in self._addresses:
            if url.startswith(now) and url[len(now) : len(now) + 1] in {"", "/", "?", "#"}:
                return then + url[len(now) :]
        if self._hosts:
            scheme, separator, rest = url.partition("://")
            host = re.split(r"[/?#]", rest, maxsplit=1)[0]
            then_host = self._hosts.get(host.lower())
            if separator and then_host is not None:
                return f"{scheme}://{then_host}{rest[len(host) :]}"
        return url
