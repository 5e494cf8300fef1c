"""What a YAML value has to look like: small shapes, made of one another, that say where a value does not fit.

A shape is a function of a node and the name of its field, and yields what is broken.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from harness.collection.yaml_document import YamlNode


class Broken(NamedTuple):
    """A place that does not fit: the rule, what is wrong, and where."""

    rule_id: str
    message: str
    node: YamlNode
    field: str


Shape = Callable[[YamlNode, str], Iterator[Broken]]

_NAMES: Final[Mapping[type, str]] = {dict: "a map", tuple: "a list"}


def anything(_node: YamlNode, _field: str) -> Iterator[Broken]:
    """Fit every value."""
    return iter(())


def text(node: YamlNode, field: str) -> Iterator[Broken]:
    """Fit a text."""
    if not isinstance(node.value, str):
        quote = "; put it in quotes" if isinstance(node.value, bool | int | float) else ""
        yield _wrong("a text", node, field, quote)


def text_or_nothing(node: YamlNode, field: str) -> Iterator[Broken]:
    """Fit a text, or `null`."""
    return iter(()) if node.value is None else text(node, field)


def flag(node: YamlNode, field: str) -> Iterator[Broken]:
    """Fit `true` or `false`, not in quotes."""
    if not isinstance(node.value, bool):
        yield _wrong("true or false", node, field)


def number(node: YamlNode, field: str) -> Iterator[Broken]:
    """Fit a number that JSON has, not in quotes."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
        yield _wrong("a number", node, field)


def one_of(*valid: str) -> Shape:
    """Fit one of some texts."""

    def check(node: YamlNode, field: str) -> Iterator[Broken]:
        if not isinstance(node.value, str) or node.value not in valid:
            found = node.kind if isinstance(node.value, dict | tuple) else repr(node.text)
            message = f"Postman knows no {found} here (valid: {', '.join(valid)})"
            yield Broken("wrong-type", message, node, field)

    return check


def list_of(entry: Shape) -> Shape:
    """Fit a list whose entries all fit."""

    def check(node: YamlNode, field: str) -> Iterator[Broken]:
        if not isinstance(node.value, tuple):
            yield _wrong("a list", node, field)
            return
        for index, one in enumerate(node.value):
            yield from entry(one, f"{field}[{index}]")

    return check


def map_of(value: Shape) -> Shape:
    """Fit a map with any keys, whose values all fit."""

    def check(node: YamlNode, field: str) -> Iterator[Broken]:
        if not isinstance(node.value, dict):
            yield _wrong("a map", node, field)
            return
        for key, one in node.value.items():
            yield from value(one, f"{field}.{key}")

    return check


def either(*, a_list: Shape, a_map: Shape, else_text: Shape | None = None) -> Shape:
    """Fit a list or a map, and where `else_text` is given a scalar."""

    def check(node: YamlNode, field: str) -> Iterator[Broken]:
        if isinstance(node.value, tuple):
            yield from a_list(node, field)
        elif isinstance(node.value, dict):
            yield from a_map(node, field)
        elif else_text is not None:
            yield from else_text(node, field)
        else:
            yield _wrong("a list or a map", node, field)

    return check


def keys(
    required: Mapping[str, Shape] | None = None,
    optional: Mapping[str, Shape] | None = None,
    *,
    only: bool = False,
) -> Shape:
    """Fit a map with these keys, and with `only` no others."""
    needed = required or {}
    known = {**needed, **(optional or {})}

    def check(node: YamlNode, field: str) -> Iterator[Broken]:
        if not isinstance(node.value, dict):
            yield _wrong("a map", node, field)
            return
        for key in needed:
            if key not in node.value:
                yield Broken("wrong-type", f"Postman expects the key {key!r}, which is missing", node, field)
        for key, value in node.value.items():
            if key in known:
                yield from known[key](value, _joined(field, key))
        if only:
            for one in node.keys:
                if one.text not in known:
                    yield Broken(
                        "unknown-key",
                        f"Postman knows no key {one.text!r} here (valid: {', '.join(known)})",
                        one,
                        _joined(field, one.text),
                    )

    return check


def tagged(key: str, shapes: Mapping[str, Shape]) -> Shape:
    """Fit a map by what one of its keys says."""
    valid = one_of(*shapes)

    def check(node: YamlNode, field: str) -> Iterator[Broken]:
        if not isinstance(node.value, dict):
            yield _wrong("a map", node, field)
            return
        tag = node.value.get(key)
        if tag is None:
            yield Broken("wrong-type", f"Postman expects the key {key!r}, which is missing", node, field)
            return
        told = list(valid(tag, _joined(field, key)))
        yield from told or shapes[tag.value](node, field)

    return check


def _joined(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key


def _wrong(expected: str, node: YamlNode, field: str, more: str = "") -> Broken:
    found: Any = _NAMES.get(type(node.value)) or node.kind
    return Broken("wrong-type", f"Postman expects {expected}, found {found}{more}", node, field)
