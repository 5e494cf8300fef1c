"""Scheduled queries and their runs.

A schedule runs when it is looked at after it is due by the platform's clock; of the runs that the clock
passed over, the last one is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.pql.moments import moment_of
from harness.aep.query.crontab import parse_crontab
from harness.aep.query.moments import QueryMoments
from harness.aep.query.pages import listed
from harness.aep.query.queries import Queries, checked
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

BASE = "/data/foundation/query/schedules"
_KIND, _RUN = "querySchedule", "queryScheduleRun"
_STATES = {"enable": "ENABLED", "enabled": "ENABLED", "disable": "DISABLED", "disabled": "DISABLED"}
_FILTERED = frozenset({"id", "state", "templateId", "userId"})
_KEPT = "ranMs"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of schedules and their runs."""
    schedules = QuerySchedules(platform)
    table = (
        ("GET", "", schedules.list_all),
        ("POST", "", schedules.create),
        ("GET", "/{id}", schedules.read),
        ("PATCH", "/{id}", schedules.patch),
        ("DELETE", "/{id}", schedules.delete),
        ("GET", "/{id}/runs", schedules.runs),
        ("POST", "/{id}/runs", schedules.trigger),
        ("GET", "/{id}/runs/{run}", schedules.run),
        ("PATCH", "/{id}/runs/{run}", schedules.change_run),
    )
    return [Endpoint(method=method, path=BASE + path, handler=handler) for method, path, handler in table]


