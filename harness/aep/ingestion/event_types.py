"""Event type configuration, which the numbered partner collection of 2020 calls.

No documentation of it is public; the answers are those that its neighbours in the Profile API give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep import problem
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/core/ups/config/eventTypes"
_KIND = "event-type"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the configuration."""
    store = platform.store

    def listed(request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/eventTypes?limit=`: oldest first."""
        found = store.find(caller.tenant, _KIND)
        limit = request.query.number("limit", 20, low=1)
        page = {"totalCount": len(found), "pageSize": min(limit, len(found))}
        return answer({"_page": page, "children": found[:limit], "_links": {"next": {"href": ""}}})

    def read(request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/eventTypes/{id}`."""
        found = store.get(caller.tenant, _KIND, request.params["id"])
        if found is None:
            raise problem.ups(404)
        return answer(found)

    def create(request: ServedRequest, caller: Caller) -> Response:
        """`POST /config/eventTypes {id, title, …}`: 201, or 200 for one that there is."""
        # The content type is not enforced: the collection sends none.
        wanted = request.document()
        if not isinstance(wanted.get("id"), str) or not wanted["id"]:
            raise problem.ups(400, "The event type needs an id")
        if wanted.get("imsOrgId", caller.tenant.org) != caller.tenant.org:
            raise problem.ups(403, "The event type belongs to another IMS Org")
        known = store.get(caller.tenant, _KIND, wanted["id"])
        body = {**wanted, "imsOrgId": caller.tenant.org}
        store.put(caller.tenant, _KIND, wanted["id"], body)
        return answer(body, 200 if known else 201)

    return [
        Endpoint(method="GET", path=_BASE, handler=listed),
        Endpoint(method="POST", path=_BASE, handler=create),
        Endpoint(method="GET", path=f"{_BASE}/{{id}}", handler=read),
    ]
