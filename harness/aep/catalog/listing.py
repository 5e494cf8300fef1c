"""Lists of Catalog: objects keyed by id, with Catalog's filters, order, pages and projections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.xdm.patterns import TooSlow, compile_pattern

if TYPE_CHECKING:
    from harness.twin.message import Query

_OWN = frozenset({"limit", "start", "orderBy", "property", "properties", "count", "tags"})
_FILTER = re.compile(r"(?P<path>[^=!<>~]+)(?P<operator>==|!=|>=|<=|=|~|>|<)(?P<value>.*)")
_DEFAULT, _MOST = 20, 100
_DIRECTIONS = ("asc", "desc")


def listed(found: list[tuple[str, dict[str, Any]]], query: Query, *, single: bool = False) -> dict[str, Any]:
    """Keyed objects as the query asks: filtered, ordered, cut and projected.

    A `single` object is projected only. The rules are those of Adobe's guide to filtering Catalog data.
    """
    if not single:
        found = _selected(found, query)
    wanted = [name for text in query.all("properties") for name in text.split(",") if name]
    if not wanted:
        return dict(found)
    return {key: {name: body[name] for name in wanted if name in body} for key, body in found}


def _selected(found: list[tuple[str, dict[str, Any]]], query: Query) -> list[tuple[str, dict[str, Any]]]:
    for name, text in query.pairs:
        if name == "property":
            for one in text.split(","):
                found = [item for item in found if _matches(item[1], one)]
        elif name == "tags":
            for one in text.split(","):
                found = [item for item in found if _tagged(item[1], one)]
        elif name not in _OWN and text:
            wanted, inverted = text.removeprefix("!"), text.startswith("!")
            found = [item for item in found if _equal(_value(item[1], name), wanted) is not inverted]
    for field, direction in reversed(_order(query.get("orderBy") or "")):
        found = _ordered(found, field, descending=direction == "desc")
    start = query.number("start", 0)
    limit = query.number("limit", _DEFAULT, low=1, high=_MOST)
    return found[start : start + limit]


def _order(text: str) -> list[tuple[str, str]]:
    """Fields and directions: `name,desc:created`; a direction holds until another is named."""
    found: list[tuple[str, str]] = []
    direction = _DIRECTIONS[0]
    for part in filter(None, text.split(",")):
        named, colon, field = part.partition(":")
        if colon and named not in _DIRECTIONS:
            raise problem.bad_request(f"orderBy is asc:field or desc:field, not {part!r}")
        direction = named if colon else direction
        found.append((field if colon else part, direction))
    return found


def _ordered(
    found: list[tuple[str, dict[str, Any]]], field: str, *, descending: bool
) -> list[tuple[str, dict[str, Any]]]:
    return sorted(found, key=lambda item: _rank(_value(item[1], field)), reverse=descending)


def _tagged(body: dict[str, Any], text: str) -> bool:
    """Whether an object has a tag `name:value`; a `*` in the value stands for anything."""
    name, colon, value = text.partition(":")
    if not colon:
        raise problem.bad_request(f"tags has the form name:value, not {text!r}")
    values = (body.get("tags") or {}).get(name)
    if values is None:
        return False
    pattern = ".*".join(re.escape(part) for part in value.split("*"))
    return any(_wild(pattern, str(one)) for one in (values if isinstance(values, list) else [values]))


def _value(body: dict[str, Any], path: str) -> Any:
    node: Any = body
    for word in path.strip().split("."):
        node = node.get(word) if isinstance(node, dict) else None
    return node


def _rank(value: Any) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _equal(value: Any, text: str) -> bool:
    choices = text.split(",")
    values = value if isinstance(value, list) else [value]
    for one in values:
        if isinstance(one, dict) and one.get("id") in choices:
            return True
        if _text(one) in choices:
            return True
    return False


def _matches(body: dict[str, Any], text: str) -> bool:
    match = _FILTER.fullmatch(text.strip())
    if match is None:
        name = text.strip()
        return (_value(body, name.removeprefix("!")) is not None) is not name.startswith("!")
    path, wanted = match["path"].strip(), match["value"].strip()
    value = _value(body, path)
    match match["operator"]:
        case "~":
            try:
                return value is not None and compile_pattern(wanted).search(_text(value)) is not None
            except re.error:
                raise problem.bad_request(f"{wanted!r} is not a regular expression") from None
            except TooSlow as error:
                raise problem.bad_request(str(error)) from None
        case "==" | "=":
            return _same(path, value, wanted)
        case "!=":
            return not _same(path, value, wanted)
    if value is None:
        return False
    left, right = _amount(_text(value), text), _amount(wanted, text)
    operator = match["operator"]
    if operator.startswith(">"):
        return left > right or (operator == ">=" and left == right)
    return left < right or (operator == "<=" and left == right)


def _same(path: str, value: Any, wanted: str) -> bool:
    """Compare; in a name `*` stands for anything, and `**` for itself."""
    if path != "name" or "*" not in wanted:
        return _equal(value, wanted)
    parts = [".*".join(map(re.escape, part.split("*"))) for part in wanted.split("**")]
    return _wild(re.escape("*").join(parts), _text(value))


def _wild(expression: str, text: str) -> bool:
    try:
        return compile_pattern(f"(?s){expression}").fullmatch(text) is not None
    except TooSlow as error:
        raise problem.bad_request(str(error)) from None


def _amount(text: str, condition: str) -> tuple[float, ...]:
    """Read a number, or the numbers of a version such as `1.0.3`, to be compared in order."""
    try:
        return (float(text),) if text.count(".") < 2 else tuple(float(part) for part in text.split("."))
    except ValueError:
        raise problem.bad_request(f"{condition!r} compares what is not a number") from None
