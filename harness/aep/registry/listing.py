"""Lists of registry resources: filters, order and pages."""

from __future__ import annotations

import re
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

from harness.aep import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.aep.message import Query

_FILTER = re.compile(r"(?P<path>[^=!<>~]+?)\s*(?P<operator>==|!=|>=|<=|=~|~|=|>|<)\s*(?P<value>.*)$")
_ORDER = {">": gt, "<": lt, ">=": ge, "<=": le}
_MOST = 500
_DEFAULT = 300


def listed(found: Sequence[dict[str, Any]], query: Query) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Filter, order and cut a list as the query says; gives the page and its `_page` object.

    `start` is the value of the order field (or the id) of the first resource of the page.
    """
    for text in query.all("property"):
        for one in text.split(","):
            if one.strip():
                found = [item for item in found if _matches(item, one.strip())]
    order = query.get("orderby") or "updated"
    field = order.lstrip("+-")
    found = sorted(found, key=lambda item: _rank(_value(item, field)), reverse=order[0] == "-")
    start = query.get("start")
    if start:
        found = found[_position(found, field, start, descending=order[0] == "-") :]
    limit = query.number("limit", _DEFAULT, low=0, high=_MOST) or _DEFAULT
    page = found[:limit]
    following = found[limit]["$id"] if len(found) > limit else None
    return page, {"orderby": order, "next": following, "count": len(page)}


def _position(found: list[dict[str, Any]], field: str, start: str, *, descending: bool) -> int:
    for index, item in enumerate(found):
        if item.get("$id", item.get("@id")) == start:
            return index
    for index, item in enumerate(found):
        value = str(_value(item, field))
        if (value <= start) if descending else (value >= start):
            return index
    return len(found)


def _rank(value: Any) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))


def _value(item: dict[str, Any], path: str) -> Any:
    metadata = item.get("meta:registryMetadata", {})
    if path == "updated":
        return metadata.get("repo:lastModifiedDate", metadata.get("repo:createdDate"))
    if path == "created":
        return metadata.get("repo:createdDate")
    if path in item:
        return item[path]
    node: Any = item
    for word in re.split(r"[./]", path):
        node = node.get(word) if isinstance(node, dict) else None
    return node


def _matches(item: dict[str, Any], text: str) -> bool:
    match = _FILTER.fullmatch(text)
    if match is None:
        return _value(item, text) is not None
    value, wanted = _value(item, match["path"]), match["value"].strip().strip('"')
    values = value if isinstance(value, list) else [value]
    match match["operator"]:
        case "==" | "=":
            return any(_text(one) == wanted for one in values)
        case "!=":
            return all(_text(one) != wanted for one in values)
        case "~" | "=~":
            try:
                return any(one is not None and re.search(wanted, _text(one)) for one in values)
            except re.error:
                raise problem.bad_request(f"{wanted!r} is not a regular expression") from None
    if value is None:
        return False
    left, right = _comparable(value, wanted)
    compare: Callable[[Any, Any], bool] = _ORDER[match["operator"]]
    return compare(left, right)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _comparable(value: Any, wanted: str) -> tuple[Any, Any]:
    try:
        return float(value), float(wanted)
    except (TypeError, ValueError):
        return _text(value), wanted
