"""Runs of flows, with metrics of what was delivered.

How often a streaming destination reports a run is not documented: here a run gathers the deliveries
of one flow within a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

WINDOW_MS = 60_000
RUN_KIND = "flowservice.runs"
_WINDOW = "flowservice.window"
_MOST_ERRORS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttempt:
    """One message to one target. `size` is in bytes, `error` its code and message."""

    source_id: str
    target_id: str
    size: int
    error: tuple[str, str] | None = None


class FlowRuns:
    """Runs of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        # Deliveries over the network end when they end.
        self._ids = platform.ids.branch("runs")

    def record(self, tenant: Tenant, flow: dict[str, Any], attempt: DeliveryAttempt) -> None:
        """Count a delivery in the run of the current minute."""
        now = self._platform.clock.now_ms()
        window = self._store.get(tenant, _WINDOW, flow["id"])
        run = None
        if window is not None and window["from_ms"] <= now < window["from_ms"] + WINDOW_MS:
            run = self._store.get(tenant, RUN_KIND, window["run_id"])
        if run is None:
            run = self.new(tenant, flow, now)
            body = {"run_id": run["id"], "from_ms": now // WINDOW_MS * WINDOW_MS}
            self._store.put(tenant, _WINDOW, flow["id"], body)
        _count(run["metrics"], attempt)
        run["metrics"]["durationSummary"]["completedAtUTC"] = now
        run["updatedAt"] = now
        self._store.put(tenant, RUN_KIND, run["id"], run)

    def last(self, tenant: Tenant, flow_id: str) -> dict[str, Any] | None:
        """`lastRunDetails` of a flow; None before its first run."""
        window = self._store.get(tenant, _WINDOW, flow_id)
        run = None if window is None else self._store.get(tenant, RUN_KIND, window["run_id"])
        if run is None:
            return None
        metrics = run["metrics"]
        return {"id": run["id"], "state": metrics["statusSummary"]["status"], **metrics["durationSummary"]}

    def keep(self, tenant: Tenant, run: dict[str, Any]) -> None:
        """Keep a run that is over, as the last one of its flow."""
        self._store.put(tenant, RUN_KIND, run["id"], run)
        self._store.put(tenant, _WINDOW, run["flowId"], {"run_id": run["id"], "from_ms": 0})

    def delivered(self, tenant: Tenant, flow_id: str, target_id: str) -> int:
        """Count the messages of a flow that a target took."""
        return sum(
            int(target.get("outputRecordCount", 0))
            for run in self._store.find(tenant, RUN_KIND, flowId=flow_id)
            for target in run["metrics"]["recordSummary"]["targetSummaries"]
            if target["id"] == target_id
        )

    def new(self, tenant: Tenant, flow: dict[str, Any], now: int) -> dict[str, Any]:
        """Compose a run that has counted nothing yet."""
        etag = self._ids.etag()
        return {
            "id": self._ids.uuid(),
            "createdAt": now,
            "updatedAt": now,
            "createdBy": "system",
            "updatedBy": "system",
            "sandboxId": flow["sandboxId"],
            "sandboxName": tenant.sandbox,
            "imsOrgId": tenant.org,
            "flowId": flow["id"],
            "flowSpec": flow["flowSpec"],
            "providerRefId": self._ids.uuid(),
            "version": etag,
            "etag": etag,
            "metrics": {
                "durationSummary": {"startedAtUTC": now, "completedAtUTC": now},
                "sizeSummary": {"inputBytes": 0, "outputBytes": 0},
                "recordSummary": {
                    "inputRecordCount": 0,
                    "createdRecordCount": 0,
                    "outputRecordCount": 0,
                    "skippedRecordCount": 0,
                    "failedRecordCount": 0,
                    "sourceSummaries": [],
                    "targetSummaries": [],
                },
                "fileSummary": {"inputFileCount": 0, "outputFileCount": 0},
                "statusSummary": {"status": "success"},
            },
            "activities": [],
        }


def _count(metrics: dict[str, Any], attempt: DeliveryAttempt) -> None:
    records, sizes, status = metrics["recordSummary"], metrics["sizeSummary"], metrics["statusSummary"]
    source = _summary(records["sourceSummaries"], attempt.source_id)
    target = _summary(records["targetSummaries"], attempt.target_id)
    sizes["inputBytes"] += attempt.size
    for counts in (records, source):
        counts["inputRecordCount"] = counts.get("inputRecordCount", 0) + 1
    if attempt.error is None:
        sizes["outputBytes"] += attempt.size
        for counts in (records, target):
            counts["outputRecordCount"] = counts.get("outputRecordCount", 0) + 1
            counts["createdRecordCount"] = counts.get("createdRecordCount", 0) + 1
    else:
        for counts in (records, target):
            counts["failedRecordCount"] = counts.get("failedRecordCount", 0) + 1
        code, text = attempt.error
        errors = status.setdefault("errors", [])
        if len(errors) < _MOST_ERRORS:
            errors.append({"code": code, "message": text})
        status["status"] = "failed" if records["outputRecordCount"] == 0 else "partialSuccess"
    if attempt.error is None and records["failedRecordCount"]:
        status["status"] = "partialSuccess"


def _summary(summaries: list[dict[str, Any]], entity_id: str) -> dict[str, Any]:
    for summary in summaries:
        if summary["id"] == entity_id:
            return summary
    summaries.append({"id": entity_id})
    return summaries[-1]
