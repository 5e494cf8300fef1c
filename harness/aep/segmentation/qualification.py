"""Evaluates segments for a profile, and keeps what comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.aep import pql
from harness.aep.profile.memberships import EXITED, REALIZED, Membership, Memberships, written
from harness.aep.profile.profiles import Profiles, ProfileView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.aep.platform import Platform
    from harness.aep.segmentation.segments import Segment
    from harness.twin.tenant import Tenant

_MOST_PASSES = 10


class Qualification:
    """Finds out which segments a profile is in."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._memberships = platform.service(Memberships)

    def evaluate(self, tenant: Tenant, view: ProfileView, segments: Iterable[Segment]) -> list[Membership]:
        """Evaluate a profile; gives the memberships that began or ended, and keeps them.

        A definition may ask for membership in another one (`inSegment`): what was found is then
        evaluated again, until nothing changes.
        """
        segments = list(segments)
        before = self._memberships.held(tenant, view.key)
        now = self._platform.clock.now_ms()
        subject = self.subject(tenant, view, segments, before)
        ids = frozenset(segment.id for segment in segments)
        nested = any(segment.looks_at_segments for segment in segments)
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
            after = {**before, **{one.segment_id: one for one in changed}}
            self._memberships.keep(tenant, view.key, after)
        return changed

    def subject(
        self,
        tenant: Tenant,
        view: ProfileView,
        segments: Iterable[Segment],
        held: dict[str, Membership],
    ) -> pql.Subject:
        """Return what expressions see of a profile; events are read only when one looks at them."""
        events: list[dict[str, Any]] = []
        if any(segment.looks_at_events for segment in segments):
            found = self._platform.service(Profiles).events(tenant, view.xids)
            events = [event.entity for event in found]
        return pql.Subject(
            profile={**view.entity, "identityMap": view.identity_map, "segmentMembership": written(held)},
            events=events,
            now_ms=self._platform.clock.now_ms(),
            segments=frozenset(one.segment_id for one in held.values() if one.status == REALIZED),
        )
