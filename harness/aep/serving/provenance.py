"""Where it is known from how each call of AEP is answered.

Nobody behind this platform has had an account of their own: what is marked observed live is to carry the
date and the sandbox it was seen in, by whoever has one. `harness drift --twin` finds what to correct.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from harness.twin.provenance import ASSUMED, Provenance, ValueSource

_UPS = "/data/core/ups"
_FLOW = "/data/foundation/flowservice"
_CATALOG = "/data/foundation/catalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the calls whose paths start so.

    `refusals` is where the errors are known from, when that is not where the rest is. With `methods`, the
    row is about those alone.
    """

    start: str
    answers: Provenance
    refusals: Provenance | None = None
    methods: tuple[str, ...] = ()


def _api(name: str) -> Provenance:
    return Provenance(
        source=ValueSource.DOCUMENTED, detail=f"AdobeDocs/experience-platform-apis (2026-06-11), {name}.yaml"
    )


def _guide(page: str) -> Provenance:
    return Provenance(source=ValueSource.DOCUMENTED, detail=f"AdobeDocs/experience-platform.en, help/{page}")


def _edge(page: str) -> Provenance:
    return Provenance(source=ValueSource.DOCUMENTED, detail=f"AdobeDocs/data-collection-apis, {page}")


def _assumed(why: str) -> Provenance:
    return Provenance(source=ValueSource.ASSUMED, detail=why)


def _client(name: str) -> Provenance:
    return Provenance(source=ValueSource.CLIENT, detail=name)


_NUMBERED = _client("Adobe-Marketing-Cloud/exchange-aep-profile-integration-postman (2020-07-29)")
_NO_BODY = _assumed("the documentation has no body of an error of this service")
_FORM = _assumed("codes and messages are documented, the form of the body is not")

