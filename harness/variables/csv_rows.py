"""CSV as newman reads it: the rules of csv-parse 4.16 with the options newman gives it.

Python's own reader differs where it matters: white space around quoted cells, quotes in the middle of one,
blank lines (which are rows), and whether a cell was quoted, on which its type depends.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.collection.javascript import as_number, as_text, number, parse_float, trim_end
from harness.errors import InputError, Place
from harness.lazy_dataclass import dataclass

QUOTE: Final = '"'
_BLANK: Final = frozenset(" \t\r\n\f")
_SEPARATORS: Final[Mapping[str, str]] = {";": "semicolons (;)", "\t": "tabs", "|": "bars (|)"}
# A file that is wrong throughout is not told row by row.
_TOLD: Final = 5
_INTEGER: Final = re.compile(r"[-+]?[1-9]+[0-9]*")


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRows:
    """Rows under the names of the first line, and what is odd about the file, in sentences."""

    rows: list[dict[str, Any]]
    oddities: tuple[str, ...] = ()


def parse_csv(text: str, file: str = "") -> CsvRows:
    """Read rows under the names of the first line. Raises `InputError` for a quote that does not close.

    Rows may be shorter or longer than the first line: cells that are missing are absent, those too many
    are dropped. That is told, and so are a file that seems to be separated by something else, and cells
    such as `007` that are sent with other digits than they have.
    """
    lines = _split(text, file)
    header = next(lines, None)
    if header is None:
        return CsvRows(rows=[])
    # newman gives names a type as well, and then refuses a file with a name such as 007.
    names = [cell.text for cell in header]
    rows: list[dict[str, Any]] = []
    uneven: list[tuple[int, int]] = []
    altered: dict[str, int] = {}
    for at, cells in enumerate(lines, start=1):
        row: dict[str, Any] = {}
        for name, cell in zip(names, cells, strict=False):
            value = row[name] = typed(cell.text, quoted=cell.quoted)
            if not isinstance(value, str) and name not in altered and _alters(cell.text, value):
                altered[name] = at
        rows.append(row)
        if len(cells) != len(names):
            uneven.append((at, len(cells)))
    return CsvRows(rows=rows, oddities=(*_oddities(names, uneven), *_altered(altered)))


def _alters(text: str, value: float) -> bool:
    """Whether a number is sent as another text than its cell has, trailing zeros of a decimal left aside."""
    decimal = "." in text and not text.strip("-.0123456789")
    return as_text(value) != (text.rstrip("0").rstrip(".") if decimal else text)


def _altered(altered: Mapping[str, int]) -> Iterator[str]:
    """Tell of the first such cell of each column; its text may be a secret, and is not told."""
    for name, at in list(altered.items())[:_TOLD]:
        told = f"column {name!r}: the cell of row {at} is read as a number, and sent with other digits"
        yield f"{told}; quotes around it keep its text"
    if len(altered) > _TOLD:
        yield f"{len(altered) - _TOLD} more columns have numbers that are sent with other digits"


def _oddities(names: list[str], uneven: list[tuple[int, int]]) -> Iterator[str]:
    if len(names) == 1:
        for separator, called in _SEPARATORS.items():
            if separator in names[0]:
                told = f"one column named {names[0]!r}: the file seems to be separated by {called}"
                yield f"{told}; rows are read as separated by commas"
                return
    for at, cells in uneven[:_TOLD]:
        told = f"row {at} has {cells} cell{'' if cells == 1 else 's'}, and the first line names {len(names)}"
        rest = "the rest is left out" if cells > len(names) else "the variables of the rest are not set"
        yield f"{told}: {rest}"
    if len(uneven) > _TOLD:
        yield f"{len(uneven) - _TOLD} more rows have another number of cells than the first line"


def typed(text: str, *, quoted: bool = False) -> str | int | float:
    """Give an unquoted cell that is a number its type: `007` is 7, `1.50` is 1.5, `0x10` is 0."""
    if quoted:
        return text
    if _INTEGER.fullmatch(text):
        return number(int(text)) if len(text) < 4000 else parse_float(text)
    whole, leading = as_number(text), parse_float(text)
    return leading if float(whole) - float(leading) + 1 >= 0 else text


def _split(text: str, file: str) -> Iterator[list[_Cell]]:
    """Split into rows and cells; the first line break outside of quotes decides what a line break is."""
    cells: list[_Cell] = []
    cell: list[str] = []
    quoting = quoted = False
    line_break = ""
    position, end = 0, len(text)
    while position < end:
        char = text[position]
        if not quoting and not line_break:
            line_break = _line_break(text, position)
        if quoting and char == QUOTE and not text.startswith(QUOTE, position + 1):
            quoting, quoted = False, True
        elif quoting and not quoted:
            cell.append(char)
            position += char == QUOTE
        elif char == QUOTE and not quoting and not cell:
            quoting = True
        elif not quoting and line_break and text.startswith(line_break, position):
            cells.append(_finish(cell, quoted=quoted))
            yield cells
            cells, cell, quoted = [], [], False
            position += len(line_break)
            continue
        elif not quoting and char == ",":
            cells.append(_finish(cell, quoted=quoted))
            cell, quoted = [], False
        elif quoted:
            if char not in _BLANK:
                raise _misplaced(text, position, file)
        elif cell or char not in _BLANK:
            cell.append(char)
        position += 1
    if quoting:
        raise InputError(
            "a quoted cell of the data is not closed", where=Place(file=file, field="the last line")
        )
    if quoted or cells or cell:
        cells.append(_finish(cell, quoted=quoted))
        yield cells


def _line_break(text: str, position: int) -> str:
    if text.startswith("\r\n", position):
        return "\r\n"
    return text[position] if text[position] in "\r\n" else ""


def _finish(cell: list[str], *, quoted: bool) -> _Cell:
    text = "".join(cell)
    return _Cell(text if quoted else trim_end(text), quoted)


def _misplaced(text: str, position: int, file: str) -> InputError:
    line = len(re.findall(r"\r\n|\r|\n", text[:position])) + 1
    return InputError(
        f"a quoted cell of the data is followed by {text[position]!r}, not by a comma or the end of the line",
        where=Place(file=file, field=f"line {line}"),
        hint='a quote inside of a quoted cell is written twice: "say ""hi"""',
    )
