r"""Patterns of schemas: regular expressions as Java and JavaScript write them, for Python's engine.

The services validate with Java. Where the languages differ: named groups, `\p{…}` for characters by their
property, and that `\d`, `\s` and `\w` mean ASCII.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

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
    r"\\[pP](?:\{(\^?)(?:Is|general_category=|gc=)?(\w+)\}|(\w))|\\.|\[\^?\]?|\]|\(\?<(?=[A-Za-z])", re.DOTALL
)


@cache
def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile; re.error for what is no pattern, or uses something that Python has not."""
    return re.compile(_translated(text), re.ASCII)


def _translated(text: str) -> str:
    made: list[str] = []
    at, depth = 0, 0
    for match in _TOKEN.finditer(text):
        made.append(text[at : match.start()])
        at = match.end()
        token = match[0]
        if token.startswith("[") and not depth:
            depth = 1
        elif token == "]":
            depth = 0
        if token == "(?<" and not depth:
            token = "(?P<"
        elif token[:2] in (r"\p", r"\P"):
            ranges = _ranges(match[2] or match[3])
            negated = (token[1] == "P") is not (match[1] == "^")
            if depth and negated:
                raise re.error("a negated property inside brackets is not supported")
            token = ranges if depth else f"[{'^' if negated else ''}{ranges}]"
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
