"""The values of computed attributes, as a profile has them at the moment it is looked at.

The services compute in batches, hourly to monthly, by how far an attribute looks back. Here a value is never
older than the events that it comes from: what streams in is in it at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from harness.aep import pql
from harness.aep.pql.moments import shift
from harness.aep.profile.merge_policies import PROFILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

FIRST_KIND = "computedAttribute"
"""Kind of the documents of `/config/computedAttributes`."""

PRESENT_KIND = "computedAttribute.present"
"""Kind of the documents of `/ca/attributes`."""

_COMPUTED = ("NEW", "PROCESSING", "PROCESSED")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedAttribute:
    """A field, what its value is, and how far back it looks: an amount of a unit, or without a bound."""

    path: tuple[str, ...]
    expression: pql.QueryNode
    look_back: tuple[int, str] | None

    @property
    def looks_at_events(self) -> bool:
        """Whether the events of a profile are needed."""
        return pql.references_events(self.expression)


class ComputedValues:
    """Attributes that are computed, by sandbox; read once per state of the definitions."""

    def __init__(self, platform: Platform) -> None:
        self._store = platform.store
        self._held: dict[Tenant, list[ComputedAttribute]] = {}
        self._stamp: tuple[int, ...] = ()

    def attributes(self, tenant: Tenant) -> list[ComputedAttribute]:
        """Attributes of profiles, oldest first: a later one may use those before it."""
        stamp = tuple(self._store.generation(kind) for kind in (FIRST_KIND, PRESENT_KIND))
        if stamp != self._stamp:
            self._held.clear()
            self._stamp = stamp
        key = tenant
        if key not in self._held:
            self._held[key] = [
                _attribute(body)
                for kind in (FIRST_KIND, PRESENT_KIND)
                for body in self._store.find(tenant, kind)
                if _is_computed(body)
            ]
        return self._held[key]


def with_computed(
    entity: dict[str, Any],
    attributes: Sequence[ComputedAttribute],
    events: Sequence[tuple[int, dict[str, Any]]],
    now_ms: int,
) -> dict[str, Any]:
    """Return a profile with the values of attributes; `events` are with their times, epoch milliseconds.

    What has no value is left out. A value replaces what was ingested into its field.
    """
    found = dict(entity)
    for attribute in attributes:
        since = _since(attribute, now_ms)
        seen = [event for at_ms, event in events if since <= at_ms]
        subject = pql.Subject(profile=found, events=seen, now_ms=now_ms)
        value = _plain(pql.value_of(attribute.expression, subject))
        if value is not None:
            found = _placed(found, attribute.path, value)
    return found


def touched_by_events(attributes: Sequence[ComputedAttribute]) -> dict[str, Any]:
    """Return a record that writes the fields that an event computes anew; what it writes means nothing."""
    found: dict[str, Any] = {}
    for attribute in attributes:
        if attribute.looks_at_events:
            found = _placed(found, attribute.path, None)
    return found


def _attribute(body: dict[str, Any]) -> ComputedAttribute:
    expression = body["expression"]
    read = pql.parse_json if expression["format"] == "pql/json" else pql.parse_value
    duration = body.get("duration")
    return ComputedAttribute(
        path=(*body["positionPath"], body["name"]),
        expression=read(expression["value"]),
        look_back=(duration["count"], duration["unit"].lower().removesuffix("s")) if duration else None,
    )


def _is_computed(body: dict[str, Any]) -> bool:
    active = body["status"] in _COMPUTED if "status" in body else body.get("active") is not False
    return active and body["schema"]["name"] == PROFILE


def _since(attribute: ComputedAttribute, now_ms: int) -> float:
    if attribute.look_back is None:
        return float("-inf")
    amount, unit = attribute.look_back
    now = datetime.fromtimestamp(now_ms / 1000, tz=UTC)
    return shift(now, -amount, unit).timestamp() * 1000


def _plain(value: Any) -> Any:
    """Make JSON of a value: PQL computes times, too."""
    match value:
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case float():
            return value if math.isfinite(value) else None
        case None | str() | bool() | int():
            return value
    return None


def _placed(entity: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, rest = path[0], path[1:]
    if not rest:
        return {**entity, name: value}
    inner = entity.get(name)
    return {**entity, name: _placed(inner if isinstance(inner, dict) else {}, rest, value)}
