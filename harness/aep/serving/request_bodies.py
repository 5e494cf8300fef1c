"""What requests of the services hold, as JSON Schemas for the description of the platform.

A service checks its requests itself and says what is wrong; these are for readers and for tools.
"""

from __future__ import annotations

from typing import Any

from harness.aep.ingestion.batch_files import FORMATS
from harness.twin.openapi import COUNT, TEXT

FLAG = {"type": "boolean"}

ANYTHING: dict[str, Any] = {}


def form(*required: str, **properties: Any) -> dict[str, Any]:
    """Return the schema of an object; the names in `required` without a schema of their own are texts."""
    found = {**dict.fromkeys(required, TEXT), **properties}
    return {"type": "object", "properties": found, **({"required": list(required)} if required else {})}


def array(items: Any) -> dict[str, Any]:
    """Return the schema of an array that is not empty."""
    return {"type": "array", "items": items, "minItems": 1}


def one_of(*words: str) -> dict[str, Any]:
    """Return the schema of a text that is one of the words."""
    return {"type": "string", "enum": list(words)}


JSON_PATCH = array(form("op", "path", op=one_of("add", "remove", "replace"), value=ANYTHING))
SCHEMA_REF = form("id", contentType=TEXT)
PROFILE = form("name", name=one_of("_xdm.context.profile"))
PQL = form("type", "format", "value", type=one_of("PQL"), format=one_of("pql/text", "pql/json"))
_SPEC = form("id", version=TEXT)
_IDS = form("ids", ids=array(form("id")))
_NAMES = ("schemas", "mixins", "fieldgroups", "classes", "datatypes")
_MESSAGE = form(
    "header",
    "body",
    header=form("datasetId", "schemaRef", schemaRef=SCHEMA_REF, imsOrgId=TEXT),
    body=form("xdmEntity", "xdmMeta", xdmEntity=form(), xdmMeta=form("schemaRef", schemaRef=SCHEMA_REF)),
)
_EVENT = form(xdm=form(identityMap=form(), eventType=TEXT, timestamp=TEXT), data=form())
_EDGE = form(events=array(_EVENT), event=_EVENT, query=form(), meta=form(), xdm=form())
_SEGMENT = form(
    "name", "expression", "schema", expression=PQL, schema=PROFILE, evaluationInfo=form(), ttlInDays=COUNT
)
_POLICY = form(
    "name",
    "schema",
    "identityGraph",
    "attributeMerge",
    schema=PROFILE,
    identityGraph=form("type", type=one_of("none", "pdg")),
    attributeMerge=form("type", type=one_of("timestampOrdered", "dataSetPrecedence"), order=array(TEXT)),
    default=FLAG,
)
_DATASET = form("name", "schemaRef", schemaRef=SCHEMA_REF, tags=form(), description=TEXT)
_BATCH = form(
    "datasetId",
    "inputFormat",
    inputFormat=form("format", format=one_of(*FORMATS), isMultiLineJson=FLAG),
)
_DESTINATION = form(
    "type", "dataCenters", type=one_of("EDGE"), dataCenters=array(one_of("OR1", "VA5", "NLD1")), ttl=COUNT
)
_PROJECTION = form("selector", "name", "destinationId", currentVersion=COUNT)
_DATASTREAM = form("data", data=form("title", settings=form(), enabled=FLAG))
_DESCRIPTOR = form("@type", "xdm:sourceSchema", **{"xdm:sourceProperty": TEXT, "xdm:isPrimary": FLAG})
_NAMESPACE = form("name", "code", "idType", description=TEXT)
_LABELS = form("labels", labels=array(TEXT), optionalLabels={"type": "array"})
_RESOURCE = form(
    "title", "type", type=one_of("object"), allOf={"type": "array", "items": form("$ref")}, description=TEXT
)

