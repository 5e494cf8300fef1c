"""The words of PQL text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class PqlError(Exception):
    """An expression that cannot be used. `position` counts characters from 0, where it is known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        where = "" if position is None else f" at position {position}"
        super().__init__(message + where)
        self.position = position


class TokenKind(Enum):
    """What a token is."""

    NAME = "name"
    STRING = "string"
    INTEGER = "integer"
    DOUBLE = "double"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One word with its place; the text of a string is without quotes and unescaped."""

    kind: TokenKind
    text: str
    position: int


_PATTERN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<double>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    | (?P<integer>\d+)
    | (?P<name>\$\d+|[A-Za-z_][A-Za-z0-9_]*)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<symbol>=>|<=|>=|!=|<>|==|[=<>!+\-*/%().,:\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


def tokenize(text: str) -> tuple[Token, ...]:
    """Split text into tokens, ending with END; raise PqlError at the first stray character."""
    tokens = []
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            if text[position] in "\"'":
                raise PqlError("a string is not closed", position)
            raise PqlError(f"the character {text[position]!r} has no meaning", position)
        group = match.lastgroup
        if group is not None and group != "space":
            kind = TokenKind(group)
            word = match.group()
            tokens.append(Token(kind, _unescape(word[1:-1]) if kind is TokenKind.STRING else word, position))
        position = match.end()
    tokens.append(Token(TokenKind.END, "", len(text)))
    return tuple(tokens)


def _unescape(body: str) -> str:
    # Adobe's regexGroup sample has a single backslash before w: an escape unknown here stays.
    def replace(match: re.Match[str]) -> str:
        if match.group(1):
            return chr(int(match.group(1), 16))
        return _ESCAPES.get(match.group(2), match.group())

    return re.sub(r"\\(?:u([0-9A-Fa-f]{4})|(.))", replace, body, flags=re.DOTALL)
