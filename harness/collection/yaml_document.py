"""YAML 1.2 with places: a tree of plain values that know their lines and columns.

The parser is libyaml's, which knows nothing of types: what an unquoted scalar means is decided here, by one
of two schemas. No object is ever built. A document is refused when it holds a key twice, a second document, a
tag that is none of YAML's own for plain values, or aliases that repeat it out of all proportion.
"""

import json
import math
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, Protocol

import yaml

from harness.errors import InputError, Place

MOST_REPEATED: Final = 100_000
"""How many nodes aliases may add to those that are written."""

DEEPEST: Final = 100

Schema = Callable[[str], Any]
"""Reads an unquoted scalar."""

_PLAIN: Final = "plain"
_STR: Final = "tag:yaml.org,2002:str"
_MAP: Final = "tag:yaml.org,2002:map"
_COLLECTIONS: Final = frozenset({_MAP, "tag:yaml.org,2002:seq"})
_SCALARS: Final = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_CORE_NUMBER: Final = re.compile(r"[-+]?(?:\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", re.ASCII)
_CORE_RADIX: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_CORE_FLOATS: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_NUMBER: Final = 300
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_CORE_WORDS: Final[dict[str, Any]] = {
    **_WORDS, "True": True, "TRUE": True, "False": False, "FALSE": False, "Null": None, "NULL": None,
}  # fmt: skip
# What begins an unquoted scalar that may be something other than text, in any schema; nothing is one, too.
_OTHER_STARTS: Final = frozenset(("", *"tTfFnN~+-.0123456789"))
_new: Final = tuple.__new__
_ALIAS: Final = re.compile(r"\*([^\s,\[\]{}]+)")
_ALIAS_MARK: Final = re.compile(r"\*[\w-]")


class Mark(Protocol):
    """A place in a text, counted from 0."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The column."""


class Composed(Protocol):
    """What the parser made of a part of a document."""

    @property
    def start_mark(self) -> Mark:
        """The place of the first character."""

    @property
    def end_mark(self) -> Mark:
        """The place behind the last character."""

    @property
    def tag(self) -> str:
        """What type it was marked as."""


class _Start(NamedTuple):
    """Where a document that holds nothing begins and ends."""

    line: int = 0
    column: int = 0


class _Empty(NamedTuple):
    """What is composed of a document that holds nothing."""

    start_mark: Mark = _Start()
    end_mark: Mark = _Start()
    tag: str = _STR


