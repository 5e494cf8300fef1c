"""External audiences of files: what is imported, and its runs.

Source: Adobe's guide to the external audiences API. Files are read from the Data Landing Zone; the platform
opens no other cloud storage, so a run over one succeeds without members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.jobs.audience_members import AudienceMembers, Span
from harness.aep.problem import Problem
from harness.aep.segmentation.external_audiences import ExternalAudiences
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/core/ais/external-audience"
_OPERATION, _RUN = "audienceOperation", "audienceRun"
_TYPES = ("string", "number", "long", "integer", "date", "datetime", "boolean")
_CLOUDS = ("S3", "DLZ", "GCS", "Azure", "SFTP")
_CONNECTED = ("S3", "GCS", "SFTP")
_LONGEST_DAYS = 90
_RUNS_OF_ONE, _RUNS_OF_ALL, _DAY_MS = 10, 100, 86_400_000
_MOST, _DEFAULT = 40, 20
_STAGES = ("DATASET_INGEST", "PROFILE_STORE_INGEST")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service; an early draft of the guide says `run` for `runs`."""
    imports = AudienceImports(platform)
    table = (
        ("POST", "", imports.create),
        ("GET", "/operations/{id}", imports.operation),
        ("PATCH", "/{id}", imports.change),
        ("DELETE", "/{id}", imports.delete),
        ("POST", "/{id}/runs", imports.start),
        ("POST", "/{id}/run", imports.start),
        ("GET", "/{id}/runs", imports.runs),
        ("GET", "/{id}/runs/{run}", imports.run),
    )
    return [Endpoint(method=method, path=_BASE + path, handler=handler) for method, path, handler in table]


def _error(number: int, status: int, title: str, detail: str) -> Problem:
    body = {
        "type": f"http://ns.adobe.com/aep/errors/{number}-{status}",
        "title": title,
        "status": status,
        "detail": detail,
        "errorCode": str(number),
        "report": {"tenantInfo": {}, "additionalContext": {"message": detail}},
    }
    return Problem(status, body)


def _bad(detail: str) -> Problem:
    return _error(100910, 400, "BAD_REQUEST", detail)


