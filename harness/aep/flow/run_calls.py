"""The calls about runs of flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep import problem
from harness.aep.flow import flow_query
from harness.aep.flow.entities import COMMON_FIELDS
from harness.aep.flow.runs import RUN_KIND
from harness.aep.flow.specs import BASE
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_KNOWN = (COMMON_FIELDS | {"flowId", "flowSpec", "providerRefId", "eTag", "metrics", "activities"}) - {"auth"}


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of runs."""
    runs = platform.service(RunCalls)
    table = (
        ("GET", f"{BASE}/runs", runs.list_all),
        ("GET", f"{BASE}/runs/{{id}}", runs.read),
    )
    return [
        Endpoint(method=method, path=path, handler=handler, any_case=True, json_only=True)
        for method, path, handler in table
    ]


class RunCalls:
    """Lists the runs of flows."""

    def __init__(self, platform: Platform) -> None:
        self._store = platform.store

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /runs`, newest first unless `orderby` says otherwise."""
        wanted = flow_query.parse_listing(request.query, _KNOWN)
        found = self._store.find(caller.tenant, RUN_KIND)[::-1]
        found = [run for run in found if flow_query.matches(run, wanted.filters)]
        found = flow_query.sort(found, wanted.order)
        page = found[wanted.start : wanted.start + wanted.limit]
        links = flow_query.next_link("runs", request.query, wanted.start + len(page), len(found))
        if wanted.fields:
            page = [flow_query.project(run, wanted.fields) for run in page]
        return answer({"items": page, "_links": links, **({"count": len(found)} if wanted.count else {})})

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /runs/{id}`: a list of one."""
        run = self._store.get(caller.tenant, RUN_KIND, request.params["id"])
        if run is None:
            raise problem.flow_plain(404, f"runs not found with id = [{request.params['id']}]")
        return answer({"items": [run]})
