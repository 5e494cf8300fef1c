"""Lines that are wider than the terminal, broken at words: a terminal by itself breaks them anywhere."""

import re
from collections.abc import Iterator
from typing import Final

from harness.reporters.terminal.colours import cells, wrap

_LABEL: Final = re.compile(r" *(?:[-*] +|\d+[.)]? +|\S+ {2,})")
"""What the rest of a line stands below: a bullet, a number, or a word that a column follows."""

_BRANCH: Final = re.compile(r"[ │├└─]*[│├└─] ")
_TRUNK: Final = str.maketrans("├└─", "│  ")
"""What goes on below a branch of a tree."""


def folded(text: str, width: int) -> str:
    """Break the lines of a text that are wider than `width`; what goes on hangs below its beginning."""
    return "\n".join(part for line in text.split("\n") for part in _folded(line, width))


def _folded(line: str, width: int) -> Iterator[str]:
    if cells(line) <= width:
        yield line
        return
    hanging = _hanging(line)
    if len(hanging) > width // 2:
        hanging = "  "
    first, *rest = wrap(line, width)
    yield first
    # What is left has less room: it is put together again, and broken for the room that it has.
    left = line[len(first) :].lstrip() if rest else ""
    yield from (hanging + part for part in wrap(left, max(width - len(hanging), 1)) if part)


def _hanging(line: str) -> str:
    branch = _BRANCH.match(line)
    if branch is not None:
        return branch[0].translate(_TRUNK) + "  "
    labelled = _LABEL.match(line)
    if labelled is not None:
        return " " * labelled.end()
    return " " * (len(line) - len(line.lstrip()) or 2)