class AudienceImports:
    """Imports of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._audiences = platform.service(ExternalAudiences)

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /`: 202 with the operation, which makes the audience."""
        wanted = request.document()
        _check(wanted)
        custom = wanted.get("customAudienceId")
        taken = any(
            one["name"] == wanted["name"] or (custom and one["audienceId"] == custom)
            for one in self._audiences.all(caller.tenant)
        )
        if taken:
            raise _error(100950, 409, "DUPLICATE_RESOURCE", f"The audience {wanted['name']!r} exists already")
        days = wanted.get("ttlInDays", 30)
        audience = self._audiences.make(
            caller,
            {
                "name": wanted["name"],
                "description": wanted.get("description", ""),
                "audienceId": custom,
                "namespace": wanted.get("namespace", "CustomerAudienceUpload"),
                "labels": wanted.get("labels", []),
                "ttlInDays": days,
                "fields": wanted["fields"],
                "sourceSpec": wanted["sourceSpec"],
                "tags": wanted.get("tags", []),
                "audienceType": wanted.get("audienceType", "people"),
            },
        )
        now = self._platform.clock.now_ms()
        details = {**wanted, "ttlInDays": days}
        operation_id = self._platform.ids.uuid()
        body = {
            "operationId": operation_id,
            "status": "SUCCESS",
            "operationDetails": details,
            "audienceName": audience["name"],
            "audienceId": audience["id"],
            "createdBy": caller.user_id,
            "createdAt": now // 1000,
            "updatedBy": caller.user_id,
            "updatedAt": now // 1000,
        }
        self._store.put(caller.tenant, _OPERATION, operation_id, body)
        return answer({"operationId": operation_id, "operationDetails": details}, 202)

    def operation(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /operations/{id}`."""
        held = self._store.get(caller.tenant, _OPERATION, request.params["id"])
        if held is None:
            raise _error(100940, 404, "NOT_FOUND", f"There is no operation {request.params['id']}")
        return answer(held)

    def change(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /{audienceId}`: description, labels, fields and ttlInDays are replaced."""
        held = self._get(request, caller)
        wanted = request.document()
        known = ("description", "labels", "fields", "ttlInDays")
        unknown = [name for name in wanted if name not in known]
        if unknown or not wanted:
            raise _bad(f"What can be changed is {', '.join(known)}")
        _check({**held, **wanted})
        return answer(self._audiences.change(caller, held["id"], {**held, **wanted}))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /{audienceId}`: 202 without a body."""
        self._audiences.remove(caller.tenant, self._get(request, caller)["id"])
        return empty(202)

    def start(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /{audienceId}/runs {dataFilterStartTime, dataFilterEndTime?}`."""
        held = self._get(request, caller)
        wanted = request.document()
        begin, end = wanted.get("dataFilterStartTime"), wanted.get("dataFilterEndTime")
        if not isinstance(begin, int) or isinstance(begin, bool):
            raise _bad("dataFilterStartTime is required and must be a number of seconds")
        if end is not None and (not isinstance(end, int) or isinstance(end, bool) or end < begin):
            raise _bad("dataFilterEndTime must be a number of seconds that is not before the start")
        now = self._platform.clock.now_ms()
        span = Span(start_ms=begin * 1000, end_ms=now if end is None else end * 1000 + 999)
        today = [one for one in self._store.find(caller.tenant, _RUN) if one["createdMs"] > now - _DAY_MS]
        of_one = sum(one["audienceId"] == held["id"] for one in today)
        if len(today) >= _RUNS_OF_ALL or of_one >= _RUNS_OF_ONE:
            detail = f"A day has {_RUNS_OF_ONE} runs of an audience and {_RUNS_OF_ALL} of a sandbox"
            raise _error(100960, 422, "UNPROCESSABLE_ENTITY", detail)
        run_id = self._platform.ids.uuid()
        body = {
            "audienceName": held["name"],
            "audienceId": held["id"],
            "runId": run_id,
            "differentialIngestion": wanted.get("differentialIngestion") is True,
            "dataFilterStartTime": begin,
            "dataFilterEndTime": now // 1000 if end is None else end,
            "createdAt": now // 1000,
            "createdBy": caller.user_id,
            "createdMs": now,
        }
        members = self._platform.service(AudienceMembers)
        adding = body["differentialIngestion"] is True
        count = members.take(caller.tenant, held, span, adding=adding)
        self._audiences.keep(caller.tenant, {**held, "metrics": {"data": {"totalProfiles": count}}})
        self._store.put(caller.tenant, _RUN, run_id, body)
        return answer(_shown(body))

    def run(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /{audienceId}/runs/{runId}`."""
        held = self._get(request, caller)
        found = self._store.get(caller.tenant, _RUN, request.params["run"])
        if found is None or found["audienceId"] != held["id"]:
            raise _error(100940, 404, "NOT_FOUND", f"There is no run {request.params['run']}")
        details = [{"stage": stage, "status": "SUCCESS", "flowRunId": found["runId"]} for stage in _STAGES]
        return answer({**_shown(found), "status": "SUCCESS", "details": details})

    def runs(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /{audienceId}/runs?limit=&sortBy=[-]name|ingestionTime`."""
        held = self._get(request, caller)
        order = request.query.get("sortBy") or "-ingestionTime"
        field = {"name": "audienceName", "ingestionTime": "createdMs"}.get(order.removeprefix("-"))
        if field is None:
            raise _bad("sortBy must be name or ingestionTime, with or without a dash")
        given = request.query.get("limit") or str(_DEFAULT)
        if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= _MOST):
            raise _error(100911, 400, "BAD_REQUEST", f"limit must be from 1 to {_MOST}")
        limit = int(given)
        found = [one for one in self._store.find(caller.tenant, _RUN) if one["audienceId"] == held["id"]]
        found.sort(key=lambda one: one[field], reverse=order.startswith("-"))
        page = {"limit": limit, "count": len(found[:limit]), "totalCount": len(found)}
        shown = [{**_shown(one), "status": "SUCCESS"} for one in found[:limit]]
        return answer({"runs": shown, "_page": page})

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        held = self._audiences.get(caller.tenant, request.params["id"])
        if held is None or "sourceSpec" not in held:
            raise _error(100940, 404, "NOT_FOUND", f"There is no external audience {request.params['id']}")
        return held


def _shown(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "createdMs"}


def _check(wanted: dict[str, Any]) -> None:
    if not isinstance(wanted.get("name"), str) or not wanted["name"].strip():
        raise _bad("name is required")
    for name in ("description", "customAudienceId", "namespace"):
        if not isinstance(wanted.get(name, ""), str):
            raise _bad(f"{name} must be a string")
    if wanted.get("originName") != "CUSTOM_UPLOAD":
        raise _bad("originName is required and must be CUSTOM_UPLOAD")
    if wanted.get("audienceType", "people") != "people":
        raise _bad("audienceType must be people")
    days = wanted.get("ttlInDays", 30)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _LONGEST_DAYS:
        raise _bad(f"ttlInDays must be from 1 to {_LONGEST_DAYS}")
    labels = wanted.get("labels", [])
    if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
        raise _bad("labels must be an array of strings")
    fields = wanted.get("fields")
    if not isinstance(fields, list) or not fields:
        raise _bad("fields must be an array that is not empty")
    for one in fields:
        if not isinstance(one, dict) or not isinstance(one.get("name"), str) or one.get("type") not in _TYPES:
            raise _bad(f"Every field has a name and a type, which is one of {', '.join(_TYPES)}")
    _check_source(wanted.get("sourceSpec"))


def _check_source(spec: Any) -> None:
    params = spec.get("params") if isinstance(spec, dict) else None
    if not isinstance(params, dict):
        raise _bad("sourceSpec.params is required")
    path = params.get("path")
    if not isinstance(path, str) or not path or " " in path:
        raise _bad("sourceSpec.params.path is required and has no blanks")
    if params.get("sourceType", "Cloud Storage") != "Cloud Storage":
        raise _bad("sourceSpec.params.sourceType must be Cloud Storage")
    if params.get("type") not in ("file", "folder"):
        raise _bad("sourceSpec.params.type must be file or folder")
    cloud = params.get("cloudType")
    if cloud not in _CLOUDS:
        raise _bad(f"sourceSpec.params.cloudType must be one of {', '.join(_CLOUDS)}")
    if cloud in _CONNECTED and not isinstance(params.get("baseConnectionId"), str):
        raise _bad(f"sourceSpec.params.baseConnectionId is required for {cloud}")