class QuerySchedules:
    """Schedules of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._queries = platform.service(Queries)
        self._moments = platform.service(QueryMoments)

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /schedules`: a page."""
        found = [_shown(self._caught_up(caller.tenant, one)) for one in self._all(caller.tenant)]
        return answer(listed(found, request.query, "schedules", BASE, only_equal=_FILTERED))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /schedules {query, schedule}`: 202; it is enabled by the time it is read."""
        wanted = request.document()
        asked = checked(self._platform, caller, wanted.get("query"))
        timing = _timing(wanted.get("schedule"))
        created = self._moments.next(caller.tenant)
        schedule_id = self._platform.ids.uuid()
        made = {
            "state": "ENABLED",
            "query": asked,
            **({"templateId": asked["templateId"]} if "templateId" in asked else {}),
            "updatedUserId": caller.user_id,
            "version": 2,
            "id": schedule_id,
            "updated": created,
            "schedule": timing,
            "clientId": None,
            "userId": caller.user_id,
            "created": created,
            "_links": _links(schedule_id),
            _KEPT: self._platform.clock.now_ms(),
        }
        self._store.put(caller.tenant, _KIND, schedule_id, made)
        return answer({**_shown(made), "state": "REGISTERING"}, 202)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /schedules/{id}`."""
        return answer(_shown(self._held(request, caller)))

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /schedules/{id} {body: [{op: replace, path, value}]}`: 202; its state or its cron."""
        held = self._held(request, caller)
        wanted = request.json()
        operations = wanted.get("body") if isinstance(wanted, dict) else wanted
        if not isinstance(operations, list) or not operations:
            raise problem.bad_request("body must be an array of operations that is not empty")
        changed = held
        for one in operations:
            changed = _replaced(changed, one)
        if changed["state"] == "ENABLED" and changed != held:
            changed = {**changed, _KEPT: self._platform.clock.now_ms()}
        updated = {
            **changed,
            "updated": self._moments.next(caller.tenant),
            "updatedUserId": caller.user_id,
            "version": held["version"] + 1,
        }
        self._store.put(caller.tenant, _KIND, held["id"], updated)
        return answer({"message": "Request to update schedule accepted", "statusCode": 202}, 202)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /schedules/{id}`: 202."""
        held = self._held(request, caller)
        with self._store.transaction():
            for one in self._runs(caller.tenant, held["id"]):
                self._store.delete(caller.tenant, _RUN, one["id"])
            self._store.delete(caller.tenant, _KIND, held["id"])
        return answer({"message": "Request to delete schedule accepted", "statusCode": 202}, 202)

    def runs(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /schedules/{id}/runs`: a page."""
        held = self._held(request, caller)
        found = [_run_shown(one) for one in self._runs(caller.tenant, held["id"])]
        path = f"{BASE}/{held['id']}/runs"
        return answer(listed(found, request.query, "runsSchedules", path, only_equal=None))

    def trigger(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /schedules/{id}/runs`: 202; runs it at once."""
        self._run(caller.tenant, self._held(request, caller), by_hand=True)
        message = "Request to trigger run for a scheduled query accepted"
        return answer({"message": message, "statusCode": 202}, 202)

    def run(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /schedules/{id}/runs/{run}`."""
        return answer(_run_shown(self._held_run(request, caller)))

    def change_run(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /schedules/{id}/runs/{run} {op: cancel}`: 202; a run has ended by then."""
        self._held_run(request, caller)
        if request.document().get("op") != "cancel":
            raise problem.bad_request("op must be cancel")
        message = "Request to cancel run for a scheduled query accepted"
        return answer({"message": message, "statusCode": 202}, 202)

    # parts

    def _all(self, tenant: Tenant) -> list[dict[str, Any]]:
        return self._store.find(tenant, _KIND)

    def _runs(self, tenant: Tenant, schedule_id: str) -> list[dict[str, Any]]:
        return self._store.find(tenant, _RUN, scheduleId=schedule_id)

    def _held(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        found = self._store.get(caller.tenant, _KIND, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no scheduled query {request.params['id']}")
        return self._caught_up(caller.tenant, found)

    def _held_run(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        held = self._held(request, caller)
        found = self._store.get(caller.tenant, _RUN, request.params["run"])
        if found is None or found["scheduleId"] != held["id"]:
            raise problem.not_found(f"There is no run {request.params['run']}")
        return found

    def _caught_up(self, tenant: Tenant, schedule: dict[str, Any]) -> dict[str, Any]:
        """Run a schedule that is due, and give it as it is then."""
        due = _due_ms(schedule)
        if due is None or due > self._platform.clock.now_ms():
            return schedule
        return self._run(tenant, schedule, by_hand=False)

    def _run(self, tenant: Tenant, schedule: dict[str, Any], *, by_hand: bool) -> dict[str, Any]:
        with self._store.transaction():
            query = self._queries.run(
                tenant, schedule["userId"], schedule["query"], client="SCHEDULED", scheduleId=schedule["id"]
            )
            run_id = self._platform.ids.uuid()
            link = f"{BASE}/{schedule['id']}/runs/{run_id}"
            run = {
                "state": query["state"],
                "version": 1,
                "id": run_id,
                "scheduleId": schedule["id"],
                "queryId": query["id"],
                "elapsedTime": query["elapsedTime"],
                "externalTrigger": by_hand,
                "created": query["created"],
                "updated": query["updated"],
                "_links": {
                    "self": {"href": link, "method": "GET"},
                    "cancel": {"href": link, "method": "PATCH", "body": '{ "op": "cancel"}'},
                },
            }
            self._store.put(tenant, _RUN, run_id, run)
            if by_hand:
                return schedule
            ran = {**schedule, _KEPT: self._platform.clock.now_ms()}
            self._store.put(tenant, _KIND, ran["id"], ran)
        return ran


def _timing(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise problem.bad_request("schedule is required")
    cron = given.get("schedule")
    if not isinstance(cron, str) or parse_crontab(cron) is None:
        raise problem.bad_request("schedule.schedule must be a cron expression of five fields")
    for name in ("startDate", "endDate"):
        if given.get(name) is not None and moment_of(given[name]) is None:
            raise problem.bad_request(f"schedule.{name} must be a time such as 2026-01-08T12:12:00.000Z")
    active = given.get("maxActiveRuns", 1)
    if not isinstance(active, int) or isinstance(active, bool) or active < 1:
        raise problem.bad_request("schedule.maxActiveRuns must be a number from 1")
    kept = {name: given[name] for name in ("startDate", "endDate") if given.get(name) is not None}
    return {"schedule": cron, **kept, "maxActiveRuns": active}


def _replaced(schedule: dict[str, Any], operation: Any) -> dict[str, Any]:
    if not isinstance(operation, dict) or operation.get("op") != "replace":
        raise problem.bad_request("op must be replace")
    path, value = operation.get("path"), operation.get("value")
    if path == "/state":
        if not isinstance(value, str) or value.lower() not in _STATES:
            raise problem.bad_request("/state is enable or disable")
        return {**schedule, "state": _STATES[value.lower()]}
    if path == "/schedule/schedule":
        return {**schedule, "schedule": _timing({**schedule["schedule"], "schedule": value})}
    raise problem.bad_request("path must be /state or /schedule/schedule")


def _due_ms(schedule: dict[str, Any]) -> int | None:
    """When a schedule runs next, epoch milliseconds; None for never."""
    timing = schedule["schedule"]
    cron = parse_crontab(timing["schedule"])
    if cron is None or schedule["state"] != "ENABLED":
        return None
    start, end = moment_of(timing.get("startDate")), moment_of(timing.get("endDate"))
    after = schedule[_KEPT] if start is None else max(schedule[_KEPT], int(start.timestamp() * 1000) - 1)
    due = cron.next_ms(after)
    return None if due is None or (end is not None and due > end.timestamp() * 1000) else due


def _shown(schedule: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schedule.items() if name != _KEPT}


def _run_shown(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "scheduleId"}


def _links(schedule_id: str) -> dict[str, Any]:
    link = f"{BASE}/{schedule_id}"
    return {
        "enable": {"href": link, "method": "PATCH", "body": '{ "op": "enable" }'},
        "self": {"href": link, "method": "GET"},
        "delete": {"href": link, "method": "DELETE"},
        "disable": {"href": link, "method": "PATCH", "body": '{ "op": "disable" }'},
        "trigger": {"href": f"{link}/runs", "method": "POST"},
    }
