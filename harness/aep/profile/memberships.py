"""Segment memberships of profiles, by the key of a profile view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.twin.clock import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_KIND = "segmentMembership"
OWN = "ups"
REALIZED = "realized"
EXITED = "exited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Where a profile stands with a segment; `at_ms` is when it last entered or left.

    `namespace` is that of an external audience, or the platform's own.
    """

    segment_id: str
    status: str
    at_ms: int
    namespace: str = OWN

    def document(self) -> dict[str, str]:
        """As `segmentMembership` has it."""
        return {"lastQualificationTime": iso(self.at_ms), "status": self.status}


class Memberships:
    """What was found out about profiles and segments, by the key of a profile view."""

    def __init__(self, platform: Platform) -> None:
        self._store = platform.store

    def held(self, tenant: Tenant, key: str) -> dict[str, Membership]:
        """Memberships by segment id: those that are realized, and those that were."""
        held = self._store.get(tenant, _KIND, key) or {}
        return {
            segment_id: Membership(
                segment_id=segment_id, status=status, at_ms=at_ms, namespace=(*rest, OWN)[0]
            )
            for segment_id, (status, at_ms, *rest) in held.get("segments", {}).items()
        }

    def keep(self, tenant: Tenant, key: str, held: dict[str, Membership]) -> None:
        """Replace the memberships of a profile."""
        segments = {
            one.segment_id: [one.status, one.at_ms, *([] if one.namespace == OWN else [one.namespace])]
            for one in held.values()
        }
        self._store.put(tenant, _KIND, key, {"segments": segments})

    def absorb(self, tenant: Tenant, key: str, others: Iterable[str]) -> None:
        """Join the memberships of profiles that turned out to be one; the latest word counts."""
        joined = self.held(tenant, key)
        for other in others:
            for segment_id, membership in self.held(tenant, other).items():
                held = joined.get(segment_id)
                if held is None or held.at_ms < membership.at_ms:
                    joined[segment_id] = membership
            self._store.delete(tenant, _KIND, other)
        if joined:
            self.keep(tenant, key, joined)

    def forget(self, tenant: Tenant, key: str) -> None:
        """Remove the memberships of a profile that was deleted."""
        self._store.delete(tenant, _KIND, key)


def written(held: dict[str, Membership]) -> dict[str, dict[str, dict[str, str]]]:
    """Write memberships as XDM's `segmentMembership`; empty when there are none."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for one in held.values():
        found.setdefault(one.namespace, {})[one.segment_id] = one.document()
    return found
