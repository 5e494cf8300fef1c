"""Packages of sandbox tooling: drafts of chosen objects of a sandbox.

Source: Adobe's description of the Sandbox API, and the calls of aepp 0.6.0 where they differ from it.
Schemas and their field groups, datasets and segment definitions are carried; of other types a package keeps
the names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.tooling.artifacts import Artifacts
from harness.aep.tooling.shelf import PACKAGE, Shelf, page
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

BASE = "/data/foundation/exim/packages"
_TYPES = ("FULL", "PARTIAL")
_ACTIONS = ("UPDATE", "ADD", "DELETE")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of drafts. Packages belong to the organisation, not to a sandbox."""
    packages = Packages(platform)
    table = (
        ("GET", "", packages.list),
        ("POST", "", packages.create),
        ("PUT", "", packages.update),
        ("PUT", "/update", packages.show_to),
        ("GET", "/payload/{id}", packages.payload),
        ("GET", "/{id}", packages.read),
        ("DELETE", "/{id}", packages.delete),
        ("GET", "/{id}/children", packages.children),
        ("POST", "/{id}/children", packages.children),
    )
    return [Endpoint(method=method, path=BASE + path, handler=handler) for method, path, handler in table]


class Packages:
    """Packages of every organisation."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._shelf = Shelf(platform)
        self._artifacts = Artifacts(platform)

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages?start=&limit=&orderBy=&status=&property=status==…`."""
        found = [shown(one) for one in self._shelf.all(caller, PACKAGE)]
        return answer(page(found, request.query))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /packages {name, packageType, sourceSandbox, expiry, artifacts}`: 201."""
        wanted = request.document()
        name = wanted.get("name")
        if not isinstance(name, str) or not name.strip():
            raise problem.bad_request("name is required")
        if wanted.get("packageType", "PARTIAL") not in _TYPES:
            raise problem.bad_request(f"packageType must be one of {', '.join(_TYPES)}")
        source = wanted.get("sourceSandbox")
        named = source.get("name") if isinstance(source, dict) else caller.tenant.sandbox
        sandbox = self._shelf.check_sandbox(caller, named)
        now = self._platform.clock.now_ms()
        body = {
            "id": self._platform.ids.hex(32),
            "version": 0,
            "createdDate": now,
            "modifiedDate": now,
            "createdBy": caller.user_id,
            "modifiedBy": caller.user_id,
            "name": name,
            "description": str(wanted.get("description", "")),
            "imsOrgId": caller.tenant.org,
            "sourceSandbox": {"name": sandbox, "imsOrgId": caller.tenant.org},
            "packageType": wanted.get("packageType", "PARTIAL"),
            "expiry": self._shelf.expiry(wanted.get("expiry")),
            "status": "DRAFT",
            "packageVisibility": "TENANT",
            "artifactsList": _artifacts(wanted.get("artifacts", [])),
        }
        if body["packageType"] == "FULL":
            body["artifactsList"] = self._artifacts.everything(Tenant(caller.tenant.org, sandbox))
        return answer(shown(self._shelf.keep(caller, PACKAGE, body)), 201)

    def update(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /packages [{id, action: UPDATE|ADD|DELETE, …}]`: 201; aepp puts one change alone: 200."""
        wanted = request.json()
        if isinstance(wanted, list):
            with self._platform.store.transaction():
                return answer([shown(self._changed(caller, one)) for one in wanted], 201)
        return answer(shown(self._changed(caller, wanted)))

    def show_to(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /packages/update {id, action: UPDATE, packageVisibility: PUBLIC}`: 202."""
        return answer(shown(self._changed(caller, request.document())), 202)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/{id}`."""
        return answer(shown(self._shelf.get(caller, PACKAGE, request.params["id"])))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /packages/{id}`."""
        body = self._shelf.get(caller, PACKAGE, request.params["id"])
        self._shelf.drop(caller, PACKAGE, body["id"])
        return answer({"reason": f"Package {body['id']} deleted"})

    def payload(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/payload/{id}`: what is copied to share a package."""
        body = self._shelf.get(caller, PACKAGE, request.params["id"])
        return answer({"imsOrgId": body["imsOrgId"], "packageId": body["id"]})

    def children(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /packages/{id}/children`: what the artifacts need beside themselves, as aepp reads it."""
        body = self._shelf.get(caller, PACKAGE, request.params["id"])
        return answer(self._artifacts.needed(source_of(body), body["artifactsList"]))

    def _changed(self, caller: Caller, wanted: Any) -> dict[str, Any]:
        if not isinstance(wanted, dict):
            raise problem.bad_request("A change of a package must be an object")
        body = self._shelf.get(caller, PACKAGE, wanted.get("id"))
        action = wanted.get("action", "UPDATE")
        if action not in _ACTIONS:
            raise problem.bad_request(f"action must be one of {', '.join(_ACTIONS)}")
        if action != "UPDATE" and body["status"] != "DRAFT":
            raise problem.bad_request("The artifacts of a published package cannot be changed")
        if "expiry" in wanted:
            body["expiry"] = self._shelf.expiry(wanted["expiry"])
        if action == "UPDATE":
            names = ("name", "description", "packageVisibility")
            body.update({name: wanted[name] for name in names if name in wanted})
            source = wanted.get("sourceSandbox")
            if isinstance(source, dict):
                sandbox = self._shelf.check_sandbox(caller, source.get("name"))
                body["sourceSandbox"] = {"name": sandbox, "imsOrgId": caller.tenant.org}
        else:
            given = _artifacts(wanted.get("artifacts", []))
            ids = {one["id"] for one in given}
            kept = [one for one in body["artifactsList"] if one["id"] not in ids]
            body["artifactsList"] = kept + (given if action == "ADD" else [])
        body["version"] += 1
        body["modifiedDate"] = self._platform.clock.now_ms()
        return self._shelf.keep(caller, PACKAGE, body)


def source_of(body: dict[str, Any]) -> Tenant:
    """Give the sandbox that a package takes its objects from."""
    return Tenant(body["sourceSandbox"]["imsOrgId"], body["sourceSandbox"]["name"])


def shown(body: dict[str, Any]) -> dict[str, Any]:
    """Give a package without its content; its artifacts under the name that aepp reads, too."""
    rest = {name: value for name, value in body.items() if name != "content"}
    return {**rest, "artifacts": body["artifactsList"]}


def _artifacts(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list):
        raise problem.bad_request("artifacts must be an array")
    for one in given:
        known = isinstance(one, dict) and isinstance(one.get("id"), str) and isinstance(one.get("type"), str)
        if not known:
            raise problem.bad_request("Every artifact has an id and a type")
    return [{"found": False, "count": 0, **one} for one in given]
