"""Pages of Query Service: `{…, _page: {orderby, start, next, count}, _links}`; `start` is a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from harness.aep import problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.twin.message import Query

_DEFAULT, _MOST = 20, 1000
_FILTER = re.compile(r"\s*([\w.]+)\s*(==|!=|>=|<=|>|<|~|=)\s*(.*)", re.DOTALL)
"""Adobe's description writes equality with one sign, too."""
REFERENCED = "referenced_datasets"
"""The links of a query to the datasets that it reads, by which queries are found."""


def listed(
    found: Iterable[dict[str, Any]], query: Query, word: str, path: str, *, only_equal: frozenset[str] | None
) -> dict[str, Any]:
    """Return a page of documents under a word.

    With `only_equal`, `property` takes these fields and `==` alone; else any field and comparison.
    """
    order = query.get("orderby") or "-created"
    field = order.lstrip("+-")
    if field not in ("created", "updated"):
        raise problem.bad_request(f"orderby must be created or updated, with or without a dash, not {order}")
    down = order.startswith("-")
    kept = fitting(found, query, only_equal=only_equal)
    kept.sort(key=lambda one: str(one[field]), reverse=down)
    start = query.get("start") or ""
    if start:
        kept = [one for one in kept if (one[field] <= start if down else one[field] >= start)]
    limit = query.number("limit", _DEFAULT, low=1, high=_MOST)
    shown, rest = kept[:limit], kept[limit:]
    page: dict[str, Any] = {
        "orderby": order,
        "start": str(shown[0][field]) if shown else start,
        "count": len(shown),
    }
    links: dict[str, Any] = {}
    if rest:
        page["next"] = str(rest[0][field])
        given = [pair for pair in query.pairs if pair[0] not in ("start", "orderby") and pair[1]]
        words = urlencode([("orderby", order), ("start", page["next"]), *given])
        links["next"] = {"href": f"{path}?{words}"}
    return {word: shown, "_page": page, "_links": links, "version": 1}


def fitting(
    found: Iterable[dict[str, Any]], query: Query, *, only_equal: frozenset[str] | None
) -> list[dict[str, Any]]:
    """Give the documents that `property` asks for."""
    return [one for one in found if _fits(one, query, only_equal)]


def _fits(body: dict[str, Any], query: Query, only_equal: frozenset[str] | None) -> bool:
    return all(
        _holds(body, one, only_equal)
        for text in query.all("property")
        for one in text.split(",")
        if one.strip()
    )


def _holds(body: dict[str, Any], text: str, only_equal: frozenset[str] | None) -> bool:
    match = _FILTER.fullmatch(text)
    if match is None:
        raise problem.bad_request(f"property has the form field==value, not {text!r}")
    name, wanted = match[1], match[3].strip()
    sign = "==" if match[2] == "=" else match[2]
    if only_equal is not None and (name not in only_equal or sign != "=="):
        names = ", ".join(sorted(only_equal))
        raise problem.bad_request(f"property takes the fields {names} with ==, not {text!r}")
    if name == REFERENCED:
        if sign != "==":
            raise problem.bad_request(f"property takes {name} with ==, not {text!r}")
        return any(one["id"] in wanted.split("||") for one in body.get("_links", {}).get(name, ()))
    held = _text(body.get(name, body.get("request", {}).get(name) if "request" in body else None))
    comparisons = {
        "==": held == wanted,
        "!=": held != wanted,
        ">=": held >= wanted,
        "<=": held <= wanted,
        ">": held > wanted,
        "<": held < wanted,
        "~": wanted.lower() in held.lower(),
    }
    return comparisons[sign]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
