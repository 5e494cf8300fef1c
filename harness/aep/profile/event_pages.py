"""Pages of experience events: time range, filters, order, and where the next page starts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from harness.aep import problem
from harness.aep.projection import project
from harness.twin.clock import iso
from harness.twin.message import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.aep.profile.profiles import ProfileEvent

_LIMIT = 1000
_MOST_DIGITS = 12
_MOST_PROPERTIES = 3
_PLACES = ("start", "offsets")
_PROPERTY = re.compile(r"(?P<path>[\w.@]+?)(?P<operator>!=|<=|>=|=|<|>)(?P<value>.*)", re.DOTALL)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events are asked for. Times are epoch ms, the end excluded; `start` is an event's id."""

    start_ms: int | None = None
    end_ms: int | None = None
    limit: int = _LIMIT
    descending: bool = False
    start: str | None = None
    properties: tuple[tuple[str, str, str], ...] = ()
    fields: tuple[str, ...] = ()

    def starting(self, start: str | None) -> EventQuery:
        """Return the same for a page that starts at an event."""
        return self if not start else replace(self, start=start)


def parse_query(query: Query) -> EventQuery:
    """Read the parameters of a GET."""
    properties = [text for text in query.all("property") if text]
    if len(properties) > _MOST_PROPERTIES:
        raise problem.ups(400, f"At most {_MOST_PROPERTIES} 'property' filters can be given.")
    fields = tuple(one.strip() for one in (query.get("fields") or "").split(",") if one.strip())
    return EventQuery(
        start_ms=_ms("startTime", query.get("startTime")),
        end_ms=_ms("endTime", query.get("endTime")),
        limit=_limit(query.get("limit")),
        descending=_descending(query.get("orderby")),
        start=query.get("start") or query.get("offsets") or None,
        properties=tuple(_property(text) for text in properties),
        fields=fields,
    )


def parse_body(body: dict[str, Any]) -> EventQuery:
    """Read the members of a bulk request."""
    times = {} if body.get("timeFilter") is None else body["timeFilter"]
    if not isinstance(times, dict):
        raise problem.ups(400, "'timeFilter' must be an object.")
    return EventQuery(
        start_ms=_ms("timeFilter.startTime", times.get("startTime")),
        end_ms=_ms("timeFilter.endTime", times.get("endTime")),
        limit=_limit(body.get("limit")),
        descending=_descending(body.get("orderby")),
        fields=tuple(body.get("fields") or ()),
    )


def page(found: list[ProfileEvent], asked: EventQuery, *, xid: str, raw: str | None) -> dict[str, Any]:
    """Return a page of events of a profile; `raw` is the query string of a GET, for the next link."""
    events = [event for event in found if _fits(event, asked)]
    if asked.descending:
        events.reverse()
    begin = 0
    if asked.start is not None:
        ids = [event.event_id for event in events]
        if asked.start not in ids:
            raise problem.ups(400, f"There is no event {asked.start!r} to start from.")
        begin = ids.index(asked.start)
    shown = events[begin : begin + asked.limit]
    following = events[begin + asked.limit].event_id if begin + asked.limit < len(events) else ""
    return {
        "_page": {
            "orderby": "-timestamp" if asked.descending else "timestamp",
            "start": shown[0].event_id if shown else "",
            "count": len(shown),
            "next": following,
        },
        "children": [_child(event, asked, xid) for event in shown],
        "_links": {"next": _next(following, xid, raw)},
    }


def _child(event: ProfileEvent, asked: EventQuery, xid: str) -> dict[str, Any]:
    entity = event.entity if not asked.fields else project(event.entity, list(asked.fields))
    return {
        "relatedEntityId": xid,
        "entityId": event.event_id,
        "timestamp": event.at_ms,
        "entity": entity,
        "lastModifiedAt": iso(event.received_ms),
    }


def _next(following: str, xid: str, raw: str | None) -> dict[str, Any]:
    if raw is None:
        if not following:
            return {"href": ""}
        payload = {"identities": [{"relatedEntityId": xid, "start": following}]}
        return {"href": "/entities", "payload": payload}
    if not following:
        return {"href": ""}
    others = [pair for pair in Query(raw).pairs if pair[0] not in _PLACES]
    # Adobe's guide follows `start`, its Python client `offsets`: the link has both.
    return {"href": f"/entities?{urlencode([('start', following), *others, ('offsets', following)])}"}


def _fits(event: ProfileEvent, asked: EventQuery) -> bool:
    if asked.start_ms is not None and event.at_ms < asked.start_ms:
        return False
    if asked.end_ms is not None and event.at_ms >= asked.end_ms:
        return False
    return all(_holds(event.entity, *one) for one in asked.properties)


def _holds(entity: dict[str, Any], path: str, operator: str, wanted: str) -> bool:
    """Whether a value at the path fits; on the way through an array, one of its items is enough."""
    nodes: list[Any] = [entity]
    for name in path.split("."):
        members = [item for node in nodes for item in (node if isinstance(node, list) else [node])]
        nodes = [member[name] for member in members if isinstance(member, dict) and name in member]
    values = [item for node in nodes for item in (node if isinstance(node, list) else [node])]
    return any(_compares(value, operator, wanted) for value in values if value is not None)


def _compares(value: Any, operator: str, wanted: str) -> bool:
    if isinstance(value, bool):
        return _OPERATORS[operator](str(value).lower(), wanted.lower())
    if isinstance(value, int | float):
        try:
            return _OPERATORS[operator](value, float(wanted))
        except ValueError:
            return operator == "!="
    return _OPERATORS[operator](str(value), wanted)


def _property(text: str) -> tuple[str, str, str]:
    match = _PROPERTY.fullmatch(text)
    if match is None:
        raise problem.ups(400, f"The property filter {text!r} is not understood.")
    value = match["value"].strip()
    if value.startswith("=") and match["operator"] == "=":
        value = value[1:]
    return match["path"], match["operator"], value.strip("\"'")


def _ms(name: str, value: Any) -> int | None:
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise problem.ups(400, f"'{name}' must be a time in milliseconds, not {value!r}.") from None


def _limit(value: Any) -> int:
    if value is None or value == "":
        return _LIMIT
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LIMIT:
        raise problem.ups(400, f"'limit' must be a whole number from 1 to {_LIMIT}, not {value!r}.")
    return value


def _descending(value: Any) -> bool:
    if value in (None, "", "timestamp", "+timestamp", " timestamp"):
        return False
    if value != "-timestamp":
        raise problem.ups(400, f"'orderby' must be +timestamp or -timestamp, not {value!r}.")
    return True
