"""Computed attributes of the present generation: aggregates of events, `/data/core/ca/attributes`.

Source: the guide to the endpoint `/ca/attributes`. A published attribute is computed from then on by
`harness.aep.profile.computed_values`; its field is `_{tenant_id}.ComputedAttributes.{name}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.documents import PatchedDocuments
from harness.aep.pql import references_events
from harness.aep.profile.computed_values import PRESENT_KIND
from harness.aep.profile.merge_policies import PROFILE
from harness.aep.segmentation.segments import parse_expression
from harness.twin.message import ServedRequest, answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.routing import Endpoint

_NAME = re.compile(r"[A-Za-z0-9]+")
_FUNCTION = re.compile(r"\.(sum|count|min|max|topN|average)\(")
_AGGREGATES = {"sum": "SUM", "count": "COUNT", "min": "MIN", "max": "MAX", "average": "AVERAGE"}
_LONGEST = {"HOURS": 24, "DAYS": 7, "WEEKS": 4, "MONTHS": 6}
_STATUSES = ("DRAFT", "NEW", "PROCESSING", "PROCESSED", "FAILED", "DISABLED")
_MOVES = {"DRAFT": ("NEW",), "NEW": ("DISABLED",), "PROCESSING": ("DISABLED",), "PROCESSED": ("DISABLED",)}
_TEXTS = ("displayName", "description")
_SORTS = ("name", "status", "updateEpoch", "createEpoch")
_MOST = 40


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    return platform.service(EventAggregates).endpoints()


class EventAggregates(PatchedDocuments):
    """Attributes of every sandbox."""

    base = "/data/core/ca/attributes"
    kind = PRESENT_KIND
    noun = "computed attribute"

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /attributes`: `limit` to 40, `offset`, `sortBy` (last updated first), `status`."""
        query = request.query
        found = self.all(caller)
        status = (query.get("status") or "").upper()
        if status:
            if status not in _STATUSES:
                raise problem.bad_request(f"status must be one of {', '.join(_STATUSES)}")
            found = [one for one in found if one["status"] == status]
        sort = query.get("sortBy") or "-updateEpoch"
        field = sort.removeprefix("-")
        if field not in _SORTS:
            raise problem.bad_request(f"sortBy must be one of {', '.join(_SORTS)}, with - for descending")
        found = sorted(found, key=lambda one: one[field], reverse=sort.startswith("-"))
        limit, offset = min(query.number("limit", 20, low=1), _MOST), query.number("offset", 0)
        page = found[offset : offset + limit]

        def link(start: int) -> dict[str, str]:
            return {"href": f"/attributes?offset={start}&limit={limit}"}

        links = {"self": link(offset)}
        if offset:
            links["prev"] = link(max(offset - limit, 0))
        if offset + limit < len(found):
            links["next"] = link(offset + limit)
        links["last"] = link(max(len(found) - 1, 0) // limit * limit)
        counts = {"offset": offset, "limit": limit, "count": len(page), "totalCount": len(found)}
        return answer({"_links": links, "computedAttributes": page, "_page": counts})

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /attributes`: 200; a draft, unless its status is `NEW`."""
        from harness.aep.access.sandboxes import Sandboxes

        wanted = request.document()
        name = wanted.get("name")
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            raise problem.bad_request("name may have letters and digits only")
        if any(one["name"] == name for one in self.all(caller)):
            raise problem.bad_request(f"There is a computed attribute {name!r} already")
        status = wanted.get("status", "DRAFT")
        if status not in ("DRAFT", "NEW"):
            raise problem.bad_request("status must be DRAFT or NEW")
        expression = _expression(wanted.get("expression"))
        own = f"_{self._platform.settings.tenant_of(caller.tenant.org)}"
        now = self._platform.clock.now_ms()
        aggregate = _aggregate(expression["value"])
        body = {
            "id": self._platform.ids.uuid(),
            "type": "ComputedAttribute",
            "name": name,
            **_texts({"displayName": name, "description": "", **wanted}),
            "imsOrgId": caller.tenant.org,
            "sandbox": self._platform.service(Sandboxes).describe(caller.tenant),
            "path": f"{own}/ComputedAttributes",
            "positionPath": [own, "ComputedAttributes"],
            "keepCurrent": wanted.get("keepCurrent") is True,
            "expression": expression,
            "mergeFunction": {"value": aggregate},
            **({"duration": _duration(wanted["duration"])} if wanted.get("duration") is not None else {}),
            "status": status,
            "schema": {"name": PROFILE},
            "returnSchema": {"meta:xdmType": "integer" if aggregate == "COUNT" else "number"},
            "definedOn": [
                {
                    "meta:resourceType": "unions",
                    "meta:containerId": "tenant",
                    "$ref": "https://ns.adobe.com/xdm/context/profile__union",
                }
            ],
            "createEpoch": now,
            "updateEpoch": now,
            "createdBy": caller.user_id,
        }
        return answer(self._published(caller, body))

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /attributes/{id}`: the members given; which may change, the present status says."""
        held, wanted = self.held(request, caller), request.document()
        status = wanted.get("status", held["status"])
        moves = _MOVES.get(held["status"], ())
        if status != held["status"] and status not in moves:
            raise problem.bad_request(
                f"The status {held['status']} can be changed to {' or '.join(moves) or 'no other'} only"
            )
        changed = {**held, "status": status, "updateEpoch": self._platform.clock.now_ms()}
        if held["status"] == "DRAFT":
            if "expression" in wanted:
                changed["expression"] = _expression(wanted["expression"])
                changed["mergeFunction"] = {"value": _aggregate(changed["expression"]["value"])}
            if wanted.get("duration") is not None:
                changed["duration"] = _duration(wanted["duration"])
        changed |= _texts(wanted)
        return answer(self._published(caller, changed))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /attributes/{id}`: 202 with the attribute; for drafts only."""
        held = self.held(request, caller)
        if held["status"] != "DRAFT":
            raise problem.bad_request("Only a computed attribute with the status DRAFT can be deleted")
        self._store.delete(caller.tenant, self.kind, held["id"])
        return answer(held, 202)

    def _published(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        """Keep an attribute; one that is new is processed by the time it is read, its answer says `NEW`."""
        now = self._platform.clock.now_ms()
        done = {"status": "PROCESSED", "lastEvaluationTs": now} if body["status"] == "NEW" else {}
        self._store.put(caller.tenant, self.kind, body["id"], {**body, **done})
        return body


def _expression(given: Any) -> dict[str, Any]:
    if isinstance(given, dict) and given.get("format") != "pql/text":
        raise problem.bad_request("expression.format must be pql/text")
    if not references_events(parse_expression(given, condition=False)):
        raise problem.bad_request("expression.value must aggregate events: xEvent[...].sum(...)")
    return dict(given)


def _aggregate(text: str) -> str:
    """Name of the aggregate that an expression ends in."""
    names = _FUNCTION.findall(text)
    if not names:
        return "-"
    if names[-1] == "topN":
        return "MOST_RECENT" if text.rstrip().endswith(".head()") else "LIST"
    return _AGGREGATES[names[-1]]


def _duration(given: Any) -> dict[str, Any]:
    unit = given.get("unit") if isinstance(given, dict) else None
    if not isinstance(unit, str) or unit not in _LONGEST:
        raise problem.bad_request(f"duration.unit must be one of {', '.join(_LONGEST)}")
    count = given.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _LONGEST[unit]:
        raise problem.bad_request(f"duration.count must be 1 to {_LONGEST[unit]} {unit}")
    return {"count": count, "unit": unit}


def _texts(given: dict[str, Any]) -> dict[str, str]:
    found = {name: given[name] for name in _TEXTS if name in given}
    if not all(isinstance(text, str) for text in found.values()):
        raise problem.bad_request(f"{' and '.join(_TEXTS)} must be strings")
    return found
