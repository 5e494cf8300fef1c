"""What the console's first page shows: services with counts, and where the platform is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.aep.registry.state import DESCRIPTOR_KIND, SchemaRegistry
from harness.twin.call_log import CallLog

if TYPE_CHECKING:
    from harness.aep.console.sandbox_choice import SandboxChoice

_KINDS = (
    ("Catalog", "/_console/datasets", (("datasets", "dataset"),)),
    ("Batch ingestion", "/_console/datasets", (("batches", "batch"), ("uploaded files", "batch-file"))),
    ("Streaming ingestion", "/_console/flows", (("inlets", "inlet"),)),
    ("Profile", "/_console/profiles", (("fragments", "profileFragments"), ("merge policies", "mergePolicy"))),
    ("Identity", "/_console/profiles", (("identities", "identity"), ("clusters", "identityCluster"))),
    (
        "Segmentation",
        "/_console/segments",
        (("definitions", "segmentDefinition"), ("audiences", "externalAudience"), ("jobs", "segmentJob")),
    ),
    (
        "Flow Service",
        "/_console/flows",
        (
            ("connections", "flowservice.connections"),
            ("sources", "flowservice.sourceConnections"),
            ("targets", "flowservice.targetConnections"),
            ("flows", "flowservice.flows"),
            ("runs", "flowservice.runs"),
        ),
    ),
    ("Data Prep", "/_console/audiences", (("mapping sets", "mappingSet"),)),
    (
        "Query Service",
        "",
        (("queries", "query"), ("templates", "queryTemplate"), ("schedules", "querySchedule")),
    ),
    ("Edge Network", "/_console/flows", (("datastreams", "datastream"),)),
)
_PLAIN = (
    ("Identity Management", "Tokens for clients, by secret or by signed JWT"),
    ("Sandboxes", "Places apart: each has everything of its own"),
    ("Access Control", "What a caller may do: everything"),
    ("Data Access", "Files of the batches in the data lake"),
    ("Observability", "Counts of what happened, over time"),
)
_RESOURCES = (
    ("schemas", "schemas"),
    ("field groups", "mixins"),
    ("data types", "datatypes"),
    ("classes", "classes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCard:
    """A service: what it holds in the place looked at, and how often it was called in all places."""

    name: str
    link: str
    about: str
    counts: tuple[tuple[str, int], ...]
    answered: int
    refused: int


def service_cards(place: SandboxChoice) -> list[ServiceCard]:
    """Services in the order in which data passes them."""
    store, log = place.platform.store, place.platform.service(CallLog)
    registry = place.platform.service(SchemaRegistry)
    resources = [(label, len(registry.of_type(place.tenant, kind, "tenant"))) for label, kind in _RESOURCES]
    resources.append(("descriptors", store.count(place.tenant, DESCRIPTOR_KIND)))
    found = [("Schema Registry", "/_console/schemas", "", tuple(resources))]
    for name, link, kinds in _KINDS:
        counts = [(label, store.count(place.tenant, kind)) for label, kind in kinds]
        found.append((name, link, "", tuple(counts)))
    found.extend((name, "", about, ()) for name, about in _PLAIN)
    return [
        ServiceCard(
            name=name,
            link=place.link(link) if link else "",
            about=about,
            counts=counts,
            answered=log.answered[name],
            refused=log.refused[name],
        )
        for name, link, about, counts in found
    ]
