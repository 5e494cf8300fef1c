"""Segment definitions: named PQL expressions over profiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from harness.aep import pql, problem
from harness.aep.child_pages import href
from harness.aep.profile.merge_policies import PROFILE, MergePolicies
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.aep.problem import Problem
    from harness.twin.tenant import Tenant

BASE = "/data/core/ups/segment/definitions"
_KIND = "segmentDefinition"
_MODES = ("batch", "continuous", "synchronous")
_OWN = ("id", "imsOrgId", "sandbox", "creationTime", "updateEpoch", "updateTime", "baselineTime")
_MOST = 100


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    segments = platform.service(Segments)
    table = (
        ("GET", "", segments.list_all),
        ("POST", "", segments.create),
        ("POST", "/bulk-get", segments.bulk_get),
        ("GET", "/{id}", segments.read),
        ("PATCH", "/{id}", segments.patch),
        ("DELETE", "/{id}", segments.delete),
    )
    return [Endpoint(method=method, path=BASE + path, handler=handler) for method, path, handler in table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A definition with its parsed expression."""

    id: str
    body: dict[str, Any]
    expression: pql.QueryNode
    looks_at_events: bool = field(init=False)
    looks_at_segments: bool = field(init=False)
    dependencies: tuple[str, ...] = field(init=False)
    """Ids of the audiences that it looks at, each once."""

    def __post_init__(self) -> None:
        """Look through the expression once: it is evaluated for every profile."""
        object.__setattr__(self, "looks_at_events", pql.references_events(self.expression))
        object.__setattr__(self, "looks_at_segments", pql.references_segments(self.expression))
        object.__setattr__(self, "dependencies", tuple(dict.fromkeys(pql.named_segments(self.expression))))

    @property
    def continuous(self) -> bool:
        """Whether it is evaluated as data streams in."""
        return bool(self.body["evaluationInfo"]["continuous"]["enabled"])

    @property
    def policy_id(self) -> str:
        """Merge policy under which it sees profiles."""
        return str(self.body["mergePolicyId"])


def invalid(detail: str) -> Problem:
    """400, for a definition that is not valid."""
    return problem.bad_request(detail)


def parse_expression(expression: Any, *, condition: bool = True) -> pql.QueryNode:
    """Read `{type, format, value}`; 400 with the place of the mistake, or for what is no `condition`."""
    if not isinstance(expression, dict):
        raise invalid("'expression' is required.")
    if expression.get("type") != "PQL":
        raise invalid("'expression.type' must be PQL.")
    value = expression.get("value")
    form = expression.get("format")
    try:
        match form:
            case "pql/text":
                if not isinstance(value, str):
                    raise invalid("'expression.value' must be a string.")
                return pql.parse(value) if condition else pql.parse_value(value)
            case "pql/json":
                if not isinstance(value, str | dict):
                    raise invalid("'expression.value' must be a string.")
                return pql.parse_json(value)
            case _:
                raise invalid("'expression.format' must be pql/text or pql/json.")
    except pql.PqlError as error:
        raise invalid(f"The expression is not valid PQL: {error}") from None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> pql.QueryNode:
    """Parse each text once: whenever a definition is added, all of them are looked at again."""
    return pql.parse(text)


