"""Schemas of the tenant, each as a tree of its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.registry.state import SchemaRegistry
from harness.twin.console.paging import fits

if TYPE_CHECKING:
    from harness.aep.console.sandbox_choice import SandboxChoice

_DEEPEST = 12
_ITEM = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNode:
    """A field of a schema. `identity` is the namespace it identifies in, `notes` are limits of its values."""

    name: str
    kind: str
    title: str
    required: bool
    identity: str
    primary: bool
    notes: tuple[str, ...]
    children: tuple[FieldNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaCard:
    """A schema with what it is made of."""

    id: str
    alt_id: str
    title: str
    description: str
    version: str
    class_name: str
    parts: tuple[str, ...]
    union: bool
    fields: int


def schemas(place: SandboxChoice, asked: str) -> list[dict[str, Any]]:
    """Schemas of the tenant whose title or id has a text in it, the newest first."""
    found = place.platform.service(SchemaRegistry).of_type(place.tenant, "schemas", "tenant")
    return [one for one in reversed(found) if fits(asked, one.get("title", ""), one["$id"])]


def schema_cards(place: SandboxChoice, shown: list[dict[str, Any]]) -> list[SchemaCard]:
    """Cards of some schemas."""
    registry = place.platform.service(SchemaRegistry)
    return [_card(registry, place, one) for one in shown]


def schema_card(place: SandboxChoice, schema_id: str) -> SchemaCard | None:
    """One schema; None when there is none."""
    registry = place.platform.service(SchemaRegistry)
    found = registry.schema(place.tenant, schema_id)
    return None if found is None else _card(registry, place, found)


def schema_tree(place: SandboxChoice, schema_id: str) -> tuple[FieldNode, ...]:
    """Fields of a schema, those of the tenant first."""
    registry = place.platform.service(SchemaRegistry)
    full = registry.full(place.tenant, schema_id) or {}
    marked = {one.path: one for one in registry.identities(place.tenant, schema_id)}

    def children(node: dict[str, Any], path: tuple[str, ...]) -> tuple[FieldNode, ...]:
        if len(path) > _DEEPEST:
            return ()
        required = node.get("required", [])
        fields = node.get("properties", {})
        ordered = sorted(fields, key=lambda name: (not name.startswith("_") or name == "_id", name.lower()))
        found = []
        for name in ordered:
            field = fields[name]
            inner = field.get("items") if field.get("type") == "array" else field
            inner = inner if isinstance(inner, dict) else {}
            extra = inner.get("additionalProperties")
            below = children(inner, (*path, name))
            if isinstance(extra, dict) and not below:
                below = children({"properties": {_ITEM: extra}}, (*path, name))
            identity = marked.get((*path, name))
            found.append(
                FieldNode(
                    name=name,
                    kind=_kind(field),
                    title=str(field.get("title", "")),
                    required=name in required,
                    identity="" if identity is None else str(identity.namespace),
                    primary=identity is not None and identity.primary,
                    notes=_notes(inner),
                    children=below,
                )
            )
        return tuple(found)

    return children(full, ())


def _card(registry: SchemaRegistry, place: SandboxChoice, schema: dict[str, Any]) -> SchemaCard:
    names = []
    for ref in schema.get("meta:extends", []):
        known = registry.get(place.tenant, ref)
        if known is not None and ref != schema.get("meta:class"):
            names.append(str(known.get("title", ref)))
    own_class = registry.get(place.tenant, str(schema.get("meta:class", "")))
    return SchemaCard(
        id=schema["$id"],
        alt_id=schema["meta:altId"],
        title=str(schema.get("title", "")),
        description=str(schema.get("description", "")),
        version=str(schema.get("version", "")),
        class_name="" if own_class is None else str(own_class.get("title", "")),
        parts=tuple(dict.fromkeys(names)),
        union=registry.is_union(schema),
        fields=sum(1 for _ in registry.paths(place.tenant, schema["$id"])),
    )


def _kind(field: dict[str, Any]) -> str:
    kind = str(field.get("meta:xdmType") or field.get("type") or "any")
    if field.get("type") == "array":
        inner = field.get("items")
        return f"{_kind(inner) if isinstance(inner, dict) else 'any'}[]"
    form = field.get("format", kind)
    return kind if form == kind else f"{kind} ({form})"


def _notes(field: dict[str, Any]) -> tuple[str, ...]:
    notes = []
    if isinstance(field.get("enum"), list):
        notes.append("one of " + ", ".join(str(one) for one in field["enum"][:8]))
    for name, text in (
        ("minimum", "≥ {}"),
        ("maximum", "≤ {}"),
        ("pattern", "/{}/"),
        ("minLength", "at least {} characters"),
        ("maxLength", "at most {} characters"),
    ):
        if name in field:
            notes.append(text.format(field[name]))
    return tuple(notes)