class YamlNode(NamedTuple):
    """A value at a place of a file. `value` is a scalar, a tuple of nodes, or a dict of nodes by key.

    `text` is a scalar as written. `composed` knows where it stands, `composed_keys` where the keys of a map
    do, in the order of `value`: few of these places are ever asked for.
    """

    value: Any
    text: str
    file: str
    composed: Composed
    composed_keys: tuple[Composed, ...] = ()

    @property
    def start(self) -> Mark:
        """The place of the first character."""
        return self.composed.start_mark

    @property
    def end(self) -> Mark:
        """The place behind the last character."""
        return self.composed.end_mark

    @property
    def plain(self) -> bool:
        """Whether it is a scalar without quotes and tag."""
        return self.composed.tag == _PLAIN

    @property
    def keys(self) -> tuple["YamlNode", ...]:
        """The keys of a map in their order, with their places."""
        names = zip(self.value, self.composed_keys, strict=False) if self.composed_keys else ()
        return tuple(YamlNode(name, name, self.file, one) for name, one in names)

    @property
    def line(self) -> int:
        """The line of the first character, from 1."""
        return self.start.line + 1

    @property
    def column(self) -> int:
        """The column of the first character, from 1."""
        return self.start.column + 1

    @property
    def end_line(self) -> int:
        """The line of the character behind the last, from 1."""
        return self.end.line + 1

    @property
    def end_column(self) -> int:
        """The column of the character behind the last, from 1."""
        return self.end.column + 1

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

    def items(self) -> Iterator[tuple["YamlNode", "YamlNode"]]:
        """Walk a map's keys with their values."""
        if self.composed_keys:
            yield from zip(self.keys, self.value.values(), strict=False)

    def data(self) -> Any:
        """Return the value as JSON knows it."""
        match self.value:
            case dict():
                return {key: one.data() for key, one in self.value.items()}
            case tuple():
                return [one.data() for one in self.value]
            case scalar:
                return scalar

    def json_text(self) -> str:
        """Return the value as JSON text; what JSON has no number for is `null`, as in scripts."""
        data = self.data()
        try:
            return json.dumps(data, ensure_ascii=False, allow_nan=False)
        except ValueError:
            return json.dumps(_finite(data), ensure_ascii=False)


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _finite(one) for key, one in data.items()}
    if isinstance(data, list):
        return [_finite(one) for one in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def json_scalar(text: str) -> Any:
    """Read an unquoted scalar by what YAML's core schema and JSON have in common.

    `true`, `false`, `null` and numbers as JSON writes them; all else is text, so that a call named `no` or
    `007` is just that.
    """
    if text in _WORDS:
        return _WORDS[text]
    number = _JSON_NUMBER.fullmatch(text)
    if number is None or len(text) > _LONGEST_NUMBER:
        return text
    return float(text) if number[1] or number[2] else int(text)


def core_scalar(text: str) -> Any:
    """Read an unquoted scalar by YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema)."""
    if text[:1] not in _OTHER_STARTS:
        return text
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    number = _CORE_NUMBER.fullmatch(text)
    if number is not None:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    if _CORE_RADIX.fullmatch(text):
        return int(text, 0)
    return float(text.replace(".", "")) if _CORE_FLOATS.fullmatch(text) else text


def parse_yaml(text: str, file: str, *, schema: Schema = json_scalar, merge: bool = False) -> YamlNode:
    """Read a document. Raises `InputError` with line and column.

    With `merge` the key `<<` takes the keys of other maps in, as YAML 1.1 and many readers since do.
    """
    loader = _Composer(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _refused(error, text, file) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        what = f"not valid YAML: the character {error.character!r} may not be in it"
        raise InputError(what, where=Place(file=file, field=f"line {line}")) from error
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"not valid YAML: {str(error).splitlines()[0]}", where=Place(file=file)) from error
    if root is None:
        return YamlNode(None, "", file, _Empty())
    repeats = "*" in text and _ALIAS_MARK.search(text) is not None
    return _YamlReader(file, schema, merge=merge, repeats=repeats).node(root, 0)


# What composes, without what makes objects of it; pure Python where libyaml is missing.
_BASE: Any = getattr(getattr(yaml, "cyaml", None), "CParser", yaml.SafeLoader)


class _Composer(_BASE):  # type: ignore[misc]
    """Composes a tree without types: a scalar is marked as plain or as text, never as a number or date."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:  # noqa: ARG002 - the seam's shape
        if kind is not yaml.ScalarNode:
            return _MAP
        return _PLAIN if implicit[0] else _STR

    # There are no paths to resolve by. Both are called for every node, which is quick for functions of C.
    descend_resolver = staticmethod(operator.is_)
    ascend_resolver = staticmethod(tuple)


class _YamlReader:
    """Turns composed nodes into ours; what an alias repeats is the same node again.

    `repeats` says that the text may hold aliases: only then is kept what they may stand for.
    """

    def __init__(self, file: str, schema: Schema, *, merge: bool, repeats: bool) -> None:
        self.file = file
        self.schema = schema
        self.merge = merge
        self.repeats = repeats
        self.read: dict[int, tuple[YamlNode, int]] = {}
        self.open: set[int] = set()
        self.count = 0
        self.repeated = 0

    def node(self, given: yaml.Node, depth: int) -> YamlNode:
        if type(given) is yaml.ScalarNode:
            return self.scalar(given)
        if self.repeats:
            return self.repeatable(given, depth)
        return self.container(given, depth)

    def repeatable(self, given: yaml.Node, depth: int) -> YamlNode:
        known = self.read.get(id(given))
        if known is not None:
            self.count += known[1]
            self.repeated += known[1]
            if self.repeated > MOST_REPEATED:
                raise self.error("the document's anchors repeat it too often", given)
            return known[0]
        if id(given) in self.open:
            raise self.error("an anchor cannot repeat what it is a part of", given)
        before = self.count
        self.open.add(id(given))
        node = self.container(given, depth)
        self.open.discard(id(given))
        self.read[id(given)] = node, self.count - before
        return node

    def container(self, given: yaml.Node, depth: int) -> YamlNode:
        if depth > DEEPEST:
            raise self.error("the document is nested too deeply", given)
        if given.tag not in _COLLECTIONS:
            raise self.error(f"the tag {given.tag!r} has no meaning here", given)
        self.count += 1
        if type(given) is yaml.MappingNode:
            keys, value = self.mapping(given, depth)
            return self.made(given, value, keys=keys)
        self.count += len(given.value)
        return self.made(given, tuple([self.node(one, depth + 1) for one in given.value]))

    def scalar(self, given: yaml.ScalarNode) -> YamlNode:
        tag, text = given.tag, given.value
        if tag == _PLAIN:
            value = self.schema(text)
        elif tag == _STR:
            value = text
        elif tag in _SCALARS:
            value = self.schema(text) if text else None
        else:
            raise self.error(f"the tag {tag!r} has no meaning here", given)
        return YamlNode(value, text, self.file, given)

    def mapping(
        self, given: yaml.MappingNode, depth: int
    ) -> tuple[tuple[Composed, ...], dict[str, YamlNode]]:
        keys: list[Composed] = []
        values: dict[str, YamlNode] = {}
        merged: list[YamlNode] = []
        self.count += 2 * len(given.value)
        file, merge, scalar = self.file, self.merge, yaml.ScalarNode
        for left, right in given.value:
            if type(left) is not scalar:
                raise self.error("a key has to be a text", left)
            name = left.value
            if type(right) is not scalar:
                value = self.node(right, depth + 1)
            else:
                text = right.value
                if right.tag == _STR or (right.tag == _PLAIN and text[:1] not in _OTHER_STARTS):
                    # Made as `scalar` makes it, but for two calls: there are tens of thousands of them.
                    value = _new(YamlNode, (text, text, file, right, ()))
                else:
                    value = self.scalar(right)
            if merge and name == "<<" and left.tag == _PLAIN:
                merged += value.value if isinstance(value.value, tuple) else (value,)
                continue
            if name in values:
                raise InputError(f"the key {name!r} is there twice", where=self.place(left))
            keys.append(left)
            values[name] = value
        for one in merged:
            if not isinstance(one.value, dict):
                raise InputError("<< can only take a map in", where=one.place())
            for key, value in one.items():
                if key.text not in values:
                    keys.append(key.composed)
                    values[key.text] = value
        return tuple(keys), values

    def made(self, given: yaml.Node, value: Any, keys: tuple[Composed, ...] = ()) -> YamlNode:
        return _new(YamlNode, (value, "", self.file, given, keys))

    def error(self, what: str, given: yaml.Node) -> InputError:
        return InputError(what, where=self.place(given))

    def place(self, given: yaml.Node) -> Place:
        return Place(file=self.file, field=f"line {given.start_mark.line + 1}")


def _refused(error: yaml.MarkedYAMLError, text: str, file: str) -> InputError:
    """Say what libyaml found, in our words where its own are none for an author."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what = error.problem or error.context or "it cannot be read"
    if "found another document" in what or "found another document" in (error.context or ""):
        return InputError(
            "there is another document in the file", where=Place(file=file, field=f"line {line}")
        )
    if "maximum nesting depth" in f"{what} {error.context}":
        return InputError("the document is nested too deeply", where=Place(file=file, field=f"line {line}"))
    if what == "found undefined alias":
        found = _ALIAS.match(text.split("\n")[line - 1], column - 1)
        what = f"there is no complete anchor {found[1]!r} above this" if found else what
        return InputError(what, where=Place(file=file, field=f"line {line}"))
    return InputError(
        f"not valid YAML: {what}", where=Place(file=file, field=f"line {line}, column {column}")
    )
