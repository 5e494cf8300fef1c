"""Flows to destinations, made by the calls of a client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.aep.caller import Answer, Client


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
