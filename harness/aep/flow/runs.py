"""Runs of flows, with metrics of what was delivered.

How often a streaming destination reports a run is not documented: here a run gathers the deliveries
of one flow within a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.flow import flow_query
from harness.aep.flow.entities import COMMON_FIELDS, missing
from harness.aep.flow.specs import BASE
from harness.twin.message import Request, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

WINDOW_MS = 60_000
_KIND = "flowservice.runs"
_WINDOW = "flowservice.window"
_KNOWN = (COMMON_FIELDS | {"flowId", "flowSpec", "providerRefId", "eTag", "metrics", "activities"}) - {"auth"}
_MOST_ERRORS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One message to one target. `size` is in bytes, `error` its code and message."""

    source_id: str
    target_id: str
    size: int
    error: tuple[str, str] | None = None


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of runs."""
    runs = platform.service(FlowRuns)
    table = (
        ("GET", f"{BASE}/runs", runs.list_all),
        ("POST", f"{BASE}/runs", runs.create),
        ("GET", f"{BASE}/runs/{{id}}", runs.read),
    )
    return [
        Endpoint(method=method, path=path, handler=handler, any_case=True, json_only=True)
        for method, path, handler in table
    ]


class FlowRuns:
    """Runs of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        # Deliveries over the network end when they end.
        self._ids = platform.ids.branch("runs")

    def record(self, tenant: Tenant, flow: dict[str, Any], attempt: Attempt) -> None:
        """Count a delivery in the run of the current minute."""
        now = self._platform.clock.now_ms()
        window = self._store.get(tenant, _WINDOW, flow["id"])
        run = None
        if window is not None and window["from_ms"] <= now < window["from_ms"] + WINDOW_MS:
            run = self._store.get(tenant, _KIND, window["run_id"])
        if run is None:
            run = self._new(tenant, flow, now)
            body = {"run_id": run["id"], "from_ms": now // WINDOW_MS * WINDOW_MS}
            self._store.put(tenant, _WINDOW, flow["id"], body)
        _count(run["metrics"], attempt)
        run["metrics"]["durationSummary"]["completedAtUTC"] = now
        run["updatedAt"] = now
        self._store.put(tenant, _KIND, run["id"], run)

    def last(self, tenant: Tenant, flow_id: str) -> dict[str, Any] | None:
        """`lastRunDetails` of a flow; None before its first run."""
        window = self._store.get(tenant, _WINDOW, flow_id)
        run = None if window is None else self._store.get(tenant, _KIND, window["run_id"])
        if run is None:
            return None
        metrics = run["metrics"]
        return {"id": run["id"], "state": metrics["statusSummary"]["status"], **metrics["durationSummary"]}

    def delivered(self, tenant: Tenant, flow_id: str, target_id: str) -> int:
        """Count the messages of a flow that a target took."""
        return sum(
            int(target.get("outputRecordCount", 0))
            for run in self._store.find(tenant, _KIND, flowId=flow_id)
            for target in run["metrics"]["recordSummary"]["targetSummaries"]
            if target["id"] == target_id
        )

    def list_all(self, request: Request, caller: Caller) -> Response:
        """`GET /runs`, newest first unless `orderby` says otherwise."""
        wanted = flow_query.parse_listing(request.query, _KNOWN)
        found = self._store.find(caller.tenant, _KIND)[::-1]
        found = [run for run in found if flow_query.matches(run, wanted.filters)]
        found = flow_query.sort(found, wanted.order)
        page = found[wanted.start : wanted.start + wanted.limit]
        links = flow_query.next_link("runs", request.query, wanted.start + len(page), len(found))
        if wanted.fields:
            page = [flow_query.project(run, wanted.fields) for run in page]
        return answer({"items": page, "_links": links, **({"count": len(found)} if wanted.count else {})})

    def read(self, request: Request, caller: Caller) -> Response:
        """`GET /runs/{id}`: a list of one."""
        run = self._store.get(caller.tenant, _KIND, request.params["id"])
        if run is None:
            raise problem.flow_plain(404, f"runs not found with id = [{request.params['id']}]")
        return answer({"items": [run]})

    def create(self, request: Request, caller: Caller) -> Response:
        """`POST /runs {flowId, params}`: only for a flow that is scheduled once (`1444-400`)."""
        from harness.aep.flow.flows import Flows

        if not request.body.strip():
            raise flow_query.invalid(1405, "The request body must not be null or empty.")
        body = request.document()
        flow_id = body.get("flowId")
        if not flow_id:
            raise missing("flowId")
        flow = self._platform.service(Flows).find(caller, flow_id)
        if flow is None:
            raise flow_query.invalid(1430, f"The flow with the ID {flow_id} could not be found.")
        if (flow.get("scheduleParams") or {}).get("frequency") != "once" or flow["state"] != "enabled":
            raise flow_query.invalid(
                1444, f"The flow with the ID {flow_id} must be enabled and scheduled once."
            )
        now = self._platform.clock.now_ms()
        run = self._new(caller.tenant, flow, now)
        run["params"] = body.get("params", {})
        self._store.put(caller.tenant, _KIND, run["id"], run)
        return answer({"id": run["id"], "etag": run["etag"]}, 201)

    def _new(self, tenant: Tenant, flow: dict[str, Any], now: int) -> dict[str, Any]:
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


def _count(metrics: dict[str, Any], attempt: Attempt) -> None:
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
