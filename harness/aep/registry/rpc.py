"""Registry calls beside the resources: sample data, export, import, audit log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.aep.message import Request, answer
from harness.aep.registry.resolve import references
from harness.aep.registry.resources import BASE
from harness.aep.registry.sample import sample
from harness.aep.registry.state import AUDIT, KIND, SchemaRegistry
from harness.aep.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.gateway import Caller
    from harness.aep.platform import Platform


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

    def sample_data(self, request: Request, caller: Caller) -> Response:
        """`GET /rpc/sampledata/{schema}`: a record that the schema accepts."""
        document = self._get(request, caller)
        full = self._registry.full(caller.org, caller.sandbox, document["$id"]) or {}
        return answer(sample(full))

    def export(self, request: Request, caller: Caller) -> Response:
        """`GET /rpc/export/{resource}`: the resource and those of the tenant it needs, needed first."""
        found: dict[str, dict[str, Any]] = {}

        def collect(resource_id: str) -> None:
            document = self._registry.get(caller.org, caller.sandbox, resource_id)
            if document is None or document["meta:containerId"] != "tenant":
                return
            if document["$id"] in found:
                return
            for target in references(document):
                collect(target)
            found[document["$id"]] = document

        collect(self._get(request, caller)["$id"])
        return answer(list(found.values()))

    def take_in(self, request: Request, caller: Caller) -> Response:
        """`POST /rpc/import`: an export, into this organisation and sandbox, under its own tenant."""
        body = request.json()
        if not isinstance(body, list) or not body:
            raise self._failed("The body must be the array that an export gives.")
        for one in body:
            known = isinstance(one, dict) and isinstance(one.get("$id"), str)
            if not known or one.get("meta:resourceType") not in (
                "schemas",
                "mixins",
                "classes",
                "datatypes",
            ):
                raise self._failed("Every element must be an exported resource.")
        taken = [self._moved(one, caller) for one in body]
        inside = {one["$id"] for one in taken}
        store = self._platform.store
        titles = {one["title"]: one["$id"] for one in store.find(caller.org, caller.sandbox, KIND)}
        for one in taken:
            for target in references(one):
                missing = self._registry.get(caller.org, caller.sandbox, target) is None
                if missing and self._registry.canonical(target) not in inside:
                    raise self._failed(f"{one['$id']} refers to {target}, which is not there.")
            if titles.get(one.get("title"), one["$id"]) != one["$id"]:
                raise self._failed(f"There is a resource with the title {one.get('title')!r}.")
        with store.transaction():
            for one in taken:
                store.put(caller.org, caller.sandbox, KIND, one["$id"], one)
        return answer(taken)

    def audit_log(self, request: Request, caller: Caller) -> Response:
        """`GET /rpc/auditlog/{resource}`: its changes, newest first."""
        resource_id = self._registry.canonical(request.params["id"])
        found = self._platform.store.records(caller.org, caller.sandbox, AUDIT, resource_id)
        if not found:
            self._get(request, caller)
        return answer([one.body for one in reversed(found)])

    def _get(self, request: Request, caller: Caller) -> dict[str, Any]:
        wanted = request.params["id"]
        found = self._registry.get(caller.org, caller.sandbox, wanted)
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

    def _moved(self, document: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Copy under this tenant's namespace."""
        new = self._platform.settings.tenant_of(caller.org)
        old = str(document.get("meta:tenantNamespace", f"_{new}")).removeprefix("_")
        text = json.dumps(document)
        for before, after in (
            (f"https://ns.adobe.com/{old}/", f"https://ns.adobe.com/{new}/"),
            (f'"_{old}"', f'"_{new}"'),
            (f'"_{old}.', f'"_{new}.'),
        ):
            text = text.replace(before, after)
        moved: dict[str, Any] = json.loads(text)
        moved["imsOrg"] = caller.org
        return moved
