"""Datasets with their batches, and the rows that landed in them or were refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.catalog.datasets import Catalog, tag_enabled
from harness.aep.catalog.lake import FAILED, LAKE
from harness.aep.ingestion.batches import Batches
from harness.aep.registry.state import SchemaRegistry
from harness.twin.console.paging import fits
from harness.twin.store import encode

if TYPE_CHECKING:
    from harness.aep.console.sandbox_choice import SandboxChoice

_MOST_REFUSALS = 20
_WIDEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRow:
    """A dataset in the list of all."""

    id: str
    name: str
    schema_title: str
    schema_id: str
    profile: bool
    identity: bool
    batches: int
    records: int
    refused: int
    last_status: str
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A batch of a dataset, counted."""

    id: str
    status: str
    streamed: bool
    records: int
    refused: int
    created_ms: int
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows cut into columns by the paths of their leaves."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A record that did not land, and why."""

    reasons: tuple[str, ...]
    record: str


def datasets(place: SandboxChoice, asked: str) -> list[dict[str, Any]]:
    """Datasets whose name or id has a text in it, the newest first."""
    found = place.platform.service(Catalog).datasets(place.tenant)
    return [one for one in reversed(found) if fits(asked, one["name"], one["id"])]


def dataset_rows(place: SandboxChoice, shown: list[dict[str, Any]]) -> list[DatasetRow]:
    """Rows of some datasets."""
    wanted = {one["id"] for one in shown}
    grouped: dict[str, list[dict[str, Any]]] = {}
    for batch in place.platform.service(Batches).all(place.tenant):
        dataset_id = str(batch["relatedObjects"][0]["id"])
        if dataset_id in wanted:
            grouped.setdefault(dataset_id, []).append(batch)
    return [_row(place, one, grouped.get(one["id"], [])) for one in shown]


def dataset_row(place: SandboxChoice, dataset_id: str) -> DatasetRow | None:
    """One dataset; None when there is none."""
    found = place.platform.service(Catalog).dataset(place.tenant, dataset_id)
    if found is None:
        return None
    return _row(place, found, batches_of(place, dataset_id))


def batches_of(place: SandboxChoice, dataset_id: str) -> list[dict[str, Any]]:
    """Batches of a dataset, the newest first."""
    found = place.platform.service(Batches).all(place.tenant)
    return [one for one in reversed(found) if one["relatedObjects"][0]["id"] == dataset_id]


def batch_rows(place: SandboxChoice, shown: list[dict[str, Any]]) -> list[BatchRow]:
    """Rows of some batches."""
    service = place.platform.service(Batches)
    found = []
    for batch in shown:
        good, bad = _counted(place, batch)
        errors = service.shown(place.tenant, batch).get("errors", [])
        found.append(
            BatchRow(
                id=batch["id"],
                status=batch["status"],
                streamed=batch["streamed"],
                records=good,
                refused=bad,
                created_ms=batch["created"],
                errors=tuple(str(one.get("description", "")) for one in errors),
            )
        )
    return found


def landed(place: SandboxChoice, batches: list[dict[str, Any]], start: int, size: int) -> Table:
    """Rows of batches, the newest first, from an index on."""
    store = place.platform.store
    records: list[Any] = []
    for batch in batches:
        count = store.count_records(place.tenant, LAKE, batch["id"])
        if start < count:
            wanted = start + size - len(records)
            found = store.latest_records(place.tenant, LAKE, batch["id"], limit=wanted)
            records.extend(one.body for one in found[start:])
        start = max(0, start - count)
        if len(records) >= size:
            break
    return table_of(records)


def refusals(place: SandboxChoice, batches: list[dict[str, Any]]) -> list[Refusal]:
    """Last records of batches that were refused."""
    found: list[Refusal] = []
    for batch in batches:
        left = _MOST_REFUSALS - len(found)
        if left <= 0:
            break
        rows = place.platform.store.latest_records(place.tenant, FAILED, batch["id"], limit=left)
        for row in rows:
            reasons = tuple(_reasons(row.body.get("_errors")))
            found.append(Refusal(reasons=reasons, record=encode(row.body.get("record"))))
    return found


def table_of(records: list[Any]) -> Table:
    """Cut records into columns; the widest table has 40."""
    flat = [leaves(one) for one in records]
    columns = list(dict.fromkeys(name for one in flat for name in one))[:_WIDEST]
    rows = tuple(tuple(one.get(name, "") for name in columns) for one in flat)
    return Table(columns=tuple(columns), rows=rows)


def leaves(value: Any, above: str = "") -> dict[str, str]:
    """Leaves of a document as text, by dotted path; an array of documents is one leaf."""
    if not isinstance(value, dict):
        return {above or "value": value if isinstance(value, str) else encode(value)}
    found: dict[str, str] = {}
    for name, inner in value.items():
        path = f"{above}.{name}" if above else str(name)
        if isinstance(inner, dict) and inner:
            found |= leaves(inner, path)
        else:
            found[path] = inner if isinstance(inner, str) else encode(inner)
    return found


def _counted(place: SandboxChoice, batch: dict[str, Any]) -> tuple[int, int]:
    store = place.platform.store
    return (
        store.count_records(place.tenant, LAKE, batch["id"]),
        store.count_records(place.tenant, FAILED, batch["id"]),
    )


def _row(place: SandboxChoice, dataset: dict[str, Any], batches: list[dict[str, Any]]) -> DatasetRow:
    counts = [_counted(place, one) for one in batches]
    schema_id = dataset["schemaRef"]["id"]
    schema = place.platform.service(SchemaRegistry).schema(place.tenant, schema_id)
    return DatasetRow(
        id=dataset["id"],
        name=dataset["name"],
        schema_title=schema_id if schema is None else str(schema.get("title", schema_id)),
        schema_id=schema_id if schema is None else schema["meta:altId"],
        profile=tag_enabled(dataset, "unifiedProfile"),
        identity=tag_enabled(dataset, "unifiedIdentity"),
        batches=len(batches),
        records=sum(good for good, _ in counts),
        refused=sum(bad for _, bad in counts),
        last_status=str(dataset.get("lastBatchStatus", "")),
        created_ms=dataset["created"],
    )


def _reasons(errors: Any) -> list[str]:
    """Texts of what was wrong, from either form in which refusals are kept."""
    if isinstance(errors, list):
        return [str(one) for one in errors]
    found: list[str] = []
    pending = list(errors.get("_streamingValidation", [])) if isinstance(errors, dict) else []
    while pending:
        one = pending.pop(0)
        if one.get("causingExceptions"):
            pending = [*one["causingExceptions"], *pending]
        else:
            found.append(f"{one.get('pointerToViolation', '#')}: {one.get('message', '')}")
    return found
