"""Computed attributes of the first generation: expressions whose values are fields of the profile.

Source: the guide to the endpoint `/config/computedAttributes`. Those of the present generation are in
`harness.aep.jobs.event_aggregates`; `harness.aep.profile.computed_values` computes both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.child_pages import child_page
from harness.aep.documents import PatchedDocuments
from harness.aep.profile.computed_values import FIRST_KIND
from harness.aep.profile.merge_policies import PROFILE
from harness.aep.segmentation.segments import parse_expression
from harness.twin import json_patch
from harness.twin.json_patch import PatchError
from harness.twin.message import ServedRequest, answer, empty

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.routing import Endpoint

_SCHEMAS = {PROFILE: "profile", "_xdm.context.experienceevent": "experienceevent"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OWN = ("id", "imsOrgId", "sandbox", "type", "createEpoch", "updateEpoch", "definedOn", "positionPath")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    return platform.service(ComputedAttributes).endpoints()


class ComputedAttributes(PatchedDocuments):
    """Definitions of every sandbox."""

    base = "/data/core/ups/config/computedAttributes"
    kind = FIRST_KIND
    noun = "computed attribute"

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/computedAttributes`."""
        found = self.all(caller)
        return answer(child_page(found, request.query, "/config/computedAttributes"))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /config/computedAttributes`: 200."""
        now = self._platform.clock.now_s()
        body = {"id": self._platform.ids.uuid(), **self._composed(request.document(), caller)}
        body |= {"createEpoch": now, "updateEpoch": now}
        self._store.put(caller.tenant, self.kind, body["id"], body)
        return answer(body)

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /config/computedAttributes/{id}` with JSON Patch: 204."""
        held = self.held(request, caller)
        try:
            wanted = json_patch.apply_patch(held, json_patch.parse_patch(request.json()))
        except PatchError as error:
            raise problem.bad_request(f"The patch cannot be applied: {error}") from None
        if not isinstance(wanted, dict):
            raise problem.bad_request("The patch leaves no object")
        kept = {name: held[name] for name in ("id", "createEpoch")}
        body = {**self._composed(wanted, caller), **kept, "updateEpoch": self._platform.clock.now_s()}
        self._store.put(caller.tenant, self.kind, held["id"], body)
        return empty()

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /config/computedAttributes/{id}`: 200 without a body."""
        self.forget(request, caller)
        return empty(200)

    def _composed(self, wanted: dict[str, Any], caller: Caller) -> dict[str, Any]:
        from harness.aep.access.sandboxes import Sandboxes

        name, path = wanted.get("name"), wanted.get("path")
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            raise problem.bad_request("name must be the name of a field")
        own = f"_{self._platform.settings.tenant_of(caller.tenant.org)}"
        words = path.split(".") if isinstance(path, str) else []
        if own not in words:
            raise problem.bad_request(f"path must lead below the tenant's namespace {own}")
        schema = wanted.get("schema")
        class_name = schema.get("name") if isinstance(schema, dict) else None
        if not isinstance(class_name, str) or class_name not in _SCHEMAS:
            raise problem.bad_request(f"schema.name must be one of {', '.join(_SCHEMAS)}")
        parse_expression(wanted.get("expression"), condition=False)
        return {
            "imsOrgId": caller.tenant.org,
            "sandbox": self._platform.service(Sandboxes).describe(caller.tenant),
            "positionPath": words,
            "returnSchema": {"meta:xdmType": "string"},
            "definedOn": [
                {
                    "meta:resourceType": "unions",
                    "meta:containerId": "tenant",
                    "$ref": f"https://ns.adobe.com/xdm/context/{_SCHEMAS[class_name]}__union",
                }
            ],
            "dependencies": [],
            "dependents": [],
            "active": True,
            **{key: value for key, value in wanted.items() if key not in _OWN},
            "type": "ComputedAttribute",
        }
