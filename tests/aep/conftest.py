"""The local platform called in process: no socket, no thread."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

import pytest

from harness.aep.serving.app import create_app
from harness.aep.settings import Settings
from harness.twin.clock import StoppedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.aep.platform import Platform

NOW_MS = 1_715_774_400_000  # 2024-05-15T12:00:00Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers (lower-case names) and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Client:
    """Calls the platform with the headers of a good caller; a header given as None is left out."""

    settings: Settings
    platform: Platform
    clock: StoppedClock
    app: Any
    sandbox: str | None = None
    _token: str = field(default="", init=False)

    @property
    def token(self) -> str:
        if not self._token:
            self._token = self.platform.tokens.issue(self.settings.organisation)
        return self._token

    def headers(self) -> dict[str, str | None]:
        return {
            "authorization": f"Bearer {self.token}",
            "x-api-key": self.settings.client_id,
            "x-gw-ims-org-id": self.settings.org_id,
            "x-sandbox-name": self.sandbox,
        }

    def call(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        headers: dict[str, str | None] | None = None,
        bare: bool = False,
    ) -> Answer:
        """Send; a body that is not bytes goes as JSON. `bare` sends no platform headers."""
        sent: dict[str, str | None] = (
            {"host": "aep.local"} if bare else {"host": "aep.local", **self.headers()}
        )
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None and not isinstance(body, bytes):
            sent["content-type"] = "application/json"
        if content:
            sent["content-length"] = str(len(content))
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        return asyncio.run(self._send(method, target, content, sent))

    async def _send(self, method: str, target: str, content: bytes, headers: dict[str, str | None]) -> Answer:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (name.encode(), value.encode()) for name, value in headers.items() if value is not None
            ],
            "client": ("127.0.0.1", 1),
            "server": ("aep.local", 80),
        }
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        start = messages[0]
        return Answer(
            status=start["status"],
            headers={name.decode().lower(): value.decode() for name, value in start["headers"]},
            body=b"".join(message.get("body", b"") for message in messages[1:]),
        )

    def get(self, target: str, **options: Any) -> Answer:
        return self.call("GET", target, **options)

    def post(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.call("POST", target, body, **options)

    def put(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.call("PUT", target, body, **options)

    def patch(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.call("PATCH", target, body, **options)

    def delete(self, target: str, **options: Any) -> Answer:
        return self.call("DELETE", target, **options)


@pytest.fixture
def make_client() -> Iterator[Callable[..., Client]]:
    """A maker of clients, each with a platform of its own, set up as the keywords say."""
    made: list[Client] = []

    def make(**changes: Any) -> Client:
        settings = Settings(**{"seed": 1, "platform_url": "http://aep.local", **changes})
        clock = StoppedClock(NOW_MS)
        app = create_app(settings, clock=clock)
        client = Client(settings=settings, platform=app.state.platform, clock=clock, app=app)
        made.append(client)
        return client

    yield make
    for client in made:
        client.platform.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    """A client of a platform with the settings as they are by default."""
    return make_client()


@dataclass(slots=True)
class Lake:
    """Makes what a record needs to land: field group, schema, identity, dataset, inlet."""

    client: Client

    registry = "/data/foundation/schemaregistry"
    profile_class = "https://ns.adobe.com/xdm/context/profile"
    event_class = "https://ns.adobe.com/xdm/context/experienceevent"

    @property
    def tenant(self) -> str:
        return f"_{self.client.settings.tenant_id}"

    def mixin(
        self, fields: dict[str, Any], *, title: str = "Fields", of: str | None = None, **keywords: Any
    ) -> str:
        """`$id` of a field group with these fields below the tenant's namespace."""
        answer = self.client.post(
            f"{self.registry}/tenant/mixins",
            {
                "title": title,
                "type": "object",
                "meta:intendedToExtend": [of or self.profile_class],
                "definitions": {
                    "own": {"properties": {self.tenant: {"type": "object", "properties": fields, **keywords}}}
                },
                "allOf": [{"$ref": "#/definitions/own"}],
            },
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["$id"])

    def schema(self, *groups: str, title: str = "Schema", of: str | None = None, union: bool = False) -> str:
        """`$id` of a schema of these field groups."""
        body: dict[str, Any] = {
            "title": title,
            "type": "object",
            "allOf": [{"$ref": one} for one in (of or self.profile_class, *groups)],
        }
        if union:
            body["meta:immutableTags"] = ["union"]
        answer = self.client.post(f"{self.registry}/tenant/schemas", body)
        assert answer.status == 201, answer.body
        return str(answer.json()["$id"])

    def identity(self, schema: str, path: str, namespace: str = "Email", *, primary: bool = True) -> str:
        """`@id` of an identity descriptor."""
        answer = self.client.post(
            f"{self.registry}/tenant/descriptors",
            {
                "@type": "xdm:descriptorIdentity",
                "xdm:sourceSchema": schema,
                "xdm:sourceVersion": 1,
                "xdm:sourceProperty": path,
                "xdm:property": "xdm:code",
                "xdm:namespace": namespace,
                "xdm:isPrimary": primary,
            },
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["@id"])

    def dataset(self, schema: str, *, profile: bool = False, name: str = "dataset") -> str:
        """Id of a dataset of a schema."""
        on = {"unifiedProfile": ["enabled:true"], "unifiedIdentity": ["enabled:true"]}
        answer = self.client.post(
            "/data/foundation/catalog/dataSets",
            {
                "name": name,
                "schemaRef": {
                    "id": schema,
                    "contentType": "application/vnd.adobe.xed-full+json;version=1",
                },
                "tags": on if profile else {},
            },
        )
        assert answer.status == 201, answer.body
        return str(answer.json()[0].removeprefix("@/dataSets/"))

    def inlet(self, *, authenticated: bool = False) -> str:
        """Id of an inlet."""
        answer = self.client.post(
            "/data/core/edge/inlet", {"name": "inlet", "authenticationRequired": authenticated}
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["inletId"])

    def message(self, schema: str, dataset: str, record: Any) -> dict[str, Any]:
        """One record in its envelope."""
        ref = {"id": schema, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
        return {
            "header": {
                "schemaRef": ref,
                "imsOrgId": self.client.settings.org_id,
                "datasetId": dataset,
                "source": {"name": "test"},
            },
            "body": {"xdmMeta": {"schemaRef": ref}, "xdmEntity": record},
        }


@pytest.fixture
def lake(client: Client) -> Lake:
    """A maker of schemas, datasets and inlets on the default client."""
    return Lake(client=client)


@dataclass(slots=True)
class Destinations:
    """Makes what an export needs: connections, flows, segments. Names grow, so that all differ."""

    client: Client

    base = "/data/foundation/flowservice"
    definitions = "/data/core/ups/segment/definitions"
    kinesis = "86043421-563b-46ec-8e6c-e23184711bf6"
    event_hubs = "bf9f5905-92b7-48bf-bf20-455bc6b60a4e"
    profile_store = "8a9c3494-9708-43d7-ae3f-cda01e5030e1"
    streaming = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"
    flow_spec = "71471eba-b620-49e4-90fd-23f1fa0174d8"
    aws: dict[str, str] = field(
        default_factory=lambda: {
            "accessKeyId": "AKIALOCAL",
            "secretKey": "aws-secret",
            "region": "us-east-1",
        }
    )
    azure: dict[str, str] = field(
        default_factory=lambda: {"sasKeyName": "send", "sasKey": "azure-key", "namespace": "hubs"}
    )

    def made(self, word: str, body: dict[str, Any]) -> str:
        """Id of a new entity of Flow Service."""
        answer = self.client.post(f"{self.base}/{word}", body)
        assert answer.status == 201, answer.body
        return str(answer.json()["id"])

    def connection(self, spec: str, auth: str | None = None, **params: Any) -> str:
        body: dict[str, Any] = {"name": "base", "connectionSpec": {"id": spec, "version": "1.0"}}
        if auth is not None:
            body["auth"] = {"specName": auth, "params": params}
        return self.made("connections", body)

    def kinesis_connection(self, **changes: str) -> str:
        return self.connection(
            self.kinesis, "Aws Kinesis authentication credentials", **{**self.aws, **changes}
        )

    def event_hubs_connection(self, **changes: str) -> str:
        return self.connection(
            self.event_hubs, "Azure EventHub authentication credentials", **{**self.azure, **changes}
        )

    def source(self, base: str | None = None) -> str:
        return self.made(
            "sourceConnections",
            {
                "name": "source",
                "baseConnectionId": base or self.connection(self.profile_store),
                "connectionSpec": {"id": self.profile_store, "version": "1.0"},
                "data": {"format": "json"},
                "params": {},
            },
        )

    def target(self, base: str, spec: str | None = None, **params: str) -> str:
        spec = spec or self.kinesis
        params = params or (
            {"stream": "profiles", "region": "us-east-1"}
            if spec == self.kinesis
            else {"eventHubName": "profiles"}
        )
        return self.made(
            "targetConnections",
            {
                "name": "target",
                "baseConnectionId": base,
                "connectionSpec": {"id": spec, "version": "1.0"},
                "data": {"format": "json"},
                "params": params,
            },
        )

    def flow(self, target: str | None = None, **fields: Any) -> str:
        return self.made(
            "flows",
            {
                "name": "flow",
                "flowSpec": {"id": self.flow_spec, "version": "1.0"},
                "sourceConnectionIds": [self.source()],
                "targetConnectionIds": [target or self.target(self.kinesis_connection())],
                **fields,
            },
        )

    def item(self, word: str, entity_id: str) -> dict[str, Any]:
        """Entity of Flow Service as a GET shows it."""
        (item,) = self.client.get(f"{self.base}/{word}/{entity_id}").json()["items"]
        return dict(item)

    def patch(self, word: str, entity_id: str, *operations: dict[str, Any], **headers: str) -> Answer:
        """Patch under the current etag, or another given as `etag`."""
        etag = headers.pop("etag", None) or self.item(word, entity_id)["etag"]
        target = f"{self.base}/{word}/{entity_id}"
        return self.client.patch(target, list(operations), headers={"if-match": etag, **headers})

    def activate(self, flow: str, segments: list[str], attributes: list[str]) -> Answer:
        """Map segments and attributes in one patch."""
        root = "/transformations/0/params"
        return self.patch(
            "flows",
            flow,
            *(
                {
                    "op": "add",
                    "path": f"{root}/segmentSelectors/selectors/-",
                    "value": {"type": "PLATFORM_SEGMENT", "value": {"id": one}},
                }
                for one in segments
            ),
            *(
                {
                    "op": "add",
                    "path": f"{root}/profileSelectors/selectors/-",
                    "value": {"type": "JSON_PATH", "value": {"path": one, "operator": "EXISTS"}},
                }
                for one in attributes
            ),
        )

    def segment(self, value: str, /, *, continuous: bool = True, **fields: Any) -> str:
        """Id of a definition."""
        answer = self.client.post(
            self.definitions,
            {
                "name": f"segment {len(self.client.get(self.definitions).json()['segments'])}",
                "expression": {"type": "PQL", "format": "pql/text", "value": value},
                "schema": {"name": "_xdm.context.profile"},
                "evaluationInfo": {
                    "batch": {"enabled": not continuous},
                    "continuous": {"enabled": continuous},
                },
                **fields,
            },
        )
        assert answer.status == 200, answer.body
        return str(answer.json()["id"])


@pytest.fixture
def destinations(client: Client) -> Destinations:
    """A maker of flows to destinations on the default client."""
    return Destinations(client=client)


@dataclass(slots=True)
class People:
    """Streams people into Profile: a profile schema and an event schema, identified by e-mail.

    The fields are `_{tenant}`: `email` (primary), `crm` (CRMID), `level`, `points`.
    """

    lake: Lake
    profile_schema: str
    event_schema: str
    profile_dataset: str
    event_dataset: str
    inlet: str

    @property
    def client(self) -> Client:
        return self.lake.client

    def send(self, schema: str, dataset: str, record: dict[str, Any]) -> None:
        target = f"/collection/{self.inlet}?syncValidation=true"
        answer = self.client.post(target, self.lake.message(schema, dataset, record), bare=True)
        assert answer.status == 200, answer.body

    def profile(
        self, email: str, *, first: str | None = None, dataset: str | None = None, **own: Any
    ) -> None:
        record: dict[str, Any] = {self.lake.tenant: {"email": email, **own}}
        if first is not None:
            record["person"] = {"name": {"firstName": first}}
        self.send(self.profile_schema, dataset or self.profile_dataset, record)

    def event(self, email: str, event_id: str, at: str, **fields: Any) -> None:
        record = {"_id": event_id, "timestamp": at, self.lake.tenant: {"email": email}, **fields}
        self.send(self.event_schema, self.event_dataset, record)

    def lookup(self, email: str, **query: str) -> Answer:
        """Profile by e-mail."""
        asked = {"schema.name": "_xdm.context.profile", "entityId": email, "entityIdNS": "email", **query}
        return self.client.get(f"/data/core/ups/access/entities?{urlencode(asked)}")

    def entity(self, email: str, **query: str) -> dict[str, Any]:
        (found,) = self.lookup(email, **query).json().values()
        return dict(found)

    def events(self, email: str, **query: str) -> Answer:
        asked = {
            "schema.name": "_xdm.context.experienceevent",
            "relatedSchema.name": "_xdm.context.profile",
            "relatedEntityId": email,
            "relatedEntityIdNS": "email",
            **query,
        }
        return self.client.get(f"/data/core/ups/access/entities?{urlencode(asked)}")


@pytest.fixture
def people(lake: Lake) -> People:
    """Schemas, datasets and an inlet for people, on the default client."""
    fields = {
        "email": {"type": "string"},
        "crm": {"type": "string"},
        "level": {"type": "string"},
        "points": {"type": "integer"},
    }
    details = "https://ns.adobe.com/xdm/context/profile-person-details"
    profile = lake.schema(details, lake.mixin(fields, title="Profile fields"), title="People", union=True)
    event = lake.schema(
        lake.mixin(fields, title="Event fields", of=lake.event_class),
        title="Events",
        of=lake.event_class,
        union=True,
    )
    namespace = {"name": "CRM", "code": "CRMID", "idType": "CROSS_DEVICE"}
    assert lake.client.post("/data/core/idnamespace/identities", namespace).status == 200
    for schema in (profile, event):
        lake.identity(schema, f"/{lake.tenant}/email")
        lake.identity(schema, f"/{lake.tenant}/crm", "CRMID", primary=False)
    return People(
        lake=lake,
        profile_schema=profile,
        event_schema=event,
        profile_dataset=lake.dataset(profile, profile=True, name="people"),
        event_dataset=lake.dataset(event, profile=True, name="events"),
        inlet=lake.inlet(),
    )
