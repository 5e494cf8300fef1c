"""Previews and estimates: who would qualify for an expression, without a definition."""

from __future__ import annotations

import base64
from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.aep import pql, problem
from harness.aep.identity.namespaces import Namespaces
from harness.aep.profile.memberships import Memberships
from harness.aep.profile.merge_policies import PROFILE
from harness.aep.profile.profiles import Profiles, ProfileView
from harness.aep.segmentation.qualification import Qualification
from harness.aep.segmentation.segments import Segment, parse_expression
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

BASE = "/data/core/ups"
_KIND = "segmentPreview"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    previews = platform.service(Previews)
    table = (
        ("POST", "/preview", previews.create),
        ("GET", "/preview/{id}", previews.read),
        ("DELETE", "/preview/{id}", previews.delete),
        ("GET", "/estimate/{id}", previews.estimate),
    )
    return [Endpoint(method=method, path=BASE + path, handler=handler) for method, path, handler in table]


class Previews:
    """Expressions kept to be looked at; the result is that of the profiles when it is read."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /preview {predicateExpression, predicateType, predicateModel}`: 201."""
        body = request.document()
        form = body.get("predicateType", "pql/text")
        expression = {"type": "PQL", "format": form, "value": body.get("predicateExpression")}
        parse_expression(expression)
        if body.get("predicateModel") != PROFILE:
            raise problem.bad_request(f"'predicateModel' is required and must be {PROFILE}.")
        query_id = self._platform.ids.uuid()
        execution = f"0:app-{self._platform.ids.uuid()}:{query_id}:0"
        preview_id = base64.urlsafe_b64encode(execution.encode()).decode().rstrip("=")
        held = {"id": preview_id, "query_id": query_id, "expression": expression}
        self._store.put(caller.tenant, _KIND, preview_id, held)
        return answer(
            {
                "state": "NEW",
                "previewQueryId": query_id,
                "previewQueryStatus": "NEW",
                "previewId": preview_id,
                "previewExecutionId": 0,
            },
            201,
        )

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /preview/{id}`: XIDs of the profiles that qualify, each with its related identities."""
        held = self._get(request, caller)
        found, _ = self._qualified(caller, held)
        offset = request.query.number("offset", 0)
        limit = request.query.number("limit", 1000, low=1)
        shown = found[offset : offset + limit]
        following = offset + limit if offset + limit < len(found) else None
        own = f"{request.base_url}{BASE}/preview/{held['id']}"
        return answer(
            {
                "results": [self._result(request, view) for view in shown],
                "state": "RESULT_READY",
                "links": {
                    "_self": f"{own}?offset={offset}&limit={limit}",
                    "next": "" if following is None else f"{own}?offset={following}&limit={limit}",
                    "prev": "" if offset == 0 else f"{own}?offset={max(0, offset - limit)}&limit={limit}",
                },
                "page": {"offset": offset, "size": len(shown)},
            }
        )

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /preview/{id}`: 200."""
        held = self._get(request, caller)
        self._store.delete(caller.tenant, _KIND, held["id"])
        return answer({"status": True, "message": "KILLED"})

    def estimate(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /estimate/{id}`: all profiles are counted, so the error is nought."""
        held = self._get(request, caller)
        found, total = self._qualified(caller, held)
        return answer(
            {
                "estimatedSize": len(found),
                "numRowsToRead": total,
                "state": "RESULT_READY",
                "profilesReadSoFar": total,
                "standardError": 0,
                "error": {"description": "", "traceback": ""},
                "profilesMatchedSoFar": len(found),
                "estimatedNamespaceDistribution": self._by_namespace(caller, found),
                "totalRows": total,
                "confidenceInterval": "95%",
                "_links": {"preview": f"{request.base_url}{BASE}/preview/{held['id']}"},
            }
        )

    def _by_namespace(self, caller: Caller, found: list[ProfileView]) -> list[dict[str, Any]]:
        """Count the profiles that have an identity of each namespace."""
        counts = Counter(
            code for view in found for code in {identity.namespace.lower() for identity in view.identities}
        )
        return [
            {"namespaceId": str(one["id"]), "profilesMatchedSoFar": counts[one["code"].lower()]}
            for one in self._platform.service(Namespaces).all(caller.tenant)
            if counts[one["code"].lower()]
        ]

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        held = self._store.get(caller.tenant, _KIND, request.params["id"])
        if held is None:
            raise problem.not_found(f"There is no preview {request.params['id']}")
        return held

    def _qualified(self, caller: Caller, held: dict[str, Any]) -> tuple[list[ProfileView], int]:
        tenant = caller.tenant
        profiles = self._platform.service(Profiles)
        qualification = self._platform.service(Qualification)
        policy = profiles.policy(tenant)
        if policy is None:
            return [], 0
        segment = Segment(id="", body={}, expression=parse_expression(held["expression"]))
        found = []
        looked_at = 0
        for view in profiles.everyone(tenant, policy):
            looked_at += 1
            memberships = self._platform.service(Memberships).held(tenant, view.key)
            subject = qualification.subject(tenant, view, [segment], memberships)
            if pql.evaluate(segment.expression, subject):
                found.append(view)
        return found, looked_at

    def _result(self, request: ServedRequest, view: ProfileView) -> dict[str, Any]:
        def link(xid: str) -> dict[str, Any]:
            return {"_href": f"{request.base_url}{BASE}/models/profile/{xid}"}

        first, *others = view.xids
        result = link(first)
        if others:
            result["endCustomerIds"] = {xid: link(xid) for xid in others}
        return {first: result}