class Segments:
    """Definitions of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._cache: dict[Tenant, list[Segment]] = {}
        self._generation = -1

    def all(self, tenant: Tenant) -> list[Segment]:
        """All definitions of a sandbox, oldest first."""
        generation = self._store.generation(_KIND)
        if generation != self._generation:
            self._cache.clear()
            self._generation = generation
        held = self._cache.get(tenant)
        if held is None:
            held = [
                Segment(id=body["id"], body=body, expression=parse_expression(body["expression"]))
                for body in self._store.find(tenant, _KIND)
            ]
            self._cache[tenant] = held
        return held

    def get(self, tenant: Tenant, segment_id: str) -> Segment | None:
        """Definition by its id."""
        return next((one for one in self.all(tenant) if one.id == segment_id), None)

    def dependents(self, tenant: Tenant, audience_id: str) -> list[str]:
        """Ids of the definitions that look at an audience."""
        return [one.id for one in self.all(tenant) if audience_id in one.dependencies]

    def make(self, caller: Caller, wanted: dict[str, Any]) -> dict[str, Any]:
        """Make and keep a definition; a Problem says what is wrong with it."""
        body = self._composed(wanted, caller)
        self._check_name(caller, body["name"], None)
        body = {"id": self._platform.ids.uuid(), **body, "creationTime": self._platform.clock.now_ms()}
        return self._save(caller, body)

    def change(self, caller: Caller, held: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
        """Make a definition what is wanted, but for what it is known by."""
        body = self._composed({name: value for name, value in wanted.items() if name not in _OWN}, caller)
        self._check_name(caller, body["name"], held["id"])
        kept = {name: held[name] for name in _OWN if name in held}
        return self._save(caller, {**body, **kept})

    def remove(self, tenant: Tenant, segment_id: str) -> None:
        """Delete a definition."""
        self._store.delete(tenant, _KIND, segment_id)

    # calls

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /segment/definitions`: paged, newest first unless `sort` says otherwise."""
        query = request.query
        found = [one.body for one in self.all(caller.tenant)]
        continuous = query.get("evaluationInfo.continuous.enabled")
        if continuous is not None:
            wanted = continuous.lower() == "true"
            found = [one for one in found if one["evaluationInfo"]["continuous"]["enabled"] is wanted]
        field, _, direction = (query.get("sort") or "creationTime:desc").partition(":")
        direction = direction or "desc"
        if direction not in ("asc", "desc") or any(not _sortable(one.get(field)) for one in found):
            raise invalid(f"The sort {query.get('sort')!r} is not understood; write field:asc or field:desc.")
        found = sorted(
            found,
            key=lambda one: (str(type(one[field])), one[field], _order(one, found)),
            reverse=direction == "desc",
        )
        limit = query.number("limit", _MOST, low=1)
        page = query.number("page", 0)
        start = query.number("start", page * limit)
        shown = found[start : start + limit]
        link: dict[str, Any] = {}
        if start + limit < len(found):
            changes = {"start": start + limit, "limit": limit, "sort": f"{field}:{direction}", "page": ""}
            link["next"] = {"href": href("/segment/definitions", query, **changes)}
        return answer(
            {
                "segments": shown,
                "page": {
                    "totalCount": len(found),
                    "totalPages": -(-len(found) // limit),
                    "sortField": field,
                    "sort": direction,
                    "pageSize": len(shown),
                    "limit": limit,
                },
                "link": link,
            }
        )

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /segment/definitions`: 200 with the whole definition."""
        saved = self.make(caller, request.document())
        return answer(saved, headers={"X-Location": f"{request.base_url}{BASE}/{saved['id']}"})

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /segment/definitions/{id}`, not wrapped."""
        return answer(self._get(request, caller).body)

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /segment/definitions/{id}`: the members given overwrite those held."""
        held = self._get(request, caller).body
        return answer(self.change(caller, held, {**held, **request.document()}))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /segment/definitions/{id}`: 200 with a message."""
        held = self._get(request, caller)
        self.remove(caller.tenant, held.id)
        return answer({"status": True, "message": f"Segment with id '{held.id}' has been deleted"})

    def bulk_get(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /segment/definitions/bulk-get {ids: [{id}]}`: 207."""
        ids = request.document().get("ids")
        if not isinstance(ids, list) or not all(
            isinstance(one, dict) and isinstance(one.get("id"), str) for one in ids
        ):
            raise invalid("'ids' must be an array of objects with an 'id'.")
        found = (self.get(caller.tenant, one["id"]) for one in ids)
        return answer({"results": {one.id: one.body for one in found if one is not None}}, 207)

    # parts

    def _get(self, request: ServedRequest, caller: Caller) -> Segment:
        held = self.get(caller.tenant, request.params["id"])
        if held is None:
            raise problem.not_found(f"There is no segment definition {request.params['id']}")
        return held

    def _check_name(self, caller: Caller, name: str, own_id: str | None) -> None:
        for one in self.all(caller.tenant):
            if one.body["name"] == name and one.id != own_id:
                detail = f"A segment definition with the name '{name}' already exists: {one.id}"
                raise problem.classic(422, "UnprocessableEntityError", detail)

    def _composed(self, body: dict[str, Any], caller: Caller) -> dict[str, Any]:
        from harness.aep.access.sandboxes import Sandboxes

        name = body.get("name")
        if not isinstance(name, str) or not name.strip():
            raise invalid("'name' is required.")
        if not isinstance(body.get("description", ""), str):
            raise invalid("'description' must be a string.")
        schema = body.get("schema")
        schema_name = schema.get("name") if isinstance(schema, dict) else None
        if schema_name != PROFILE:
            raise invalid(f"'schema.name' is required and must be {PROFILE}.")
        parse_expression(body.get("expression"))
        policy_id = body.get("mergePolicyId")
        policies = self._platform.service(MergePolicies)
        if policy_id is None:
            default = policies.default(caller.tenant)
            policy_id = "" if default is None else default["id"]
        elif policies.get(caller.tenant, policy_id) is None:
            raise invalid(f"There is no merge policy {policy_id!r}.")
        ttl = body.get("ttlInDays")
        if ttl is not None and (not isinstance(ttl, int) or isinstance(ttl, bool) or ttl < 1):
            raise invalid("'ttlInDays' must be a whole number of days.")
        own = ("name", "schema", "expression", "evaluationInfo", "mergePolicyId")
        return {
            "schema": {"name": PROFILE},
            "profileInstanceId": "ups",
            "imsOrgId": caller.tenant.org,
            "sandbox": self._platform.service(Sandboxes).describe(caller.tenant),
            "name": name,
            "description": "",
            "expression": body["expression"],
            "mergePolicyId": policy_id,
            "evaluationInfo": _evaluation(body.get("evaluationInfo")),
            "dataGovernancePolicy": {"excludeOptOut": True},
            **{key: value for key, value in body.items() if key not in (*own, *_OWN)},
        }

    def _save(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        now = self._platform.clock.now_ms()
        saved = {**body, "updateEpoch": now // 1000, "updateTime": now}
        self._store.put(caller.tenant, _KIND, saved["id"], saved)
        return saved


def _evaluation(given: Any) -> dict[str, dict[str, bool]]:
    """Say how a definition is evaluated; batch, when nothing else is asked for."""
    given = {} if given is None else given
    if not isinstance(given, dict):
        raise invalid("'evaluationInfo' must be an object.")
    modes = {}
    for mode in _MODES:
        held = given.get(mode) or {}
        enabled = held.get("enabled", False) if isinstance(held, dict) else None
        if not isinstance(enabled, bool):
            raise invalid(f"'evaluationInfo.{mode}.enabled' must be true or false.")
        modes[mode] = {"enabled": enabled}
    if not any(mode["enabled"] for mode in modes.values()):
        modes["batch"]["enabled"] = True
    return modes


def _sortable(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _order(body: dict[str, Any], found: list[dict[str, Any]]) -> int:
    return next(at for at, one in enumerate(found) if one is body)
