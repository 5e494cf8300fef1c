"""How a resource of the schema registry is asked for, and what goes wrong with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

BASE = "/data/foundation/schemaregistry"
RAW = {"accept": "application/vnd.adobe.xed+json; version=1"}
FULL = {"accept": "application/vnd.adobe.xed-full+json; version=1"}
PROFILE = "https://ns.adobe.com/xdm/context/profile"
STRING = {"type": "string"}


def path(resource_id: str, kind: str = "schemas", container: str = "tenant") -> str:
    return f"{BASE}/{container}/{kind}/{quote(resource_id, safe='')}"


def code(answer: Any) -> str:
    return str(answer.json()["type"].rpartition("/")[2])


def mixin_body(definition: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "title": "T",
        "type": "object",
        "meta:intendedToExtend": [PROFILE],
        "definitions": {"x": definition},
        "allOf": [{"$ref": "#/definitions/x"}],
        **changes,
    }
