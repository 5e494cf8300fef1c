"""Runs schedules that are due by the platform's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.twin.agenda import NEVER, Agenda, Due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.aep.platform import Platform
    from harness.twin.control import Moved

KIND = "schedule"
"""Kind of the documents of `/config/schedules`."""

_RUN = "scheduleRun"


def clock_moved(platform: Platform, _: Moved) -> None:
    """Run the schedules that are due by the time to which the clock was moved."""
    platform.service(Scheduler).catch_up()


class Scheduler:
    """The active schedules of all sandboxes."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        agenda = Agenda(platform, kind=KIND, find=self._schedules, do=self._begin)
        self.catch_up = agenda.catch_up

    def _schedules(self) -> Iterator[Due]:
        from harness.aep.jobs.cron import parse_cron

        for found in self._store.everywhere(KIND):
            if found.body["state"] == "active":
                ran = self._store.get(found.tenant, _RUN, found.body["id"]) or {"at_ms": 0}
                since = max(found.body["updateEpoch"] * 1000, ran["at_ms"])
                at_ms = parse_cron(found.body["schedule"]).next_ms(since)
                yield Due(at_ms=NEVER if at_ms is None else at_ms, tenant=found.tenant, body=found.body)

    def _begin(self, due: Due, now: int) -> None:
        with self._store.transaction():
            self._store.put(due.tenant, _RUN, due.body["id"], {"at_ms": now})
            self._run(due)

    def _run(self, due: Due) -> None:
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
