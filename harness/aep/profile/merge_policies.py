"""Merge policies: how a profile is put together, one default for each schema class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.child_pages import href
from harness.aep.profile.merge import DATASET_PRECEDENCE, TIMESTAMP_ORDERED, MergeRule
from harness.aep.registry.state import EVENT_CLASS, UNION, SchemaRegistry
from harness.twin import json_patch
from harness.twin.json_patch import PatchError
from harness.twin.message import Query, ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

BASE = "/data/core/ups/config/mergePolicies"
PROFILE = "_xdm.context.profile"
_KIND = "mergePolicy"
_GRAPHS = ("none", "pdg")
_MERGES = (TIMESTAMP_ORDERED, DATASET_PRECEDENCE)
_FILTERS = ("schema.name", "default", "identityGraph.type", "attributeMerge.type")
_OWN = ("id", "imsOrgId", "sandbox", "version", "updateEpoch")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    policies = platform.service(MergePolicies)
    table = (
        ("GET", "", policies.list_all),
        ("POST", "", policies.create),
        ("POST", "/bulk-get", policies.bulk_get),
        ("GET", "/{id}", policies.read),
        ("PUT", "/{id}", policies.replace),
        ("PATCH", "/{id}", policies.patch),
        ("DELETE", "/{id}", policies.delete),
    )
    return [Endpoint(method=method, path=BASE + path, handler=handler) for method, path, handler in table]


def rule_of(policy: dict[str, Any]) -> MergeRule:
    """How a policy merges attributes."""
    merge = policy["attributeMerge"]
    return MergeRule(kind=merge["type"], order=tuple(merge.get("order", ())))


def stitches(policy: dict[str, Any]) -> bool:
    """Whether a policy follows the private identity graph."""
    return bool(policy["identityGraph"]["type"] == "pdg")


class MergePolicies:
    """Policies of every sandbox; each is born with a default for profiles that stitches.

    A class whose schemas are enabled for Profile gets one of its own when policies are listed.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._cache: dict[Tenant, list[dict[str, Any]]] = {}
        self._generation = -1

    def all(self, tenant: Tenant) -> list[dict[str, Any]]:
        """All policies of a sandbox, oldest first. They must not be changed."""
        generation = self._store.generation(_KIND)
        if generation != self._generation:
            self._cache.clear()
            self._generation = generation
        held = self._cache.get(tenant)
        if held is None:
            held = self._store.find(tenant, _KIND)
            if not held:
                held = [self._born(tenant)]
            self._generation = self._store.generation(_KIND)
            self._cache[tenant] = held
        return held

    def get(self, tenant: Tenant, policy_id: str) -> dict[str, Any] | None:
        """Policy by its id."""
        return next((one for one in self.all(tenant) if one["id"] == policy_id), None)

    def default(self, tenant: Tenant, schema: str = PROFILE) -> dict[str, Any] | None:
        """Return the default policy of a schema class."""
        found = (one for one in self.all(tenant) if one["default"] and one["schema"]["name"] == schema)
        return next(found, None)

    # calls

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/mergePolicies` with filters, order and paging."""
        self._enable(caller.tenant)
        found = [one for one in self.all(caller.tenant) if _fits(one, request.query)]
        order = request.query.get("orderBy")
        if order:
            field = order.lstrip("+-")
            if any(field not in one for one in found):
                raise problem.ups(400, f"There is no field {field!r} to order by.")
            found = sorted(found, key=lambda one: str(one[field]), reverse=order.startswith("-"))
        limit = request.query.number("limit", 20, low=1)
        start = request.query.number("start", 0)
        page = found[start : start + limit]
        following = start + limit
        more = ""
        if following < len(found):
            more = href("/config/mergePolicies", request.query, start=following, limit=limit)
        return answer(
            {
                "_page": {"totalCount": len(found), "pageSize": len(page)},
                "children": page,
                "_links": {"next": {"href": more}},
            }
        )

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /config/mergePolicies`: 200, not 201."""
        policy = self._composed(request.document(), caller)
        return answer(self._save(caller, {"id": self._platform.ids.uuid(), "version": 0, **policy}))

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/mergePolicies/{id}`."""
        return answer(self._get(request, caller))

    def replace(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /config/mergePolicies/{id}`."""
        held = self._get(request, caller)
        policy = self._composed(request.document(), caller)
        return answer(self._save(caller, {**policy, "id": held["id"], "version": held["version"]}))

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /config/mergePolicies/{id}`: a JSON Patch, or a single instruction of one."""
        held = self._get(request, caller)
        body = request.json()
        body = [body] if isinstance(body, dict) else body
        try:
            operations = json_patch.parse_patch(body)
            fixed = [one.pointer for one in operations if not one.path or one.path[0] in _OWN]
            if fixed:
                raise problem.ups(400, f"{fixed[0] or '/'} cannot be changed.")
            changed = json_patch.apply_patch(held, operations)
        except PatchError as error:
            raise problem.ups(400, error.message) from None
        policy = self._composed(changed, caller)
        return answer(self._save(caller, {**policy, "id": held["id"], "version": held["version"]}))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /config/mergePolicies/{id}`: 200 without a body; the last default stays."""
        held = self._get(request, caller)
        if held["default"]:
            raise problem.ups(400, "The default merge policy of a schema cannot be deleted.")
        self._store.delete(caller.tenant, _KIND, held["id"])
        return empty(200)

    def bulk_get(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /config/mergePolicies/bulk-get {ids: [{id}]}`: 207."""
        ids = request.document().get("ids")
        if not isinstance(ids, list) or not all(
            isinstance(one, dict) and isinstance(one.get("id"), str) for one in ids
        ):
            raise problem.ups(400, "'ids' must be an array of objects with an 'id'.")
        found = {one["id"]: self.get(caller.tenant, one["id"]) for one in ids}
        return answer({"results": {key: one for key, one in found.items() if one is not None}}, 207)

    # parts

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        held = self.get(caller.tenant, request.params["id"])
        if held is None:
            raise problem.ups(404)
        return held

    def _composed(self, body: dict[str, Any], caller: Caller) -> dict[str, Any]:
        name = body.get("name")
        if not isinstance(name, str) or not name:
            raise problem.ups(400, "'name' is required.")
        schema = body.get("schema")
        if not isinstance(schema, dict) or not isinstance(schema.get("name"), str):
            raise problem.ups(400, "'schema.name' is required.")
        graph = body.get("identityGraph", {"type": "none"})
        if not isinstance(graph, dict) or graph.get("type") not in _GRAPHS:
            raise problem.ups(400, f"'identityGraph.type' must be one of {', '.join(_GRAPHS)}.")
        merge = body.get("attributeMerge", {"type": TIMESTAMP_ORDERED})
        if not isinstance(merge, dict) or merge.get("type") not in _MERGES:
            raise problem.ups(400, f"'attributeMerge.type' must be one of {', '.join(_MERGES)}.")
        order = merge.get("order")
        if merge["type"] == DATASET_PRECEDENCE and not (
            isinstance(order, list) and order and all(isinstance(one, str) for one in order)
        ):
            raise problem.ups(400, "'attributeMerge.order' must list the ids of datasets.")
        return {
            "name": name,
            "imsOrgId": caller.tenant.org,
            "schema": {"name": schema["name"]},
            "identityGraph": {"type": graph["type"]},
            "attributeMerge": dict(merge),
            "default": _flag(body, "default"),
            "isActiveOnEdge": _flag(body, "isActiveOnEdge"),
        }

    def _save(self, caller: Caller, policy: dict[str, Any]) -> dict[str, Any]:
        from harness.aep.access.sandboxes import Sandboxes

        tenant = caller.tenant
        schema = policy["schema"]["name"]
        with self._store.transaction():
            before = self.default(tenant, schema)
            if before is not None and before["id"] == policy["id"] and not policy["default"]:
                raise problem.ups(400, "Make another merge policy the default instead.")
            if policy["default"] and before is not None and before["id"] != policy["id"]:
                self._store.put(tenant, _KIND, before["id"], {**before, "default": False})
            saved = {
                **policy,
                "sandbox": self._platform.service(Sandboxes).describe(tenant),
                "version": policy["version"] + 1,
                "updateEpoch": self._platform.clock.now_s(),
            }
            self._store.put(tenant, _KIND, saved["id"], saved)
        return saved

    def _enable(self, tenant: Tenant) -> None:
        """Make the default policy of each class that a schema was enabled for Profile with, as accounts."""
        known = {one["schema"]["name"] for one in self.all(tenant)}
        for union in self._platform.service(SchemaRegistry).unions(tenant):
            name = str(union["meta:altId"]).removesuffix(UNION)
            if union["meta:class"] != EVENT_CLASS and name not in known:
                self._born(tenant, name)

    def _born(self, tenant: Tenant, schema: str = PROFILE) -> dict[str, Any]:
        from harness.aep.access.sandboxes import Sandboxes

        policy: dict[str, Any] = {
            "id": self._platform.ids.uuid(),
            "name": "Default Timebased",
            "imsOrgId": tenant.org,
            "sandbox": self._platform.service(Sandboxes).describe(tenant),
            "schema": {"name": schema},
            "version": 1,
            "identityGraph": {"type": "pdg"},
            "attributeMerge": {"type": TIMESTAMP_ORDERED},
            "default": True,
            "isActiveOnEdge": False,
            "updateEpoch": self._platform.clock.now_s(),
        }
        self._store.put(tenant, _KIND, policy["id"], policy)
        return policy


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    # Adobe's PATCH sample sends the string.
    if value in ("true", "false"):
        return bool(value == "true")
    if not isinstance(value, bool):
        raise problem.ups(400, f"'{name}' must be true or false.")
    return value


def _fits(policy: dict[str, Any], query: Query) -> bool:
    for name in _FILTERS:
        wanted = query.get(name)
        if not wanted:
            continue
        actual: Any = policy
        for word in name.split("."):
            actual = actual[word]
        if str(actual).lower() != wanted.lower():
            return False
    return True
