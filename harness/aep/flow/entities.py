"""What the entities of Flow Service have in common: identity, etag, lists, patches, states.

Each kind of entity is a `FlowEntities` with its own rules; `harness.aep.flow.connections` and
`harness.aep.flow.flows` have them.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.flow import flow_query
from harness.aep.flow.specs import BASE
from harness.aep.problem import Problem
from harness.twin import json_patch
from harness.twin.json_patch import PatchError, PatchProblem
from harness.twin.message import Query, ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

TRANSITIONAL = ("initializing", "inProgress", "updating", "enabling", "disabling")
STATES = ("enabled", "disabled", *TRANSITIONAL)
COMMON_FIELDS = frozenset(
    {
        "id",
        "createdAt",
        "updatedAt",
        "createdBy",
        "updatedBy",
        "createdClient",
        "updatedClient",
        "sandboxId",
        "sandboxName",
        "imsOrgId",
        "name",
        "description",
        "state",
        "version",
        "etag",
        "inheritedAttributes",
        "connectionSpec",
        "auth",
        "baseConnectionId",
        "data",
        "params",
        "typeInfo",
        "providerId",
    }
)
_ACTIONS = {"enable": "enabled", "disable": "disabled"}


def wrong(detail: str, status: int = 400) -> Problem:
    """Answer for a body that cannot be; all three of the service's error shapes in one."""
    return Problem(
        status,
        {
            "status": status,
            "title": "Invalid request",
            "detail": detail,
            "message": detail,
            "errorMessage": detail,
            "errorDetails": detail,
        },
    )


def missing(field: str) -> Problem:
    """Answer for a body that lacks a field."""
    return wrong(f"'{field}' is required.")


def unknown_reference(what: str, entity_id: object) -> Problem:
    """`1101-404`, for an id in a body that names nothing."""
    return problem.flow(
        1101, 404, "Resource not found", f"The {what} with the ID {entity_id} could not be found."
    )


FLOW_KIND = "flowservice.flows"
"""Kind of the documents of flows: a connection that one of them has is not deleted."""


