"""YAML with places: a tree of plain values that know their lines.

Only what YAML 1.2's core and JSON have in common is a value of its own: `true`, `false`, `null` and numbers
as JSON writes them. All else is text, so that a call named `1.10` or `no` is just that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from harness.errors import InputError, Place

MOST_NODES: Final = 100_000

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_CORE: Final = "tag:yaml.org,2002:"
_TAGS: Final = frozenset(
    _CORE + kind
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "value", "merge")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value at a line of a file. `value` is a scalar, a tuple of nodes, or a dict of nodes by key."""

    value: Any
    text: str
    line: int
    file: str
    keys: tuple["Node", ...] = ()

    @property
    def kind(self) -> str:
        """Name the value's type for errors."""
        match self.value:
            case dict():
                return "a map"
            case tuple():
                return "a list"
            case None:
                return "nothing"
            case bool():
                return self.text
            case int() | float():
                return f"the number {self.text}"
            case _:
                return f"the text {self.text!r}"

    def place(self, path: tuple[str, ...] = (), field: str = "") -> Place:
        """Return where this is, for errors."""
        line = f"line {self.line}"
        return Place(file=self.file, path=path, field=f"{field}, {line}" if field else line)

    def items(self) -> Iterator[tuple["Node", "Node"]]:
        """Walk a map's keys with their values."""
        for key in self.keys:
            yield key, self.value[key.text]

    def plain(self) -> Any:
        """Return the value as JSON knows it."""
        match self.value:
            case dict():
                return {key: one.plain() for key, one in self.value.items()}
            case tuple():
                return [one.plain() for one in self.value]
            case scalar:
                return scalar


def parse_yaml(text: str, file: str) -> Node:
    """Read a document. Raises `InputError` with line and column."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        field = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = error.problem or error.context or "it cannot be read"
        raise InputError(f"not valid YAML: {what}", where=Place(file=file, field=field)) from error
    except (yaml.YAMLError, ValueError) as error:
        what = str(error).splitlines()[0]
        raise InputError(f"not valid YAML: {what}", where=Place(file=file)) from error
    except RecursionError as error:
        raise InputError("the document is nested too deeply", where=Place(file=file)) from error
    if root is None:
        return Node(value=None, text="", line=1, file=file)
    try:
        return _Reader(file).node(root)
    except RecursionError as error:
        raise InputError("the document is nested too deeply", where=Place(file=file)) from error


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0

    def node(self, given: yaml.Node) -> Node:
        line = given.start_mark.line + 1
        where = Place(file=self.file, field=f"line {line}")
        self.count += 1
        if self.count > MOST_NODES:
            raise InputError("the document is too large, or its anchors repeat it too often", where=where)
        if given.tag not in _TAGS:
            raise InputError(f"the tag {given.tag!r} has no meaning here", where=where)
        match given:
            case yaml.MappingNode():
                return self.mapping(given, line)
            case yaml.SequenceNode():
                values = tuple(self.node(one) for one in given.value)
                return Node(value=values, text="", line=line, file=self.file)
            case _:
                quoted = isinstance(given, yaml.ScalarNode) and bool(given.style)
                value = given.value if quoted else scalar(given.value)
                return Node(value=value, text=given.value, line=line, file=self.file)

    def mapping(self, given: yaml.MappingNode, line: int) -> Node:
        keys: list[Node] = []
        values: dict[str, Node] = {}
        for given_key, given_value in given.value:
            key = self.node(given_key)
            if isinstance(key.value, dict | tuple):
                raise InputError("a key has to be a text", where=key.place())
            if key.text in values:
                raise InputError(f"the key {key.text!r} is there twice", where=key.place())
            keys.append(key)
            values[key.text] = self.node(given_value)
        return Node(value=values, text="", line=line, file=self.file, keys=tuple(keys))


def scalar(text: str) -> Any:
    """Read an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None or len(text) > 300:
        return text
    return float(text) if number[1] or number[2] else int(text)
