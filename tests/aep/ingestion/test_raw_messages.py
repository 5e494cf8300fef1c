from __future__ import annotations

from typing import Any

import pytest

FLOW = "c1a19761-d2c7-4702-b9fa-fe91f0613e81"
PLAIN_FLOW = "d8a6f005-7eaf-4153-983e-e8574508b877"
DATA_LAKE = "c604ff05-7f1a-43c0-8e18-33bf874cb11c"


class Raw:
    """A streaming connection for raw data, and what a flow of it needs."""

    def __init__(self, destinations: Any, lake: Any) -> None:
        self.destinations, self.lake, self.client = destinations, lake, lake.client
        fields = {"email": {"type": "string"}, "points": {"type": "integer"}}
        self.schema = lake.schema(lake.mixin(fields), union=True)
        lake.identity(self.schema, f"/{lake.tenant}/email")
        self.dataset = lake.dataset(self.schema, profile=True)
        self.base = destinations.connection(
            destinations.streaming, "Streaming Connection", dataType="raw", name="raw"
        )
        self.source = destinations.made(
            "sourceConnections",
            {
                "name": "source",
                "baseConnectionId": self.base,
                "connectionSpec": {"id": destinations.streaming, "version": "1.0"},
            },
        )
        self.target = destinations.made(
            "targetConnections",
            {
                "name": "target",
                "connectionSpec": {"id": DATA_LAKE, "version": "1.0"},
                "data": {"format": "json", "schema": {"id": self.schema}},
                "params": {"dataSetId": self.dataset},
            },
        )

    @property
    def inlet(self) -> str:
        return str(self.destinations.item("connections", self.base)["auth"]["params"]["inletId"])

    def mapping_set(self, schema: str | None = None) -> str:
        rows = [
            {"sourceType": "EXPRESSION", "source": "lower(mail)", "destination": f"{self.lake.tenant}.email"},
            {"sourceType": "ATTRIBUTE", "source": "score", "destination": f"{self.lake.tenant}.points"},
        ]
        body = {"outputSchema": {"schemaRef": {"id": schema or self.schema}}, "mappings": rows}
        made = self.client.post("/data/foundation/conversion/mappingSets", body)
        assert made.status == 200, made.body
        return str(made.json()["id"])

    def flow(self, *, spec: str = FLOW, **params: Any) -> Any:
        mapping = [{"name": "Mapping", "params": params}] if params else []
        return self.client.post(
            f"{self.destinations.base}/flows",
            {
                "name": "raw",
                "flowSpec": {"id": spec, "version": "1.0"},
                "sourceConnectionIds": [self.source],
                "targetConnectionIds": [self.target],
                "transformations": mapping,
            },
        )

    def send(self, message: Any, flow: str | None = None, query: str = "") -> Any:
        headers = {} if flow is None else {"x-adobe-flow-id": flow}
        return self.client.post(f"/collection/{self.inlet}{query}", message, bare=True, headers=headers)


@pytest.fixture
def raw(destinations: Any, lake: Any) -> Raw:
    return Raw(destinations, lake)


def points(raw: Raw, mail: str) -> Any:
    asked = f"schema.name=_xdm.context.profile&entityId={mail}&entityIdNS=email"
    (found,) = raw.client.get(f"/data/core/ups/access/entities?{asked}").json().values()
    return found["entity"][raw.lake.tenant]["points"]


def test_raw_data_is_mapped_and_lands_by_header_query_or_the_only_flow(raw: Raw) -> None:
    flow = raw.flow(mappingId=raw.mapping_set(), mappingVersion=0).json()["id"]
    for number, (named, query) in enumerate(((flow, ""), (None, f"?x-adobe-flow-id={flow}"), (None, ""))):
        answer = raw.send({"mail": f"ADA{number}@x.example", "score": "7"}, named, query)
        assert answer.status == 200, answer.body
        assert set(answer.json()) >= {"inletId", "xactionId", "receivedTimeMs"}
        assert points(raw, f"ada{number}@x.example") == 7


def test_raw_data_that_no_flow_takes_is_refused(raw: Raw) -> None:
    assert raw.send({"mail": "a@x.example"}).status == 400
    raw.flow(mappingId=raw.mapping_set(), mappingVersion=0)
    assert raw.send({"mail": "a@x.example"}, "another").status == 400
    assert raw.send(["a list"]).status == 400


@pytest.mark.parametrize("spec", [FLOW, PLAIN_FLOW])
def test_a_flow_of_raw_data_needs_a_mapping(raw: Raw, spec: str) -> None:
    refused = raw.flow(spec=spec)
    assert (refused.status, "1419" in refused.json()["type"]) == (400, True)


def test_a_mapping_must_be_there_in_that_version_and_for_that_schema(raw: Raw) -> None:
    assert "1419" in raw.flow(mappingId="none").json()["type"]
    assert "1412" in raw.flow(mappingId=raw.mapping_set(), mappingVersion=3).json()["type"]
    fields = {"email": {"type": "string"}, "points": {"type": "integer"}}
    other = raw.lake.schema(raw.lake.mixin(fields, title="Other"), title="Other schema")
    assert "1425" in raw.flow(mappingId=raw.mapping_set(other), mappingVersion=0).json()["type"]