KNOWN = (
    Known(
        start="/ims/token",
        answers=Provenance(
            source=ValueSource.DOCUMENTED,
            detail="developer.adobe.com/developer-console, ServerToServerAuthentication/ims",
        ),
        refusals=_assumed("OAuth's own errors (RFC 6749) stand for those of IMS"),
    ),
    Known(
        start="/ims/exchange/jwt",
        answers=Provenance(source=ValueSource.DOCUMENTED, detail="AdobeDocs/adobeio-auth, JWT/JWT.md"),
    ),
    Known(start="/openapi.json", answers=_assumed("this description is the platform's own")),
    Known(start="/data/foundation/sandbox-management", answers=_guide("sandboxes/api")),
    Known(start="/data/foundation/exim", answers=_api("sandbox"), refusals=_NO_BODY),
    Known(
        start="/data/foundation/exim/packages",
        answers=_guide("sandboxes/sandbox-tooling-api/packages.md"),
        refusals=_NO_BODY,
    ),
    Known(start="/data/core/idnamespace", answers=_api("identity-service")),
    Known(start="/data/core/idnamespace/orgs", answers=_client("aepp 0.6.0")),
    Known(start="/data/core/identity", answers=_api("identity-service"), refusals=_NO_BODY),
    *(
        Known(
            start=f"/data/core/identity/{path}",
            answers=_guide(f"identity-service/api/{page}.md"),
            refusals=_NO_BODY,
        )
        for path, page in (
            ("cluster/history", "list-cluster-history"),
            ("clusters/history", "list-cluster-history"),
            ("mapping", "list-identity-mappings"),
            ("mappings", "list-identity-mappings"),
        )
    ),
    Known(start="/data/foundation/schemaregistry", answers=_api("schema-registry")),
    Known(start=_CATALOG, answers=_api("catalog"), refusals=_NO_BODY),
    *(
        Known(
            start=f"{_CATALOG}/{one}",
            methods=("PUT", "PATCH", "DELETE"),
            answers=_assumed("documented for the plural spelling of the path alone"),
        )
        for one in ("dataSet", "batch")
    ),
    Known(start=f"{_CATALOG}/lastBatches", answers=_client("aepp 0.6.0"), refusals=_NO_BODY),
    Known(start=f"{_CATALOG}/ttl", answers=_guide("catalog/datasets/ttl-management.md"), refusals=_NO_BODY),
    Known(start="/data/foundation/dataset", answers=_guide("data-governance/labels"), refusals=_NO_BODY),
    Known(start="/data/foundation/import", answers=_api("batch-ingestion"), refusals=_NO_BODY),
    Known(
        start="/data/foundation/import",
        methods=("HEAD",),
        answers=_assumed("HTTP's own: the headers of the answer to GET"),
    ),
    Known(
        start="/data/foundation/import/collection",
        answers=_NUMBERED,
        refusals=_api("streaming-ingestion"),
    ),
    Known(start="/data/foundation/export", answers=_guide("data-access/api.md"), refusals=_NO_BODY),
    Known(start="/data/infrastructure/observability", answers=_guide("observability/api")),
    Known(start="/data/core/edge/inlet", answers=_NUMBERED, refusals=_NO_BODY),
    Known(start="/collection", answers=_api("streaming-ingestion")),
    Known(start="/metadata", answers=_assumed("the API of datastreams is not published")),
    Known(
        start="/ee",
        answers=_client("@adobe/alloy 2.33.1, and AdobeDocs/data-collection-apis"),
        refusals=_edge("getting-started/troubleshooting"),
    ),
    *(Known(start=f"/ee{region}/v2", answers=_edge("endpoints")) for region in ("", "/{region}")),
    *(
        Known(start=f"/ee{region}/v2/{call}", answers=_assumed("documented for version 1 alone"))
        for region in ("", "/{region}")
        for call in ("identity", "privacy")
    ),
    *(Known(start=f"/ee{region}/va", answers=_edge("endpoints/media")) for region in ("", "/{region}")),
    Known(
        start="/data/foundation/connectors",
        answers=_guide("sources/tutorials/api/create/cloud-storage/data-landing-zone.md"),
        refusals=_NO_BODY,
    ),
    Known(
        start="/_sinks/blobs",
        answers=Provenance(
            source=ValueSource.DOCUMENTED, detail="Microsoft, Blob Storage REST API, and azure-storage-blob"
        ),
    ),
    Known(start=_FLOW, answers=_api("flow-service"), refusals=_FORM),
    *(
        Known(
            start=f"{_FLOW}/{kind}/search", answers=_assumed("as other resources of the service are searched")
        )
        for kind in ("sourceConnections", "targetConnections")
    ),
    Known(start=f"{_UPS}/config/eventTypes", answers=_NUMBERED, refusals=_NO_BODY),
    Known(start=f"{_UPS}/config/mergePolicies", answers=_api("profile"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/config/schedules", answers=_api("segmentation"), refusals=_NO_BODY),
    Known(
        start=f"{_UPS}/config/computedAttributes",
        answers=_guide("profile/computed-attributes"),
        refusals=_NO_BODY,
    ),
    Known(start=f"{_UPS}/config/destinations", answers=_guide("profile/api/edge-projections.md")),
    Known(start=f"{_UPS}/config/projections", answers=_guide("profile/api/edge-projections.md")),
    Known(start=f"{_UPS}/config", answers=_client("aepp 0.6.0"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/access", answers=_api("profile")),
    Known(start=f"{_UPS}/audiences", answers=_guide("segmentation/api/audiences.md"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/segment", answers=_api("segmentation"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/preview", answers=_api("segmentation"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/estimate", answers=_api("segmentation"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/search", answers=_guide("segmentation/api/segment-search.md"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/export", answers=_api("segmentation"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/system/jobs", answers=_api("profile"), refusals=_NO_BODY),
    Known(start=f"{_UPS}/previewsamplestatus", answers=_guide("profile/api/preview-sample-status.md")),
    *(
        Known(
            start=f"{_UPS}/previewsamplestatus/report/{one}/overlap",
            answers=_assumed("the body's form differs by edition of the documentation"),
        )
        for one in ("dataset", "namespace")
    ),
    Known(start="/data/core/ca", answers=_guide("profile/computed-attributes/api.md"), refusals=_NO_BODY),
    Known(start="/data/core/ais", answers=_guide("segmentation/api/external-audiences.md")),
    Known(start="/data/foundation/conversion", answers=_guide("data-prep/api"), refusals=_NO_BODY),
    Known(start="/data/foundation/query", answers=_guide("query-service/api"), refusals=_NO_BODY),
    Known(
        start="/data/foundation/query/query-templates/count",
        answers=_assumed("a call of Adobe's collection for Postman; its body is not documented"),
    ),
    Known(start="/data/foundation/access-control", answers=_guide("access-control/api"), refusals=_NO_BODY),
    Known(
        start="/_sinks/kinesis",
        answers=Provenance(
            source=ValueSource.DOCUMENTED, detail="Amazon Kinesis Data Streams API reference, and boto3"
        ),
    ),
    Known(
        start="/_sinks/eventhubs",
        answers=Provenance(source=ValueSource.DOCUMENTED, detail="Microsoft, Event Hubs REST API"),
    ),
    Known(
        start="/_sinks/eventhubs",
        methods=("GET",),
        answers=_assumed("Event Hubs is read by AMQP; to read over HTTP is the platform's own"),
    ),
)


@lru_cache(maxsize=2048)
def known_of(method: str, path: str) -> Known | None:
    """Row of a call, by the longest start of its path, and the one about its method before the others."""
    fitting = [
        one
        for one in KNOWN
        if f"{path}/".startswith(f"{one.start}/") and (not one.methods or method in one.methods)
    ]
    return max(fitting, key=lambda one: (len(one.start), bool(one.methods)), default=None)


def provenance_of(method: str, path: str, *, refused: bool = False) -> Provenance:
    """Where the answer to a call is known from, or the refusal of one."""
    known = known_of(method, path)
    if known is None:
        return ASSUMED
    return known.refusals or known.answers if refused else known.answers
