"""Pages of the Profile and Segmentation services: `{_page, children, _links}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from harness.twin.message import Query


def child_page(found: list[dict[str, Any]], query: Query, path: str, *, limit: int = 100) -> dict[str, Any]:
    """Cut out what `start` (an offset) and `limit` ask for; `path` is the list's own, for its next page."""
    most = query.number("limit", limit, low=1)
    start = query.number("start", 0)
    shown = found[start : start + most]
    following = start + most
    more = {"href": href(path, query, start=following, limit=most)} if following < len(found) else {}
    return {
        "_page": {"totalCount": len(found), "pageSize": len(shown)},
        "children": shown,
        "_links": {"next": more},
    }


def href(path: str, query: Query, **changes: object) -> str:
    """Address of another page of a list: with the caller's parameters, those changed but for the empty."""
    given = [pair for pair in query.pairs if pair[0] not in changes]
    return f"{path}?{urlencode([pair for pair in (*changes.items(), *given) if pair[1] != ''])}"
