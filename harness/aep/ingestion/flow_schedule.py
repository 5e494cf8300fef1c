"""When flows over files are due, by the platform's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.flow.specs import FILE_FLOWS
from harness.twin.agenda import NEVER, Agenda, Due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.aep.platform import Platform

FLOW_KIND = "flowservice.flows"
_RAN = "flowservice.ran"
_STEPS = {
    "minute": 60_000,
    "hour": 3_600_000,
    "day": 86_400_000,
    "week": 604_800_000,
    "month": 30 * 86_400_000,
}


class FlowSchedule:
    """The enabled flows over files of all sandboxes."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        agenda = Agenda(platform, kind=FLOW_KIND, find=self._flows, do=self._run)
        self.catch_up = agenda.catch_up

    def _flows(self) -> Iterator[Due]:
        for found in self._store.everywhere(FLOW_KIND):
            flow = found.body
            if flow["state"] == "enabled" and flow["flowSpec"]["id"] in FILE_FLOWS:
                ran = self._store.get(found.tenant, _RAN, flow["id"])
                ran_ms = None if ran is None else int(ran["at_ms"])
                at_ms = due_ms(flow.get("scheduleParams"), flow["createdAt"], ran_ms)
                yield Due(at_ms=at_ms, tenant=found.tenant, body=flow)

    def _run(self, due: Due, now: int) -> None:
        from harness.aep.ingestion.file_flows import FileFlows

        self._store.put(due.tenant, _RAN, due.body["id"], {"at_ms": now})
        self._platform.service(FileFlows).run(due.tenant, due.body)


def due_ms(schedule: Any, created_ms: int, ran_ms: int | None) -> float:
    """When a schedule is due next, epoch milliseconds; never for one without an interval that has run."""
    given = schedule if isinstance(schedule, dict) else {}
    start = _number(given.get("startTime"))
    start_ms = created_ms if start is None else start * 1000
    if ran_ms is None:
        return start_ms
    unit = given.get("frequency") or given.get("timeUnit")
    step = _STEPS.get(str(unit), 0) * int(_number(given.get("interval")) or 0)
    end = _number(given.get("endTime"))
    if step <= 0:
        return NEVER
    due = start_ms + (max(0.0, ran_ms - start_ms) // step + 1) * step
    return NEVER if end is not None and due > end * 1000 else due


def _number(value: Any) -> float | None:
    """Read a number that is written as one or as a text; a time in milliseconds is given in seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not abs(number) < 1e15:
        return None
    return number / 1000 if number > 1e11 else number
