"""Tables for people: columns under headings, cut to the terminal's width."""

from collections.abc import Iterator, Sequence

from harness.cli.terminal import Terminal
from harness.reporters.outside_text import clean
from harness.reporters.terminal.colours import cells, fit, width_of

_GAP = 2
_LEAST = 8
_MOST = 100


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], terminal: Terminal) -> Iterator[str]:
    """Draw a table line by line. Where it is too wide, the widest columns are cut in the middle.

    Into a file or pipe, which has no width, only long cells are cut.
    """
    lines = [list(heads), *([" ".join(clean(cell).split()) for cell in row] for row in rows)]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(heads))]
    room = width_of(terminal.out, terminal.environ)
    if room is None:
        widths = [min(width, _MOST) for width in widths]
    while room is not None and sum(widths) + _GAP * (len(widths) - 1) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        cut = (fit(cell, width, "...") for cell, width in zip(line, widths, strict=True))
        padded = (cell + " " * (width - cells(cell)) for cell, width in zip(cut, widths, strict=True))
        yield (" " * _GAP).join(padded).rstrip()
