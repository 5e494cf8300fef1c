"""Runs schedules that are due by the platform's clock.

A schedule runs at the first moment at which the platform looks at its clock after it is due: with the next
request, or within a second. Of the runs that a leap of the clock passes over, the last one is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.control import Moved
    from harness.twin.tenant import Tenant

KIND = "schedule"
"""Kind of the documents of `/config/schedules`."""

_RUN = "scheduleRun"
_NEVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A schedule with the time of its next run, epoch milliseconds."""

    at_ms: float
    tenant: Tenant
    body: dict[str, Any]


def clock_moved(platform: Platform, _: Moved) -> None:
    """Run the schedules that are due by the time to which the clock was moved."""
    platform.service(Scheduler).catch_up()


class Scheduler:
    """The active schedules of all sandboxes. Looking whether something is due costs next to nothing."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._generation = -1
        self._waiting: list[_Due] = []
        self._next_ms = _NEVER
        platform.at_settle(self.catch_up)

    def catch_up(self) -> None:
        """Run what is due."""
        generation = self._store.generation(KIND)
        if generation != self._generation:
            self._generation = generation
            self._plan()
        now = self._platform.clock.now_ms()
        if now < self._next_ms:
            return
        due = [one for one in self._waiting if one.at_ms <= now]
        for one in due:
            with self._store.transaction():
                self._store.put(one.tenant, _RUN, one.body["id"], {"at_ms": now})
                self._run(one)
        self._plan()

    def _plan(self) -> None:
        from harness.aep.jobs.cron import parse_cron

        self._waiting = []
        for found in self._store.everywhere(KIND):
            if found.body["state"] == "active":
                ran = self._store.get(found.tenant, _RUN, found.body["id"]) or {"at_ms": 0}
                since = max(found.body["updateEpoch"] * 1000, ran["at_ms"])
                at_ms = parse_cron(found.body["schedule"]).next_ms(since)
                self._waiting.append(
                    _Due(
                        at_ms=_NEVER if at_ms is None else at_ms,
                        tenant=found.tenant,
                        body=found.body,
                    )
                )
        self._next_ms = min((one.at_ms for one in self._waiting), default=_NEVER)

    def _run(self, due: _Due) -> None:
        from harness.aep.caller import Caller
        from harness.aep.jobs.export_jobs import ExportJobs
        from harness.aep.jobs.segment_jobs import SegmentJobs
        from harness.aep.problem import Problem
        from harness.aep.profile.merge_policies import PROFILE
        from harness.aep.segmentation.segments import Segments

        caller = Caller(tenant=due.tenant, client_id="scheduler", user_id="scheduler")
        properties = due.body["properties"]
        if due.body["type"] == "batch_segmentation":
            wanted = properties["segments"]
            definitions = [
                one
                for one in self._platform.service(Segments).all(due.tenant)
                if "*" in wanted or one.id in wanted
            ]
            if definitions:
                self._platform.service(SegmentJobs).run(caller, definitions, due.body["id"])
            return
        try:
            # The properties of an export are the body of an export job.
            self._platform.service(ExportJobs).run(caller, {"schema": {"name": PROFILE}, **properties})
        except Problem:
            # Nobody is there to be told: the dataset may be gone since the schedule was made.
            return
