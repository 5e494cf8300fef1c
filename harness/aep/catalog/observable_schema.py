"""The part of a dataset's schema that its records have used: Catalog's `observableSchema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.catalog.lake import LAKE, batches_of
from harness.aep.registry.state import SchemaRegistry

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_PAGE = 1000
_MOST_PATHS = 10_000
"""As many fields as a row of a dataset may have."""

Tree = dict[str, "Tree"]


class ObservableSchemas:
    """Looks at each landed record once, when somebody asks for the schema of its dataset."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)
        self._seen: dict[tuple[Tenant, str], tuple[int, Tree]] = {}
        self._shown: dict[tuple[Tenant, str], tuple[tuple[int, ...], dict[str, Any]]] = {}

    def schema(self, tenant: Tenant, dataset: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of the fields that occur in the dataset; without records one without fields."""
        dataset_id = dataset.get("id", "")
        key = (tenant, dataset_id)
        stamp = (self._platform.store.last_written(), *self._registry.generation())
        known = self._shown.get(key)
        if known is not None and known[0] == stamp:
            return known[1]
        schema_id = (dataset.get("schemaRef") or {}).get("id", "")
        full = self._registry.full(tenant, schema_id) or {}
        properties = _used(full, self._tree(tenant, dataset_id)).get("properties", {})
        shown = {"type": "object", "meta:xdmType": "object", "properties": properties}
        self._shown[key] = (stamp, shown)
        return shown

    def _tree(self, tenant: Tenant, dataset_id: str) -> Tree:
        key = (tenant, dataset_id)
        store = self._platform.store
        after, tree = self._seen.get(key, (0, {}))
        newest = after
        for batch_id in batches_of(store, tenant, dataset_id):
            at = after
            while found := store.records(tenant, LAKE, batch_id, after=at, limit=_PAGE):
                for record in found:
                    _note(record.body, tree)
                at = found[-1].seq
                newest = max(newest, at)
        self._seen[key] = (newest, tree)
        return tree


def _note(value: Any, tree: Tree) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in tree or len(tree) < _MOST_PATHS:
                _note(inner, tree.setdefault(name, {}))
    elif isinstance(value, list):
        for one in value:
            _note(one, tree)


def _used(node: dict[str, Any], tree: Tree) -> dict[str, Any]:
    """Copy of a resolved schema without the fields that are not in the tree."""
    shown = dict(node)
    if isinstance(node.get("properties"), dict):
        shown["properties"] = {
            name: _used(field, tree[name]) for name, field in node["properties"].items() if name in tree
        }
    if isinstance(node.get("items"), dict):
        shown["items"] = _used(node["items"], tree)
    return shown
