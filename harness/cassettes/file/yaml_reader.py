"""Reading YAML as plain values straight from the parser's events.

What the safe loader makes of a document, several times faster: it makes a node of every word first, and asks
of each what it may be. What is not built here (merge keys, tags of others) raises `Unusual`, and the safe
loader decides.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any, Final

import yaml

DEEPEST: Final = 200
"""How many levels a document may have."""

MOST: Final = 10_000_000
"""How many values a document may stand for, those that aliases repeat counted each time."""

_TAG: Final = "tag:yaml.org,2002:"
_TEXT: Final = _TAG + "str"
_BINARY: Final = _TAG + "binary"
_OWN: Final = {yaml.MappingStartEvent: _TAG + "map", yaml.SequenceStartEvent: _TAG + "seq"}
_RESOLVERS: Final = yaml.SafeLoader.yaml_implicit_resolvers
_REMEMBERED: Final = 50_000


class Unusual(Exception):
    """A document holds what only the full loader knows, or refuses."""


class TooDeep(Exception):
    """A document is nested more deeply than anybody writes, or holds itself; `line` counts from 1."""

    def __init__(self, line: int, what: str = "it is nested too deeply") -> None:
        super().__init__(what)
        self.line = line


def safe_loader() -> Any:
    """Return libyaml's safe loader, or Python's where PyYAML was built without it."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Any:
    """Return the value of a document. Raises `Unusual`, `TooDeep` and `yaml.YAMLError`."""
    words: dict[str, Any] = {}
    anchors: dict[str, Any] = {}
    stack: list[tuple[Any, Any]] = []
    container: Any = _ROOT
    key: Any = _ABSENT
    root: Any = None
    aliased = 0
    for event in _events(text):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = _scalar(event, words)
            if event.anchor is not None:
                anchors[event.anchor] = value
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.tag is not None and event.tag != _OWN[kind]:
                raise Unusual
            if len(stack) >= DEEPEST:
                raise TooDeep(event.start_mark.line + 1)
            stack.append((container, key))
            container = {} if kind is yaml.MappingStartEvent else []
            if event.anchor is not None:
                anchors[event.anchor] = container
            key = _ABSENT
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            value = container
            container, key = stack.pop()
        elif kind is yaml.AliasEvent:
            if event.anchor not in anchors:
                raise Unusual
            value = anchors[event.anchor]
            aliased = aliased or event.start_mark.line + 1
        else:
            continue
        if type(container) is list:
            container.append(value)
        elif container is _ROOT:
            root = value
        elif key is _ABSENT:
            if value.__class__ in _CONTAINERS:
                raise Unusual
            key = value
        else:
            container[key] = value
            key = _ABSENT
    if aliased:
        check_size(root, aliased)
    return root


def check_size(document: Any, line: int) -> None:
    """Refuse a document that aliases make endless, or larger than anybody writes. Raises `TooDeep`."""
    sizes: dict[int, int] = {}
    if _size(document, sizes, 0, line) > MOST:
        raise TooDeep(line, f"its aliases make more than {MOST} values of it")


def _size(value: Any, sizes: dict[int, int], depth: int, line: int) -> int:
    """Count the values that one stands for, each container only once."""
    if not isinstance(value, dict | list | tuple | set):
        return 1
    known = sizes.get(id(value))
    if known is not None:
        return known
    if depth > DEEPEST:
        raise TooDeep(line)
    members = value.values() if isinstance(value, dict) else value
    sizes[id(value)] = size = 1 + sum(_size(one, sizes, depth + 1, line) for one in members)
    return size


def _events(text: str) -> Iterator[Any]:
    """Yield the events of the one document there is; more of them are the full loader's to refuse."""
    loader = safe_loader()(text)
    documents = 0
    try:
        while loader.check_event():
            event = loader.get_event()
            if type(event) is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise Unusual
            yield event
    finally:
        loader.dispose()


def _scalar(event: Any, words: dict[str, Any]) -> Any:
    text = event.value
    if event.tag is None or event.tag == "!":
        if not event.implicit[0]:
            return text
        value = words.get(text, _ABSENT)
        if value is _ABSENT:
            value = _word(text)
            if len(words) < _REMEMBERED:
                words[text] = value
        return value
    if event.tag == _TEXT:
        return text
    if event.tag == _BINARY:
        try:
            return base64.decodebytes(text.encode("ascii"))
        except (UnicodeEncodeError, binascii.Error) as error:
            raise Unusual from error
    raise Unusual


def _word(text: str) -> Any:
    """Return what a word without quotes stands for."""
    for tag, pattern in (*_RESOLVERS.get(text[:1], ()), *_RESOLVERS.get(None, ())):
        if pattern.match(text):
            if tag in {_TAG + "merge", _TAG + "value"}:
                raise Unusual
            constructor = yaml.constructor.SafeConstructor()
            node = yaml.ScalarNode(tag, text)
            try:
                return constructor.construct_object(node)
            except ValueError as error:
                # The full loader stumbles over the thirteenth month, too, and says where.
                raise Unusual from error
    return text


_ROOT: Final = object()
_ABSENT: Final = object()
_CONTAINERS: Final = frozenset({dict, list})
