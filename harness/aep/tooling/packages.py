"""Packages of sandbox tooling: chosen objects of a sandbox, published, and imported into another.

Source: the calls of aepp 0.6.0, since the bodies are not documented publicly. Schemas and their field
groups, datasets and segment definitions are carried; of other types a package keeps
the names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.access.sandboxes import Sandboxes
from harness.aep.caller import Caller
from harness.aep.tooling.artifacts import Artifacts
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.platform import Platform

_BASE = "/data/foundation/exim/packages"
_KIND, _JOB = "package", "packageJob"
_TYPES = ("FULL", "PARTIAL")
_ACTIONS = ("UPDATE", "ADD", "DELETE")
_DEFAULT, _MOST = 20, 100


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service. Packages belong to the organisation, not to a sandbox."""
    packages = Packages(platform)
    table = (
        ("GET", "", packages.list),
        ("POST", "", packages.create),
        ("PUT", "", packages.update),
        ("GET", "/jobs", packages.jobs),
        ("GET", "/preflight/{id}", packages.preflight),
        ("GET", "/{id}", packages.read),
        ("DELETE", "/{id}", packages.delete),
        ("GET", "/{id}/children", packages.children),
        ("POST", "/{id}/children", packages.children),
        ("GET", "/{id}/export", packages.publish),
        ("GET", "/{id}/import", packages.check_import),
        ("POST", "/{id}/import", packages.take_in),
    )
    return [Endpoint(method=method, path=_BASE + path, handler=handler) for method, path, handler in table]


