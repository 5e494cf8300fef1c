from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SHARD = "shardId-000000000000"


class Reader:
    """A Kinesis client that signs with botocore."""

    def __init__(self, client: Any, key: str = "AKIALOCAL", secret: str = "aws-secret") -> None:
        self.client = client
        self.credentials = Credentials(key, secret)

    def call(self, operation: str, region: str = "us-east-1", **given: Any) -> Any:
        path = f"/_sinks/kinesis/{region}/"
        body = json.dumps(given).encode()
        headers = {
            "Host": "aep.local",
            "X-Amz-Target": f"Kinesis_20131202.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        request = AWSRequest(method="POST", url=f"http://aep.local{path}", data=body, headers=headers)
        SigV4Auth(self.credentials, "kinesis", region).add_auth(request)
        return self.client.post(path, body, bare=True, headers=dict(request.headers.items()))

    def iterator(self, kind: str = "TRIM_HORIZON", **given: Any) -> str:
        answer = self.call(
            "GetShardIterator",
            **{
                "StreamName": "profiles",
                "ShardId": SHARD,
                "ShardIteratorType": kind,
                **given,
            },
        )
        assert answer.status == 200, answer.body
        return str(answer.json()["ShardIterator"])

    def texts(self, iterator: str) -> list[str]:
        records = self.call("GetRecords", ShardIterator=iterator).json()["Records"]
        return [base64.b64decode(one["Data"]).decode() for one in records]


@pytest.fixture
def reader(client: Any, destinations: Any) -> Reader:
    destinations.target(destinations.kinesis_connection())
    return Reader(client)


def data(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def error(answer: Any) -> str:
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    return str(answer.json()["__type"])


def test_a_target_connection_makes_its_stream_for_its_key_and_region_alone(
    client: Any, destinations: Any, reader: Reader
) -> None:
    listed = reader.call("ListStreams").json()
    assert (listed["StreamNames"], listed["HasMoreStreams"]) == (["profiles"], False)
    assert reader.call("ListStreams", region="eu-west-1").json()["StreamNames"] == []
    destinations.kinesis_connection(accessKeyId="AKIAOTHER")
    assert Reader(client, "AKIAOTHER").call("ListStreams").json()["StreamNames"] == []
    description = reader.call("DescribeStream", StreamName="profiles").json()["StreamDescription"]
    assert (description["StreamStatus"], len(description["Shards"])) == ("ACTIVE", 1)
    assert len(reader.call("ListShards", StreamName="profiles").json()["Shards"]) == 1
    summary = reader.call("DescribeStreamSummary", StreamName="profiles").json()
    assert summary["StreamDescriptionSummary"]["OpenShardCount"] == 1


def test_records_are_read_in_order_and_the_next_iterator_goes_on(reader: Reader) -> None:
    put = reader.call("PutRecord", StreamName="profiles", PartitionKey="k", Data=data("one")).json()
    assert put["ShardId"] == SHARD
    entries = [{"PartitionKey": "k", "Data": data(text)} for text in ("two", "three")]
    assert reader.call("PutRecords", StreamName="profiles", Records=entries).json()["FailedRecordCount"] == 0
    page = reader.call("GetRecords", ShardIterator=reader.iterator(), Limit=2).json()
    assert [base64.b64decode(one["Data"]).decode() for one in page["Records"]] == ["one", "two"]
    assert page["Records"][0]["SequenceNumber"] == put["SequenceNumber"]
    assert reader.texts(page["NextShardIterator"]) == ["three"]


def test_every_type_of_iterator_starts_where_it_says(client: Any, reader: Reader) -> None:
    put = reader.call("PutRecord", StreamName="profiles", PartitionKey="k", Data=data("one")).json()
    client.clock.advance(10_000)
    latest = reader.iterator("LATEST")
    reader.call("PutRecord", StreamName="profiles", PartitionKey="k", Data=data("two"))
    number = put["SequenceNumber"]
    assert reader.texts(latest) == ["two"]
    assert reader.texts(reader.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)) == [
        "one",
        "two",
    ]
    assert reader.texts(reader.iterator("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number)) == ["two"]
    since = client.clock.now_ms() / 1000
    assert reader.texts(reader.iterator("AT_TIMESTAMP", Timestamp=since)) == ["two"]


def test_a_stream_of_several_shards_spreads_keys_and_each_reads_its_own(reader: Reader) -> None:
    assert reader.call("CreateStream", StreamName="wide", ShardCount=2).status == 200
    shards = {
        reader.call("PutRecord", StreamName="wide", PartitionKey=f"k{number}", Data=data("x")).json()[
            "ShardId"
        ]
        for number in range(20)
    }
    assert len(shards) == 2
    counts = [
        len(reader.texts(reader.iterator(StreamName="wide", ShardId=shard))) for shard in sorted(shards)
    ]
    assert sum(counts) == 20
    assert all(counts)


@pytest.mark.parametrize(
    ("operation", "given", "kind"),
    [
        ("Nope", {}, "UnknownOperationException"),
        ("DescribeStream", {"StreamName": "nope"}, "ResourceNotFoundException"),
        ("DescribeStream", {}, "InvalidArgumentException"),
        ("CreateStream", {"StreamName": "profiles"}, "ResourceInUseException"),
        ("CreateStream", {"StreamName": "x", "ShardCount": 0}, "InvalidArgumentException"),
        ("GetRecords", {"ShardIterator": "nope"}, "InvalidArgumentException"),
        ("GetRecords", {}, "InvalidArgumentException"),
        ("PutRecord", {"StreamName": "profiles", "Data": "eA=="}, "InvalidArgumentException"),
        (
            "PutRecord",
            {"StreamName": "profiles", "PartitionKey": "k", "Data": "*"},
            "InvalidArgumentException",
        ),
        ("PutRecords", {"StreamName": "profiles", "Records": []}, "InvalidArgumentException"),
        (
            "GetShardIterator",
            {"StreamName": "profiles", "ShardId": "x", "ShardIteratorType": "LATEST"},
            "ResourceNotFoundException",
        ),
        (
            "GetShardIterator",
            {"StreamName": "profiles", "ShardId": SHARD, "ShardIteratorType": "X"},
            "InvalidArgumentException",
        ),
    ],
)
def test_errors_have_the_types_of_the_service(
    reader: Reader, operation: str, given: dict[str, Any], kind: str
) -> None:
    assert error(reader.call(operation, **given)) == kind


def test_an_iterator_expires_after_five_minutes_and_is_no_good_to_another_key(
    client: Any, destinations: Any, reader: Reader
) -> None:
    iterator = reader.iterator()
    destinations.kinesis_connection(accessKeyId="AKIAOTHER")
    other = Reader(client, "AKIAOTHER").call("GetRecords", ShardIterator=iterator)
    assert error(other) == "InvalidArgumentException"
    client.clock.advance(300_001)
    assert error(reader.call("GetRecords", ShardIterator=iterator)) == "ExpiredIteratorException"


def test_only_signed_requests_get_in(client: Any, reader: Reader) -> None:
    bare = client.post("/_sinks/kinesis/us-east-1/", b"{}", bare=True)
    assert error(bare) == "MissingAuthenticationTokenException"
    assert error(Reader(client, secret="wrong").call("ListStreams")) == "InvalidSignatureException"
    assert error(Reader(client, key="AKIANOBODY").call("ListStreams")) == "UnrecognizedClientException"
