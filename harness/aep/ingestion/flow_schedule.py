"""When flows over files are due, by the platform's clock.

A flow runs at the first moment at which the platform looks at its clock after it is due: with the next
request, or within a second. Of the runs that a leap of the clock passes over, the last one is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.flow.specs import FILE_FLOWS

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

FLOW_KIND = "flowservice.flows"
_RAN = "flowservice.ran"
_NEVER = float("inf")
_STEPS = {
    "minute": 60_000,
    "hour": 3_600_000,
    "day": 86_400_000,
    "week": 604_800_000,
    "month": 30 * 86_400_000,
}


class FlowSchedule:
    """The enabled flows over files of all sandboxes. Looking whether one is due costs next to nothing."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._generation = -1
        self._waiting: list[tuple[float, Tenant, dict[str, Any]]] = []
        self._next_ms = _NEVER
        platform.at_settle(self.catch_up)

    def catch_up(self) -> None:
        """Run what is due."""
        generation = self._store.generation(FLOW_KIND)
        if generation != self._generation:
            self._generation = generation
            self._plan()
        now = self._platform.clock.now_ms()
        if now < self._next_ms:
            return
        from harness.aep.ingestion.file_flows import FileFlows

        for _, tenant, flow in [one for one in self._waiting if one[0] <= now]:
            self._store.put(tenant, _RAN, flow["id"], {"at_ms": now})
            self._platform.service(FileFlows).run(tenant, flow)
        self._generation = self._store.generation(FLOW_KIND)
        self._plan()

    def _plan(self) -> None:
        self._waiting = []
        for found in self._store.everywhere(FLOW_KIND):
            flow = found.body
            if flow["state"] == "enabled" and flow["flowSpec"]["id"] in FILE_FLOWS:
                ran = self._store.get(found.tenant, _RAN, flow["id"])
                ran_ms = None if ran is None else int(ran["at_ms"])
                due = due_ms(flow.get("scheduleParams"), flow["createdAt"], ran_ms)
                self._waiting.append((due, found.tenant, flow))
        self._next_ms = min((due for due, _, _ in self._waiting), default=_NEVER)


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
        return _NEVER
    due = start_ms + (max(0.0, ran_ms - start_ms) // step + 1) * step
    return _NEVER if end is not None and due > end * 1000 else due


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
