"""Tables for people: columns under headings, cut to the terminal's width."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from harness.cli.terminal import Terminal
from harness.reporters.outside_text import clean
from harness.reporters.terminal.colours import cells, fit, width_of, wrap

_GAP = 2
_LEAST = 8
_MOST = 100
_READABLE = 14
"""Where no column can have more than this, a row is told as a block of lines."""
_DEEPEST = 6
"""How many lines a cell may take; what is longer is cut in the middle."""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], terminal: Terminal) -> Iterator[str]:
    """Draw a table line by line. Where it is too wide, the cells of its widest columns take several lines.

    Where columns would be too narrow to be read each row is a block, a line for each cell. Into a file or
    pipe, which has no width, only long cells are cut, in the middle.
    """
    lines = [list(heads), *([" ".join(clean(cell).split()) for cell in row] for row in rows)]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(heads))]
    room = width_of(terminal.out, terminal.environ)
    if room is None:
        widths = [min(width, _MOST) for width in widths]
        lines.insert(1, ["-" * width for width in widths])
        for line in lines:
            yield _line([fit(cell, width, "...") for cell, width in zip(line, widths, strict=True)], widths)
        return
    wanted = sum(widths)
    while sum(widths) + _GAP * (len(widths) - 1) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    if sum(widths) < wanted and max(widths) < _READABLE:
        yield from _blocks(lines[0], lines[1:], room)
        return
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        columns = [list(_cell(cell, width)) for cell, width in zip(line, widths, strict=True)]
        for parts in zip_longest(*columns, fillvalue=""):
            yield _line(parts, widths)


def _line(parts: Sequence[str], widths: Sequence[int]) -> str:
    padded = (part + " " * (width - cells(part)) for part, width in zip(parts, widths, strict=True))
    return (" " * _GAP).join(padded).rstrip()


def _cell(text: str, width: int) -> Iterator[str]:
    return wrap(fit(text, width * _DEEPEST - _DEEPEST, "...") if cells(text) > width else text, width)


def _blocks(heads: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Iterator[str]:
    label = max(map(cells, heads))
    for number, row in enumerate(rows):
        if number:
            yield ""
        for head, cell in zip(heads, row, strict=True):
            for first, part in zip_longest(
                (head,), _cell(cell, max(room - label - _GAP, _LEAST)), fillvalue=""
            ):
                yield _line((first, part), (label, 0))
