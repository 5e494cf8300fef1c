"""Which modules answer, and which services of AEP are known but not here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.aep.routing import Endpoint

MODULES = (
    "harness.aep.ims",
    "harness.aep.control",
    "harness.aep.sandboxes",
    "harness.aep.namespaces",
    "harness.aep.registry.stats",
    "harness.aep.registry.resources",
    "harness.aep.registry.descriptors",
    "harness.aep.registry.rpc",
    "harness.aep.catalog",
    "harness.aep.batch_calls",
    "harness.aep.dataset_labels",
    "harness.aep.data_access",
    "harness.aep.observability",
    "harness.aep.inlet_calls",
    "harness.aep.streaming",
    "harness.aep.event_types",
    "harness.aep.flow_specs",
    "harness.aep.flow_connections",
    "harness.aep.flows",
    "harness.aep.flow_runs",
    "harness.aep.merge_policies",
    "harness.aep.kinesis",
    "harness.aep.event_hubs",
    "harness.aep.profile_access",
    "harness.aep.segments",
    "harness.aep.segment_jobs",
    "harness.aep.previews",
)
"""Each has `routes(platform) -> list[Endpoint]`."""

ABSENT = {
    "/data/foundation/access-control": "Access Control",
    "/data/foundation/audit": "Audit Query",
    "/data/foundation/conversion": "Data Prep",
    "/data/foundation/dulepolicy": "Policy Service",
    "/data/foundation/policy": "Policy Service",
    "/data/foundation/query": "Query Service",
    "/data/foundation/schemaregistry": "Schema Registry",
    "/data/foundation/catalog": "Catalog",
    "/data/foundation/dataset": "Dataset Service",
    "/data/foundation/import": "Data Ingestion",
    "/data/foundation/export": "Data Access",
    "/data/foundation/connectors": "Connectors",
    "/data/foundation/flowservice": "Flow Service",
    "/data/foundation/sandbox-management": "Sandbox",
    "/data/foundation/mlinput": "Sensei Machine Learning",
    "/data/infrastructure/observability": "Observability Insights",
    "/data/core/activation": "Destination Authoring",
    "/data/core/privacy": "Privacy Service",
    "/data/core/hygiene": "Data Hygiene",
    "/data/core/idnamespace": "Identity Namespace",
    "/data/core/identity": "Identity Service",
    "/data/core/ups": "Real-time Customer Profile",
    "/data/core/edge": "Edge",
    "/data/core/ajo": "Journey Optimizer",
    "/data/core/xcore": "Edge Configuration",
    "/data/sensei": "Sensei Machine Learning",
    "/ajo": "Journey Optimizer",
    "/journey": "Journey Optimizer",
    "/authoring": "Destination Authoring",
    "/unifiedtags": "Unified Tags",
    "/companies": "Reactor",
    "/properties": "Reactor",
    "/audit_events": "Reactor",
    "/builds": "Reactor",
    "/callbacks": "Reactor",
    "/data_elements": "Reactor",
    "/environments": "Reactor",
    "/extension_package_usage_authorizations": "Reactor",
    "/extension_packages": "Reactor",
    "/extensions": "Reactor",
    "/hosts": "Reactor",
    "/libraries": "Reactor",
    "/notes": "Reactor",
    "/profile": "Reactor",
    "/profiles": "Reactor",
    "/rule_components": "Reactor",
    "/rules": "Reactor",
    "/app_configurations": "Reactor",
    "/search": "Reactor",
    "/secrets": "Reactor",
}
"""Services by path prefix; an unknown path below one is answered 501 and names it."""


def endpoints(platform: Platform) -> list[Endpoint]:
    """All endpoints of all services."""
    found: list[Endpoint] = []
    for name in MODULES:
        found.extend(import_module(name).routes(platform))
    return found


def absent_service(path: str) -> str | None:
    """Name of the service that a path belongs to, by the longest prefix; None for none."""
    words = path.split("/")
    for end in range(len(words), 1, -1):
        name = ABSENT.get("/".join(words[:end]))
        if name is not None:
            return name
    return None
