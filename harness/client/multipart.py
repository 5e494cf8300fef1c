"""Multipart bodies, byte for byte as Postman's fork of form-data writes them."""

import random
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from harness.client.draft import DraftPart
from harness.client.media_type import media_type
from harness.client.url import utf8

_BEYOND_LATIN: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_BOUNDARY_IN_TYPE: Final = re.compile(r"multipart/form-data;.*boundary=(?:\"([^\"]+)\"|([^;]+))")
OCTETS: Final = "application/octet-stream"


def draw_boundary(source: random.Random) -> str:
    """Draw a boundary: 26 dashes and 24 digits."""
    return "-" * 26 + "".join(str(source.randrange(10)) for _ in range(24))


def boundary_in(content_type: str | None) -> str | None:
    """Return the boundary that a content type of multipart/form-data names."""
    match = _BOUNDARY_IN_TYPE.match(content_type or "")
    return (match[1] or match[2]) if match else None


def _base_name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _disposition(part: DraftPart) -> str:
    words = ["form-data", f'name="{part.key}"']
    name = part.file_name
    if name is None and part.path is not None and part.content != "":
        name = part.path
    if name is not None:
        name = _base_name(name)
        words.append(f'filename="{name}"')
        if _BEYOND_LATIN.search(name):
            escaped = re.sub(r"%(7C|60|5E)", _unescape, quote(utf8(name), safe="-_.!~"))
            words.append("filename*=UTF-8''" + re.sub(r"%(27|28|29|2A)", _lower_escape, escaped))
    return "; ".join(words)


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _lower_escape(match: re.Match[str]) -> str:
    return match[0].lower()


def _type(part: DraftPart) -> str | None:
    if part.content_type:
        return part.content_type
    found = media_type(part.path) if part.path is not None else None
    if not found and part.file_name:
        found = media_type(part.file_name)
    return found or (OCTETS if isinstance(part.content, bytes) else None)


def encode_multipart(parts: Sequence[DraftPart], boundary: str) -> bytes:
    """Write the parts with their headers; an empty list is an empty body."""
    written: list[bytes] = []
    for part in parts:
        lines = f"--{boundary}\r\nContent-Disposition: {_disposition(part)}\r\n"
        content_type = _type(part)
        if content_type:
            lines += f"Content-Type: {content_type}\r\n"
        content = part.content if isinstance(part.content, bytes) else utf8(part.content)
        written += (utf8(lines), b"\r\n", content, b"\r\n")
    if written:
        written.append(utf8(f"--{boundary}--\r\n"))
    return b"".join(written)
