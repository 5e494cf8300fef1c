r"""Patterns of schemas: regular expressions as Java and JavaScript write them, for Python's engine.

The services validate with Java. Where the languages differ: named groups, `\p{…}` for characters by their
property, and that `\d`, `\s` and `\w` mean ASCII. A pattern that backtracks without end holds nobody up: a
search takes `LONGEST` seconds and no more.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

import regex

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 0.5
"""Seconds that a search may take; the next ones of a pattern that took too long have a tenth of it."""
MOST: Final = 100_000
"""How many characters a pattern may ask for, repetitions in repetitions multiplied."""

_ASCII = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "xdigit": "0-9A-Fa-f",
    "space": r" \t\n\x0b\f\r",
    "punct": r"!-/:-@\[-`{-~",
    "ascii": r"\x00-\x7f",
}
_TOKEN = re.compile(
    r"\\[pP](?:\{(\^?)(?:Is|general_category=|gc=)?(\w+)\}|(\w))|\\N\{[^}]*\}|\\.|\[\^?\]?|\]|\(\?<(?=[A-Za-z])"
    r"|\{(?!(?:\d+,?\d*|,\d*)\})",
    re.DOTALL,
)


class TooSlow(Exception):
    """Whether a text matches a pattern was not found out in time; says so in words for its author."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"the regular expression {pattern!r} takes too long; nested repetitions make it so")


class Pattern:
    """A compiled pattern. `python` is how Python spells it."""

    __slots__ = ("_engine", "_longest", "_text", "python")

    def __init__(self, text: str, python: str) -> None:
        self._text = text
        self.python = python
        self._engine: Any = regex.compile(python, regex.ASCII | regex.VERSION0, cache_pattern=False)
        self._longest = LONGEST

    def search(self, text: str) -> re.Match[str] | None:
        """Search as `re` does. Raises `TooSlow`."""
        found: re.Match[str] | None = self._timed(self._engine.search, text)
        return found

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Match a whole text as `re` does. Raises `TooSlow`."""
        found: re.Match[str] | None = self._timed(self._engine.fullmatch, text)
        return found

    def split(self, text: str) -> list[str]:
        """Split a text at every match; groups are left out, as in Java. Raises `TooSlow`."""
        parts, start = [], 0
        for match in self._timed(
            lambda text, timeout: list(self._engine.finditer(text, timeout=timeout)), text
        ):
            if match.end() > match.start():
                parts.append(text[start : match.start()])
                start = match.end()
        return [*parts, text[start:]]

    def _every(self, text: str, timeout: float) -> list[Any]:
        return list(self._engine.finditer(text, timeout=timeout))

    def _timed(self, find: Callable[..., Any], text: str) -> Any:
        try:
            return find(text, timeout=self._longest)
        except TimeoutError:
            self._longest = LONGEST / 10
            raise TooSlow(self._text) from None


@lru_cache(maxsize=10_000)
def compile_pattern(text: str) -> Pattern:
    """Compile; re.error for what is no pattern, or uses something that Python has not."""
    from re import _parser  # type: ignore[attr-defined]  # the only syntax tree

    python = _translated(text)
    try:
        # What Python refuses is refused; what it takes is searched by an engine that can be stopped.
        re.compile(python, re.ASCII)
        if _size(_parser.parse(python, re.ASCII)) > MOST:
            raise re.error(f"it repeats more than {MOST} times")
        return Pattern(text, python)
    except (regex.error, OverflowError, RecursionError) as error:
        raise re.error(str(error)) from None


def _size(nodes: Any) -> int:
    """Count what the engine makes of a pattern: what has to be there a number of times, as often."""
    size = 0
    for code, argument in nodes:
        match str(code):
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                size += max(1, argument[0]) * _size(argument[2])
            case "SUBPATTERN":
                size += _size(argument[3])
            case "BRANCH":
                size += sum(map(_size, argument[1]))
            case "ASSERT" | "ASSERT_NOT":
                size += _size(argument[1])
            case "ATOMIC_GROUP":
                size += _size(argument)
            case "GROUPREF_EXISTS":
                size += _size(argument[1]) + _size(argument[2] or ())
            case _:
                size += 1
    return size


def _translated(text: str) -> str:
    made: list[str] = []
    at, depth = 0, 0
    for match in _TOKEN.finditer(text):
        made.append(text[at : match.start()])
        at = match.end()
        token, nested = match[0], bool(depth)
        if token.startswith("[") and not depth:
            depth = 1
        elif token == "]" or (nested and token in {"[]", "[^]"}):
            depth = 0
        if token == "(?<" and not depth:
            token = "(?P<"
        elif token[:2] in (r"\p", r"\P"):
            ranges = _ranges(match[2] or match[3])
            negated = (token[1] == "P") is not (match[1] == "^")
            if depth and negated:
                raise re.error("a negated property inside brackets is not supported")
            token = ranges if depth else f"[{'^' if negated else ''}{ranges}]"
        elif token.startswith("[") and nested:
            # A bracket in brackets is itself.
            token = "\\" + token
        elif token == "{" and not depth:
            # A brace that counts nothing is itself; the engine would allow so many mistakes.
            token = r"\{"
        made.append(token)
    made.append(text[at:])
    return "".join(made)


@cache
def _ranges(name: str) -> str:
    """Ranges of the characters of a property: a general category such as `L` or `Lu`, or a POSIX class."""
    if name.lower() in _ASCII:
        return _ASCII[name.lower()]
    wanted = [
        point for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point)).startswith(name)
    ]
    if not wanted:
        raise re.error(f"there is no property {name!r}")
    parts: list[str] = []
    first = last = wanted[0]
    for point in [*wanted[1:], -1]:
        if point == last + 1:
            last = point
            continue
        parts.append(rf"\U{first:08x}-\U{last:08x}")
        first = last = point
    return "".join(parts)
