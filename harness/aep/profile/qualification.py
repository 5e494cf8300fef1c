"""Segment memberships of profiles, and their evaluation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.aep import pql
from harness.aep.profile.profiles import Profiles, ProfileView
from harness.twin.clock import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.aep.platform import Platform
    from harness.aep.segmentation.segments import Segment
    from harness.twin.tenant import Tenant

_KIND = "segmentMembership"
REALIZED = "realized"
EXITED = "exited"
_MOST_PASSES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Where a profile stands with a segment; `at_ms` is when it last entered or left."""

    segment_id: str
    status: str
    at_ms: int

    def document(self) -> dict[str, str]:
        """As `segmentMembership` has it."""
        return {"lastQualificationTime": iso(self.at_ms), "status": self.status}


class Qualification:
    """Memberships by the key of a profile view."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def memberships(self, tenant: Tenant, key: str) -> dict[str, Membership]:
        """Memberships by segment id: those that are realized, and those that were."""
        held = self._store.get(tenant, _KIND, key) or {}
        return {
            segment_id: Membership(segment_id=segment_id, status=status, at_ms=at_ms)
            for segment_id, (status, at_ms) in held.get("segments", {}).items()
        }

    def evaluate(self, tenant: Tenant, view: ProfileView, segments: Iterable[Segment]) -> list[Membership]:
        """Evaluate a profile; gives the memberships that began or ended, and keeps them.

        A definition may ask for membership in another one (`inSegment`): what was found is then
        evaluated again, until nothing changes.
        """
        segments = list(segments)
        before = self.memberships(tenant, view.key)
        now = self._platform.clock.now_ms()
        subject = self.subject(tenant, view, segments, before)
        ids = frozenset(segment.id for segment in segments)
        nested = any(pql.references_segments(segment.expression) for segment in segments)
        for _ in range(_MOST_PASSES if nested else 1):
            found = {one.id for one in segments if pql.evaluate(one.expression, subject)}
            settled = subject.segments & ids == found
            subject = replace(subject, segments=(subject.segments - ids) | found)
            if settled:
                break
        changed: list[Membership] = []
        for segment in segments:
            held = before.get(segment.id)
            member = segment.id in subject.segments
            if member is not (held is not None and held.status == REALIZED):
                status = REALIZED if member else EXITED
                changed.append(Membership(segment_id=segment.id, status=status, at_ms=now))
        if changed:
            self._write(tenant, view.key, {**before, **{one.segment_id: one for one in changed}})
        return changed

    def subject(
        self,
        tenant: Tenant,
        view: ProfileView,
        segments: Iterable[Segment],
        held: dict[str, Membership],
    ) -> pql.Subject:
        """Give what expressions see of a profile; events are read only when one looks at them."""
        events: list[dict[str, Any]] = []
        if any(pql.references_events(segment.expression) for segment in segments):
            found = self._platform.service(Profiles).events(tenant, view.xids)
            events = [event.entity for event in found]
        return pql.Subject(
            profile={**view.entity, "identityMap": view.identity_map, "segmentMembership": written(held)},
            events=events,
            now_ms=self._platform.clock.now_ms(),
            segments=frozenset(one.segment_id for one in held.values() if one.status == REALIZED),
        )

    def absorb(self, tenant: Tenant, key: str, others: Iterable[str]) -> None:
        """Join the memberships of profiles that turned out to be one; the latest word counts."""
        joined = self.memberships(tenant, key)
        for other in others:
            for segment_id, membership in self.memberships(tenant, other).items():
                held = joined.get(segment_id)
                if held is None or held.at_ms < membership.at_ms:
                    joined[segment_id] = membership
            self._store.delete(tenant, _KIND, other)
        if joined:
            self._write(tenant, key, joined)

    def forget(self, tenant: Tenant, key: str) -> None:
        """Remove the memberships of a profile that was deleted."""
        self._store.delete(tenant, _KIND, key)

    def _write(self, tenant: Tenant, key: str, held: dict[str, Membership]) -> None:
        segments = {one.segment_id: [one.status, one.at_ms] for one in held.values()}
        self._store.put(tenant, _KIND, key, {"segments": segments})


def written(held: dict[str, Membership]) -> dict[str, dict[str, dict[str, str]]]:
    """Write memberships as XDM's `segmentMembership`; empty when there are none."""
    if not held:
        return {}
    return {"ups": {one.segment_id: one.document() for one in held.values()}}
