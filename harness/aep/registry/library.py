"""The global XDM resources that schemas are composed from, as the Schema Registry shows them.

`library_file` holds their structure; this module writes a registry document from it when one is first
asked for. What the public source does not say is ours: every `version` is `1.0`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from harness.aep.registry.library_fields import schema_of
from harness.aep.registry.library_file import structures

if TYPE_CHECKING:
    from collections.abc import Iterator

NS = "https://ns.adobe.com/"
XDM = NS + "xdm/"
_ADDED = {
    XDM + "context/profile": {
        "extends": [XDM + "context/identitymap"],
        "includes": [XDM + "context/identitymap"],
    }
}
"""What the platform takes into a resource beside what the source says.

Records of profiles carry an `identityMap` whether their schema has its field group or not, as integrations
send it; the public source gives it to events alone.
"""
_CREATED_MS = 1_577_836_800_000


def alternate_id(resource_id: str) -> str:
    """`meta:altId` of a global resource: `_` and its `$id` after the host, with dots for slashes."""
    rest = resource_id.removeprefix(NS) if resource_id.startswith(NS) else resource_id.partition("://")[2]
    return "_" + rest.replace("/", ".")


class XdmLibrary:
    """Documents of the global container. They are shared: copy before changing one."""

    def __init__(self) -> None:
        self._made: dict[str, dict[str, Any]] = {}

    def get(self, resource_id: str) -> dict[str, Any] | None:
        """Document by its `$id`."""
        made = self._made.get(resource_id)
        if made is None and resource_id in structures():
            made = self._made[resource_id] = _document(resource_id, structures()[resource_id])
        return made

    def of_type(self, kind: str) -> Iterator[dict[str, Any]]:
        """Documents of a resource type, by their ids."""
        for resource_id, one in structures().items():
            if one["kind"] == kind:
                found = self.get(resource_id)
                if found is not None:
                    yield found

    def canonical(self, alternate: str) -> str | None:
        """`$id` of the resource with a `meta:altId`; None when Adobe has none."""
        return _by_alternate().get(alternate)


@cache
def library() -> XdmLibrary:
    """Return the one library of the process."""
    return XdmLibrary()


@cache
def _by_alternate() -> dict[str, str]:
    return {alternate_id(one): one for one in structures()}


def _document(resource_id: str, structure: dict[str, Any]) -> dict[str, Any]:
    kind, title = structure["kind"], structure["title"]
    definitions = {
        name: schema_of(one, structure.get("required", ()) if name == _last_word(resource_id) else ())
        for name, one in structure.get("definitions", {}).items()
    }
    own = _own_name(resource_id, structure)
    if structure.get("fields") or structure.get("required"):
        definitions[own] = schema_of({"fields": structure.get("fields", {})}, structure.get("required", ()))
    added = _ADDED.get(resource_id, {})
    structure = {**structure, **{name: [*structure.get(name, ()), *ids] for name, ids in added.items()}}
    includes = [{"$ref": one} for one in structure.get("includes", ())]
    body: dict[str, Any] = {
        "$id": resource_id,
        "meta:altId": alternate_id(resource_id),
        "meta:resourceType": kind,
        "version": "1.0",
        "title": title,
        "type": "object",
        "description": title,
        "meta:extensible": structure.get("extensible", False),
        "meta:abstract": structure.get("abstract", False),
        "definitions": definitions,
        "allOf": [*includes, *([{"$ref": f"#/definitions/{own}"}] if own in definitions else ())],
        "meta:containerId": "global",
        "meta:tenantNamespace": alternate_id(resource_id).partition(".")[0],
        "meta:xdmType": "object",
        "meta:status": structure["status"],
        "meta:registryMetadata": {"repo:createdDate": _CREATED_MS, "eTag": "library"},
    }
    if kind == "schemas":
        body["meta:class"] = XDM + "data/record"  # what a schema without a stated class comes down to
    for name, shown in (
        ("extends", "meta:extends"),
        ("intended", "meta:intendedToExtend"),
        ("class", "meta:class"),
        ("industries", "meta:industries"),
        ("b2b", "meta:b2bSchema"),
    ):
        if name in structure:
            body[shown] = structure[name]
    return body


def _last_word(resource_id: str) -> str:
    return resource_id.rstrip("/").rpartition("/")[2]


def _own_name(resource_id: str, structure: dict[str, Any]) -> str:
    """Name of the definition that holds a resource's own fields."""
    word = _last_word(resource_id)
    return word if word not in structure.get("definitions", {}) else f"{word}-fields"