_MAPPING = form("source", "destination", sourceType=one_of("ATTRIBUTE", "EXPRESSION"), name=TEXT)
_MAPPING_SET = form(
    "outputSchema",
    "mappings",
    outputSchema=form("schemaRef", schemaRef=SCHEMA_REF),
    mappings=array(_MAPPING),
)
_PACKAGE = form(
    "name",
    description=TEXT,
    packageType=one_of("PARTIAL", "FULL"),
    artifacts=array(form("id", "type", title=TEXT)),
)
_PACKAGE_CHANGE = form(
    "id",
    id=TEXT,
    action=one_of("UPDATE", "ADD", "DELETE"),
    name=TEXT,
    expiry=TEXT,
    packageVisibility=one_of("TENANT", "PUBLIC"),
    artifacts=array(form("id", "type", title=TEXT)),
)
_CONSENT = form(
    "consent",
    consent=array(form("standard", "version", standard=one_of("Adobe", "IAB TCF"), value=ANYTHING)),
    identityMap=form(),
    query=form(),
    meta=form(),
)
_AUDIENCE = form(
    "name",
    "type",
    type=one_of("SegmentDefinition", "ExternalSegment"),
    description=TEXT,
    expression=PQL,
    schema=PROFILE,
    audienceId=TEXT,
    namespace=TEXT,
    originName=TEXT,
    labels={"type": "array", "items": TEXT},
    ttlInDays=COUNT,
)
_FIELD_TYPES = one_of("string", "number", "long", "integer", "date", "datetime", "boolean")
_IMPORT = form(
    "name",
    "fields",
    "sourceSpec",
    fields=array(form("name", "type", type=_FIELD_TYPES, identityNs=TEXT)),
    sourceSpec=form(
        "params",
        params=form(
            "path",
            "type",
            "cloudType",
            type=one_of("file", "folder"),
            sourceType=one_of("Cloud Storage"),
            cloudType=one_of("S3", "DLZ", "GCS", "Azure", "SFTP"),
            baseConnectionId=TEXT,
        ),
    ),
    ttlInDays=COUNT,
    originName=one_of("CUSTOM_UPLOAD"),
)
_RUN = form(
    "dataFilterStartTime", dataFilterStartTime=COUNT, dataFilterEndTime=COUNT, differentialIngestion=FLAG
)
_ATTRIBUTE = form("name", "expression", displayName=TEXT, description=TEXT, expression=PQL, duration=form())

