"""The connection specs and flow specs that Flow Service publishes, and their endpoints.

Ids and names are those of Adobe's documentation; where it gives an id without a name (the streaming
connection and the profile based destination flow), the name is the documented word for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.flow import flow_query
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.aep.problem import Problem

BASE = "/data/foundation/flowservice"
STREAMING = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"
KINESIS = "86043421-563b-46ec-8e6c-e23184711bf6"
EVENT_HUBS = "bf9f5905-92b7-48bf-bf20-455bc6b60a4e"
PROFILE_STORE = "8a9c3494-9708-43d7-ae3f-cda01e5030e1"
DATA_LAKE = "c604ff05-7f1a-43c0-8e18-33bf874cb11c"
LANDING_ZONE = "26f526f2-58f4-4712-961d-e41bf1ccc0e8"
ACTIVATION_DATA_LAKE = "23598e46-f560-407b-88d5-ea6207e49db0"
DATA_LANDING_ZONE = "10440537-2a7b-4583-ac39-ed38d4b848e8"
CLOUD_STORAGE_FLOW = "9753525b-82c7-4dce-8a9b-5ccfce2b9876"
DATASET_EXPORT_FLOW = "cd2fc47e-e838-4f38-a581-8fff2f99b63a"
FILE_FLOWS = frozenset({CLOUD_STORAGE_FLOW, DATASET_EXPORT_FLOW})
"""Flow specs whose flows run over files, by a schedule."""
STORAGE_PROVIDER = "0ed90a81-07f4-4586-8190-b40eccef1c5a"
STREAMING_PROVIDER = "521eee4d-8cbe-4906-bb48-fb6bd4450033"
PROFILE_PROVIDER = "14e34fac-d307-11e9-bb65-2a2ae2dbcce4"
PROFILE_DESTINATION_FLOW = "71471eba-b620-49e4-90fd-23f1fa0174d8"
STREAMING_FLOW = "d8a6f005-7eaf-4153-983e-e8574508b877"
STREAMING_TRANSFORMATION_FLOW = "c1a19761-d2c7-4702-b9fa-fe91f0613e81"
DESTINATIONS = frozenset({KINESIS, EVENT_HUBS})

_TEXT = {"type": "string"}
_SECRET = {"type": "string", "format": "password"}
_S3_KEYS = ("accessId", "secretKey", "s3AccessKey", "s3SecretKey")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSpec:
    """One way to authenticate; `either` are parameters of which one is enough."""

    name: str
    kind: str
    properties: dict[str, dict[str, Any]]
    required: tuple[str, ...] = ()
    either: tuple[str, ...] = ()

    @property
    def secrets(self) -> frozenset[str]:
        """Names of parameters that are never shown."""
        return frozenset(name for name, shape in self.properties.items() if shape.get("format") == "password")

    def document(self) -> dict[str, Any]:
        """As a connection spec publishes it."""
        spec = {"type": "object", "properties": self.properties, "required": list(self.required)}
        return {"name": self.name, "type": self.kind, "spec": spec}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSpec:
    """A kind of connection. `target_params` are those a target connection of it must have."""

    id: str
    name: str
    provider_id: str
    category: str
    auth: tuple[AuthSpec, ...] = ()
    is_source: bool = False
    is_destination: bool = False
    target_params: tuple[str, ...] = ()

    def auth_spec(self, name: object) -> AuthSpec:
        """Find an authentication by its name; `1415-400` for an unknown one."""
        for spec in self.auth:
            if spec.name == name:
                return spec
        raise flow_query.invalid(
            1415,
            f"The auth spec '{name}' could not be found for the connection spec ID {self.id}.",
        )

    def document(self) -> dict[str, Any]:
        """As the service publishes it."""
        properties = dict.fromkeys(self.target_params, _TEXT)
        target = {"name": self.name, "spec": {"type": "object", "properties": properties}}
        return {
            "id": self.id,
            "name": self.name,
            "providerId": self.provider_id,
            "version": "1.0",
            "authSpec": [spec.document() for spec in self.auth],
            **({"targetSpec": target} if self.target_params else {}),
            "attributes": {
                "category": self.category,
                "connectorName": self.name,
                "isSource": self.is_source,
                "uiAttributes": {"isSource": self.is_source, "isDestination": self.is_destination},
            },
            "permissionsInfo": {"manage": [{"@type": "lowLevel", "name": "StreamingSource"}]},
        }


def _storage(spec_id: str, name: str, auth: str, *secrets: str, destination: bool = False) -> ConnectionSpec:
    properties = dict.fromkeys(secrets, _SECRET)
    return ConnectionSpec(
        id=spec_id,
        name=name,
        provider_id=PROFILE_PROVIDER if destination else STORAGE_PROVIDER,
        category="Cloud Storage",
        auth=(AuthSpec(name=auth, kind="KeyBased", properties=properties, required=secrets),),
        is_source=not destination,
        is_destination=destination,
    )


CONNECTION_SPECS = {
    spec.id: spec
    for spec in (
        ConnectionSpec(
            id=STREAMING,
            name="Streaming Connection",
            provider_id=STREAMING_PROVIDER,
            category="Streaming",
            auth=(
                AuthSpec(
                    name="Streaming Connection",
                    kind="Streaming",
                    properties={
                        "sourceId": _TEXT,
                        "dataType": {"type": "string", "enum": ["xdm", "raw"]},
                        "name": _TEXT,
                        "authenticationRequired": {"type": "boolean", "default": False},
                    },
                    required=("dataType",),
                ),
            ),
            is_source=True,
        ),
        ConnectionSpec(
            id=KINESIS,
            name="Amazon Kinesis",
            provider_id=PROFILE_PROVIDER,
            category="Cloud Storage",
            auth=(
                AuthSpec(
                    name="Aws Kinesis authentication credentials",
                    kind="AwsKinesis",
                    properties={
                        "accessKeyId": _TEXT,
                        "secretKey": _SECRET,
                        "region": _TEXT,
                        "connectionUrl": _TEXT,
                    },
                    required=("accessKeyId", "secretKey"),
                    either=("region", "connectionUrl"),
                ),
            ),
            is_source=True,
            is_destination=True,
            target_params=("stream", "region"),
        ),
        ConnectionSpec(
            id=EVENT_HUBS,
            name="Azure Event Hubs",
            provider_id=PROFILE_PROVIDER,
            category="Cloud Storage",
            auth=(
                AuthSpec(
                    name="Azure EventHub authentication credentials",
                    kind="AzureEventHub",
                    properties={"sasKeyName": _TEXT, "sasKey": _SECRET, "namespace": _TEXT},
                    required=("sasKeyName", "sasKey", "namespace"),
                ),
            ),
            is_source=True,
            is_destination=True,
            target_params=("eventHubName",),
        ),
        ConnectionSpec(
            id=PROFILE_STORE,
            name="Unified Profile Service",
            provider_id=PROFILE_PROVIDER,
            category="Profile",
            is_source=True,
        ),
        ConnectionSpec(
            id=DATA_LAKE,
            name="datalake",
            provider_id=PROFILE_PROVIDER,
            category="Data Lake",
        ),
        ConnectionSpec(
            id=LANDING_ZONE,
            name="landing-zone",
            provider_id=STORAGE_PROVIDER,
            category="Cloud Storage",
            is_source=True,
        ),
        ConnectionSpec(
            id=DATA_LANDING_ZONE,
            name="Data Landing Zone",
            provider_id=PROFILE_PROVIDER,
            category="Cloud Storage",
        ),
        ConnectionSpec(
            id=ACTIVATION_DATA_LAKE,
            name="activation-datalake",
            provider_id=PROFILE_PROVIDER,
            category="Data Lake",
            is_source=True,
        ),
        _storage(
            "ecadc60c-7455-4d87-84dc-2a0e293d997b",
            "amazon-s3",
            "Access Key",
            "s3AccessKey",
            "s3SecretKey",
        ),
        _storage(
            "4c10e202-c428-4796-9208-5f1f5732b1cf",
            "azure-blob",
            "ConnectionString",
            "connectionString",
        ),
        _storage(
            "0ed90a81-07f4-4586-8190-b40eccef1c5a",
            "adls-gen2",
            "Basic Authentication for adls-gen2",
            "servicePrincipalKey",
        ),
        _storage(
            "32e8f412-cdf7-464c-9885-78184cb113fd",
            "google-cloud-storage",
            "Basic Authentication for google-cloud",
            "cloudStorageAccessKey",
            "cloudStorageSecretKey",
        ),
        _storage("bf367b0d-3d9b-4060-b67b-0d3d9bd06094", "sftp", "Basic Authentication for sftp", "password"),
        ConnectionSpec(
            id="4fce964d-3f37-408f-9778-e597338a21ee",
            name="Amazon S3",
            provider_id=PROFILE_PROVIDER,
            category="Cloud Storage",
            auth=(
                AuthSpec(
                    name="Access Key",
                    kind="KeyBased",
                    # The guide to segments has the first two, that to datasets the others.
                    properties=dict.fromkeys(
                        ("accessId", "secretKey", "s3AccessKey", "s3SecretKey"), _SECRET
                    ),
                    either=("accessId", "s3AccessKey"),
                ),
            ),
            is_destination=True,
        ),
        _storage(
            "6d6b59bf-fb58-4107-9064-4d246c0e5bb2",
            "Azure Blob Storage",
            "ConnectionString",
            "connectionString",
            destination=True,
        ),
        _storage(
            "36965a81-b1c6-401b-99f8-22508f1e6a26",
            "SFTP",
            "SFTP with Password",
            "password",
            destination=True,
        ),
    )
}


def _flow_spec(
    spec_id: str, name: str, provider_id: str, sources: list[str], targets: list[str]
) -> dict[str, Any]:
    return {
        "id": spec_id,
        "name": name,
        "providerId": provider_id,
        "version": "1.0",
        "sourceConnectionSpecIds": sources,
        "targetConnectionSpecIds": targets,
        "optionSpec": {"name": "OptionSpec", "spec": {"type": "object", "properties": {}}},
        "transformationSpecs": [],
    }


FLOW_SPECS = {
    spec["id"]: spec
    for spec in (
        {
            **_flow_spec(
                PROFILE_DESTINATION_FLOW,
                "upsToProfileBasedDestination",
                PROFILE_PROVIDER,
                [PROFILE_STORE],
                [spec.id for spec in CONNECTION_SPECS.values() if spec.is_destination],
            ),
            "transformationSpecs": [
                {
                    "name": "GeneralTransform",
                    "spec": {
                        "type": "object",
                        "properties": {
                            "profileSelectors": {"type": "object"},
                            "segmentSelectors": {"type": "object"},
                        },
                    },
                }
            ],
            "attributes": {"isDestinationFlow": True},
        },
        _flow_spec(
            STREAMING_FLOW,
            "Streaming Source without transformation",
            STREAMING_PROVIDER,
            [STREAMING, KINESIS, EVENT_HUBS],
            [DATA_LAKE],
        ),
        {
            **_flow_spec(
                STREAMING_TRANSFORMATION_FLOW,
                "Steam data with transformation",  # Adobe spells it so
                STREAMING_PROVIDER,
                [STREAMING, KINESIS, EVENT_HUBS],
                [DATA_LAKE],
            ),
            "transformationSpecs": [{"name": "Mapping", "spec": {"type": "object"}}],
        },
        {
            **_flow_spec(
                CLOUD_STORAGE_FLOW, "CloudStorageToAEP", STORAGE_PROVIDER, [LANDING_ZONE], [DATA_LAKE]
            ),
            "transformationSpecs": [{"name": "Mapping", "spec": {"type": "object"}}],
            "attributes": {"isSourceFlow": True, "frequency": "batch"},
        },
        {
            **_flow_spec(
                DATASET_EXPORT_FLOW,
                "Dataset export to cloud storage",
                PROFILE_PROVIDER,
                [ACTIVATION_DATA_LAKE],
                [DATA_LANDING_ZONE],
            ),
            "attributes": {"isDestinationFlow": True, "frequency": "batch"},
        },
    )
}


def invalid_spec() -> Problem:
    """`1413-400`, with the message that the API reference gives."""
    raised = flow_query.invalid(1413, "Please provide a valid spec id")
    raised.body["message"] = "Please provide a valid spec id"
    return raised


def connection_spec(reference: Any) -> ConnectionSpec:
    """Find the connection spec of a `{id, version}` reference; `1413-400` when there is none."""
    spec_id = reference.get("id") if isinstance(reference, dict) else None
    spec = CONNECTION_SPECS.get(spec_id) if isinstance(spec_id, str) else None
    if spec is None:
        raise invalid_spec()
    return spec


def flow_spec(reference: Any) -> dict[str, Any]:
    """Find the flow spec of a `{id, version}` reference; `1413-400` when there is none."""
    spec_id = reference.get("id") if isinstance(reference, dict) else None
    spec = FLOW_SPECS.get(spec_id) if isinstance(spec_id, str) else None
    if spec is None:
        raise invalid_spec()
    return spec


def routes(_: Platform) -> list[Endpoint]:
    """Endpoints of both kinds of specs; the words of their paths are compared without case."""
    connections = [spec.document() for spec in CONNECTION_SPECS.values()]
    flows = list(FLOW_SPECS.values())
    found = []
    for word, documents in (("connectionSpecs", connections), ("flowSpecs", flows)):
        specs = Specs(word, documents)
        found += [
            Endpoint(method="GET", path=f"{BASE}/{word}", handler=specs.list, any_case=True),
            Endpoint(method="GET", path=f"{BASE}/{word}/{{id}}", handler=specs.read, any_case=True),
        ]
    return found


class Specs:
    """A published list."""

    def __init__(self, word: str, documents: list[dict[str, Any]]) -> None:
        self._word = word
        self._documents = documents
        self._known = frozenset(name for document in documents for name in document)

    def list(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /connectionSpecs` or `/flowSpecs`: all, or those that `property` selects."""
        wanted = flow_query.parse_listing(request.query, self._known)
        found = [one for one in self._documents if flow_query.matches(one, wanted.filters)]
        found = flow_query.sort(found, wanted.order)
        if wanted.fields:
            found = [flow_query.project(one, wanted.fields) for one in found]
        return answer({"items": found, **({"count": len(found)} if wanted.count else {})})

    def read(self, request: ServedRequest, _: Caller) -> Response:
        """`GET .../{id}`, in the same wrapper."""
        for document in self._documents:
            if document["id"] == request.params["id"]:
                return answer({"items": [document]})
        raise problem.flow_plain(404, f"{self._word} not found with id = [{request.params['id']}]")
