"""Schedules: when batch segmentation and exports are to run.

Source: the guide to the endpoint `/config/schedules`. `harness.aep.jobs.scheduler` runs what is due by the
platform's clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.child_pages import child_page
from harness.aep.documents import PatchedDocuments
from harness.aep.jobs.cron import parse_cron
from harness.aep.jobs.scheduler import KIND
from harness.twin import json_patch
from harness.twin.json_patch import PatchError
from harness.twin.message import ServedRequest, answer, empty

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.routing import Endpoint

_TYPES = ("batch_segmentation", "export")
_STATES = ("active", "inactive")
_DEFAULT = "0 0 1 * * ?"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    return platform.service(Schedules).endpoints()


class Schedules(PatchedDocuments):
    """Schedules of every sandbox."""

    base = "/data/core/ups/config/schedules"
    kind = KIND
    noun = "schedule"

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/schedules`."""
        found = self.all(caller)
        return answer(child_page(found, request.query, "/config/schedules"))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /config/schedules`: 200."""
        from harness.aep.access.sandboxes import Sandboxes

        wanted = request.document()
        now = self._platform.clock.now_s()
        body = {
            "id": self._platform.ids.uuid(),
            "imsOrgId": caller.tenant.org,
            "sandbox": self._platform.service(Sandboxes).describe(caller.tenant),
            "name": wanted.get("name"),
            "state": wanted.get("state", "inactive"),
            "type": wanted.get("type"),
            "schedule": wanted.get("schedule", _DEFAULT),
            "properties": wanted.get("properties"),
            "createEpoch": now,
            "updateEpoch": now,
        }
        _check(body)
        self._store.put(caller.tenant, self.kind, body["id"], body)
        return answer(body)

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /config/schedules/{id}`: JSON Patch of `/state` or `/schedule`; 204."""
        held = self.held(request, caller)
        try:
            operations = json_patch.parse_patch(request.json())
            if any(one.pointer not in ("/state", "/schedule") for one in operations):
                raise problem.bad_request("Only /state and /schedule can be changed")
            changed = json_patch.apply_patch(held, operations)
        except PatchError as error:
            raise problem.bad_request(f"The patch cannot be applied: {error}") from None
        _check(changed)
        changed["updateEpoch"] = self._platform.clock.now_s()
        self._store.put(caller.tenant, self.kind, held["id"], changed)
        return empty()

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /config/schedules/{id}`: 204."""
        self.forget(request, caller)
        return empty()


def _check(body: dict[str, Any]) -> None:
    if not isinstance(body.get("name"), str) or not body["name"]:
        raise problem.bad_request("name is required")
    if body.get("type") not in _TYPES:
        raise problem.bad_request(f"type must be one of {', '.join(_TYPES)}")
    if body.get("state") not in _STATES:
        raise problem.bad_request(f"state must be one of {', '.join(_STATES)}")
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise problem.bad_request("properties must be an object")
    if body["type"] == "batch_segmentation" and not isinstance(properties.get("segments"), list):
        raise problem.bad_request("properties.segments must be an array")
    try:
        parse_cron(body.get("schedule"))
    except ValueError as error:
        raise problem.bad_request(str(error)) from None
