"""Jobs of sandbox tooling: a package is published, and imported into another sandbox.

Source: Adobe's description of the Sandbox API, and the calls of aepp 0.6.0 where they differ from it. Both
jobs have ended by the time that they are answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.caller import Caller
from harness.aep.tooling.artifacts import DATASET, SEGMENT, Artifacts
from harness.aep.tooling.packages import BASE, source_of
from harness.aep.tooling.shelf import JOB, PACKAGE, Shelf, page
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from harness.aep.platform import Platform

_TOOLS = "/data/foundation/exim/tools"
_RESOURCES = {DATASET: "Dataset", SEGMENT: "Segment"}


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of what is done with packages."""
    jobs = PackageJobs(platform)
    table = (
        ("GET", f"{BASE}/jobs", jobs.list),
        ("GET", f"{_TOOLS}/job/{{id}}", jobs.read),
        ("GET", f"{BASE}/preflight/{{id}}", jobs.preflight),
        ("GET", f"{BASE}/preflight/{{id}}/export", jobs.preflight),
        ("GET", f"{BASE}/{{id}}/export", jobs.publish),
        ("GET", f"{BASE}/{{id}}/import", jobs.check_import),
        ("POST", f"{BASE}/{{id}}/import", jobs.import_by_path),
        ("PUT", f"{BASE}/import", jobs.import_by_body),
    )
    return [Endpoint(method=method, path=path, handler=handler) for method, path, handler in table]


