"""Query templates: statements that are kept under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.query.moments import QueryMoments
from harness.aep.query.pages import fitting, listed
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

BASE = "/data/foundation/query/query-templates"
_KIND = "queryTemplate"
_FILTERED = frozenset({"name", "userId"})


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of templates."""
    templates = platform.service(QueryTemplates)
    table = (
        ("GET", "", templates.list_all),
        ("POST", "", templates.create),
        ("GET", "/count", templates.count),
        ("GET", "/{id}", templates.read),
        ("PUT", "/{id}", templates.replace),
        ("DELETE", "/{id}", templates.delete),
    )
    return [Endpoint(method=method, path=BASE + path, handler=handler) for method, path, handler in table]


class QueryTemplates:
    """Templates of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._moments = platform.service(QueryMoments)

    def get(self, tenant: Tenant, template_id: str) -> dict[str, Any] | None:
        """Template by its id."""
        return self._store.get(tenant, _KIND, template_id)

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /query-templates`: a page."""
        found = self._store.find(caller.tenant, _KIND)
        return answer(listed(found, request.query, "templates", BASE, only_equal=_FILTERED))

    def count(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /query-templates/count`: how many fit `property`."""
        found = self._store.find(caller.tenant, _KIND)
        total = len(fitting(found, request.query, only_equal=_FILTERED))
        return answer({"totalCount": total, "version": 1})

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /query-templates {sql, name, queryParameters?}`: 202."""
        wanted = _checked(request.document())
        created = self._moments.next(caller.tenant)
        template_id = self._platform.ids.uuid()
        made = {
            **wanted,
            "id": template_id,
            "clientId": None,
            "userId": caller.user_id,
            "lastUpdatedBy": caller.user_id,
            "created": created,
            "updated": created,
            "version": 1,
            "_links": _links(template_id),
        }
        self._store.put(caller.tenant, _KIND, template_id, made)
        return answer(made, 202)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /query-templates/{id}`."""
        return answer(self._held(request, caller))

    def replace(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /query-templates/{id}`, with both `sql` and `name`: 202."""
        held = self._held(request, caller)
        kept = {name: value for name, value in held.items() if name != "queryParameters"}
        changed = {
            **kept,
            **_checked(request.document()),
            "lastUpdatedBy": caller.user_id,
            "updated": self._moments.next(caller.tenant),
            "version": held["version"] + 1,
        }
        self._store.put(caller.tenant, _KIND, held["id"], changed)
        return answer(changed, 202)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /query-templates/{id}`: 202."""
        self._store.delete(caller.tenant, _KIND, self._held(request, caller)["id"])
        return answer({"message": "Deleted", "statusCode": 202}, 202)

    def _held(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        found = self.get(caller.tenant, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no query template {request.params['id']}")
        return found


def _checked(wanted: dict[str, Any]) -> dict[str, Any]:
    for name in ("sql", "name"):
        if not isinstance(wanted.get(name), str) or not wanted[name].strip():
            raise problem.bad_request(f"{name} is required")
    parameters = wanted.get("queryParameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise problem.bad_request("queryParameters must be an object")
    kept = {"sql": wanted["sql"], "name": wanted["name"]}
    return kept if parameters is None else {**kept, "queryParameters": parameters}


def _links(template_id: str) -> dict[str, Any]:
    link = f"{BASE}/{template_id}"
    return {
        "self": {"href": link, "method": "GET"},
        "delete": {"href": link, "method": "DELETE"},
        "update": {"href": link, "method": "PUT"},
    }