class Packages:
    """Packages of every organisation."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._artifacts = Artifacts(platform)

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages?start=&limit=&orderby=&property=status==…`."""
        query = request.query
        found = self._store.find(_everywhere(caller), _KIND)
        for text in query.all("property"):
            field, operator, value = text.partition("==")
            if operator:
                found = [one for one in found if str(one.get(field)) in value.split(",")]
        order = query.get("orderby") or "-createdDate"
        field = order.lstrip("+-")
        found.sort(key=lambda one: str(one.get(field, "")), reverse=order.startswith("-"))
        start, limit = query.number("start", 0), query.number("limit", _DEFAULT, low=1, high=_MOST)
        shown = [_shown(one) for one in found[start : start + limit]]
        more = start + limit < len(found)
        return answer({"data": shown, "hasNext": more, "totalElements": len(found), "number": len(shown)})

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /packages {name, packageType, sourceSandbox, expiry, artifacts}`: 201."""
        wanted = request.document()
        name = wanted.get("name")
        if not isinstance(name, str) or not name.strip():
            raise problem.bad_request("name is required")
        if wanted.get("packageType", "PARTIAL") not in _TYPES:
            raise problem.bad_request(f"packageType must be one of {', '.join(_TYPES)}")
        source = wanted.get("sourceSandbox")
        sandbox = source.get("name") if isinstance(source, dict) else caller.tenant.sandbox
        self._check_sandbox(caller, sandbox)
        now = iso(self._platform.clock.now_ms(), millis=True)
        body = {
            "id": self._platform.ids.hex(32),
            "version": 0,
            "name": name,
            "description": str(wanted.get("description", "")),
            "status": "DRAFT",
            "packageType": wanted.get("packageType", "PARTIAL"),
            "packageVisibility": "TENANT",
            "expiry": wanted.get("expiry"),
            "sourceSandbox": {"name": sandbox, "imsOrgId": caller.tenant.org},
            "artifacts": _artifacts(wanted.get("artifacts", [])),
            "createdBy": caller.user_id,
            "createdDate": now,
            "modifiedDate": now,
        }
        if body["packageType"] == "FULL":
            body["artifacts"] = self._artifacts.everything(Tenant(caller.tenant.org, str(sandbox)))
        return answer(_shown(self._keep(caller, body)), 201)

    def update(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /packages {id, action: UPDATE|ADD|DELETE, …}`, of a draft; or its visibility."""
        wanted = request.document()
        body = self._find(caller, str(wanted.get("id")))
        action = wanted.get("action", "UPDATE")
        if action not in _ACTIONS:
            raise problem.bad_request(f"action must be one of {', '.join(_ACTIONS)}")
        if action == "UPDATE":
            for name in ("name", "description", "expiry", "packageVisibility"):
                if name in wanted:
                    body[name] = wanted[name]
            return answer(_shown(self._keep(caller, body)))
        if body["status"] != "DRAFT":
            raise problem.bad_request("The artifacts of a published package cannot be changed")
        given = _artifacts(wanted.get("artifacts", []))
        ids = {one["id"] for one in given}
        kept = [one for one in body["artifacts"] if one["id"] not in ids]
        body["artifacts"] = kept + (given if action == "ADD" else [])
        return answer(_shown(self._keep(caller, body)))

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/{id}`."""
        return answer(_shown(self._find(caller, request.params["id"])))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /packages/{id}`."""
        body = self._find(caller, request.params["id"])
        self._store.delete(_everywhere(caller), _KIND, body["id"])
        return answer({"id": body["id"], "status": "DELETED"})

    def children(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/{id}/children`, which aepp posts to: what the artifacts need beside themselves."""
        body = self._find(caller, request.params["id"])
        return answer(self._artifacts.needed(self._source(body), body["artifacts"]))

    def publish(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/{id}/export`: the objects as they are now go into the package."""
        body = self._find(caller, request.params["id"])
        body["content"] = self._artifacts.export(self._source(body), body["artifacts"])
        body["status"] = "PUBLISHED"
        self._keep(caller, body)
        return answer(self._job(caller, body, "EXPORT", body["sourceSandbox"]["name"]))

    def check_import(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/{id}/import?targetSandbox=`: which objects are there already."""
        body, target = self._published(request, caller)
        return answer(self._artifacts.conflicts(target.tenant, body["content"]))

    def take_in(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /packages/{id}/import?targetSandbox=`: makes the objects in another sandbox."""
        body, target = self._published(request, caller)
        with self._store.transaction():
            made = self._artifacts.take_in(target, body["content"])
        job = self._job(caller, body, "IMPORT", target.tenant.sandbox)
        return answer({**job, "artifacts": made})

    def preflight(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/preflight/{id}?targetSandbox=`: whether the caller may import, as everybody may."""
        self._find(caller, request.params["id"])
        return answer({"permissions": [], "missingPermissions": []})

    def jobs(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/jobs?requestType=IMPORT|EXPORT`."""
        found = self._store.find(_everywhere(caller), _JOB)
        wanted = request.query.get("requestType")
        found = [one for one in found if wanted in (None, "", one["requestType"])]
        return answer({"data": found, "hasNext": False, "totalElements": len(found)})

    # parts

    def _published(self, request: ServedRequest, caller: Caller) -> tuple[dict[str, Any], Caller]:
        body = self._find(caller, request.params["id"])
        if "content" not in body:
            raise problem.bad_request("The package is not published; export it first")
        wanted = request.query.get("targetSandbox") or caller.tenant.sandbox
        self._check_sandbox(caller, wanted)
        target = Caller(
            tenant=Tenant(caller.tenant.org, wanted),
            client_id=caller.client_id,
            user_id=caller.user_id,
            sandbox_given=True,
        )
        return body, target

    def _check_sandbox(self, caller: Caller, name: Any) -> None:
        known = self._platform.service(Sandboxes).names(caller.tenant.org)
        if name not in known:
            raise problem.bad_request(f"There is no sandbox {name!r}; there are {', '.join(known)}")

    def _source(self, body: dict[str, Any]) -> Tenant:
        return Tenant(body["sourceSandbox"]["imsOrgId"], body["sourceSandbox"]["name"])

    def _find(self, caller: Caller, package_id: str) -> dict[str, Any]:
        found = self._store.get(_everywhere(caller), _KIND, package_id)
        if found is None:
            raise problem.not_found(f"There is no package {package_id}")
        return found

    def _keep(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        body["version"] += 1
        body["modifiedDate"] = iso(self._platform.clock.now_ms(), millis=True)
        self._store.put(_everywhere(caller), _KIND, body["id"], body)
        return body

    def _job(self, caller: Caller, body: dict[str, Any], kind: str, sandbox: str) -> dict[str, Any]:
        job = {
            "id": self._platform.ids.hex(32),
            "packageId": body["id"],
            "packageName": body["name"],
            "requestType": kind,
            "status": "COMPLETED",
            "sandbox": sandbox,
            "createdBy": caller.user_id,
            "createdDate": iso(self._platform.clock.now_ms(), millis=True),
        }
        self._store.put(_everywhere(caller), _JOB, job["id"], job)
        return job


def _everywhere(caller: Caller) -> Tenant:
    return Tenant(caller.tenant.org)


def _shown(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "content"}


def _artifacts(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list):
        raise problem.bad_request("artifacts must be an array")
    for one in given:
        known = isinstance(one, dict) and isinstance(one.get("id"), str) and isinstance(one.get("type"), str)
        if not known:
            raise problem.bad_request("Every artifact has an id and a type")
    return [{"found": False, "count": 0, **one} for one in given]
