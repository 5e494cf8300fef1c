"""Calls about the Data Landing Zone, about what is in it, and about runs of flows over it.

Sources: Adobe's guide to the landing zone, and aepp 0.6.0 for what can be exported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog.datasets import Catalog
from harness.aep.flow import flow_query
from harness.aep.flow.entities import missing
from harness.aep.flow.flows import Flows
from harness.aep.flow.runs import RUN_KIND, FlowRuns
from harness.aep.flow.specs import BASE, CONNECTION_SPECS, DATA_LANDING_ZONE, FILE_FLOWS, LANDING_ZONE
from harness.aep.ingestion.batch_files import FileError, rows
from harness.aep.ingestion.file_flows import FileFlows, input_format, unpacked
from harness.aep.landing_zone.zones import CONTAINERS, DAYS, USER, LandingZones, inside
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_ZONE = "/data/foundation/connectors/landingzone"
_SHOWN_ROWS = 100
_SIGNS = ",\t;|~"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the landing zone, and the call that makes a run."""
    calls = LandingZoneCalls(platform)
    table = (
        ("GET", _ZONE, calls.zone),
        ("GET", f"{_ZONE}/credentials", calls.credentials),
        ("POST", f"{_ZONE}/credentials", calls.refresh),
        ("GET", f"{BASE}/connectionSpecs/{{id}}/explore", calls.explore),
        ("GET", f"{BASE}/connectionSpecs/{{id}}/configs", calls.configs),
        ("POST", f"{BASE}/runs", calls.make_run),
    )
    return [
        Endpoint(method=method, path=path, handler=handler, any_case=path.startswith(BASE))
        for method, path, handler in table
    ]


