"""The older inlet call, `/data/core/edge/inlet`; it makes the same inlets as Flow Service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.flow.inlets import Inlets
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.flow.inlets import Inlet
    from harness.aep.platform import Platform

_BASE = "/data/core/edge/inlet"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the call."""
    calls = InletCalls(platform)
    table = (
        ("GET", _BASE, calls.list),
        ("POST", _BASE, calls.create),
        ("GET", f"{_BASE}/{{id}}", calls.read),
        ("DELETE", f"{_BASE}/{{id}}", calls.delete),
    )
    return [
        Endpoint(method=method, path=path, handler=handler, json_only=method == "POST")
        for method, path, handler in table
    ]


class InletCalls:
    """Creates and shows inlets, with the field names of both generations of the answer."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._inlets = platform.service(Inlets)

    def list(self, _: ServedRequest, caller: Caller) -> Response:
        """`GET /data/core/edge/inlet`: a bare array."""
        return answer([self._shown(one) for one in self._inlets.list(caller.tenant)])

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /data/core/edge/inlet/{id}`."""
        return answer(self._shown(self._get(request, caller)))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /data/core/edge/inlet {name, sourceId, dataType, authenticationRequired?}`."""
        wanted = request.document()
        name = wanted.get("name")
        if not isinstance(name, str) or not name:
            raise problem.bad_request("name is required")
        required = wanted.get("authenticationRequired", False)
        if not isinstance(required, bool):
            raise problem.bad_request("authenticationRequired must be true or false")
        data_type = wanted.get("dataType", "xdm")
        if data_type not in ("xdm", "raw"):
            raise problem.bad_request(f"dataType must be xdm or raw, not {data_type!r}")
        inlet = self._inlets.mint(
            tenant=caller.tenant,
            name=name,
            source_id=str(wanted.get("sourceId") or name),
            data_type=data_type,
            authentication_required=required,
            description=str(wanted.get("description", "")),
            created_by=caller.user_id,
        )
        return answer(self._shown(inlet), 201)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /data/core/edge/inlet/{id}`."""
        self._inlets.remove(self._get(request, caller))
        return empty(204)

    def _get(self, request: ServedRequest, caller: Caller) -> Inlet:
        found = self._inlets.by_inlet_id(request.params["id"])
        if found is None or found.tenant != caller.tenant:
            raise problem.not_found(f"The inlet {request.params['id']} does not exist")
        return found

    def _shown(self, inlet: Inlet) -> dict[str, Any]:
        url = self._inlets.url(inlet)
        created = iso(inlet.created_ms, millis=True)
        return {
            "inletId": inlet.inlet_id,
            "inletUrl": url,
            "dataInletId": inlet.inlet_id,
            "dataInletUrl": url,
            "imsOrg": inlet.tenant.org,
            "sourceId": inlet.source_id,
            "dataType": inlet.data_type,
            "name": inlet.name,
            "description": inlet.description,
            "authenticationRequired": inlet.authentication_required,
            "createdBy": inlet.created_by,
            "createdAt": created,
            "modifiedAt": created,
            "modifiedBy": inlet.created_by,
        }
