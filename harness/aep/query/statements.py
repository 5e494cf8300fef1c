"""What a SQL statement is and which tables it reads, as far as a query can fail over it.

No statement is carried out here: the API of Query Service hands back no rows either way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$?[^\W\d][\w$]*|\d[\w.]*|\S""", re.DOTALL
)
_READS = frozenset({"select", "with", "show", "explain", "describe", "desc", "set", "values", "table"})
_WRITES = frozenset(
    {"create", "insert", "drop", "alter", "update", "delete", "truncate", "merge", "begin", "analyze", "copy"}
)
_QUERY = frozenset({"select", "with"})
_SYSTEM = frozenset({"information_schema", "pg_catalog"})
_NAME = re.compile(r'[^\W\d][\w$]*|"[^"]+"|`[^`]+`')
_NO_TABLE = frozenset({"select", "lateral", "unnest", "values"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement: its first word in lower case, the tables that it reads, and what it makes."""

    word: str
    reads: tuple[str, ...]
    inserts: bool
    makes_table: bool

    def mistake(self, tables: Iterable[str]) -> str | None:
        """Say why the statement fails where these tables are; None for one that does not."""
        if self.word in _WRITES or self.word.startswith("$"):
            return "the local platform carries out no statement that writes"
        if self.word not in _READS:
            return f'syntax error at or near "{self.word}"'
        known = {one.lower() for one in tables}
        for name in self.reads:
            if name.lower() not in known:
                return f'relation "{name}" does not exist'
        return None


def read_statement(sql: str) -> Statement:
    """Read the first word of a statement, and the names after FROM and JOIN."""
    tokens = [one for one in _TOKEN.findall(sql) if not one.startswith(("--", "/*"))]
    words = [one.lower() for one in tokens]
    made = _made_names(words)
    word = next((one for one in words if one != "("), "")
    return Statement(
        word=word,
        reads=tuple(dict.fromkeys(one for one in _tables(tokens, words) if one.lower() not in made)),
        inserts=words[:1] == ["insert"],
        makes_table=words[:2] == ["create", "table"] and "as" in words,
    )


def _made_names(words: list[str]) -> set[str]:
    """Names that the statement gives to queries of its own: `name AS (SELECT …`."""
    following = zip(words, words[1:], words[2:], words[3:], strict=False)
    return {
        _bare(name) for name, by, paren, start in following if (by, paren) == ("as", "(") and start in _QUERY
    }


def _tables(tokens: list[str], words: list[str]) -> Iterator[str]:
    """Names of tables; the FROM of a function's arguments, as in `extract(year FROM x)`, has none."""
    within: list[bool] = [True]
    for index, word in enumerate(words):
        if word == "(":
            following = words[index + 1] if index + 1 < len(words) else ""
            listed = words[index - 1] in {"from", "join", ","} if index else True
            within.append(following in _QUERY or (listed and following != "("))
        elif word == ")":
            if len(within) > 1:
                within.pop()
        elif word in {"from", "join"} and within[-1] and words[index - 1 : index] != ["distinct"]:
            yield from _named(tokens, index + 1)


def _named(tokens: list[str], index: int) -> Iterator[str]:
    """Table at a place, its schema left out; those behind commas follow."""
    if index >= len(tokens) or not _NAME.fullmatch(tokens[index]) or tokens[index].lower() in _NO_TABLE:
        return
    parts = [_bare(tokens[index])]
    while index + 2 < len(tokens) and tokens[index + 1] == "." and _NAME.fullmatch(tokens[index + 2]):
        index += 2
        parts.append(_bare(tokens[index]))
    called = tokens[index + 1 : index + 2] == ["("]
    if not called and parts[0].lower() not in _SYSTEM:
        yield parts[-1]
    after = index + 1
    if after < len(tokens) and tokens[after].lower() == "as":
        after += 1
    if after + 1 < len(tokens) and _NAME.fullmatch(tokens[after]) and tokens[after + 1] == ",":
        after += 1
    if after < len(tokens) and tokens[after] == ",":
        yield from _named(tokens, after + 1)


def _bare(name: str) -> str:
    return name.strip('"`')
