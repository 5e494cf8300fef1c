"""`meta:xdmType`: the registry says it of each field itself, an author may leave it out."""

from __future__ import annotations

from typing import Any

LIMITS = {
    "byte": (-128, 127),
    "short": (-32_768, 32_767),
    "int": (-2_147_483_648, 2_147_483_647),
    "long": (-9_007_199_254_740_991, 9_007_199_254_740_991),
}
"""Whole numbers by their type; the registry shows these limits of a field whose author named the type."""

_TIMES = frozenset({"date", "date-time"})


def xdm_type(field: dict[str, Any]) -> str:
    """Type of a field by its JSON Schema; of whole numbers it is the smallest that holds the limits.

    Without limits a whole number is an `int`, as in Adobe's own resources.
    """
    kind = str(field["type"])
    if kind == "string":
        known = str(field.get("format", ""))
        return known if known in _TIMES else "string"
    if kind == "integer":
        low, high = field.get("minimum"), field.get("maximum")
        if not isinstance(low, int | float) and not isinstance(high, int | float):
            return "int"
        low, high = (bound if isinstance(bound, int | float) else 0 for bound in (low, high))
        fitting = (name for name, (least, most) in LIMITS.items() if least <= low and high <= most)
        return next(fitting, "long")
    if kind == "object" and isinstance(field.get("additionalProperties"), dict):
        return "map"
    return kind


def say_types(document: dict[str, Any], current: dict[str, Any] | None = None) -> None:
    """Say of each field in a document of which type it is.

    `current` is the document before the change. A whole number whose author names its type is held to the
    limits of that; one that only reads back what the registry said of it is not.
    """
    before = current if isinstance(current, dict) else {}
    for name in ("properties", "definitions", "patternProperties"):
        _say_each(document.get(name), before.get(name))
    for name in ("items", "additionalProperties"):
        _say_one(document.get(name), before.get(name))
    for name in ("allOf", "anyOf", "oneOf"):
        parts, held = document.get(name), before.get(name)
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            if isinstance(part, dict):
                say_types(part, held[index] if isinstance(held, list) and index < len(held) else None)


def _say_each(fields: Any, before: Any) -> None:
    held = before if isinstance(before, dict) else {}
    for name, field in fields.items() if isinstance(fields, dict) else ():
        _say_one(field, held.get(name))


def _say_one(field: Any, before: Any) -> None:
    if not isinstance(field, dict):
        return
    held = before if isinstance(before, dict) else {}
    if isinstance(field.get("type"), str):
        named = field.get("meta:xdmType")
        if named is None:
            field["meta:xdmType"] = xdm_type(field)
        elif named in LIMITS and field["type"] == "integer" and not _is_read_back(field, held):
            field.setdefault("minimum", LIMITS[named][0])
            field.setdefault("maximum", LIMITS[named][1])
    say_types(field, held)


def _is_read_back(field: dict[str, Any], held: dict[str, Any]) -> bool:
    named = ("meta:xdmType", "minimum", "maximum")
    return all(field.get(name) == held.get(name) for name in named)
