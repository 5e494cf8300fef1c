"""The forms in which the registry shows a resource, by the variants of an Accept header.

`flat` and `deprecated` are known from aepp alone, which reads the paths of a schema with the first.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from harness.aep.registry.accept import without_text
from harness.aep.registry.state import AUDIT, SchemaRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_DEPRECATING = frozenset({"deprecatefield", "deprecated"})
_RESOLVED = _DEPRECATING | {"full", "flat"}


class ResourceForms:
    """Shows resources of a sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)

    def earlier(self, caller: Caller, resource_id: str, version: str) -> dict[str, Any] | None:
        """Resource as it was in a version, the last time that it had it."""
        for entry in reversed(self._platform.store.records(caller.tenant, AUDIT, resource_id)):
            if entry.body["version"] == version:
                return dict(entry.body["updates"][0]["value"])
        return None

    def shown(self, caller: Caller, document: dict[str, Any], variants: frozenset[str]) -> dict[str, Any]:
        """Document in the variants of an Accept header."""
        shown = document
        if variants & _RESOLVED:
            current = self._registry.get(caller.tenant, document["$id"])
            if current is None or current["version"] == document["version"]:
                full = self._registry.full(caller.tenant, document["$id"])
            else:
                full = self._registry.resolved(caller.tenant, document)
            shown = copy.deepcopy(full or {})
        if variants & {"desc", *_DEPRECATING}:
            found = self._registry.descriptors(caller.tenant, document["$id"])
            if "desc" in variants:
                shown = {**shown, "meta:descriptors": found}
            if variants & _DEPRECATING:
                shown = _deprecated(copy.deepcopy(shown), found)
        if "flat" in variants:
            shown = {**shown, "properties": dict(_flat(shown))}
        if "notext" in variants:
            stripped = without_text(shown)
            shown = stripped if isinstance(stripped, dict) else shown
        return shown


def _deprecated(schema: dict[str, Any], descriptors: list[dict[str, Any]]) -> dict[str, Any]:
    for one in descriptors:
        if one["@type"] != "xdm:descriptorDeprecated":
            continue
        node: Any = schema
        for word in one["xdm:sourceProperty"].strip("/").split("/"):
            node = node.get("properties", {}).get(word, {}) if isinstance(node, dict) else {}
        if node:
            node["meta:status"] = "deprecated"
    return schema


def _flat(schema: dict[str, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Fields by their whole path: `person/name/firstName`; those of an array's items are below it."""
    for name, field in (schema.get("properties") or {}).items():
        path = f"{above}/{name}" if above else name
        inner = field
        while isinstance(inner, dict) and isinstance(inner.get("items"), dict):
            inner = inner["items"]
        if isinstance(inner, dict) and inner.get("properties") and depth < _DEEPEST:
            yield from _flat(inner, path, depth + 1)
        else:
            yield path, field


_DEEPEST = 40
