"""Page that says of every call where it is known from how it is answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.twin.call_log import CallLog
from harness.twin.provenance import Provenance, ValueSource

if TYPE_CHECKING:
    from harness.twin.surface import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """A call: where its answers and its refusals are known from, and how many were given so far."""

    route: str
    answers: Provenance
    refusals: Provenance
    given: int

    @property
    def assumed(self) -> bool:
        """Whether some of what it answers is assumed."""
        return ValueSource.ASSUMED in (self.answers.source, self.refusals.source)


def facts(surface: Surface) -> dict[str, Any]:
    """Gather what the page `provenance.html` shows: all calls, by path."""
    given: Counter[str] = Counter()
    for kind, count in surface.platform.service(CallLog).by_source.items():
        given[kind.route] += count
    rows = [
        RouteRow(
            route=(route := f"{endpoint.method} {endpoint.path}"),
            answers=surface.provenance(endpoint),
            refusals=surface.provenance(endpoint, refused=True),
            given=given[route],
        )
        for endpoint in sorted(surface.every_endpoint(), key=lambda one: (one.path, one.method))
        if endpoint.door not in ("harness", "console")
    ]
    return {"rows": rows, "assumed": sum(row.assumed for row in rows)}
