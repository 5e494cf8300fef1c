"""Patterns for the paths of folders and requests: `Orders/*`, `**/Clean-up`, `Orders/Read order`."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


def fits(path: Sequence[str], pattern: str) -> bool:
    """Whether a pattern is for the path of an entry.

    A pattern has a part for each name, with `/` between; in a part `*` is any text, `?` a character and
    `[ab]` one of these. A part `**` is any number of names. Spaces around a part do not count.
    """
    return _fits(tuple(path), tuple(part.strip() for part in pattern.split("/")))


def _fits(names: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    # How many leading names each leading part can be for: linear in memory, whatever stars there are.
    reached = {0}
    for part in parts:
        if part == "**":
            reached = set(range(min(reached), len(names) + 1)) if reached else set()
        else:
            reached = {n + 1 for n in reached if n < len(names) and fnmatchcase(names[n].strip(), part)}
    return len(names) in reached
