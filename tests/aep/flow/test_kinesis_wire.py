"""Exports to a moto server, read back by a collection with Postman's AWS signature."""

from __future__ import annotations

import base64
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from moto.server import ThreadedMotoServer

from harness.api import run

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-west-1"
STREAM = "profiles"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """Address of a moto server with an empty stream."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def stream(moto: str) -> Iterator[None]:
    kinesis = botocore.session.Session().create_client(
        "kinesis",
        region_name=REGION,
        endpoint_url=moto,
        aws_access_key_id="AKIALOCAL",
        aws_secret_access_key="aws-secret",
    )
    kinesis.create_stream(StreamName=STREAM, ShardCount=1)
    yield
    kinesis.delete_stream(StreamName=STREAM)
    kinesis.close()


@pytest.fixture
def client(make_client: Any, moto: str) -> Any:
    return make_client(kinesis_endpoint=moto)


def reading(address: str) -> dict[str, Any]:
    """Make a collection that reads the stream's first shard."""

    def call(name: str, body: dict[str, str], event: str = "") -> dict[str, Any]:
        script = {"listen": "test", "script": {"exec": [event]}}
        headers = {"X-Amz-Target": f"Kinesis_20131202.{name}", "Content-Type": "application/x-amz-json-1.1"}
        return {
            "name": name,
            "event": [script] if event else [],
            "request": {
                "method": "POST",
                "url": address,
                "header": [{"key": key, "value": value} for key, value in headers.items()],
                "body": {"mode": "raw", "raw": json.dumps(body)},
                "auth": {
                    "type": "awsv4",
                    "awsv4": [
                        {"key": "accessKey", "value": "AKIALOCAL"},
                        {"key": "secretKey", "value": "aws-secret"},
                        {"key": "region", "value": REGION},
                        {"key": "service", "value": "kinesis"},
                    ],
                },
            },
        }

    place = {"StreamName": STREAM, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    keep = 'pm.variables.set("iterator", pm.response.json().ShardIterator.trim())'
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {
        "info": {"name": "Read back", "schema": schema},
        "item": [
            call("GetShardIterator", place, keep),
            call("GetRecords", {"ShardIterator": "{{iterator}}"}),
        ],
    }


def exported(address: str) -> list[tuple[str, dict[str, Any]]]:
    """Partition keys and messages, in the stream's order."""
    result = run(reading(address))
    with closing(result.calls):
        assert result.passed
        *_, last = result.calls
        answer = json.loads(last.exchange.response.body)
    return [(one["PartitionKey"], json.loads(base64.b64decode(one["Data"]))) for one in answer["Records"]]


def activated(people: Any, destinations: Any, segment: str) -> str:
    base = destinations.kinesis_connection(region=REGION)
    flow = destinations.flow(destinations.target(base, stream=STREAM, region=REGION))
    assert destinations.activate(flow, [segment], ["person.name.firstName"]).status == 200
    return str(flow)


@pytest.mark.usefixtures("stream")
def test_a_collection_reads_what_was_exported(people: Any, destinations: Any, moto: str) -> None:
    segment = destinations.segment(f'{people.lake.tenant}.level = "gold"')
    people.profile("early@example.com", first="Early", level="gold")
    people.profile("never@example.com", first="Never", level="bronze")
    activated(people, destinations, segment)
    for number in range(5):
        for name in ("ann", "bob"):
            people.profile(f"{name}@example.com", first=f"{name}{number}", level="gold")
    people.profile("ann@example.com", first="ann5", level="silver")
    people.client.platform.settle()

    found = exported(moto)

    by_key: dict[str, list[dict[str, Any]]] = {}
    for key, message in found:
        by_key.setdefault(key, []).append(message)
    keys = {name: people.entity(f"{name}@example.com")["entityId"] for name in ("early", "ann", "bob")}
    assert set(by_key) == set(keys.values())
    (early,) = by_key[keys["early"]]
    assert found[0] == (keys["early"], early)
    assert early["segmentMembership"]["ups"][segment]["status"] == "realized"
    assert early["identityMap"] == {"email": [{"id": "early@example.com"}]}
    names = [message["person"]["name"]["firstName"] for message in by_key[keys["ann"]]]
    assert names == [f"ann{number}" for number in range(6)]
    statuses = [one["segmentMembership"]["ups"][segment]["status"] for one in by_key[keys["ann"]]]
    assert statuses == ["realized"] * 5 + ["exited"]
    assert [one["person"]["name"]["firstName"] for one in by_key[keys["bob"]]] == [
        f"bob{n}" for n in range(5)
    ]


def test_a_stream_that_is_not_there_makes_dead_letters(people: Any, destinations: Any) -> None:
    segment = destinations.segment(f'{people.lake.tenant}.level = "gold"')
    flow = activated(people, destinations, segment)
    people.profile("ann@example.com", level="gold")
    people.client.platform.settle()
    (letter,) = people.client.get(f"/_harness/dead-letters/{flow}", bare=True).json()["deadLetters"]
    assert letter["error"]["code"] == "ResourceNotFoundException"
    assert letter["message"]["identityMap"] == {"email": [{"id": "ann@example.com"}]}
