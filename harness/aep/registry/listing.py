"""Lists of registry resources: filters, order and pages."""

from __future__ import annotations

import re
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from harness.aep import problem
from harness.aep.xdm.patterns import TooSlow, compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.twin.message import Query

_FILTER = re.compile(r"(?P<path>[^=!<>~]+)(?P<operator>==|!=|>=|<=|=~|~|=|>|<)\s*(?P<value>.*)$")
_ORDER = {">": gt, "<": lt, ">=": ge, "<=": le}
_MOST = 500
_DEFAULT = 300


def listed(
    found: Sequence[dict[str, Any]], query: Query, *, strict: bool = False, most: int = _DEFAULT
) -> tuple[Sequence[dict[str, Any]], dict[str, Any]]:
    """Filter, order and cut a list as the query says; gives the page and its `_page` object.

    `start` is what `_page.next` gave, the id of the first resource of the page, or a value of the order
    field, after which the page begins. The guide wants `orderby` with it and with `limit`; collections
    leave it out, so only a `strict` list does. A page without `limit` holds `most`. (Adobe: appendix of the
    Schema Registry guide.)
    """
    if strict and query.get("orderby") is None and ("start" in query or "limit" in query):
        raise problem.bad_request("start and limit cannot be used without orderby")
    for text in query.all("property"):
        for one in _conditions(text):
            found = [item for item in found if _matches(item, one)]
    order = query.get("orderby") or "updated"
    fields = [one for one in order.split(",") if one.strip("+-")] or ["updated"]
    for one in reversed(fields):
        found = _ordered(found, one.lstrip("+-"), descending=one[0] == "-")
    start = query.get("start")
    if start:
        found = found[_position(found, fields[0].lstrip("+-"), start, descending=fields[0][0] == "-") :]
    limit = query.number("limit", 0, low=0, high=_MOST) or most
    page = found[:limit]
    following = _id(found[limit]) if len(found) > limit else None
    return page, {"orderby": order, "next": following, "count": len(page)}


def next_link(here: str, query: Query, about: dict[str, Any]) -> str:
    """Address of the page after this one: the same filters, order and size, and where it starts."""
    kept = [pair for pair in query.pairs if pair[0] not in {"orderby", "start"}]
    return f"{here}?{urlencode([*kept, ('orderby', about['orderby']), ('start', about['next'])])}"


def _ordered(found: Sequence[dict[str, Any]], field: str, *, descending: bool) -> list[dict[str, Any]]:
    return sorted(found, key=lambda item: _rank(_value(item, field)), reverse=descending)


def _id(item: dict[str, Any]) -> str:
    return str(item.get("$id") or item["@id"])


def _conditions(text: str) -> list[str]:
    """Split at commas; what follows one and compares nothing belongs to the value before it."""
    found: list[str] = []
    for part in text.split(","):
        if found and part.strip() and _FILTER.fullmatch(part) is None and _FILTER.fullmatch(found[-1]):
            found[-1] += f",{part}"
        else:
            found.append(part)
    return [one.strip() for one in found if one.strip()]


def _position(found: Sequence[dict[str, Any]], field: str, start: str, *, descending: bool) -> int:
    for index, item in enumerate(found):
        if _id(item) == start:
            return index
    for index, item in enumerate(found):
        value = str(_value(item, field))
        if (value < start) if descending else (value > start):
            return index
    return len(found)


def _rank(value: Any) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))


def _value(item: dict[str, Any], path: str) -> Any:
    metadata = item.get("meta:registryMetadata", {})
    if path == "updated":
        return metadata.get("repo:lastModifiedDate", metadata.get("repo:createdDate", item.get("updated")))
    if path == "created":
        return metadata.get("repo:createdDate", item.get("created"))
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
    value, wanted = _value(item, match["path"].rstrip()), match["value"].strip().strip('"')
    values = value if isinstance(value, list) else [value]
    match match["operator"]:
        case "==" | "=":
            return any(_text(one) == wanted for one in values)
        case "!=":
            return all(_text(one) != wanted for one in values)
        case "~" | "=~":
            try:
                return any(one is not None and compile_pattern(wanted).search(_text(one)) for one in values)
            except re.error:
                raise problem.bad_request(f"{wanted!r} is not a regular expression") from None
            except TooSlow as error:
                raise problem.bad_request(str(error)) from None
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
