"""Colours, signs and widths: how text is put on a terminal, or on something else."""

import os
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import astuple, replace
from typing import Final, TextIO

from harness.lazy_dataclass import dataclass
from harness.reporters.reporter import ColourMode

_STYLES: Final[Mapping[str, str]] = {
    "bold": "1",
    "dim": "2",
    "underline": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


def is_coloured(stream: TextIO, mode: ColourMode, environ: Mapping[str, str]) -> bool:
    """Decide on colours: `on` and `off` win, then NO_COLOR (https://no-color.org), then the stream."""
    if mode != "auto":
        return mode == "on"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_live(stream, environ)


def is_live(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether lines on the stream can be drawn over."""
    return stream.isatty() and environ.get("TERM") != "dumb"


def width_of(stream: TextIO, environ: Mapping[str, str]) -> int | None:
    """Return the columns of a terminal, `None` for a stream that has no edge."""
    given = environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


@dataclass(frozen=True, slots=True)
class Ink:
    """Writes text in a style when colours are on."""

    coloured: bool = False

    def __call__(self, text: str, *styles: str) -> str:
        """Return the text in the named styles."""
        if not self.coloured or not styles or not text:
            return text
        codes = ";".join(_STYLES[style] for style in styles)
        return "\n".join(f"\x1b[{codes}m{line}\x1b[0m" if line else line for line in text.split("\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """The signs that a report is drawn with."""

    folder: str
    root: str
    sub: str
    passed: str
    failed: str
    skipped: str
    warning: str
    retry: str
    taken: str
    top: str
    middle: str
    bottom: str
    up: str
    down: str
    dot: str
    ellipsis: str
    full: str
    empty: str
    table: tuple[tuple[str, str, str, str], ...]
    side: str
    micro: str


UNICODE: Final = Signs(
    folder="❏",
    root="→",
    sub="↳",
    passed="✓",
    failed="✖",
    skipped="-",
    warning="⚠",
    retry="↻",
    taken="⇠",
    top="┌",
    middle="│",
    bottom="└",
    up="↑",
    down="↓",
    dot="·",
    ellipsis="…",
    full="━",
    empty="─",
    table=(("┌", "─", "┬", "┐"), ("├", "─", "┼", "┤"), ("├", "─", "┴", "┤"), ("└", "─", "┴", "┘")),
    side="│",
    micro="µs",
)
ASCII: Final = Signs(
    folder="#",
    root=">",
    sub=">",
    passed="ok",
    failed="x",
    skipped="-",
    warning="!",
    retry="*",
    taken="<-",
    top="-",
    middle="|",
    bottom="-",
    up="^",
    down="v",
    dot="-",
    ellipsis="...",
    full="=",
    empty=".",
    table=(("+", "-", "+", "+"),) * 4,
    side="|",
    micro="us",
)


def signs_for(stream: TextIO, *, plain: bool) -> Signs:
    """Return the signs to draw with: plain ones where the stream cannot spell the others, or on demand."""
    drawn = "".join(sign for sign in astuple(UNICODE) if isinstance(sign, str))
    try:
        drawn.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return ASCII
    return replace(ASCII, micro=UNICODE.micro) if plain else UNICODE


def cells(text: str) -> int:
    """Return how many columns a line takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(one) for one in text)


def _cell(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, width: int | None, ellipsis: str) -> str:
    """Cut the middle out of a line that is wider than `width`; the ends say more than it."""
    if width is None or cells(text) <= width:
        return text
    room = max(width - cells(ellipsis), 2)
    head = room - room // 3
    return _take(text, head) + ellipsis + _take(text[::-1], room - head)[::-1]


def _take(text: str, room: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += _cell(character)
        if taken > room:
            return text[:index]
    return text


def wrap(text: str, width: int | None) -> Iterator[str]:
    """Break text into lines that fit, between words; a word is broken only where no line has room for it.

    Its own line breaks stay. What goes on stands as far in as its line does.
    """
    for line in text.split("\n"):
        if width is None or cells(line) <= width:
            yield line
        else:
            yield from _broken(line, max(width, 1))


def _broken(line: str, width: int) -> Iterator[str]:
    indent = " " * (len(line) - len(line.lstrip(" ")))
    indent = "" if len(indent) > width // 2 else indent
    room = width - len(indent)
    at, before = 0, ""
    while (end := _end(line, at, width - len(before))) < len(line):
        end = max(end, at + 1)  # A broad character goes where only a narrow one has room, too.
        space = end if line[end : end + 1] == " " else line.rfind(" ", at, end)
        if line[at : max(space, at)].strip():
            used = len(before) + space - at
            if used > room // 2 or _has_room(line, space + 1, room):
                end = space + 1
        yield (before + line[at:end]).rstrip()
        at, before = end, indent
    if at < len(line):
        yield before + line[at:]


def _end(line: str, at: int, room: int) -> int:
    """Return where a line has to end that begins at a place of another and has so much room."""
    if line.isascii():
        return min(at + room, len(line))
    for index in range(at, len(line)):
        room -= _cell(line[index])
        if room < 0:
            return index
    return len(line)


def _has_room(line: str, at: int, room: int) -> bool:
    """Whether the word that begins at a place has room in a line of its own."""
    end = _end(line, at, room)
    return end == len(line) or line.find(" ", at, end + 1) >= 0
