"""Takes records into the data lake: validates against the dataset's schema, keeps, passes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.catalog.datasets import KIND as DATASET_KIND
from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.lake import FAILED, LAKE
from harness.aep.events import RecordLanded
from harness.aep.ingestion.landing_queue import LandingQueue
from harness.aep.registry.state import SchemaRegistry
from harness.aep.xdm.validation import Validator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.aep.platform import Platform
    from harness.aep.registry.state import IdentityDescriptor
    from harness.aep.xdm.validation import ViolationJson
    from harness.twin.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A dataset, ready to take records. `schema` is resolved, with what ingestion demands."""

    tenant: Tenant
    dataset: dict[str, Any]
    schema_id: str
    schema: dict[str, Any]
    validator: Validator


class Landing:
    """Targets by dataset; compiled once per state of registry and catalog."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)
        self._catalog = platform.service(Catalog)
        self._targets: dict[tuple[Tenant, str], Target | None] = {}
        self._compiled: dict[tuple[Tenant, str], tuple[dict[str, Any], Validator]] = {}
        self._stamp: tuple[int, ...] = ()
        self._schema_stamp: tuple[int, ...] = ()

    def target(self, tenant: Tenant, dataset_id: str) -> Target | None:
        """Look up a dataset to take records; None when there is none."""
        schema_stamp = self._registry.generation()
        stamp = (*schema_stamp, self._platform.store.generation(DATASET_KIND))
        if stamp != self._stamp:
            self._targets.clear()
            self._stamp = stamp
        if schema_stamp != self._schema_stamp:
            self._compiled.clear()
            self._schema_stamp = schema_stamp
        key = (tenant, dataset_id)
        if key not in self._targets:
            if len(self._targets) > 10_000:
                self._targets.clear()
            self._targets[key] = self._make(tenant, dataset_id)
        return self._targets[key]

    def accept(
        self,
        target: Target,
        record: dict[str, Any],
        *,
        batch_id: str,
        xaction_id: str,
        received_ms: int,
        streamed: bool,
    ) -> None:
        """Keep a valid record and let everything that follows from it follow. One transaction."""
        landed = RecordLanded(
            tenant=target.tenant,
            dataset=target.dataset,
            schema_id=target.schema_id,
            record=record,
            xaction_id=xaction_id,
            received_ms=received_ms,
            streamed=streamed,
            batch_id=batch_id,
        )
        with self._platform.store.transaction():
            self._platform.store.append(target.tenant, LAKE, batch_id, received_ms, record)
            if self._platform.settings.ingest_delay_ms:
                self._platform.service(LandingQueue).put(landed)
            else:
                self._platform.events.publish(landed)

    def refuse(
        self,
        target: Target,
        record: Any,
        violation: ViolationJson,
        *,
        batch_id: str,
        received_ms: int,
    ) -> None:
        """Keep an invalid record and the reason in an error batch."""
        self._platform.store.append(
            target.tenant,
            FAILED,
            batch_id,
            received_ms,
            {"record": record, "_errors": {"_streamingValidation": [violation]}},
        )

    def _make(self, tenant: Tenant, dataset_id: str) -> Target | None:
        dataset = self._catalog.dataset(tenant, dataset_id)
        if dataset is None:
            return None
        schema_id = self._registry.canonical(dataset["schemaRef"]["id"])
        key = (tenant, schema_id)
        if key not in self._compiled:
            full = self._registry.full(tenant, schema_id)
            if full is None:
                return None
            demanded = _demanding(full, self._registry.identities(tenant, schema_id))
            self._compiled[key] = (demanded, Validator(demanded))
        schema, validator = self._compiled[key]
        return Target(
            tenant=tenant,
            dataset=dataset,
            schema_id=schema_id,
            schema=schema,
            validator=validator,
        )


def _demanding(full: dict[str, Any], identities: Iterable[IdentityDescriptor]) -> dict[str, Any]:
    """Copy a schema so that the primary identity is required, as ingestion wants."""
    for identity in identities:
        if identity.primary:
            full = _require(full, identity.path)
    return full


def _require(node: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    name, rest = path[0], path[1:]
    fields = node.get("properties", {})
    if name not in fields:
        return node
    required = node.get("required", [])
    changed = {
        **node,
        "required": required if name in required else [*required, name],
    }
    if rest:
        changed["properties"] = {**fields, name: _require(fields[name], rest)}
    return changed
