"""Segments of a profile that was written: what streams in is evaluated at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.events import ProfileChange, ProfileChanged, ProfileWritten
from harness.aep.profile.merge_policies import MergePolicies, stitches
from harness.aep.profile.profiles import Profiles
from harness.aep.segmentation.qualification import Qualification
from harness.aep.segmentation.segments import Segments

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.aep.profile.memberships import Membership


def profile_written(platform: Platform, event: ProfileWritten) -> None:
    """Evaluate a profile under each merge policy; a `ProfileChanged` says what came of it."""
    tenant = event.tenant
    segments = [one for one in platform.service(Segments).all(tenant) if one.continuous]
    changes: dict[str, ProfileChange] = {}
    for policy in platform.service(MergePolicies).all(tenant):
        changed: list[Membership] = []
        due = [one for one in segments if one.policy_id == policy["id"]] if event.streamed else []
        if due:
            view = platform.service(Profiles).view(tenant, event.xid, policy)
            if view is not None:
                changed = platform.service(Qualification).evaluate(tenant, view, due)
        changes[policy["id"]] = ProfileChange(
            segments=frozenset(one.segment_id for one in changed),
            identities=event.identities_changed and stitches(policy),
            record=event.written,
        )
    platform.events.publish(ProfileChanged(tenant=tenant, xid=event.xid, changes=changes))
