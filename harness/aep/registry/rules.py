"""What a resource may look like, and how it may change once it is in use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep.registry.resolve import at_pointer
from harness.aep.xdm.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def malformed(node: Any, where: str = "") -> str | None:
    """Say what is not JSON Schema in a resource, by its pointer; None when all is well."""
    if not isinstance(node, dict):
        return f"{where or '/'} must be an object"
    kinds = node.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind is not None and kind not in _TYPES:
            return f"{where}/type is {kind!r}; it must be one of {', '.join(sorted(_TYPES))}"
    for name in ("properties", "definitions", "patternProperties"):
        inner = node.get(name)
        if inner is None:
            continue
        if not isinstance(inner, dict):
            return f"{where}/{name} must be an object"
        for field, sub in inner.items():
            found = malformed(sub, f"{where}/{name}/{field}")
            if found is None and name == "properties" and not _typed(sub):
                found = f"{where}/{name}/{field} has neither a type nor a $ref"
            if found is not None:
                return found
    if kinds == "array" and not isinstance(node.get("items"), dict) and "$ref" not in node:
        return f"{where}/items must be an object, because the type is array"
    for name in ("items", "not"):
        if name in node:
            found = malformed(node[name], f"{where}/{name}")
            if found is not None:
                return found
    for name in ("allOf", "anyOf", "oneOf"):
        parts = node.get(name, [])
        if not isinstance(parts, list):
            return f"{where}/{name} must be an array"
        for index, part in enumerate(parts):
            found = malformed(part, f"{where}/{name}/{index}")
            if found is not None:
                return found
    return _malformed_keyword(node, where)


def _malformed_keyword(node: dict[str, Any], where: str) -> str | None:
    if not isinstance(node.get("$ref", ""), str):
        return f"{where}/$ref must be a string"
    for name in ("required", "enum"):
        if not isinstance(node.get(name, []), list):
            return f"{where}/{name} must be an array"
    for name in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"):
        value = node.get(name, 0)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return f"{where}/{name} must be a number"
    patterns = [node["pattern"]] if "pattern" in node else []
    for pattern in (*patterns, *node.get("patternProperties", ())):
        try:
            compile_pattern(pattern)
        except (re.error, TypeError, OverflowError, RecursionError):
            return f"{where}/pattern is not a regular expression that is understood: {pattern!r}"
    return None


def _typed(node: dict[str, Any]) -> bool:
    return any(
        name in node for name in ("type", "$ref", "properties", "allOf", "anyOf", "oneOf", "enum", "items")
    )


def own_fields(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Top-level fields that a resource itself defines, not those of what it refers to."""
    yield from _fields(document, document, 0)


def _fields(node: Any, root: dict[str, Any], depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(node, dict) or depth > 20:
        return
    properties = node.get("properties")
    if isinstance(properties, dict):
        yield from properties.items()
    target = node.get("$ref")
    if isinstance(target, str) and target.startswith("#"):
        yield from _fields(at_pointer(root, target), root, depth + 1)
    for part in node.get("allOf", ()):
        yield from _fields(part, root, depth + 1)


def outside_namespace(document: dict[str, Any], tenant: str) -> list[str]:
    """Paths of fields that are not below `_{tenant}`, where custom fields belong."""
    found: list[str] = []
    for name, field in own_fields(document):
        _outside(name, field, document, f"_{tenant}", found)
    return found


def _outside(path: str, field: Any, root: dict[str, Any], namespace: str, found: list[str]) -> None:
    if path.rpartition(".")[2] == namespace:
        return
    # a list of Adobe's, such as productListItems, is extended in its items
    items = field.get("items") if isinstance(field, dict) else None
    inner = dict(_fields(field, root, 0)) or dict(_fields(items, root, 0))
    if not inner:
        found.append(path)
    for name, sub in inner.items():
        _outside(f"{path}.{name}", sub, root, namespace, found)


def conflicts(one: dict[str, Any], other: dict[str, Any], path: str = "") -> tuple[str, str, str] | None:
    """First path at which two resolved schemas have different types, and the two (`XDM-1413`)."""
    mine, theirs = one.get("properties", {}), other.get("properties", {})
    for name in mine.keys() & theirs.keys():
        here = f"{path}/{name}"
        if _type(mine[name]) != _type(theirs[name]):
            return here, _type(mine[name]), _type(theirs[name])
        found = conflicts(mine[name], theirs[name], here)
        if found is not None:
            return found
    return None


def breaking_change(old: dict[str, Any], new: dict[str, Any], path: str = "") -> str | None:
    """Say what a change would break for data that is there already; None for an allowed change.

    Adding optional fields is allowed. Removing or retyping a field, requiring one, or narrowing
    what is accepted is not. (Adobe: rules of schema evolution.)
    """
    where = path or "/"
    retyped = _retyped(old, new)
    if retyped is not None:
        return f"a change of the type of {where} {retyped}"
    required = set(new.get("required", ())) - set(old.get("required", ()))
    if required:
        return f"requiring {', '.join(sorted(required))} in {where}"
    narrowed = _narrowed(old, new)
    if narrowed is not None:
        return f"narrowing {narrowed} of {where}"
    kept = new.get("properties", {})
    for name, field in old.get("properties", {}).items():
        here = f"{path}/{name}"
        if name not in kept:
            return f"the removal of the field {here}"
        found = breaking_change(field, kept[name], here)
        if found is not None:
            return found
    if isinstance(old.get("additionalProperties"), dict) and not isinstance(
        new.get("additionalProperties", False), dict
    ):
        return f"closing the map {where}"
    for name in ("items", "additionalProperties"):
        if isinstance(old.get(name), dict) and isinstance(new.get(name), dict):
            found = breaking_change(old[name], new[name], f"{path}/*")
            if found is not None:
                return found
    return None


def _narrowed(old: dict[str, Any], new: dict[str, Any]) -> str | None:
    if "enum" in new and ("enum" not in old or not _values(old) <= _values(new)):
        return "enum"
    for name in ("minimum", "minLength", "minItems", "exclusiveMinimum"):
        if name in new and (name not in old or new[name] > old[name]):
            return name
    for name in ("maximum", "maxLength", "maxItems", "exclusiveMaximum"):
        if name in new and (name not in old or new[name] < old[name]):
            return name
    for name in ("pattern", "const", "multipleOf", "uniqueItems"):
        if name in new and new[name] != old.get(name):
            return name
    return None


def _retyped(old: dict[str, Any], new: dict[str, Any]) -> str | None:
    """Say how the data type changes: JSON's, XDM's, or the format that tells a date from a text."""
    if _type(old) != _type(new):
        return f"from {_type(old)} to {_type(new)}"
    if old.get("format") != new.get("format"):
        return f"from format {old.get('format')} to format {new.get('format')}"
    before, after = old.get("meta:xdmType"), new.get("meta:xdmType")
    if before is not None and after is not None and before != after:
        return f"from {before} to {after}"
    return None


def _values(node: dict[str, Any]) -> set[str]:
    return {repr(value) for value in node["enum"]}


def _type(node: dict[str, Any]) -> str:
    kind = node.get("type", "any")
    return "/".join(sorted(kind)) if isinstance(kind, list) else str(kind)
