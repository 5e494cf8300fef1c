"""Times of Query Service: its lists are paged by them, so that no two documents of a kind share one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.twin.clock import iso

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_KIND = "queryMoment"


class QueryMoments:
    """The last time that was given out in a sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def next(self, tenant: Tenant) -> str:
        """Return the time that it is, or the next millisecond that is not given out yet."""
        held = self._store.get(tenant, _KIND, "last") or {"ms": 0}
        now = max(self._platform.clock.now_ms(), held["ms"] + 1)
        self._store.put(tenant, _KIND, "last", {"ms": now})
        return iso(now, millis=True)