_UPS = "/data/core/ups"
_FLOW = "/data/foundation/flowservice"
_CATALOG = "/data/foundation/catalog"
_PREP = "/data/foundation/conversion"
_QUERIES = "/data/foundation/query"
_QUERY = form(
    "dbName",
    sql=TEXT,
    templateId=TEXT,
    name=TEXT,
    description=TEXT,
    queryParameters=form(),
    ctasParameters=form(),
    insertIntoParameters=form(),
)
_REGISTRY = "/data/foundation/schemaregistry"
_EDGES = ("/ee/v1", "/ee/v2", "/ee/{region}/v1", "/ee/{region}/v2")
_RECORDS = "/metadata/namespaces/edge/datasets/datastreams/records"

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/data/foundation/sandbox-management/sandboxes"): form(
        "name", "title", "type", type=one_of("development", "production")
    ),
    ("PUT", "/data/foundation/sandbox-management/sandboxes/{name}"): form("action", action=one_of("reset")),
    ("PATCH", "/data/foundation/sandbox-management/sandboxes/{name}"): form("title"),
    ("POST", "/data/core/idnamespace/identities"): _NAMESPACE,
    ("PUT", "/data/core/idnamespace/identities/{id}"): _NAMESPACE,
    ("POST", f"{_REGISTRY}/{{container}}/{{type}}"): _RESOURCE,
    ("PUT", f"{_REGISTRY}/{{container}}/{{type}}/{{id}}"): _RESOURCE,
    ("PATCH", f"{_REGISTRY}/{{container}}/{{type}}/{{id}}"): JSON_PATCH,
    ("POST", f"{_REGISTRY}/tenant/descriptors"): _DESCRIPTOR,
    ("PUT", f"{_REGISTRY}/tenant/descriptors/{{id}}"): _DESCRIPTOR,
    ("POST", f"{_REGISTRY}/rpc/import"): array(
        form("$id", "title", **{"meta:intendedToExtend": array(TEXT), "allOf": {"type": "array"}})
    ),
    ("POST", "/data/foundation/access-control/acl/effective-policies"): array(TEXT),
    ("POST", "/data/foundation/exim/packages"): _PACKAGE,
    ("PUT", "/data/foundation/exim/packages"): array(_PACKAGE_CHANGE),
    ("PUT", "/data/foundation/exim/packages/update"): _PACKAGE_CHANGE,
    ("POST", "/data/foundation/exim/packages/{id}/import"): form(name=TEXT, alternatives=form()),
    ("PUT", "/data/foundation/exim/packages/import"): form(
        "id", "destinationSandbox", id=TEXT, name=TEXT, destinationSandbox=form("name"), alternatives=form()
    ),
    ("POST", f"{_QUERIES}/queries"): _QUERY,
    ("PATCH", f"{_QUERIES}/queries/{{id}}"): form("op", op=one_of("cancel", "soft_delete")),
    ("POST", f"{_QUERIES}/query-templates"): form("sql", "name", queryParameters=form()),
    ("PUT", f"{_QUERIES}/query-templates/{{id}}"): form("sql", "name", queryParameters=form()),
    ("POST", f"{_QUERIES}/schedules"): form(
        "query",
        "schedule",
        query=_QUERY,
        schedule=form("schedule", startDate=TEXT, endDate=TEXT, maxActiveRuns=COUNT),
    ),
    ("PATCH", f"{_QUERIES}/schedules/{{id}}"): form(
        "body",
        body=array(
            form("op", "path", op=one_of("replace"), path=one_of("/state", "/schedule/schedule"), value=TEXT)
        ),
    ),
    ("PATCH", f"{_QUERIES}/schedules/{{id}}/runs/{{run}}"): form("op", op=one_of("cancel")),
    ("POST", f"{_PREP}/mappingSets"): _MAPPING_SET,
    ("PUT", f"{_PREP}/mappingSets/{{id}}"): _MAPPING_SET,
    ("POST", f"{_PREP}/mappingSets/validate"): _MAPPING_SET,
    ("POST", f"{_PREP}/mappingSets/preview"): form(
        "data", "mappingSet", data=array(form()), mappingSet=_MAPPING_SET
    ),
    ("POST", f"{_PREP}/mappingSets/{{id}}/mappings"): _MAPPING,
    ("PUT", f"{_PREP}/mappingSets/{{id}}/mappings/{{mapping}}"): _MAPPING,
    ("POST", f"{_PREP}/languages/el/validate"): form("expression", mappingSetId=TEXT, sampleData=TEXT),
    ("POST", f"{_CATALOG}/dataSet"): _DATASET,
    ("PUT", f"{_CATALOG}/dataSet/{{id}}"): _DATASET,
    ("PATCH", f"{_CATALOG}/dataSet/{{id}}"): form(name=TEXT, tags=form()),
    **{("POST", f"{_CATALOG}{v}/dataSets"): _DATASET for v in ("", "/v2")},
    **{("PUT", f"{_CATALOG}{v}/dataSets/{{id}}"): _DATASET for v in ("", "/v2")},
    **{("PATCH", f"{_CATALOG}{v}/dataSets/{{id}}"): form(name=TEXT, tags=form()) for v in ("", "/v2")},
    ("POST", _CATALOG): array(
        form("id", "resource", "method", method=one_of("GET", "POST", "PUT", "PATCH", "DELETE"), body=form())
    ),
    ("POST", "/data/foundation/import/batches"): _BATCH,
    **{("POST", f"{_CATALOG}/{word}"): _BATCH for word in ("batch", "batches")},
    **{
        (method, f"{_CATALOG}/{word}/{{batch}}"): form(tags=form(), externalId=TEXT)
        for method in ("PATCH", "POST", "PUT")
        for word in ("batch", "batches")
    },
    **{(method, "/data/foundation/dataset/datasets/{id}/labels"): _LABELS for method in ("POST", "PUT")},
    ("POST", "/data/infrastructure/observability/insights/metrics"): form(
        "start",
        "end",
        "metrics",
        metrics=array(form("name", "aggregator", aggregator=one_of("sum", "avg", "min", "max"))),
        granularity=one_of("MINUTE", "HOUR", "DAY", "MONTH"),
    ),
    ("POST", "/data/core/edge/inlet"): form(
        "name", sourceId=TEXT, dataType=one_of("xdm", "raw"), authenticationRequired=FLAG
    ),
    **{
        ("POST", f"{base}/{{id}}"): _MESSAGE for base in ("/collection", "/data/foundation/import/collection")
    },
    **{
        ("POST", f"{base}/batch/{{id}}"): form("messages", messages=array(_MESSAGE))
        for base in ("/collection", "/data/foundation/import/collection")
    },
    **{("POST", f"{base}/privacy/set-consent"): _CONSENT for base in _EDGES},
    ("POST", _RECORDS): _DATASTREAM,
    ("PUT", f"{_RECORDS}/{{id}}"): _DATASTREAM,
    **{
        ("POST", f"{base}/{word}"): _EDGE
        for base in _EDGES
        for word in ("interact", "collect", "identity/acquire")
    },
    ("POST", f"{_UPS}/config/eventTypes"): form("id", "title", imsOrgId=TEXT),
    **{
        ("POST", f"{_FLOW}/{word}"): form(
            "name",
            "connectionSpec",
            connectionSpec=_SPEC,
            auth=form("specName", params=form()),
            params=form(),
        )
        for word in ("connections", "sourceConnections", "targetConnections")
    },
    ("POST", f"{_FLOW}/flows"): form(
        "name",
        "flowSpec",
        "sourceConnectionIds",
        "targetConnectionIds",
        flowSpec=_SPEC,
        sourceConnectionIds=array(TEXT),
        targetConnectionIds=array(TEXT),
        transformations={"type": "array"},
    ),
    ("POST", f"{_FLOW}/runs"): form("flowId", params=form()),
    **{
        ("POST", f"{_FLOW}/{word}/search"): form(queryString=TEXT, limit=COUNT, orderby=TEXT, count=FLAG)
        for word in ("connections", "sourceConnections", "targetConnections", "flows")
    },
    **{
        ("PATCH", f"{_FLOW}/{word}/{{id}}"): JSON_PATCH
        for word in ("connections", "sourceConnections", "targetConnections", "flows")
    },
    ("POST", f"{_UPS}/config/mergePolicies"): _POLICY,
    ("PUT", f"{_UPS}/config/mergePolicies/{{id}}"): _POLICY,
    ("PATCH", f"{_UPS}/config/mergePolicies/{{id}}"): JSON_PATCH,
    ("POST", f"{_UPS}/config/mergePolicies/bulk-get"): _IDS,
    ("POST", f"{_UPS}/access/entities"): form(
        "schema", "identities", schema=PROFILE, identities=array(form("entityId", entityIdNS=form("code")))
    ),
    ("POST", f"{_UPS}/audiences"): _AUDIENCE,
    ("PUT", f"{_UPS}/audiences/{{id}}"): _AUDIENCE,
    ("PATCH", f"{_UPS}/audiences/{{id}}"): JSON_PATCH,
    ("POST", f"{_UPS}/audiences/bulk-get"): _IDS,
    ("POST", f"{_UPS}/audiences/bulk-patch-metric"): form(
        "resources",
        jobId=TEXT,
        jobType=TEXT,
        resources=array(form("audienceId", namespace=TEXT, operations=JSON_PATCH)),
    ),
    ("POST", "/data/core/ais/external-audience"): _IMPORT,
    ("PATCH", "/data/core/ais/external-audience/{id}"): form(description=TEXT, ttlInDays=COUNT),
    **{("POST", f"/data/core/ais/external-audience/{{id}}/{word}"): _RUN for word in ("runs", "run")},
    ("POST", "/data/core/ca/attributes"): _ATTRIBUTE,
    ("PATCH", "/data/core/ca/attributes/{id}"): form(description=TEXT, status=TEXT),
    ("POST", f"{_UPS}/segment/definitions"): _SEGMENT,
    ("PATCH", f"{_UPS}/segment/definitions/{{id}}"): form(name=TEXT, expression=PQL),
    ("POST", f"{_UPS}/segment/definitions/bulk-get"): _IDS,
    ("POST", f"{_UPS}/segment/jobs"): array(form("segmentId")),
    ("POST", f"{_UPS}/segment/jobs/bulk-get"): _IDS,
    ("POST", f"{_UPS}/segment/conversion"): _SEGMENT,
    ("POST", f"{_UPS}/preview"): form("predicateExpression", "predicateType", "predicateModel"),
    ("POST", f"{_UPS}/export/jobs"): form(
        "destination",
        "schema",
        destination=form("datasetId"),
        schema=PROFILE,
        fields=TEXT,
        filter=form(segments=array(form("segmentId"))),
    ),
    ("POST", f"{_UPS}/config/schedules"): form(
        "name",
        "type",
        "properties",
        type=one_of("batch_segmentation", "export"),
        properties=form(segments=array(TEXT)),
        schedule=TEXT,
        state=one_of("active", "inactive"),
    ),
    ("PATCH", f"{_UPS}/config/schedules/{{id}}"): JSON_PATCH,
    ("POST", f"{_UPS}/system/jobs"): form(dataSetId=TEXT, datasetId=TEXT, batchId=TEXT),
    ("POST", f"{_UPS}/config/computedAttributes"): form(
        "name", "path", "expression", "schema", expression=PQL, schema=PROFILE
    ),
    ("PATCH", f"{_UPS}/config/computedAttributes/{{id}}"): JSON_PATCH,
    ("POST", f"{_UPS}/config/destinations"): _DESTINATION,
    ("PUT", f"{_UPS}/config/destinations/{{id}}"): _DESTINATION,
    ("POST", f"{_UPS}/config/projections"): _PROJECTION,
    ("PUT", f"{_UPS}/config/projections/{{id}}"): _PROJECTION,
    **{
        ("POST", f"/data/core/identity/{path}"): form(
            xids=array(TEXT),
            compositeXids=array(form("id", nsid=COUNT, namespace=TEXT)),
            **{"graph-type": one_of("pdg", "None")},
        )
        for path in ("clusters/members", "clusters/history", "mappings")
    },
    ("POST", "/data/core/identity/v2/graph"): form(
        xids=array(TEXT), composite_xids=array(form("id", ns=TEXT)), projection_type=one_of("set", "graph")
    ),
}
"""Schemas of JSON bodies by method and path."""

FORMS: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/ims/token/{version}"): form("grant_type", "client_id", "client_secret", "scope"),
    ("POST", "/ims/exchange/jwt"): form("client_id", "client_secret", "jwt_token"),
}
"""Schemas of form bodies by method and path."""

MEDIA_TYPES = {
    f"{_UPS}/config/destinations": "application/vnd.adobe.platform.projectionDestination+json",
    f"{_UPS}/config/projections": "application/vnd.adobe.platform.projectionConfig+json",
}
"""Content types other than JSON's own, by the start of a path."""

WORDS: dict[str, dict[str, Any]] = {
    "container": one_of("tenant", "global"),
    "type": one_of(*_NAMES),
    "version": one_of("v1", "v2", "v3", "v4"),
}
"""Schemas of words in paths; any other is a text."""
