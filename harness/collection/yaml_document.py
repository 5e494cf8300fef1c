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
DEEPEST: Final = 100

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_TAGS: Final = frozenset(
    {None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:str"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value at a line of a file. `value` is a scalar, a tuple of nodes, or a dict of nodes by key.

    `text` is a scalar as written, `size` the number of nodes with all that are inside.
    """

    value: Any
    text: str
    line: int
    file: str
    keys: tuple["Node", ...] = ()
    size: int = 1

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
        return _Reader(file, yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        field = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = error.problem or error.context or "it cannot be read"
        raise InputError(f"not valid YAML: {what}", where=Place(file=file, field=field)) from error
    except (yaml.YAMLError, ValueError) as error:
        what = str(error).splitlines()[0]
        raise InputError(f"not valid YAML: {what}", where=Place(file=file)) from error


class _Reader:
    """Builds nodes from the parser's events; what an alias repeats is the same node again."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self.file = file
        self.events = events
        self.anchors: dict[str, Node] = {}
        self.count = 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise self.error("there is another document in the file", event)
                root = self.node(next(self.events), 0)
        return root or Node(value=None, text="", line=1, file=self.file)

    def node(self, event: yaml.Event, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.error("the document is nested too deeply", event)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        tag = getattr(event, "tag", None)
        if tag not in _TAGS:
            raise self.error(f"the tag {tag!r} has no meaning here", event)
        before = self.count
        self.check_size(1, event)
        value: Any
        keys: tuple[Node, ...] = ()
        text = ""
        match event:
            case yaml.MappingStartEvent():
                value, keys = self.mapping(depth)
            case yaml.SequenceStartEvent():
                value = self.sequence(depth)
            case yaml.ScalarEvent():
                text = event.value or ""
                value = text if event.style or tag else scalar(text)
            case _:
                raise self.error("a value is missing", event)
        size = self.count - before
        node = Node(value=value, text=text, line=_line(event), file=self.file, keys=keys, size=size)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def alias(self, event: yaml.AliasEvent) -> Node:
        known = self.anchors.get(event.anchor or "")
        if known is None:
            raise self.error(f"there is no complete anchor {event.anchor!r} above this", event)
        self.check_size(known.size, event)
        return known

    def sequence(self, depth: int) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self.node(event, depth + 1))
        return tuple(nodes)

    def mapping(self, depth: int) -> tuple[dict[str, Node], tuple[Node, ...]]:
        keys: list[Node] = []
        values: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            if isinstance(key.value, dict | tuple):
                raise InputError("a key has to be a text", where=key.place())
            if key.text in values:
                raise InputError(f"the key {key.text!r} is there twice", where=key.place())
            keys.append(key)
            values[key.text] = self.node(next(self.events), depth + 1)
        return values, tuple(keys)

    def check_size(self, nodes: int, event: yaml.Event) -> None:
        self.count += nodes
        if self.count > MOST_NODES:
            raise self.error("the document is too large, or its anchors repeat it too often", event)

    def error(self, what: str, event: yaml.Event) -> InputError:
        return InputError(what, where=Place(file=self.file, field=f"line {_line(event)}"))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def scalar(text: str) -> Any:
    """Read an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None or len(text) > 300:
        return text
    return float(text) if number[1] or number[2] else int(text)
