"""Objects of a sandbox as a package carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.catalog.datasets import Catalog
from harness.aep.registry.resolve import references
from harness.aep.registry.resources import Resources
from harness.aep.registry.state import SchemaRegistry
from harness.aep.segmentation.segments import Segments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

SCHEMA, DATASET, SEGMENT = "REGISTRY_SCHEMA", "CATALOG_DATASET", "PROFILE_SEGMENT"
_KINDS = {
    "schemas": SCHEMA,
    "mixins": "REGISTRY_MIXIN",
    "classes": "REGISTRY_CLASS",
    "datatypes": "REGISTRY_DATATYPE",
}


class Artifacts:
    """Reads objects of one sandbox, and makes them in another."""

    def __init__(self, platform: Platform) -> None:
        self._registry = platform.service(SchemaRegistry)
        self._resources = Resources(platform)
        self._catalog = platform.service(Catalog)
        self._segments = platform.service(Segments)

    def everything(self, tenant: Tenant) -> list[dict[str, Any]]:
        """List all that a sandbox has of what is carried."""
        schemas = self._registry.of_type(tenant, "schemas", "tenant")
        found = [_artifact(SCHEMA, one["$id"], one["title"]) for one in schemas]
        found += [_artifact(DATASET, one["id"], one["name"]) for one in self._catalog.datasets(tenant)]
        found += [_artifact(SEGMENT, one.id, one.body["name"]) for one in self._segments.all(tenant)]
        return found

    def export(self, tenant: Tenant, artifacts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Documents of artifacts and of the resources they need, needed first."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for one in artifacts:
            self._collect(tenant, one["type"], one["id"], found)
        return list(found.values())

    def needed(self, tenant: Tenant, artifacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """List what artifacts need beside themselves."""
        named = {one["id"] for one in artifacts}
        return [
            _artifact(one["type"], one["id"], one["title"])
            for one in self.export(tenant, artifacts)
            if one["id"] not in named
        ]

    def conflicts(self, tenant: Tenant, content: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """List which objects a sandbox has already, by the names that they go by."""
        return [
            {
                "artifact": {
                    **_artifact(one["type"], one["id"], one["title"]),
                    "messages": [
                        {"status": "FOUND", "attempt": 1, "message": f"Found object with ID: {one['id']}"}
                    ],
                },
                "suggestionList": [_artifact(one["type"], held, one["title"])],
                "parentID": f"{tenant.org}::{tenant.sandbox}::{one['type']}::{one['id']}",
            }
            for one in content
            if (held := self._held(tenant, one)) is not None
        ]

    def take_in(self, caller: Caller, content: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Make objects in the sandbox of a caller; one that is there already stays."""
        made = []
        for one in content:
            held = self._held(caller.tenant, one)
            state = "FOUND" if held is not None else "CREATED"
            new = held or self._make(caller, one["type"], one["body"])
            made.append({**_artifact(one["type"], one["id"], one["title"]), "newId": new, "state": state})
        return made

    def _held(self, tenant: Tenant, one: dict[str, Any]) -> str | None:
        kind, title = one["type"], one["title"]
        if kind == DATASET:
            named = (body["id"] for body in self._catalog.datasets(tenant) if body["name"] == title)
            return next(named, None)
        if kind == SEGMENT:
            return next((seg.id for seg in self._segments.all(tenant) if seg.body["name"] == title), None)
        found = self._registry.get(tenant, one["id"])
        return None if found is None else str(found["$id"])

    def _make(self, caller: Caller, kind: str, body: dict[str, Any]) -> str:
        if kind == DATASET:
            return str(self._catalog.make(caller, body)["id"])
        if kind == SEGMENT:
            body = {name: value for name, value in body.items() if name != "mergePolicyId"}
            return str(self._segments.make(caller, body)["id"])
        return str(self._resources.take_in(caller, body)["$id"])

    def _collect(
        self, tenant: Tenant, kind: str, artifact_id: str, found: dict[tuple[str, str], dict[str, Any]]
    ) -> None:
        if kind == DATASET:
            dataset = self._catalog.dataset(tenant, artifact_id)
            if dataset is not None:
                self._collect(tenant, SCHEMA, dataset["schemaRef"]["id"], found)
                found[kind, artifact_id] = _document(kind, artifact_id, dataset["name"], dataset)
            return
        if kind == SEGMENT:
            segment = self._segments.get(tenant, artifact_id)
            if segment is not None:
                found[kind, artifact_id] = _document(kind, artifact_id, segment.body["name"], segment.body)
            return
        resource = self._registry.get(tenant, artifact_id)
        if resource is None or resource["meta:containerId"] != "tenant":
            return
        kind, artifact_id = _KINDS[resource["meta:resourceType"]], str(resource["$id"])
        if (kind, artifact_id) in found:
            return
        for target in references(resource):
            if target != artifact_id:
                self._collect(tenant, SCHEMA, target, found)
        found[kind, artifact_id] = _document(kind, artifact_id, resource["title"], resource)


def _artifact(kind: str, artifact_id: str, title: str) -> dict[str, Any]:
    return {"id": artifact_id, "type": kind, "title": title, "found": True, "count": 1}


def _document(kind: str, artifact_id: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"id": artifact_id, "type": kind, "title": title, "body": body}
