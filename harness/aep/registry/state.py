"""The registry's resources, and what follows from them: resolved schemas, identities, unions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.registry.library import NS, XDM, library
from harness.aep.registry.resolve import references, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.aep.platform import Platform
    from harness.aep.problem import Problem
    from harness.twin.tenant import Tenant

KIND = "xdm"
DESCRIPTOR_KIND = "xdm-descriptor"
AUDIT = "xdm-audit"
PROFILE_CLASS = XDM + "context/profile"
EVENT_CLASS = XDM + "context/experienceevent"
IDENTITY_MAP = XDM + "context/identitymap"
UNION = "__union"
_LEGACY_TITLES = {400: "BadRequestError", 404: "NotFoundError", 406: "NotAcceptableError"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDescriptor:
    """A field that identifies the subject: its path below the record, and its namespace code.

    `field` is the descriptor's `xdm:property`: `xdm:code` or `xdm:id` of the namespace.
    """

    path: tuple[str, ...]
    namespace: str
    primary: bool
    descriptor_id: str


class SchemaRegistry:
    """Looks up resources of both containers. Documents it gives from caches must not be changed."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._stamp = (-1, -1)
        self._full: dict[tuple[Tenant, str], dict[str, Any] | None] = {}
        self._identities: dict[tuple[Tenant, str], tuple[IdentityDescriptor, ...]] = {}

    def error(self, number: int, status: int, title: str, detail: str) -> Problem:
        """Build an answer of the registry, in the generation that the settings ask for."""
        if self._platform.settings.xdm_errors == "legacy":
            return problem.classic(status, _LEGACY_TITLES.get(status, title), detail)
        return problem.xdm(
            number,
            status,
            title,
            detail,
            request_id=self._platform.ids.uuid(),
            at_ms=self._platform.clock.now_ms(),
        )

    def refused(self, detail: str) -> Problem:
        """Build a 400 that the documentation names no code for, with the report that clients read."""
        raised = problem.bad_request(detail)
        if self._platform.settings.xdm_errors == "new":
            stamped = self.error(0, 400, "BadRequestError", detail)
            raised.body = {**raised.body, "report": stamped.body["report"]}
        return raised

    @staticmethod
    def canonical(resource_id: str) -> str:
        """`$id` of a resource that is named by `$id` or by `meta:altId`."""
        if resource_id.startswith("_"):
            return library().canonical(resource_id) or NS + resource_id[1:].replace(".", "/")
        return resource_id

    def get(self, tenant: Tenant, resource_id: str) -> dict[str, Any] | None:
        """Resource by `$id` or `meta:altId`, global or of the tenant; unions are not among them."""
        resource_id = self.canonical(resource_id)
        return library().get(resource_id) or self._platform.store.get(tenant, KIND, resource_id)

    def schema(self, tenant: Tenant, schema_id: str) -> dict[str, Any] | None:
        """Look up a schema by `$id` or `meta:altId`; None also for a resource of another type."""
        found = self.get(tenant, schema_id)
        return found if found is not None and found["meta:resourceType"] == "schemas" else None

    def of_type(self, tenant: Tenant, kind: str, container: str) -> list[dict[str, Any]]:
        """Resources of a type in one container, in the order they were created."""
        if container == "global":
            return list(library().of_type(kind))
        found = self._platform.store.find(tenant, KIND)
        return [one for one in found if one["meta:resourceType"] == kind]

    def full(self, tenant: Tenant, resource_id: str) -> dict[str, Any] | None:
        """Resource with all references resolved; of a union, the merge of its schemas. Cached."""
        self._refresh()
        key = (tenant, self.canonical(resource_id))
        if key not in self._full:
            document = self.get(tenant, key[1]) or self.union(tenant, key[1])
            self._full[key] = None if document is None else self.resolved(tenant, document)
        return self._full[key]

    def resolved(self, tenant: Tenant, document: dict[str, Any]) -> dict[str, Any]:
        """Resolve a document that may not be stored (yet)."""
        return resolve(document, lambda one: self.get(tenant, one))

    def generation(self) -> tuple[int, int]:
        """Change with every write to the registry: whoever caches compares it."""
        store = self._platform.store
        return store.generation(KIND), store.generation(DESCRIPTOR_KIND)

    def extends(self, tenant: Tenant, document: dict[str, Any]) -> list[str]:
        """Ids of everything a resource is composed of at its top level, transitively."""
        found: list[str] = []
        for part in document.get("allOf", ()):
            target = part.get("$ref") if isinstance(part, dict) else None
            if not isinstance(target, str) or target.startswith("#"):
                continue
            target = self.canonical(target.partition("#")[0])
            inner = self.get(tenant, target)
            below = self.extends(tenant, inner) if inner is not None else []
            found.extend(one for one in (target, *below) if one not in found)
        return found

    def users(self, tenant: Tenant, resource_id: str) -> list[dict[str, Any]]:
        """Resources of the tenant that refer to a resource directly."""
        found = self._platform.store.find(tenant, KIND)
        return [one for one in found if resource_id in {self.canonical(target) for target in references(one)}]

    def dependents(self, tenant: Tenant, resource_id: str) -> list[dict[str, Any]]:
        """Schemas that refer to a resource, however indirectly."""
        found: dict[str, dict[str, Any]] = {}
        open_ids = [resource_id]
        while open_ids:
            for user in self.users(tenant, open_ids.pop()):
                if user["$id"] not in found:
                    found[user["$id"]] = user
                    open_ids.append(user["$id"])
        return [one for one in found.values() if one["meta:resourceType"] == "schemas"]

    # in use

    @staticmethod
    def is_union(schema: dict[str, Any]) -> bool:
        """Whether a schema is enabled for Profile."""
        return "union" in (schema.get("meta:immutableTags") or ())

    def in_use(self, tenant: Tenant, schema: dict[str, Any]) -> bool:
        """Whether the rules of schema evolution hold: it is tagged, or a dataset has it."""
        if self.is_union(schema):
            return True
        datasets = self._platform.store.find(tenant, "dataset")
        return any(
            self.canonical(one.get("schemaRef", {}).get("id", "")) == schema["$id"] for one in datasets
        )

    # unions

    def union_schemas(self, tenant: Tenant, class_id: str) -> list[dict[str, Any]]:
        """Schemas of a class that are enabled for Profile."""
        return [
            one
            for one in self.of_type(tenant, "schemas", "tenant")
            if one["meta:class"] == class_id and self.is_union(one)
        ]

    def union(self, tenant: Tenant, union_id: str) -> dict[str, Any] | None:
        """Union schema by its id (class id + `__union`); None when no schema is in it."""
        union_id = self.canonical(union_id)
        if not union_id.endswith(UNION):
            return None
        class_id = union_id.removesuffix(UNION)
        parts = self.union_schemas(tenant, class_id)
        if not parts:
            return None
        document = self.get(tenant, class_id) or {}
        tenant_id = self._platform.settings.tenant_of(tenant.org)
        alternate = document.get("meta:altId", "_" + class_id.removeprefix(NS).replace("/", "."))
        return {
            "$id": union_id,
            "meta:altId": alternate + UNION,
            "meta:resourceType": "unions",
            "version": "1.0",
            "title": f"{document.get('title', class_id)} union schema",
            "description": f"Union of all schemas of {class_id} that are enabled for Profile.",
            "type": "object",
            "meta:class": class_id,
            "meta:xdmType": "object",
            "meta:extends": [class_id, *(one["$id"] for one in parts)],
            "allOf": [{"$ref": class_id}, *({"$ref": one["$id"]} for one in parts)],
            "meta:abstract": False,
            "meta:extensible": False,
            "meta:containerId": "tenant",
            "meta:tenantNamespace": f"_{tenant_id}",
            "imsOrg": tenant.org,
            "meta:immutableTags": ["union"],
        }

    def unions(self, tenant: Tenant) -> list[dict[str, Any]]:
        """All union schemas of a sandbox."""
        classes = {
            one["meta:class"]: None for one in self.of_type(tenant, "schemas", "tenant") if self.is_union(one)
        }
        found = (self.union(tenant, class_id + UNION) for class_id in classes)
        return [one for one in found if one is not None]

    # descriptors

    def descriptors(self, tenant: Tenant, schema_id: str) -> list[dict[str, Any]]:
        """Descriptors whose source is a schema."""
        schema_id = self.canonical(schema_id)
        return [
            one
            for one in self.all_descriptors(tenant)
            if self.canonical(one["xdm:sourceSchema"]) == schema_id
        ]

    def all_descriptors(self, tenant: Tenant) -> list[dict[str, Any]]:
        """Descriptors of a sandbox in the order they were created."""
        return self._platform.store.find(tenant, DESCRIPTOR_KIND)

    def identities(self, tenant: Tenant, schema_id: str) -> tuple[IdentityDescriptor, ...]:
        """Identity fields of a schema, the primary one first. Cached."""
        self._refresh()
        key = (tenant, self.canonical(schema_id))
        if key not in self._identities:
            found = [
                IdentityDescriptor(
                    path=tuple(one["xdm:sourceProperty"].replace("[*]", "").strip("/").split("/")),
                    namespace=one["xdm:namespace"],
                    primary=one.get("xdm:isPrimary") is True,
                    descriptor_id=one["@id"],
                )
                for one in self.descriptors(tenant, key[1])
                if one["@type"] == "xdm:descriptorIdentity"
            ]
            found.sort(key=lambda identity: not identity.primary)
            self._identities[key] = tuple(found)
        return self._identities[key]

    def paths(self, tenant: Tenant, resource_id: str) -> Iterator[tuple[str, ...]]:
        """All field paths of a resource."""
        full = self.full(tenant, resource_id) or {}
        yield from _paths(full, ())

    def _refresh(self) -> None:
        stamp = self.generation()
        if stamp != self._stamp:
            self._full.clear()
            self._identities.clear()
            self._stamp = stamp


def _paths(node: dict[str, Any], base: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in node.get("properties", {}).items():
        yield (*base, name)
        yield from _paths(field, (*base, name))