class FlowEntities:
    """One kind of entity. Subclasses say what a body may hold and what follows from a change."""

    word = ""
    what = ""
    known = COMMON_FIELDS
    patchable: tuple[str, ...] = ("name", "description")

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    @property
    def kind(self) -> str:
        """Kind of the documents in the store."""
        return f"flowservice.{self.word}"

    # what subclasses decide

    def compose(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        """Check a creation and give the fields to keep; defaults filled in."""
        raise NotImplementedError

    def check_change(self, caller: Caller, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Check what a patch made of an entity."""

    def saved(self, caller: Caller, entity: dict[str, Any], old: dict[str, Any] | None) -> None:
        """Do what follows from a creation (`old` is None) or a change."""

    def check_delete(self, caller: Caller, entity: dict[str, Any]) -> None:
        """Refuse a deletion."""

    def deleted(self, caller: Caller, entity: dict[str, Any]) -> None:
        """Do what follows from a deletion."""

    def shown(self, entity: dict[str, Any]) -> dict[str, Any]:
        """Return an entity as an answer has it."""
        return entity

    def is_destination(self, entity: dict[str, Any]) -> bool:
        """Whether the entity is part of a destination."""
        del entity
        return False

    def patch_answer(self, request: ServedRequest, entity: dict[str, Any]) -> Response:
        """Answer to a patch."""
        del request
        return answer({"id": entity["id"], "etag": entity["etag"]})

    # the store

    def find(self, caller: Caller, entity_id: object) -> dict[str, Any] | None:
        """Entity by its id in the caller's sandbox."""
        if not isinstance(entity_id, str):
            return None
        return self.platform.store.get(caller.tenant, self.kind, entity_id)

    def get(self, caller: Caller, entity_id: str) -> dict[str, Any]:
        """Entity by its id; the 404 of the API reference when there is none."""
        entity = self.find(caller, entity_id)
        if entity is None:
            raise problem.flow_plain(404, f"{self.word} not found with id = [{entity_id}]")
        return entity

    def everything(self, caller: Caller) -> list[dict[str, Any]]:
        """All entities of the caller's sandbox, oldest first."""
        return self.platform.store.find(caller.tenant, self.kind)

    def save(self, caller: Caller, entity: dict[str, Any]) -> dict[str, Any]:
        """Store a changed entity under a new etag."""
        etag = self.platform.ids.etag()
        changed = {
            **entity,
            "updatedAt": self.platform.clock.now_ms(),
            "updatedBy": caller.user_id,
            "updatedClient": caller.client_id,
            "version": etag,
            "etag": etag,
        }
        self.platform.store.put(caller.tenant, self.kind, entity["id"], changed)
        return changed

    # calls

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /{word}`."""
        fields = self.compose(caller, _body(request))
        entity = self.new(caller, fields)
        location = f"{request.base_url}{BASE}/{self.word}/{entity['id']}"
        return answer({"id": entity["id"], "etag": entity["etag"]}, 201, {"Location": location})

    def new(self, caller: Caller, fields: dict[str, Any]) -> dict[str, Any]:
        """Store a new entity of checked fields."""
        from harness.aep.access.sandboxes import Sandboxes

        sandbox = self.platform.service(Sandboxes).describe(caller.tenant)
        now = self.platform.clock.now_ms()
        entity = {
            "id": self.platform.ids.uuid(),
            "createdAt": now,
            "createdBy": caller.user_id,
            "createdClient": caller.client_id,
            "sandboxId": sandbox["sandboxId"],
            "sandboxName": caller.tenant.sandbox,
            "imsOrgId": caller.tenant.org,
            **fields,
        }
        with self.platform.store.transaction():
            entity = self.save(caller, entity)
            self.saved(caller, entity, None)
        return entity

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /{word}` with filters, projection, order and paging."""
        return answer(self._page(request.query, caller, most=100))

    def search(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /{word}/search {queryString, limit, orderby, count}`."""
        body = _body(request)
        given = body.get("queryString", "")
        if not isinstance(given, str):
            raise wrong("'queryString' must be a string.")
        query = Query(given.lstrip("?"))
        for name in ("limit", "orderby", "count", "continuationToken"):
            if name in body:
                value = body[name]
                text = str(value).lower() if isinstance(value, bool) else str(value)
                query.pairs.append((name, text))
        return answer(self._page(query, caller, most=1000))

    def _page(self, query: Query, caller: Caller, *, most: int) -> dict[str, Any]:
        wanted = flow_query.parse_listing(query, self.known, most=most)
        found = [self.shown(entity) for entity in self.everything(caller)]
        found = [entity for entity in found if flow_query.matches(entity, wanted.filters)]
        found = flow_query.sort(found, wanted.order)
        page = found[wanted.start : wanted.start + wanted.limit]
        links = flow_query.next_link(self.word, query, wanted.start + len(page), len(found))
        if wanted.fields:
            page = [flow_query.project(entity, wanted.fields) for entity in page]
        body: dict[str, Any] = {"items": page, "_links": links}
        if wanted.count:
            body["count"] = len(found)
        return body

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /{word}/{id}`: a list of one."""
        entity = self.get(caller, request.params["id"])
        return answer({"items": [self.shown(entity)]})

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /{word}/{id}`: a JSON Patch, under If-Match, all of it or nothing."""
        entity = self.get(caller, request.params["id"])
        self._check_match(request, entity)
        if entity.get("state") in TRANSITIONAL:
            number = 1420 if self.word == "flows" else 1416
            raise flow_query.invalid(
                number, f"The {self.what} cannot be updated in the state '{entity['state']}'."
            )
        if not request.body.strip():
            raise flow_query.invalid(1405, "The request body must not be null or empty.")
        changed = self._patched(entity, request.json())
        self.check_change(caller, entity, changed)
        with self.platform.store.transaction():
            changed = self.save(caller, changed)
            self.saved(caller, changed, entity)
        return self.patch_answer(request, changed)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /{word}/{id}`: 202 for what is part of a destination, 204 otherwise.

        The two documents of the service differ by exactly that; a setting makes it 202 throughout.
        """
        entity = self.get(caller, request.params["id"])
        if entity.get("state") in TRANSITIONAL:
            number = 1422 if self.word == "flows" else 1416
            raise flow_query.invalid(
                number, f"The {self.what} cannot be deleted in the state '{entity['state']}'."
            )
        self.check_delete(caller, entity)
        status = 202 if self.is_destination(entity) else self.platform.settings.delete_status
        with self.platform.store.transaction():
            self.platform.store.delete(caller.tenant, self.kind, entity["id"])
            self.deleted(caller, entity)
        return empty(status)

    def act(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /{word}/{id}/action?op=enable|disable`."""
        entity = self.get(caller, request.params["id"])
        op = request.query.get("op") or ""
        if op not in _ACTIONS:
            raise flow_query.invalid(
                1434, f"The operation '{op}' is not supported; use {', '.join(_ACTIONS)}."
            )
        if "subOp" in request.query:
            raise flow_query.invalid(1436, f"The operation '{op}' has no sub operations.")
        if entity.get("state") in TRANSITIONAL:
            raise flow_query.invalid(
                1421, f"The {self.what} cannot leave the state '{entity['state']}' for '{_ACTIONS[op]}'."
            )
        changed = {**entity, "state": _ACTIONS[op]}
        with self.platform.store.transaction():
            changed = self.save(caller, changed)
            self.saved(caller, changed, entity)
        return answer({"id": changed["id"], "etag": changed["etag"]})

    def hold(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /_harness/flowservice/{word}/{id}/state {state}`: as if a transition took long.

        The platform's own transitions end at once; this is how a test sees what a lock refuses.
        """
        state = request.document().get("state")
        if state not in STATES:
            raise problem.bad_request(f"state must be one of {', '.join(STATES)}")
        found = self.platform.store.anywhere(self.kind, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no {self.what} {request.params['id']}")
        body = {**found.body, "state": state}
        self.platform.store.put(found.tenant, self.kind, request.params["id"], body)
        return answer({"id": request.params["id"], "state": state})

    def endpoints(self) -> list[Endpoint]:
        """All calls of the kind."""
        root = f"{BASE}/{self.word}"
        table = (
            ("GET", root, self.list_all),
            ("POST", root, self.create),
            ("POST", f"{root}/search", self.search),
            ("GET", f"{root}/{{id}}", self.read),
            ("PATCH", f"{root}/{{id}}", self.patch),
            ("DELETE", f"{root}/{{id}}", self.delete),
            ("POST", f"{root}/{{id}}/action", self.act),
        )
        found = [
            Endpoint(method=method, path=path, handler=handler, any_case=True, json_only=True)
            for method, path, handler in table
        ]
        path = f"/_harness/flowservice/{self.word}/{{id}}/state"
        return [*found, Endpoint(method="POST", path=path, handler=self.hold, door="harness")]

    # parts

    def _check_match(self, request: ServedRequest, entity: dict[str, Any]) -> None:
        supplied = request.headers.get("if-match")
        if supplied is None and not self.platform.settings.strict:
            # Adobe's own collection sends it as a query parameter.
            supplied = request.query.get("if-match")
        if supplied is None or not supplied.strip():
            raise problem.flow(
                1403,
                400,
                "Header is missing",
                "The header 'If-Match' is missing in the request. Please provide the header and try again.",
            )
        if supplied.strip() != entity["etag"]:
            raise problem.flow(
                1404,
                412,
                "Version not matching",
                f"Supplied version=[{supplied.strip()}] does not match"
                f" the current version on entity=[{entity['etag']}]",
            )

    def _patched(self, entity: dict[str, Any], body: Any) -> dict[str, Any]:
        if body is None or body == []:
            raise flow_query.invalid(1405, "The request body must not be null or empty.")
        try:
            operations = json_patch.parse_patch(body)
            for operation in operations:
                self._check_path(operation)
            patched = json_patch.apply_patch(copy.deepcopy(entity), operations)
        except PatchError as error:
            if error.problem is PatchProblem.UNSUPPORTED_OPERATION:
                raise flow_query.invalid(1434, error.message) from None
            raise flow_query.invalid(1455, _instruction(error.message)) from None
        for name in ("name", "description"):
            if name in patched and not isinstance(patched[name], str):
                raise flow_query.invalid(1455, _instruction(f"the {name} must be a string"))
        if not isinstance(patched, dict):
            raise flow_query.invalid(1455, _instruction("the entity must stay an object"))
        return patched

    def _check_path(self, operation: json_patch.Operation) -> None:
        top = operation.path[0] if operation.path else ""
        if top == "connectionSpec":
            raise flow_query.invalid(1414, "The connection spec of a connection cannot be changed.")
        if top not in self.patchable:
            raise flow_query.invalid(
                1455,
                _instruction(
                    f"the path '{operation.pointer}' cannot be changed;"
                    f" changeable are {', '.join('/' + name for name in self.patchable)}"
                ),
            )


def _body(request: ServedRequest) -> dict[str, Any]:
    if not request.body.strip() or request.json() is None:
        raise flow_query.invalid(1405, "The request body must not be null or empty.")
    return request.document()


def _instruction(why: str) -> str:
    return f"An error has occurred while validating patch instructions: {why}"
