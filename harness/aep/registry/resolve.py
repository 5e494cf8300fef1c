"""From a resource with `$ref` and `allOf` to the one schema that records are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.registry.field_types import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Lookup = Callable[[str], dict[str, Any] | None]

_OWN = frozenset(
    {
        "$id",
        "$schema",
        "definitions",
        "imsOrg",
        "meta:abstract",
        "meta:altId",
        "meta:class",
        "meta:containerId",
        "meta:createdDate",
        "meta:extends",
        "meta:extensible",
        "meta:immutableTags",
        "meta:intendedToExtend",
        "meta:registryMetadata",
        "meta:resourceType",
        "meta:tenantNamespace",
        "refs",
        "version",
    }
)
_STRUCTURE = frozenset(
    {"$ref", "allOf", "anyOf", "definitions", "items", "not", "oneOf", "patternProperties"}
    | {"properties", "additionalProperties"}
)
_MOST_NODES = 50_000


def resolve(document: dict[str, Any], lookup: Lookup) -> dict[str, Any]:
    """Copy with every `$ref` and `allOf` merged in. A reference into itself becomes an open object.

    So does what is left when the copy has become too large: a few resources that each refer to the one
    before, ten times over, would fill any memory.
    """
    return _Resolver(lookup).node(document, document, ())


def is_too_large(document: dict[str, Any], lookup: Lookup) -> bool:
    """Whether a document does not resolve completely, because too much would come of it."""
    resolver = _Resolver(lookup)
    resolver.node(document, document, ())
    return resolver.left < 0


def references(node: Any) -> Iterator[str]:
    """Ids of other resources that a document refers to, in order, without fragments."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and not target.startswith("#"):
            yield target.partition("#")[0]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def at_pointer(root: Any, pointer: str) -> Any:
    """Node at a `#/definitions/x` pointer; None when there is none."""
    node = root
    for word in pointer.lstrip("#").split("/"):
        if word:
            name = word.replace("~1", "/").replace("~0", "~")
            node = node.get(name) if isinstance(node, dict) else None
    return node


class _Resolver:
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.left = _MOST_NODES

    def node(self, node: Any, root: dict[str, Any], seen: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(node, dict):
            return {}
        self.left -= 1
        if self.left < 0:
            return {"type": "object"}
        merged = {name: value for name, value in node.items() if name not in _STRUCTURE}
        for name in ("properties", "patternProperties"):
            if isinstance(node.get(name), dict):
                merged[name] = {field: self.node(sub, root, seen) for field, sub in node[name].items()}
        for name in ("items", "additionalProperties", "not"):
            value = node.get(name)
            if isinstance(value, dict):
                merged[name] = self.node(value, root, seen)
            elif isinstance(value, bool):
                merged[name] = value
        for name in ("anyOf", "oneOf"):
            if isinstance(node.get(name), list):
                merged[name] = [self.node(sub, root, seen) for sub in node[name]]
        if isinstance(node.get("$ref"), str):
            _merge(merged, self._target(node["$ref"], root, seen))
        for part in node.get("allOf", ()):
            _merge(merged, self.node(part, root, seen))
        if "type" not in merged and "properties" in merged:
            merged["type"] = "object"
        limits = LIMITS.get(merged.get("meta:xdmType", ""))
        # Adobe's resources leave the limits to be read from the type; an author's own say which they are.
        if limits is not None and merged.get("type") == "integer" and _is_global(root):
            merged.setdefault("minimum", limits[0])
            merged.setdefault("maximum", limits[1])
        return merged

    def _target(self, ref: str, root: dict[str, Any], seen: tuple[str, ...]) -> dict[str, Any]:
        resource, _, fragment = ref.partition("#")
        key = ref if resource else f"{root.get('$id', '')}{ref}"
        if key in seen:
            return {"type": "object"}
        document = self._lookup(resource) if resource else root
        if document is None:
            return {}
        return self.node(at_pointer(document, fragment) if fragment else document, document, (*seen, key))


def _is_global(document: dict[str, Any]) -> bool:
    return document.get("meta:containerId") == "global"


def _merge(into: dict[str, Any], part: dict[str, Any]) -> None:
    for name, value in part.items():
        if name in _OWN:
            continue
        if name in {"properties", "patternProperties"}:
            fields = into.setdefault(name, {})
            for field, sub in value.items():
                if field in fields:
                    _merge(fields[field], sub)
                else:
                    fields[field] = sub
        elif name == "required" and isinstance(value, list):
            present = into.get("required", [])
            into["required"] = [*present, *(one for one in value if one not in present)]
        elif name == "items" and isinstance(into.get("items"), dict):
            _merge(into["items"], value)
        else:
            into.setdefault(name, value)
