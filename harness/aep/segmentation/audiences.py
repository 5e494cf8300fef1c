"""Audiences: segment definitions, and groups of people that were made elsewhere, side by side.

Source: Adobe's guide to the audiences endpoint. An audience of the platform's own is a segment definition
and has its id; an external one is kept here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.access.sandboxes import Sandboxes
from harness.aep.child_pages import href
from harness.aep.profile.merge_policies import PROFILE
from harness.aep.segmentation.external_audiences import ExternalAudiences
from harness.aep.segmentation.segments import Segments, invalid
from harness.twin.json_patch import PatchError, apply_patch, parse_patch
from harness.twin.message import Query, ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

BASE = "/data/core/ups/audiences"
_UNION = "https://ns.adobe.com/xdm/context/profile__union"
_DEFAULT, _MOST = 20, 1000
_DERIVED = frozenset(
    {"audienceId", "isSystem", "createEpoch", "_etag", "dependents", "dependencies", "definedOn", "metrics"}
)


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    audiences = Audiences(platform)
    table = (
        ("GET", "", audiences.list),
        ("POST", "", audiences.create),
        ("POST", "/bulk-get", audiences.bulk_get),
        ("POST", "/bulk-patch-metric", audiences.bulk_patch_metric),
        ("GET", "/{id}", audiences.read),
        ("PATCH", "/{id}", audiences.patch),
        ("PUT", "/{id}", audiences.replace),
        ("DELETE", "/{id}", audiences.delete),
    )
    return [Endpoint(method=method, path=BASE + path, handler=handler) for method, path, handler in table]


class Audiences:
    """Audiences of every sandbox, whatever made them."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._segments = platform.service(Segments)
        self._external = platform.service(ExternalAudiences)

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /audiences?start=&limit=&sort=&property=&name=&description=`."""
        query = request.query
        found = [self._of_segment(caller, one.body) for one in self._segments.all(caller.tenant)]
        found += [self._shown(caller, one) for one in self._external.all(caller.tenant)]
        if query.get("entityType") not in (None, "", PROFILE):
            found = []
        for text in query.all("property"):
            path, operator, value = text.partition("==")
            if not operator:
                raise invalid(f"property must have the form attribute==value, not {text!r}.")
            found = [one for one in found if _text(_at(one, path.strip())) == value.strip()]
        for name in ("name", "description"):
            part = (query.get(name) or "").lower()
            found = [one for one in found if part in str(one.get(name, "")).lower()]
        order = query.get("sort") or "creationTime:desc"
        return answer(_page(_sorted(found, order), query, order))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /audiences`: 200 with the audience."""
        wanted = request.document()
        kind = wanted.get("type", "SegmentDefinition")
        if kind == "SegmentDefinition":
            return answer(self._of_segment(caller, self._segments.make(caller, _kept(wanted))))
        if kind != "ExternalSegment":
            raise invalid("'type' must be SegmentDefinition or ExternalSegment.")
        return answer(self._shown(caller, self._external.make(caller, wanted)))

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /audiences/{id}`, by the id that the platform gave it."""
        return answer(self._get(caller, request.params["id"]))

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /audiences/{id}`: JSON Patch, of which the guide shows `add` alone."""
        held = self._get(caller, request.params["id"])
        try:
            wanted = apply_patch(held, parse_patch(request.json()))
        except PatchError as error:
            raise invalid(f"The patch cannot be applied: {error}") from None
        if not isinstance(wanted, dict):
            raise invalid("A patch must leave an audience.")
        return answer(self._save(caller, held, wanted))

    def replace(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /audiences/{id}`."""
        held = self._get(caller, request.params["id"])
        return answer(self._save(caller, held, request.document()))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /audiences/{id}`: 204; 400 for one that other audiences look at."""
        held = self._get(caller, request.params["id"])
        if held["dependents"]:
            raise problem.audience(
                400, 113631, "The audience cannot be deleted.", request_id=self._platform.ids.uuid()
            )
        if held["type"] == "SegmentDefinition":
            self._segments.remove(caller.tenant, held["id"])
        else:
            self._external.remove(caller.tenant, held["id"])
        return empty()

    def bulk_get(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /audiences/bulk-get {ids: [{id}]}`: 207 with those that there are."""
        ids = request.document().get("ids")
        if not isinstance(ids, list) or not all(
            isinstance(one, dict) and isinstance(one.get("id"), str) for one in ids
        ):
            raise invalid("'ids' must be an array of objects with an 'id'.")
        found = {one["id"]: self._find(caller, one["id"]) for one in ids}
        return answer({"results": {key: body for key, body in found.items() if body is not None}}, 207)

    def bulk_patch_metric(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /audiences/bulk-patch-metric`: 207; how many people external audiences hold."""
        resources = request.document().get("resources")
        if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
            raise invalid("'resources' must be an array of objects.")
        outcomes = []
        for one in resources:
            held = self._external.by_audience_id(
                caller.tenant, str(one.get("audienceId")), str(one.get("namespace", ""))
            )
            if held is None:
                outcomes.append({"audienceId": one.get("audienceId"), "status": 404})
                continue
            operations = one.get("operations")
            for operation in operations if isinstance(operations, list) else ():
                if isinstance(operation, dict) and operation.get("path") == "/metrics/data":
                    held["metrics"] = {"data": operation.get("value")}
            self._external.keep(caller.tenant, held)
            outcomes.append({"audienceId": one["audienceId"], "id": held["id"], "status": 200})
        return answer({"resources": outcomes}, 207)

    # parts

    def _save(self, caller: Caller, held: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted.get("type", held["type"]) != held["type"]:
            raise invalid("'type' cannot be changed.")
        if held["type"] == "SegmentDefinition":
            segment = self._segments.get(caller.tenant, held["id"])
            body = {} if segment is None else segment.body
            return self._of_segment(caller, self._segments.change(caller, body, _kept(wanted)))
        return self._shown(caller, self._external.change(caller, held["id"], wanted))

    def _get(self, caller: Caller, audience_id: str) -> dict[str, Any]:
        found = self._find(caller, audience_id)
        if found is None:
            raise problem.not_found(f"There is no audience {audience_id}")
        return found

    def _find(self, caller: Caller, audience_id: str) -> dict[str, Any] | None:
        segment = self._segments.get(caller.tenant, audience_id)
        if segment is not None:
            return self._of_segment(caller, segment.body)
        held = self._external.get(caller.tenant, audience_id)
        return None if held is None else self._shown(caller, held)

    def _of_segment(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        return self._shown(
            caller,
            {
                "type": "SegmentDefinition",
                "originName": "REAL_TIME_CUSTOMER_PROFILE",
                "namespace": "AEPSegments",
                "lifecycleState": "published",
                "ttlInDays": 30,
                "createdBy": caller.user_id,
                **body,
                "audienceId": body["id"],
            },
        )

    def _shown(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        segment = self._segments.get(caller.tenant, body["id"])
        return {
            "isSystem": False,
            "labels": [],
            "overridePerformanceWarnings": False,
            "saveSegmentMembership": True,
            **body,
            "dependents": self._segments.dependents(caller.tenant, body["id"]),
            "dependencies": [] if segment is None else list(segment.dependencies),
            "profileInstanceId": "ups",
            "imsOrgId": caller.tenant.org,
            "sandbox": self._platform.service(Sandboxes).describe(caller.tenant),
            "createEpoch": body["creationTime"] // 1000,
            "_etag": f'"{body["updateEpoch"]:x}-{body["id"][:8]}"',
            "definedOn": [
                {"meta:resourceType": "unions", "meta:containerId": "tenant", "$ref": _UNION},
            ],
        }


def _kept(wanted: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the platform says of an audience."""
    return {name: value for name, value in wanted.items() if name not in _DERIVED}


def _page(found: list[dict[str, Any]], query: Query, order: str) -> dict[str, Any]:
    limit = query.number("limit", _DEFAULT, low=1, high=_MOST)
    start = query.number("start", 0)
    shown = found[start : start + limit]
    field, _, direction = order.partition(":")
    about: dict[str, Any] = {
        "totalCount": len(found),
        "totalPages": -(-len(found) // limit),
        "sortField": field,
        "sort": direction or "asc",
        "pageSize": len(shown),
        "limit": limit,
        "start": start,
    }
    links: dict[str, Any] = {}
    if start + limit < len(found):
        about["next"] = str(start + limit)
        following = href("@/audiences", query, start=start + limit, limit=limit, totalCount=len(found))
        links["next"] = {"href": following}
    return {"children": shown, "_page": about, "_links": links}


def _sorted(found: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    field, _, direction = text.partition(":")
    direction = direction or "asc"
    if direction not in ("asc", "desc") or not field:
        raise invalid(f"The sort {text!r} is not understood; write attribute:asc or attribute:desc.")
    return sorted(found, key=lambda one: _rank(_at(one, field)), reverse=direction == "desc")


def _rank(value: Any) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))


def _at(body: dict[str, Any], path: str) -> Any:
    node: Any = body
    for word in path.split("."):
        node = node.get(word) if isinstance(node, dict) else None
    return node


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
