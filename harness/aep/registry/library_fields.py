"""From the paths of a structure to a JSON Schema with nested properties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep.registry.field_types import xdm_type

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEP = re.compile(r"\[\]|\{\}|[^.\[\]{}]+")
_EXPERIENCE = "_experience"
_PYTHON = {"string": str, "array": list, "object": dict, "boolean": bool}
"""Types whose defaults are kept only when they fit: a few in the source are null or of another type."""


def schema_of(structure: dict[str, Any], required: Iterable[str]) -> dict[str, Any]:
    """Build the schema of a structure's `fields`, `includes` or single `value`; `required` are paths."""
    if "value" in structure:
        return _field(structure["value"])
    root: dict[str, Any] = {}
    if "includes" in structure:
        root["allOf"] = [{"$ref": one} for one in structure["includes"]]
    for path, spec in structure.get("fields", {}).items():
        node, spelling = root, ""
        for step in _STEP.findall(path):
            node, spelling = _below(node, step, spelling)
        node.update(_field(spec))
    for path in required:
        *above, name = _STEP.findall(path)
        node = root
        for step in above:
            node, _ = _below(node, step, "")
        node.setdefault("required", []).append(name)
    return root


def _below(node: dict[str, Any], step: str, spelling: str) -> tuple[dict[str, Any], str]:
    """Node one step further, made where a path implies it, and how XDM spells what is below it."""
    if step == "[]":
        node.update({"type": "array", "meta:xdmType": "array"})
        return node.setdefault("items", {}), spelling
    if step == "{}":
        node.update({"type": "object", "meta:xdmType": "map"})
        return node.setdefault("additionalProperties", {}), spelling
    if "$ref" not in node:
        node.setdefault("type", "object")
        node.setdefault("meta:xdmType", "object")
    field = node.setdefault("properties", {}).setdefault(step, {})
    if spelling.startswith(_EXPERIENCE):
        below = f"{spelling}/{step}"
        field.setdefault("meta:xdmField", "https://ns.adobe.com/" + below.removeprefix("_"))
        # A field of a solution is spelled with its whole path; what it holds is ordinary XDM again.
        return field, below
    if step == "_id":
        field.setdefault("meta:xdmField", "@id")
    elif step == _EXPERIENCE:
        return field, _EXPERIENCE
    elif step.startswith("_"):
        return field, step[1:] + ":"
    else:
        field.setdefault("meta:xdmField", (spelling or "xdm:") + step)
    return field, ""


def _field(spec: dict[str, Any]) -> dict[str, Any]:
    field = {
        name: value
        for name, value in spec.items()
        if name not in {"suggested", "deprecated"} and value is not None
    }
    if "suggested" in spec:
        field["meta:enum"] = {str(one): str(one) for one in spec["suggested"]}
    if not isinstance(field.get("default"), _PYTHON.get(spec.get("type", ""), object)):
        field.pop("default", None)
    if spec.get("deprecated"):
        field["meta:status"] = "deprecated"
    if "$ref" in spec:
        field.setdefault("type", "object")
        field.setdefault("meta:xdmType", "object")
        if "#" in spec["$ref"]:
            # A definition may be a text or a number; the definition says which.
            del field["type"], field["meta:xdmType"]
    elif "type" in field:
        field.setdefault("meta:xdmType", xdm_type(field))
    return field
