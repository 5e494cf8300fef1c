"""Which modules answer, for which paths."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.routing import Endpoint

MODULES: dict[str, tuple[str, ...]] = {
    "harness.aep.access.ims": ("/ims",),
    "harness.aep.serving.control": ("/_harness",),
    "harness.aep.serving.openapi": ("/openapi.json",),
    "harness.aep.console.pages": ("/_console",),
    "harness.aep.access.sandboxes": ("/data/foundation/sandbox-management",),
    "harness.aep.access.effective_policies": ("/data/foundation/access-control",),
    "harness.aep.tooling.packages": ("/data/foundation/exim",),
    "harness.aep.tooling.package_jobs": ("/data/foundation/exim",),
    "harness.aep.identity.namespaces": ("/data/core/idnamespace",),
    "harness.aep.registry.stats": ("/data/foundation/schemaregistry",),
    "harness.aep.registry.resources": ("/data/foundation/schemaregistry",),
    "harness.aep.registry.descriptors": ("/data/foundation/schemaregistry",),
    "harness.aep.registry.rpc": ("/data/foundation/schemaregistry",),
    "harness.aep.query.queries": ("/data/foundation/query",),
    "harness.aep.query.templates": ("/data/foundation/query",),
    "harness.aep.query.schedules": ("/data/foundation/query",),
    "harness.aep.mapping.calls": ("/data/foundation/conversion",),
    "harness.aep.catalog.datasets": ("/data/foundation/catalog",),
    "harness.aep.catalog.retention": ("/data/foundation/catalog",),
    "harness.aep.ingestion.dataset_views": ("/data/foundation/catalog",),
    "harness.aep.ingestion.batch_calls": (
        "/data/foundation/catalog",
        "/data/foundation/import",
    ),
    "harness.aep.ingestion.batch_preview": ("/data/foundation/import",),
    "harness.aep.ingestion.catalog_requests": ("/data/foundation/catalog",),
    "harness.aep.catalog.labels": ("/data/foundation/dataset",),
    "harness.aep.ingestion.data_access": ("/data/foundation/export",),
    "harness.aep.serving.observability": ("/data/infrastructure",),
    "harness.aep.ingestion.inlet_calls": ("/data/core/edge",),
    "harness.aep.ingestion.streaming": (
        "/collection",
        "/data/foundation/import",
    ),
    "harness.aep.edge.datastreams": ("/metadata",),
    "harness.aep.edge.collection": ("/ee",),
    "harness.aep.ingestion.event_types": ("/data/core/ups",),
    "harness.aep.flow.specs": ("/data/foundation/flowservice",),
    "harness.aep.flow.connections": ("/data/foundation/flowservice", "/_harness/flowservice"),
    "harness.aep.flow.flows": ("/data/foundation/flowservice", "/_harness/flowservice"),
    "harness.aep.flow.run_calls": ("/data/foundation/flowservice",),
    "harness.aep.ingestion.landing_zone_calls": (
        "/data/foundation/connectors",
        "/data/foundation/flowservice",
    ),
    "harness.aep.flow.activation": ("/_harness/dead-letters",),
    "harness.aep.profile.merge_policies": ("/data/core/ups",),
    "harness.twin.wires.kinesis": ("/_sinks",),
    "harness.twin.wires.event_hubs": ("/_sinks",),
    "harness.twin.wires.azure_blobs": ("/_sinks",),
    "harness.aep.profile.access": ("/data/core/ups",),
    "harness.aep.segmentation.segments": ("/data/core/ups",),
    "harness.aep.segmentation.audiences": ("/data/core/ups",),
    "harness.aep.jobs.audience_imports": ("/data/core/ais",),
    "harness.aep.jobs.segment_jobs": ("/data/core/ups",),
    "harness.aep.segmentation.previews": ("/data/core/ups",),
    "harness.aep.segmentation.conversion": ("/data/core/ups",),
    "harness.aep.segmentation.search": ("/data/core/ups",),
    "harness.aep.jobs.export_jobs": ("/data/core/ups",),
    "harness.aep.jobs.schedules": ("/data/core/ups",),
    "harness.aep.jobs.system_jobs": ("/data/core/ups",),
    "harness.aep.profile.sample_status": ("/data/core/ups",),
    "harness.aep.jobs.computed_attributes": ("/data/core/ups",),
    "harness.aep.jobs.event_aggregates": ("/data/core/ca",),
    "harness.aep.edge.projections": ("/data/core/ups",),
    "harness.aep.identity.calls": ("/data/core/identity",),
}
"""Each has `routes(platform) -> list[Endpoint]`, for paths below its prefixes.

A module is imported when the first request below one of its prefixes comes: starting is fast.
"""

SERVICES = (
    ("/ims", "Identity Management"),
    ("/data/foundation/sandbox-management", "Sandboxes"),
    ("/data/foundation/access-control", "Access Control"),
    ("/data/foundation/exim", "Sandboxes"),
    ("/data/core/idnamespace", "Identity"),
    ("/data/core/identity", "Identity"),
    ("/data/foundation/schemaregistry", "Schema Registry"),
    ("/data/foundation/conversion", "Data Prep"),
    ("/data/foundation/query", "Query Service"),
    ("/data/foundation/catalog", "Catalog"),
    ("/data/foundation/dataset", "Catalog"),
    ("/data/foundation/import/collection", "Streaming ingestion"),
    ("/data/foundation/import", "Batch ingestion"),
    ("/data/foundation/export", "Data Access"),
    ("/data/foundation/flowservice", "Flow Service"),
    ("/data/foundation/connectors", "Flow Service"),
    ("/data/infrastructure", "Observability"),
    ("/data/core/edge", "Streaming ingestion"),
    ("/collection", "Streaming ingestion"),
    ("/metadata", "Edge Network"),
    ("/ee", "Edge Network"),
    ("/data/core/ups/segment", "Segmentation"),
    ("/data/core/ups/audiences", "Segmentation"),
    ("/data/core/ais", "Segmentation"),
    ("/data/core/ups/preview", "Segmentation"),
    ("/data/core/ups/estimate", "Segmentation"),
    ("/data/core/ups/search", "Segmentation"),
    ("/data/core/ups/export", "Segmentation"),
    ("/data/core/ups/config/schedules", "Segmentation"),
    ("/data/core/ups/previewsamplestatus", "Profile"),
    ("/data/core/ups", "Profile"),
    ("/data/core/ca", "Profile"),
    ("/_sinks", "Local sinks"),
)
"""Services that answer, by the start of their paths."""


def module_endpoints(name: str, platform: Platform) -> list[Endpoint]:
    """All endpoints of one module of the table."""
    return list(import_module(name).routes(platform))


def every_endpoint(platform: Platform) -> list[Endpoint]:
    """All endpoints of all modules."""
    return [endpoint for name in MODULES for endpoint in module_endpoints(name, platform)]


@lru_cache(maxsize=4096)
def service_of(path: str) -> str:
    """Service that answers a path, by the longest start of it that is known; empty for none."""
    known = [(start, name) for start, name in SERVICES if f"{path}/".startswith(f"{start}/")]
    return max(known, key=lambda one: len(one[0]), default=("", ""))[1]
