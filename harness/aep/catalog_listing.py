"""Lists of Catalog: objects keyed by id, with Catalog's filters, order, pages and projections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem

if TYPE_CHECKING:
    from harness.aep.message import Query

_OWN = frozenset({"limit", "start", "orderBy", "property", "properties", "count"})
_FILTER = re.compile(r"(?P<path>[^=!<>~]+)(?P<operator>==|!=|>=|<=|=|~|>|<)(?P<value>.*)")
_DEFAULT, _MOST = 20, 100


def listed(found: list[tuple[str, dict[str, Any]]], query: Query, *, single: bool = False) -> dict[str, Any]:
    """Keyed objects as the query asks: filtered, ordered, cut and projected.

    A `single` object is projected only.
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
        elif name not in _OWN and text:
            found = [item for item in found if _equal(_value(item[1], name), text)]
    order = query.get("orderBy")
    if order:
        direction, _, names = order.rpartition(":")
        if direction not in {"", "asc", "desc"}:
            raise problem.bad_request(f"orderBy is asc:field or desc:field, not {order!r}")
        for name in reversed(names.split(",")):
            found.sort(key=lambda item: _rank(_value(item[1], name)), reverse=direction == "desc")
    start = query.number("start", 0)
    limit = query.number("limit", _DEFAULT, low=1, high=_MOST)
    return found[start : start + limit]


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
        return _value(body, text) is not None
    value, wanted = _value(body, match["path"]), match["value"].strip()
    match match["operator"]:
        case "~":
            try:
                return value is not None and re.search(wanted, _text(value)) is not None
            except re.error:
                raise problem.bad_request(f"{wanted!r} is not a regular expression") from None
        case "==" | "=":
            return _equal(value, wanted)
        case "!=":
            return not _equal(value, wanted)
    if value is None:
        return False
    try:
        left, right = float(value), float(wanted)
    except (TypeError, ValueError):
        raise problem.bad_request(f"{text!r} compares what is not a number") from None
    operator = match["operator"]
    if operator.startswith(">"):
        return left > right or (operator == ">=" and left == right)
    return left < right or (operator == "<=" and left == right)
