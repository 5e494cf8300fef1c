"""Form bodies: urlencoded and multipart, as the token endpoints accept them."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from harness.twin.message import ServedRequest


def fields(request: ServedRequest) -> dict[str, str]:
    """Text fields of query and body; the body wins. What is not a form has no fields."""
    found = {name: value for name, value in request.query.pairs if value}
    kind = request.media_type
    if kind == "multipart/form-data":
        found.update(_multipart(request.headers["content-type"], request.body))
    elif kind in {"", "application/x-www-form-urlencoded"}:
        found.update(parse_qsl(request.body.decode("utf-8", "replace")))
    return found


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    found: dict[str, str] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content.decode("utf-8", "replace")
    return found
