"""What the author of a collection wrote out: names, scripts, literal parts of paths. It is shown as written.

A word that is somebody's password may stand in the name of a call. To rewrite the name would hide nothing,
and nobody would find the call by it.
"""

import re
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final
from urllib.parse import unquote

from harness.collection.model import Collection, Folder, Item

_VARIABLE: Final = re.compile(r"\{\{[^{}]*\}\}")


class Authored:
    """The texts of collections, to be asked whether they hold a value."""

    def __init__(self) -> None:
        self._text = ""
        self._known: dict[str, bool] = {}
        self._paths: dict[tuple[str | None, ...], None] = {}
        self._lock = Lock()

    def add(self, collection: Collection) -> None:
        """Take in what the author of a collection wrote."""
        texts = [collection.name, *_texts(collection.root)]
        with self._lock:
            self._text = "\0".join((self._text, *texts))
            self._known.clear()
            for item in collection.items():
                self._paths[_template(item)] = None

    def wrote(self, value: str) -> bool:
        """Tell whether a value stands in a name, a description or a script."""
        known = self._known.get(value)
        if known is None:
            known = self._known[value] = value in self._text
        return known

    def path_kept(self, url: str, masked: str, strict: Callable[[str], bool]) -> str:
        """Return a masked address with the parts of its path that were written out as they were sent."""
        _, path, _ = _taken_apart(url)
        masked_head, masked_path, masked_rest = _taken_apart(masked)
        parts, masked_parts = path.split("/"), masked_path.split("/")
        if len(parts) != len(masked_parts) or parts == masked_parts:
            return masked
        literal = next((one for one in self._paths if _fits(one, parts)), None)
        if literal is None:
            return masked
        offset = len(parts) - len(literal)
        for place, part in enumerate(literal):
            if part is not None and not strict(unquote(part)):
                masked_parts[offset + place] = parts[offset + place]
        return masked_head + "/".join(masked_parts) + masked_rest


def _taken_apart(url: str) -> tuple[str, str, str]:
    """Return an address in three: scheme and host, path, and query with fragment."""
    ends = [at for at in (url.find("?"), url.find("#")) if at >= 0]
    end = min(ends, default=len(url))
    start = url.find("://")
    slash = url.find("/", start + 3 if start >= 0 else 0, end)
    if slash < 0:
        return url[:end], "", url[end:]
    return url[:slash], url[slash:end], url[end:]


def _template(item: Item) -> tuple[str | None, ...]:
    """Return the parts of an item's path as authored, `None` for one that a variable is in."""
    url = item.request.url
    parts = url.path if url.parsed else tuple(_taken_apart(url.raw)[1].split("/")[1:])
    if not url.parsed and "://" not in url.raw and not url.raw.startswith("/"):
        # {{base}}/orders: what stands before the first slash is the host.
        parts = tuple(url.raw.partition("?")[0].partition("#")[0].split("/")[1:])
    return tuple(None if _VARIABLE.search(part) or part.startswith(":") else part for part in parts or ())


def _fits(literal: tuple[str | None, ...], parts: list[str]) -> bool:
    """Tell whether a path ends as a template does; the address of a host may have a path of its own."""
    if not literal or len(literal) > len(parts):
        return False
    end = parts[len(parts) - len(literal) :]
    return all(one is None or one == part for one, part in zip(literal, end, strict=True))


def _texts(folder: Folder) -> Iterator[str]:
    yield from (folder.name, folder.description or "", *(script.source for script in folder.scripts))
    for child in folder.children:
        if isinstance(child, Folder):
            yield from _texts(child)
        else:
            yield from (child.name, child.description or "", child.request.description or "")
            yield from (script.source for script in child.scripts)
            yield from (part for part in _template(child) if part)
