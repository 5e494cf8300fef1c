"""What a schema has to fulfil to take part in the union of its class, as Profile demands.

Source of the rules and their codes: Adobe's troubleshooting guide of XDM System.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.registry import rules

if TYPE_CHECKING:
    from harness.aep.registry.state import SchemaRegistry
    from harness.twin.tenant import Tenant

_TITLE = "Union descriptor validation error"
_ONE_TO_ONE = "xdm:descriptorOneToOne"


class Unions:
    """Checks schemas of one sandbox before they join a union, or change in it. Problem when one may not."""

    def __init__(self, registry: SchemaRegistry, tenant: Tenant) -> None:
        self._registry = registry
        self._tenant = tenant

    def check(self, schema: dict[str, Any], full: dict[str, Any]) -> None:
        """Check a schema that is tagged `union`; `full` is the schema resolved."""
        self._check_relationships(schema)
        identities = self._registry.identities(self._tenant, schema["$id"])
        if "identityMap" not in full.get("properties", {}) and not any(one.primary for one in identities):
            raise self._registry.error(
                1528,
                400,
                _TITLE,
                "To participate in a union, a schema must include an identityMap fieldgroup or a primary"
                " identity descriptor.",
            )
        self.check_types(schema, full)

    def check_types(self, schema: dict[str, Any], full: dict[str, Any]) -> None:
        """Check that a field has one type in all schemas of the union."""
        for other in self._registry.union_schemas(self._tenant, schema["meta:class"]):
            if other["$id"] == schema["$id"]:
                continue
            theirs = self._registry.full(self._tenant, other["$id"]) or {}
            found = rules.conflicts(theirs, full)
            if found is not None:
                path, one, two = found
                raise self._registry.error(
                    1413,
                    400,
                    "Merge Schema Error",
                    f"Cannot merge incompatible data types. The path {path} has already been defined in"
                    f" schema (id={other['$id']}) using a different data type. Types: {one}, {two}",
                )

    def _check_relationships(self, schema: dict[str, Any]) -> None:
        own = self._registry.descriptors(self._tenant, schema["$id"])
        for one in own:
            if one["@type"] == _ONE_TO_ONE and self._reference(own, one) is None:
                raise self._registry.error(
                    1526,
                    400,
                    _TITLE,
                    "If a schema contains properties that are associated with an xdm:descriptorOneToOne"
                    " descriptor, those properties must also have a xdm:descriptorReferenceIdentity"
                    " descriptor for that schema to participate in a union. Property:"
                    f" {one['xdm:sourceProperty']}",
                )
        # The other end may join the union later than the schema that refers to it.
        others = self._registry.all_descriptors(self._tenant)
        for one in others:
            if one["@type"] != _ONE_TO_ONE:
                continue
            source, target = (
                self._registry.canonical(str(one[end]))
                for end in ("xdm:sourceSchema", "xdm:destinationSchema")
            )
            if schema["$id"] not in {source, target} or not (self._joined(schema, source, target)):
                continue
            held = self._registry.descriptors(self._tenant, source)
            reference = self._reference(held, one)
            primary = next(
                (
                    identity.namespace
                    for identity in self._registry.identities(self._tenant, target)
                    if identity.primary
                ),
                None,
            )
            if reference is not None and primary is not None and reference.lower() != primary.lower():
                raise self._registry.error(
                    1527,
                    400,
                    _TITLE,
                    "If both schemas from an existing xdm:descriptorOneToOne descriptor are promoted to"
                    " union, and one of those schemas contains a primary identity, the"
                    " xdm:identityNamespace of the source schema's descriptorReferenceIdentity field must"
                    " match the xdm:namespace field of destination schema's xdm:descriptorIdentity field."
                    f" They are {reference} and {primary}.",
                )

    def _joined(self, schema: dict[str, Any], *ends: str) -> bool:
        """Whether both ends of a relationship are in the union once `schema` is."""
        for end in ends:
            if end == schema["$id"]:
                continue
            other = self._registry.schema(self._tenant, end)
            if other is None or not self._registry.is_union(other):
                return False
        return True

    @staticmethod
    def _reference(held: list[dict[str, Any]], relationship: dict[str, Any]) -> str | None:
        """Namespace of the reference identity on the property of a relationship."""
        for one in held:
            if (
                one["@type"] == "xdm:descriptorReferenceIdentity"
                and one["xdm:sourceProperty"] == relationship["xdm:sourceProperty"]
            ):
                return str(one["xdm:identityNamespace"])
        return None
