"""A row of data in a line: which iteration this is, in the words of the data."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.reporters.terminal.colours import cells, fit
from harness.reporters.terminal.style import Style

_VALUE_ROOM: Final = 32
_EMPTY: Final = '""'
_LINE_ROOM: Final = 100
"""How wide a row may be where lines have no edge."""


def row_told(row: Mapping[str, Any], style: Style, *, beside: int = 0) -> str:
    """Tell the fields of a row that fit in a line, and how many there are besides.

    `beside` are the columns that other text of the line takes. Secrets are masked.
    """
    room = (style.width or _LINE_ROOM) - beside
    told: list[str] = []
    for left, one in zip(range(len(row) - 1, -1, -1), _fields(row, style), strict=True):
        more = f", {left} more" if left else ""
        if cells(", ".join((*told, one))) + len(more) > room:
            break
        told.append(one)
    left = len(row) - len(told)
    if told and left:
        told.append(f"{left} more")
    return ", ".join(told)


def _fields(row: Mapping[str, Any], style: Style) -> Iterator[str]:
    for name, value in row.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        told = fit(" ".join(style.text(text).split()), _VALUE_ROOM, style.signs.ellipsis)
        label = fit(style.label(name), _VALUE_ROOM, style.signs.ellipsis)
        yield f"{label}: {told or _EMPTY}"