class PackageJobs:
    """Publishes and imports packages of every organisation."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._shelf = Shelf(platform)
        self._artifacts = Artifacts(platform)

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/jobs?requestType=IMPORT|EXPORT&jobType=&jobStatus=`."""
        found = self._shelf.all(caller, JOB)
        for name in ("requestType", "jobType", "jobStatus"):
            wanted = request.query.get(name)
            found = [one for one in found if wanted in (None, "", one[name])]
        return answer(page([_listed(one) for one in found], request.query))

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /exim/tools/job/{id}`: what a job did with each object."""
        job = self._shelf.get(caller, JOB, request.params["id"])
        message = f"Job with ID: {job['id']} found"
        return answer({"status": "OK", "type": "SUCCESS", "message": message, "object": job})

    def preflight(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/preflight/{id}/export?targetSandbox=`: what an import may do; everybody may all."""
        body = self._shelf.get(caller, PACKAGE, request.params["id"])
        target = self._shelf.check_sandbox(
            caller, request.query.get("targetSandbox") or caller.tenant.sandbox
        )
        allowed = [
            {
                "artifactID": one["id"],
                "artifactType": one["type"],
                "requiredPermissions": {
                    "resources": [
                        {
                            "palmResourceType": _RESOURCES.get(one["type"], "Schema"),
                            "resourcePermissions": ["read", "write", "delete"],
                        }
                    ]
                },
                "missingPermissions": {"resources": []},
                "creationAllowed": True,
            }
            for one in body["artifactsList"]
        ]
        return answer({"packageID": body["id"], "targetSandboxName": target, "permissionResponse": allowed})

    def publish(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/{id}/export`: the objects as they are now go into the package."""
        body = self._shelf.get(caller, PACKAGE, request.params["id"])
        now = self._platform.clock.now_ms()
        body["content"] = self._artifacts.export(source_of(body), body["artifactsList"])
        body.update({"status": "PUBLISHED", "publishDate": now, "modifiedDate": now})
        body["version"] += 1
        self._shelf.keep(caller, PACKAGE, body)
        made = [{**one, "newId": one["id"], "state": "EXPORTED"} for one in body["content"]]
        return answer(self._ran(caller, body, "EXPORT", None, made))

    def check_import(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /packages/{id}/import?targetSandbox=`: which objects are there already."""
        body = self._published(caller, request.params["id"])
        target = self._shelf.check_sandbox(
            caller, request.query.get("targetSandbox") or caller.tenant.sandbox
        )
        return answer(self._artifacts.conflicts(Tenant(caller.tenant.org, target), body["content"]))

    def import_by_path(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /packages/{id}/import?targetSandbox=`, as aepp calls it."""
        target = request.query.get("targetSandbox") or caller.tenant.sandbox
        return self._take_in(caller, request.params["id"], target)

    def import_by_body(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /packages/import {id, name, destinationSandbox: {name}}`: 202."""
        wanted = request.document()
        target = wanted.get("destinationSandbox")
        return self._take_in(
            caller, wanted.get("id"), target.get("name") if isinstance(target, dict) else None
        )

    # parts

    def _take_in(self, caller: Caller, package_id: Any, target: Any) -> Response:
        body = self._published(caller, package_id)
        sandbox = self._shelf.check_sandbox(caller, target)
        there = Caller(
            tenant=Tenant(caller.tenant.org, sandbox),
            client_id=caller.client_id,
            user_id=caller.user_id,
            sandbox_given=True,
        )
        with self._platform.store.transaction():
            made = self._artifacts.take_in(there, body["content"])
        return answer(self._ran(caller, body, "IMPORT", sandbox, made), 202)

    def _published(self, caller: Caller, package_id: Any) -> dict[str, Any]:
        body = self._shelf.get(caller, PACKAGE, package_id)
        if "content" not in body:
            raise problem.bad_request("The package is not published; export it first")
        return body

    def _ran(
        self,
        caller: Caller,
        body: dict[str, Any],
        kind: str,
        target: str | None,
        made: Iterable[dict[str, Any]],
    ) -> dict[str, Any]:
        """Keep a job that did something with a package, and give what its caller is told."""
        now = self._platform.clock.now_ms()
        to = {} if target is None else {"name": target, "imsOrgId": caller.tenant.org}
        job = {
            "id": self._platform.ids.hex(32),
            "name": body["name"],
            "packageId": body["id"],
            "visibility": body["packageVisibility"],
            "requestType": kind,
            "expiry": body["expiry"],
            "createdTimestamp": now,
            "modifiedTimestamp": now,
            "createdBy": caller.user_id,
            "type": body["packageType"],
            "jobStatus": "SUCCESS",
            "jobType": "NEW",
            "imsOrgId": caller.tenant.org,
            "sourceSandbox": body["sourceSandbox"],
            "destinationSandbox": to,
            "completedTasks": [_task(one) for one in made],
        }
        self._shelf.keep(caller, JOB, job)
        return {
            "name": body["name"],
            "visibility": body["packageVisibility"],
            "sourceSandbox": body["sourceSandbox"],
            **({"destinationSandbox": to} if to else {}),
            "type": body["packageType"],
            "correlationId": self._platform.ids.uuid(),
            "jobId": job["id"],
        }


def _listed(job: dict[str, Any]) -> dict[str, Any]:
    """Give a job as a list shows it."""
    return {
        "id": job["id"],
        "name": job["name"],
        "updated": job["modifiedTimestamp"],
        "created": job["createdTimestamp"],
        "createdDate": job["createdTimestamp"],
        "requestType": job["requestType"],
        "jobType": job["jobType"],
        "packageType": job["type"],
        "jobStatus": job["jobStatus"],
        "visibility": job["visibility"],
        "sourceSandBox": job["sourceSandbox"]["name"],
        "targetSandbox": job["destinationSandbox"].get("name", ""),
        "createdBy": job["createdBy"],
    }


def _task(one: dict[str, Any]) -> dict[str, Any]:
    """Say what a job did with an object; one that was there already was left as it is."""
    message = {"status": one["state"], "attempt": 1, "message": f"{one['state']}: {one['newId']}"}
    artifact = {
        "id": one["id"],
        "type": one["type"],
        "found": one["state"] == "FOUND",
        "count": 1,
        "title": one["title"],
        "newId": one["newId"],
        "messages": [message],
    }
    return {"taskType": "POST", "taskStatus": "SUCCESS", "artifact": artifact}
