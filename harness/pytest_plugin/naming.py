"""Names for nodes and markers: unique, stable, and such that pytest takes them back on its command line."""

import re
import unicodedata
from typing import Final

import pytest

_TAKEN: Final = frozenset({"and", "or", "not", "true", "false", "none", "postman"})
_PYTESTS: Final = frozenset(
    {"filterwarnings", "parametrize", "skip", "skipif", "tryfirst", "trylast", "usefixtures", "xfail", "vcr"}
)
_BRACKETS: Final = str.maketrans("[]", "()")


def spelled(name: str, *, folder: bool = False) -> str:
    """Spell an author's name as a part of a node's id.

    Two colons would end the part; what cannot be printed is escaped. A folder has no square brackets: pytest
    takes the first one of an id for the beginning of a test's parameters.
    """
    name = " ".join(name.replace("::", ":").split())
    name = "".join(one if _printable(one) else one.encode("unicode_escape").decode() for one in name)
    name = name.translate(_BRACKETS) if folder else name
    return name or "unnamed"


class Names:
    """The names given within one collection; with equal ids xdist loses tests silently."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()

    def unique(self, parent: str, name: str, *, folder: bool = False) -> str:
        """Return a name that no other node of the parent has."""
        name = spelled(name, folder=folder)
        number, found = 1, name
        while (parent, found) in self._taken:
            number += 1
            found = f"{name} ({number})" if folder else f"{name} [{number}]"
        self._taken.add((parent, found))
        return found


def marker(config: pytest.Config, folder: str) -> str:
    """Return the marker of a folder, registered: `2 Schemas` is `2_schemas`.

    One that would be a word of the language of `-m`, or anybody else's marker, gets `folder_` before it.
    """
    slug = re.sub(r"\W+", "_", folder).strip("_").lower() or "unnamed"
    ours = config.stash.setdefault(_MARKERS, set())
    if slug not in ours:
        known = {re.split(r"[:(]", line, maxsplit=1)[0].strip() for line in config.getini("markers")}
        if slug in _TAKEN or (slug in known and slug not in ours):
            slug = f"folder_{slug}"
    if slug not in ours:
        ours.add(slug)
        config.addinivalue_line("markers", f"{slug}: calls in a folder {folder!r} of a Postman collection")
    return slug


def tag_marker(config: pytest.Config, tag: str) -> str:
    """Return the marker of a tag of the companion, registered unless it is: `smoke` is `smoke`.

    One that means something to pytest or to the language of `-m` gets `tag_` before it.
    """
    slug = re.sub(r"\W+", "_", tag).strip("_") or "unnamed"
    if slug in _TAKEN | _PYTESTS:
        slug = f"tag_{slug}"
    known = {re.split(r"[:(]", line, maxsplit=1)[0].strip() for line in config.getini("markers")}
    if slug not in known:
        config.addinivalue_line("markers", f"{slug}: calls that a companion file gives the tag {tag!r}")
    return slug


_MARKERS: Final = pytest.StashKey[set[str]]()


def _printable(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or character == "\u200d"
