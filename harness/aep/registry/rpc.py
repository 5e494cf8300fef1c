"""Registry calls beside the resources: sample data, export, import, audit log."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from harness.aep.problem import Problem
from harness.aep.registry.resolve import references
from harness.aep.registry.resources import BASE, Resources
from harness.aep.registry.sample import sample
from harness.aep.registry.state import AUDIT, SchemaRegistry
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform


_ID = re.compile(r"https://ns\.adobe\.com/([^/]+)/(schemas|mixins|classes|datatypes)/([0-9A-Za-z_-]{1,64})")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints below `/rpc`."""
    calls = RpcCalls(platform)
    table = (
        ("GET", "sampledata/{id}", calls.sample_data),
        ("GET", "export/{id}", calls.export),
        ("POST", "import", calls.take_in),
        ("GET", "auditlog/{id}", calls.audit_log),
    )
    return [
        Endpoint(method=method, path=f"{BASE}/rpc/{path}", handler=handler) for method, path, handler in table
    ]


class RpcCalls:
    """What can be asked about a resource as a whole."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)
        self._resources = Resources(platform)

    def sample_data(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /rpc/sampledata/{schema}`: a record that the schema accepts."""
        document = self._get(request, caller)
        full = self._registry.full(caller.tenant, document["$id"]) or {}
        return answer(sample(full))

    def export(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /rpc/export/{resource}`: the resource and those of the tenant it needs, needed first."""
        found: dict[str, dict[str, Any]] = {}

        def collect(resource_id: str) -> None:
            document = self._registry.get(caller.tenant, resource_id)
            if document is None or document["meta:containerId"] != "tenant":
                return
            if document["$id"] in found:
                return
            for target in references(document):
                collect(target)
            found[document["$id"]] = document

        collect(self._get(request, caller)["$id"])
        return answer(list(found.values()))

    def take_in(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /rpc/import`: an export, into this organisation and sandbox, under its own tenant."""
        body = request.json()
        if not isinstance(body, list) or not body:
            raise self._failed("The body must be the array that an export gives.")
        moved = [self._moved(one, caller) for one in body]
        wanted = {one["$id"]: one for one in moved}
        taken: dict[str, dict[str, Any]] = {}
        with self._platform.store.transaction():
            while wanted:
                # What others refer to comes before them, in whatever order the array has them.
                ready = [
                    one
                    for one in wanted.values()
                    if not any(target in wanted and target != one["$id"] for target in references(one))
                ]
                if not ready:
                    raise self._failed(f"{next(iter(wanted))} refers to itself through others.")
                for one in ready:
                    taken[one["$id"]] = self._take(caller, one)
                    del wanted[one["$id"]]
        return answer([taken[one["$id"]] for one in moved])

    def _take(self, caller: Caller, document: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._resources.take_in(caller, document)
        except Problem as refused:
            reason = refused.body.get("detail", "") if isinstance(refused.body, dict) else ""
            raise self._failed(f"{document['$id']}: {reason}") from None

    def audit_log(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /rpc/auditlog/{resource}`: its changes, newest first."""
        resource_id = self._registry.canonical(request.params["id"])
        found = self._platform.store.records(caller.tenant, AUDIT, resource_id)
        if not found:
            self._get(request, caller)
        return answer([one.body for one in reversed(found)])

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        wanted = request.params["id"]
        found = self._registry.get(caller.tenant, wanted)
        if found is None:
            raise self._registry.error(
                1012,
                404,
                "Resource Not Found",
                f"Requested resource {wanted} with version 1 is not found",
            )
        return found

    def _failed(self, detail: str) -> Exception:
        return self._registry.error(3005, 400, "Import Resource Failed", detail)

    def _moved(self, document: Any, caller: Caller) -> dict[str, Any]:
        """Copy under this tenant's namespace."""
        resource_id = document.get("$id") if isinstance(document, dict) else None
        match = _ID.fullmatch(resource_id) if isinstance(resource_id, str) else None
        if match is None or document.get("meta:resourceType", match[2]) != match[2]:
            raise self._failed("Every element must be an exported resource.")
        old, new = match[1], self._platform.settings.tenant_of(caller.tenant.org)
        text = json.dumps({**document, "meta:resourceType": match[2]})
        for before, after in (
            (f"https://ns.adobe.com/{old}/", f"https://ns.adobe.com/{new}/"),
            (f'"_{old}"', f'"_{new}"'),
            (f'"_{old}.', f'"_{new}.'),
        ):
            text = text.replace(before, after)
        moved: dict[str, Any] = json.loads(text)
        return moved
