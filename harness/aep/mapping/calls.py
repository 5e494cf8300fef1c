"""Calls of Data Prep: mapping sets and its language.

Source: Adobe's guides to mapping sets and functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.mapping.expressions import ExpressionError, parse
from harness.aep.mapping.functions import FUNCTIONS
from harness.aep.mapping.sets import MappingSets
from harness.aep.registry.state import SchemaRegistry
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/foundation/conversion"
_MOST, _MOST_ROWS = 500, 1000
_ORDERS = {
    "createdDate": "createdDate",
    "updatedDate": "modifiedDate",
    "lastUpdateDate": "modifiedDate",
}
_SAVED = ("id", "version", "createdDate", "modifiedDate", "createdBy", "modifiedBy")
_OPERATORS = (
    *((sign, "arithmetic", 2) for sign in ("+", "-", "*", "/", "%", "div", "mod")),
    *((sign, "comparison", 2) for sign in ("==", "!=", "<", "<=", ">", ">=")),
    *((sign, "comparison", 2) for sign in ("eq", "ne", "lt", "le", "gt", "ge")),
    *((sign, "logical", 2) for sign in ("&&", "||", "and", "or")),
    *((sign, "logical", 1) for sign in ("!", "not")),
    ("?:", "conditional", 3),
)


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    calls = DataPrep(platform)
    table = (
        ("GET", "/mappingSets", calls.list),
        ("POST", "/mappingSets", calls.create),
        ("POST", "/mappingSets/validate", calls.validate),
        ("POST", "/mappingSets/preview", calls.preview),
        ("GET", "/mappingSets/{id}", calls.read),
        ("PUT", "/mappingSets/{id}", calls.replace),
        ("DELETE", "/mappingSets/{id}", calls.delete),
        ("GET", "/mappingSets/{id}/mappings", calls.mappings),
        ("POST", "/mappingSets/{id}/mappings", calls.add_mapping),
        ("GET", "/mappingSets/{id}/mappings/{mapping}", calls.mapping),
        ("PUT", "/mappingSets/{id}/mappings/{mapping}", calls.replace_mapping),
        ("DELETE", "/mappingSets/{id}/mappings/{mapping}", calls.delete_mapping),
        ("POST", "/languages/el/validate", calls.check_expression),
        ("GET", "/languages/el/functions", calls.functions),
        ("GET", "/languages/el/operators", calls.operators),
    )
    return [Endpoint(method=method, path=_BASE + path, handler=handler) for method, path, handler in table]


class DataPrep:
    """Answers the calls; the sets keep themselves."""

    def __init__(self, platform: Platform) -> None:
        self._sets = platform.service(MappingSets)
        self._registry = platform.service(SchemaRegistry)

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /mappingSets?limit=&start=`, both of which are demanded; aepp leaves the start out."""
        query = request.query
        if "limit" not in query:
            raise problem.bad_request("limit and start are required")
        found = self._sets.all(caller.tenant)
        if query.get("name"):
            found = [one for one in found if one["name"] == query.get("name")]
        order = query.get("orderBy") or "-createdDate"
        field = _ORDERS.get(order.lstrip("+- "))
        if field is None:
            raise problem.bad_request(f"orderBy must be one of {', '.join(_ORDERS)}, with + or -")
        found = sorted(found, key=lambda one: one[field], reverse=order.startswith("-"))
        start, limit = query.number("start", 0), query.number("limit", 1, low=1, high=_MOST)
        shown = [self._shown(request, caller, one) for one in found[start : start + limit]]
        return answer({"data": shown, "_page": {"count": len(found), "limit": limit}})

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /mappingSets`: 200 with the id and the version."""
        made = self._sets.make(caller, request.document())
        return answer({name: made[name] for name in _SAVED})

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /mappingSets/{id}?version=&expandSchema=`."""
        return answer(self._shown(request, caller, self._get(request, caller)))

    def replace(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /mappingSets/{id}`."""
        made = self._sets.make(caller, request.document(), self._get(request, caller))
        return answer({name: made[name] for name in _SAVED})

    def mappings(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /mappingSets/{id}/mappings`."""
        return answer(self._get(request, caller)["mappings"])

    def mapping(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /mappingSets/{id}/mappings/{mappingId}`."""
        held = self._get(request, caller)["mappings"]
        return answer(held[self._place(request, held)])

    def add_mapping(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /mappingSets/{id}/mappings`: the mapping, in a new version of the set."""
        held = self._get(request, caller)
        return answer(self._kept(caller, held, [*held["mappings"], request.document()])["mappings"][-1])

    def replace_mapping(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /mappingSets/{id}/mappings/{mappingId}`: the mapping, in a new version of the set."""
        held = self._get(request, caller)
        place = self._place(request, held["mappings"])
        changed = [*held["mappings"]]
        changed[place] = {**request.document(), "id": changed[place]["id"]}
        return answer(self._kept(caller, held, changed)["mappings"][place])

    def delete_mapping(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /mappingSets/{id}/mappings/{mappingId}`: 204; the last one of a set stays."""
        held = self._get(request, caller)
        place = self._place(request, held["mappings"])
        self._kept(caller, held, [one for at, one in enumerate(held["mappings"]) if at != place])
        return empty(204)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /mappingSets/{id}`: 204."""
        self._sets.remove(caller.tenant, self._get(request, caller)["id"])
        return empty(204)

    def _kept(self, caller: Caller, held: dict[str, Any], mappings: Iterable[Any]) -> dict[str, Any]:
        return self._sets.make(caller, {**held, "mappings": [*mappings]}, held)

    def _place(self, request: ServedRequest, mappings: Iterable[dict[str, Any]]) -> int:
        for place, one in enumerate(mappings):
            if one["id"] == request.params["mapping"]:
                return place
        raise problem.not_found(f"There is no mapping {request.params['mapping']} in the set")

    def validate(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /mappingSets/validate`: how it is with each mapping."""
        body = self._sets.composed(caller.tenant, request.document())
        outcomes: list[dict[str, Any]] = []
        for error in self._sets.errors(caller.tenant, body):
            failed = None if error is None else [{"code": "INVALID_MAPPING", "message": error}]
            outcomes.append({"status": "SUCCESS" if error is None else "FAILED", "errors": failed})
        return answer({"validationResponse": outcomes})

    def preview(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /mappingSets/preview {data: [row], mappingSet}`: the record of each row."""
        wanted = request.document()
        rows, given = wanted.get("data"), wanted.get("mappingSet")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise problem.bad_request("data must be an array of objects")
        if len(rows) > _MOST_ROWS:
            raise problem.bad_request(f"A preview has at most {_MOST_ROWS} rows")
        if not isinstance(given, dict):
            raise problem.bad_request("mappingSet must be an object")
        body = self._sets.composed(caller.tenant, given)
        for error in self._sets.errors(caller.tenant, body):
            if error is not None:
                raise problem.bad_request(error)
        found = []
        for row in rows:
            record, errors = self._sets.applied(caller.tenant, body, row)
            found.append({"data": record, "errors": errors or None})
        return answer(found)

    def check_expression(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /languages/el/validate {expression}`."""
        text = request.document().get("expression")
        if not isinstance(text, str):
            raise problem.bad_request("expression must be a string")
        try:
            parse(text)
        except ExpressionError as error:
            return answer({"expression": text, "validationStatus": "failed", "error": str(error)})
        return answer({"expression": text, "validationStatus": "succeeded", "error": "none"})

    def functions(self, _: ServedRequest, __: Caller) -> Response:
        """`GET /languages/el/functions`."""
        return answer(
            [
                {
                    "category": one.category,
                    "function": name,
                    "syntax": one.syntax,
                    "returnType": one.returns,
                    "params": [part for part in one.syntax.partition("(")[2].rstrip(")").split(", ") if part],
                    "since": "1.0",
                }
                for name, one in FUNCTIONS.items()
            ]
        )

    def operators(self, _: ServedRequest, __: Caller) -> Response:
        """`GET /languages/el/operators`."""
        return answer(
            [
                {"operatorSymbol": sign, "category": category, "methodName": sign, "numberOfOperands": count}
                for sign, category, count in _OPERATORS
            ]
        )

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        if request.params["id"] == "suggestion":
            raise problem.not_implemented("Data Prep", request.method, f"{_BASE}/mappingSets/suggestion")
        found = self._sets.get(caller.tenant, request.params["id"])
        version = request.query.get("version")
        if found is None or (version and version != str(found["version"])):
            raise problem.not_found(f"There is no mapping set {request.params['id']} of that version")
        return found

    def _shown(self, request: ServedRequest, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        output: dict[str, Any] = {"schemaRef": body["schemaRef"]}
        if request.query.flag("expandSchema"):
            output["jsonSchema"] = self._registry.full(caller.tenant, body["xdmSchema"])
        return {**body, "outputSchema": output}
