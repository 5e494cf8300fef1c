"""The parts of multipart bodies (RFC 7578)."""

import re
from collections.abc import Iterator
from typing import Final

from harness.lazy_dataclass import dataclass

_BOUNDARY: Final = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_PART_NAME: Final = re.compile(r'name="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a multipart body."""

    headers: tuple[tuple[str, str], ...]
    content: bytes

    @property
    def name(self) -> str:
        """The field's name, empty when it has none."""
        disposition = dict(self.headers).get("content-disposition", "")
        found = _PART_NAME.search(disposition)
        return found.group(1) if found else ""

    @property
    def content_type(self) -> str:
        """The part's own content type, empty when it says none."""
        return dict(self.headers).get("content-type", "")


def multipart_parts(body: bytes, header: str) -> list[Part] | None:
    """Return the parts of a multipart body, `None` when it is not what its content type says."""
    found = _BOUNDARY.search(header)
    if found is None:
        return None
    delimiter = b"--" + found.group(1).strip().encode("latin-1", "replace")
    sections = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        return None
    parts: list[Part] = []
    for section in sections[1:-1]:
        head, separator, content = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not separator:
            return None
        parts.append(Part(headers=tuple(_part_headers(head)), content=content))
    return parts


def _part_headers(head: bytes) -> Iterator[tuple[str, str]]:
    for line in head.decode("utf-8", "surrogateescape").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
