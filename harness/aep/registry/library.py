"""The global XDM resources that schemas are composed from.

Written after the public XDM standard (https://github.com/adobe/xdm): the classes, field groups and
data types that integrations use most, with the fields and limits a record is validated against.
`library_tables` says what there is; this module turns it into registry documents.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.aep.registry.library_tables import BEHAVIORS, CLASSES, DATA_TYPES, FIELD_GROUPS

if TYPE_CHECKING:
    from harness.aep.registry.library_tables import Entry

XDM = "https://ns.adobe.com/xdm/"
_SCALARS: dict[str, dict[str, Any]] = {
    "string": {"type": "string", "meta:xdmType": "string"},
    "boolean": {"type": "boolean", "meta:xdmType": "boolean"},
    "integer": {"type": "integer", "meta:xdmType": "int"},
    "long": {"type": "integer", "meta:xdmType": "long"},
    "number": {"type": "number", "meta:xdmType": "number"},
    "date": {"type": "string", "format": "date", "meta:xdmType": "date"},
    "date-time": {"type": "string", "format": "date-time", "meta:xdmType": "date-time"},
    "email": {"type": "string", "format": "email", "meta:xdmType": "string"},
    "uri": {"type": "string", "format": "uri", "meta:xdmType": "string"},
    "open": {"type": "object", "meta:xdmType": "object"},
}


@cache
def library() -> dict[str, dict[str, dict[str, Any]]]:
    """Documents by resource type and `$id`. They are shared: copy before changing one."""
    tables = {
        "behaviors": BEHAVIORS,
        "classes": CLASSES,
        "mixins": FIELD_GROUPS,
        "datatypes": DATA_TYPES,
    }
    return {
        kind: {XDM + path: _document(kind, path, entry) for path, entry in table.items()}
        for kind, table in tables.items()
    }


def _document(kind: str, path: str, entry: Entry) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    extends = [XDM + one for one in entry.get("extends", ())]
    fields: dict[str, Any] = {"properties": _properties(entry["fields"])}
    if "required" in entry:
        fields["required"] = list(entry["required"])
    body: dict[str, Any] = {
        "$id": XDM + path,
        "meta:altId": "_xdm." + path.replace("/", "."),
        "meta:resourceType": kind,
        "version": "1.0",
        "title": entry["title"],
        "type": "object",
        "description": entry.get("description", entry["title"]),
        "meta:extensible": kind != "datatypes",
        "meta:abstract": kind != "datatypes",
        "definitions": {name: fields},
        "allOf": [*({"$ref": one} for one in extends), {"$ref": f"#/definitions/{name}"}],
        "meta:containerId": "global",
        "meta:tenantNamespace": "_xdm",
        "meta:xdmType": "object",
        "meta:registryMetadata": {"repo:createdDate": 1_577_836_800_000, "eTag": "library"},
    }
    if extends:
        body["meta:extends"] = extends
    if "extend" in entry:
        body["meta:intendedToExtend"] = [XDM + one for one in entry["extend"]]
    return body


def _properties(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: {"title": _title(name), **_field(spec)} for name, spec in fields.items()}


def _field(spec: Any) -> dict[str, Any]:
    if isinstance(spec, tuple):
        return {**_field(spec[0]), **spec[1]}
    if isinstance(spec, list):
        return {"type": "array", "items": _field(spec[0]), "meta:xdmType": "array"}
    if isinstance(spec, dict):
        values = spec.get("*")
        if values is not None:
            return {
                "type": "object",
                "additionalProperties": _field(values),
                "meta:xdmType": "map",
            }
        return {"type": "object", "properties": _properties(spec), "meta:xdmType": "object"}
    if spec.startswith("@"):
        return {"$ref": XDM + spec[1:], "type": "object", "meta:xdmType": "object"}
    return dict(_SCALARS[spec])


def _title(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.lstrip("_")).lower()
    return words[:1].upper() + words[1:]
