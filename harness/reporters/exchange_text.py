"""Requests and answers as text, as they are shown in the reports of others."""

from typing import Final

from harness.client.message import Exchange, Headers, Response, header
from harness.collection.document import decode_body

_LOOKED_AT: Final = 4096


def request_text(exchange: Exchange) -> str:
    """Spell a request as it was sent."""
    request = exchange.request
    return _message(f"{request.method} {request.url}", request.headers, request.body)


def response_text(response: Response) -> str:
    """Spell an answer."""
    return _message(f"{response.status} {response.reason}".rstrip(), response.headers, response.body)


def body_text(body: bytes, content_type: str) -> str | None:
    """Return a body as text, in the charset that its type names, and `None` for one that is no text."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        kind = content_type.lower()
        texts = kind.startswith("text/") or "charset=" in kind or "json" in kind or "xml" in kind
        text = decode_body(body, content_type) if texts else "\0"
        return text if "\0" not in text[:_LOOKED_AT] else None


def _message(line: str, headers: Headers, body: bytes | None) -> str:
    lines = (line, *(f"{key}: {value}" for key, value in headers))
    said = body or b""
    text = body_text(said, header(headers, "content-type") or "")
    return "\n".join((*lines, "", f"({len(said)} bytes)" if text is None else text)).rstrip()