class LandingZoneCalls:
    """Answers the calls."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._zones = platform.service(LandingZones)

    def zone(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /landingzone?type=user_drop_zone`: the container, and for how many days a file stays."""
        return answer({"containerName": _container(request), "containerTTL": str(DAYS)})

    def credentials(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /landingzone/credentials?type=`: the container's shared access signature."""
        return answer(self._zones.credentials(caller.tenant, _container(request)))

    def refresh(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /landingzone/credentials?type=&action=refresh`: a new signature; the old one ends."""
        if request.query.get("action") != "refresh":
            raise problem.bad_request("action must be refresh")
        return answer(self._zones.credentials(caller.tenant, _container(request), fresh=True))

    def explore(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /connectionSpecs/{id}/explore?objectType=root|folder|file`: of the landing zone alone."""
        _of_spec(request, LANDING_ZONE)
        kind = request.query.get("objectType") or "root"
        if kind == "file":
            return self._preview(request, caller)
        if kind not in ("root", "folder"):
            raise flow_query.invalid(1406, "'objectType' must be root, folder or file.")
        folder = inside(request.query.get("object") or "") if kind == "folder" else ""
        prefix = f"{folder.rstrip('/')}/" if folder.strip("/") else ""
        found: dict[str, dict[str, Any]] = {}
        for file in self._zones.files(caller.tenant, USER, prefix):
            name, below, _ = file.name[len(prefix) :].partition("/")
            found.setdefault(
                name,
                {
                    "type": "folder" if below else "file",
                    "name": name,
                    "path": f"{USER}/{prefix}{name}{'/' if below else ''}",
                    "canPreview": not below,
                    "canFetchSchema": not below,
                },
            )
        return answer(list(found.values()))

    def _preview(self, request: ServedRequest, caller: Caller) -> Response:
        """Columns and the first rows of a file; its properties when they are to be found out."""
        name = inside(request.query.get("object") or "")
        if not self._zones.chosen(caller.tenant, name, folder=False):
            raise problem.flow_plain(404, f"The object {name!r} does not exist in the landing zone")
        packed = self._zones.content(caller.tenant, name)
        content = unpacked(packed)
        found_out = request.query.flag("determineProperties")
        kind = request.query.get("fileType") or request.query.get("FILE_TYPE")
        if not found_out and not kind:
            raise flow_query.invalid(1406, "Either 'determineProperties' or 'fileType' is required.")
        sign = request.query.get("columnDelimiter")
        if found_out:
            kind, sign = _kind_of(name, content)
        form = input_format({"format": kind, "properties": {"columnDelimiter": sign}})
        form["isMultiLineJson"] = content.lstrip()[:1] == b"["
        shown: list[dict[str, Any]] = []
        try:
            for row in rows(content, form):
                if row.problem is None and len(shown) < _SHOWN_ROWS:
                    shown.append(row.value)
        except FileError as error:
            raise flow_query.invalid(1406, str(error)) from None
        names = dict.fromkeys(name for row in shown for name in row)
        columns = [_column(one, shown) for one in names]
        body: dict[str, Any] = {"format": "flat", "schema": {"columns": columns}}
        if request.query.flag("preview"):
            body["data"] = shown
        if found_out:
            properties = {"fileType": kind, **({"columnDelimiter": sign} if sign else {})}
            if packed is not content:
                properties["compressionType"] = "gzip"
            body = {"properties": properties, **body}
        return answer(body)

    def configs(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /connectionSpecs/{id}/configs?outputType=activationDatasets`: what can be exported there."""
        _of_spec(request, DATA_LANDING_ZONE)
        start, limit = request.query.number("start", 0), request.query.number("limit", 100, low=1)
        found = [
            {"id": one["id"], "name": one.get("name", ""), "schemaRef": one.get("schemaRef")}
            for one in self._platform.service(Catalog).datasets(caller.tenant)
        ]
        page = {"hasNext": len(found) > start + limit, "total": len(found)}
        return answer({"items": found[start : start + limit], "pageInfo": page})

    def make_run(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /runs {flowId, params}`: a flow over files runs at once.

        Another one has to be scheduled once (`1444-400`).
        """
        if not request.body.strip():
            raise flow_query.invalid(1405, "The request body must not be null or empty.")
        body = request.document()
        flow_id = body.get("flowId")
        if not flow_id:
            raise missing("flowId")
        flow = self._platform.service(Flows).find(caller, flow_id)
        if flow is None:
            raise flow_query.invalid(1430, f"The flow with the ID {flow_id} could not be found.")
        over_files = flow["flowSpec"]["id"] in FILE_FLOWS
        once = (flow.get("scheduleParams") or {}).get("frequency") == "once"
        if flow["state"] != "enabled" or not (once or over_files):
            raise flow_query.invalid(
                1444, f"The flow with the ID {flow_id} must be enabled and scheduled once."
            )
        params = body.get("params", {})
        if over_files:
            run = self._platform.service(FileFlows).run(caller.tenant, flow, params)
        else:
            now = self._platform.clock.now_ms()
            run = self._platform.service(FlowRuns).new(caller.tenant, flow, now)
            run["params"] = params
            self._platform.store.put(caller.tenant, RUN_KIND, run["id"], run)
        return answer({"id": run["id"], "etag": run["etag"]}, 201)


def _of_spec(request: ServedRequest, only: str) -> None:
    """Refuse another connection spec: 404 when there is none, 501 when it is not of the landing zone."""
    named = request.params["id"]
    if named not in CONNECTION_SPECS:
        raise problem.flow_plain(404, f"connectionSpecs not found with id = [{named}]")
    if named != only:
        raise problem.not_implemented("Flow Service", request.method, request.path)


def _container(request: ServedRequest) -> str:
    kind = request.query.get("type") or "user_drop_zone"
    if kind not in CONTAINERS:
        raise problem.bad_request(f"type must be one of {', '.join(CONTAINERS)}")
    return CONTAINERS[kind]


def _kind_of(name: str, content: bytes) -> tuple[str, str | None]:
    """Type of a file and the sign between its columns, by its content and then its name."""
    if content[:4] == b"PAR1":
        return "parquet", None
    if content.lstrip()[:1] in (b"{", b"[") or ".json" in name.lower():
        return "json", None
    header = content.partition(b"\n")[0].decode("utf-8", "replace")
    return "delimited", max(_SIGNS, key=header.count)


def _column(name: str, shown: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
    value = next((row[name] for row in shown if row.get(name) is not None), "")
    kind = kinds.get(type(value), "string")
    return {"name": name, "type": kind, "xdm": {"type": kind}}
