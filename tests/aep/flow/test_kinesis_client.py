"""The Kinesis sink as botocore's client meets it: its paginators, and a loop that reads several shards."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from harness.aep.serving.server import LocalPlatform
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def local() -> Iterator[LocalPlatform]:
    with LocalPlatform() as started:
        yield started


def client(local: LocalPlatform, key: str) -> Any:
    local.platform.service(LocalSinks).learn_key("kinesis", REGION, key, "secret", "the test")
    return botocore.session.Session().create_client(
        "kinesis",
        region_name=REGION,
        endpoint_url=f"{local.base_url}/_sinks/kinesis/{REGION}",
        aws_access_key_id=key,
        aws_secret_access_key="secret",
    )


@pytest.fixture
def kinesis(local: LocalPlatform, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A client with an account of its own."""
    made = client(local, f"AKIA{abs(hash(request.node.name)) % 10**12:012d}")
    yield made
    made.close()


def read(kinesis: Any, stream: str) -> dict[str, list[bytes]]:
    """Read every shard of a stream to its end, the children of closed shards after their parents."""
    shards = kinesis.get_paginator("list_shards").paginate(StreamName=stream).build_full_result()["Shards"]
    found: dict[str, list[bytes]] = {}
    for shard in shards:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        held = found[shard["ShardId"]] = []
        while iterator is not None:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=3)
            held.extend(one["Data"] for one in answer["Records"])
            iterator = answer.get("NextShardIterator")
            if not answer["Records"] and answer["MillisBehindLatest"] == 0:
                break
    return found


def put(kinesis: Any, stream: str, texts: list[str]) -> list[str]:
    records = [{"Data": text.encode(), "PartitionKey": text} for text in texts]
    return [one["ShardId"] for one in kinesis.put_records(StreamName=stream, Records=records)["Records"]]


def test_streams_are_listed_page_by_page(kinesis: Any) -> None:
    names = [f"stream-{number}" for number in range(5)]
    for name in names:
        kinesis.create_stream(StreamName=name, ShardCount=1)
    pages = list(kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["StreamNames"]) for page in pages] == [2, 2, 1]
    assert [name for page in pages for name in page["StreamNames"]] == names
    assert [one["StreamName"] for one in pages[0]["StreamSummaries"]] == names[:2]


def test_shards_are_listed_page_by_page(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="wide", ShardCount=5)
    listed = kinesis.get_paginator("list_shards").paginate(
        StreamName="wide", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Shards"]) for page in listed] == [2, 2, 1]
    described = kinesis.get_paginator("describe_stream").paginate(
        StreamName="wide", PaginationConfig={"PageSize": 2}
    )
    shards = [one for page in described for one in page["StreamDescription"]["Shards"]]
    assert len(shards) == 5
    ends = [
        (int(one["HashKeyRange"]["StartingHashKey"]), int(one["HashKeyRange"]["EndingHashKey"]))
        for one in shards
    ]
    assert ends[0][0] == 0
    assert ends[-1][1] == 2**128 - 1
    assert all(after[0] == before[1] + 1 for before, after in itertools.pairwise(ends))


def test_every_message_is_in_one_shard_the_one_it_was_told(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="wide", ShardCount=4)
    texts = [f"message {number}" for number in range(40)]
    told = put(kinesis, "wide", texts)
    found = read(kinesis, "wide")
    assert sorted(one.decode() for held in found.values() for one in held) == sorted(texts)
    for text, shard in zip(texts, told, strict=True):
        assert text.encode() in found[shard]
    assert sum(bool(held) for held in found.values()) > 1


@pytest.mark.parametrize("count", [1, 3, 4])
def test_a_closed_shard_ends_and_its_children_go_on(kinesis: Any, count: int) -> None:
    kinesis.create_stream(StreamName="wide", ShardCount=2)
    before = [f"before {number}" for number in range(10)]
    put(kinesis, "wide", before)
    changed = kinesis.update_shard_count(
        StreamName="wide", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
    )
    assert (changed["CurrentShardCount"], changed["TargetShardCount"]) == (2, count)
    after = [f"after {number}" for number in range(10)]
    told = put(kinesis, "wide", after)
    closed = {f"shardId-{number:012d}" for number in range(2)}
    assert closed.isdisjoint(told)
    found = read(kinesis, "wide")
    assert sorted(one.decode() for shard in closed for one in found[shard]) == sorted(before)
    assert sorted(one.decode() for shard in set(found) - closed for one in found[shard]) == sorted(after)
    iterator = kinesis.get_shard_iterator(
        StreamName="wide", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    last = kinesis.get_records(ShardIterator=iterator)
    assert "NextShardIterator" not in last
    assert last["ChildShards"]
    assert all("shardId-000000000000" in one["ParentShards"] for one in last["ChildShards"])
    shards = kinesis.list_shards(StreamName="wide")["Shards"]
    assert all(
        ("EndingSequenceNumber" in one["SequenceNumberRange"]) is (one["ShardId"] in closed) for one in shards
    )
    summary = kinesis.describe_stream_summary(StreamName="wide")["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == count


def shards(kinesis: Any, kind: str = "FROM_TRIM_HORIZON", **more: str) -> list[int]:
    listed = kinesis.list_shards(StreamName="wide", ShardFilter={"Type": kind, **more})["Shards"]
    return [int(one["ShardId"].rpartition("-")[2]) for one in listed]


def refused(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**given)
    return str(raised.value.response["Error"]["Code"])


def test_a_shard_is_split_and_two_are_merged(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="wide", ShardCount=3)
    put(kinesis, "wide", [f"before {number}" for number in range(12)])
    kinesis.split_shard(
        StreamName="wide", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(10**37)
    )
    kinesis.merge_shards(
        StreamName="wide",
        ShardToMerge="shardId-000000000002",
        AdjacentShardToMerge="shardId-000000000001",
    )
    assert (shards(kinesis), shards(kinesis, "AT_LATEST")) == ([0, 1, 2, 3, 4, 5], [3, 4, 5])
    assert shards(kinesis, "AT_TRIM_HORIZON") == [0, 1, 2]
    assert shards(kinesis, "AFTER_SHARD_ID", ShardId="shardId-000000000003") == [4, 5]
    told = set(put(kinesis, "wide", [f"after {number}" for number in range(100)]))
    assert told == {f"shardId-{number:012d}" for number in (3, 4, 5)}
    found = read(kinesis, "wide")
    assert sum(len(held) for held in found.values()) == 112
    assert all(text.startswith(b"before") for number in range(3) for text in found[f"shardId-{number:012d}"])


def test_what_cannot_be_split_or_merged_is_refused(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="wide", ShardCount=3)
    split = {"StreamName": "wide", "ShardToSplit": "shardId-000000000001"}
    assert refused(kinesis.split_shard, **split, NewStartingHashKey="5") == "InvalidArgumentException"
    merge = {"StreamName": "wide", "ShardToMerge": "shardId-000000000000"}
    apart = {**merge, "AdjacentShardToMerge": "shardId-000000000002"}
    assert refused(kinesis.merge_shards, **apart) == "InvalidArgumentException"
    gone = {**merge, "AdjacentShardToMerge": "shardId-000000000009"}
    assert refused(kinesis.merge_shards, **gone) == "ResourceNotFoundException"
    kinesis.merge_shards(**merge, AdjacentShardToMerge="shardId-000000000001")
    assert refused(kinesis.split_shard, **split, NewStartingHashKey=str(2**127)) == "InvalidArgumentException"


def test_an_explicit_hash_key_chooses_the_shard(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="wide", ShardCount=4)
    wanted = {"StreamName": "wide", "Data": b"x", "PartitionKey": "same"}
    for number, key in enumerate(("0", str(2**126), str(2**127), str(2**128 - 1))):
        told = kinesis.put_record(**wanted, ExplicitHashKey=key)["ShardId"]
        assert told == f"shardId-{number:012d}"
    assert [len(held) for held in read(kinesis, "wide").values()] == [1, 1, 1, 1]
    for bad in ("x", str(2**128)):
        assert refused(kinesis.put_record, **wanted, ExplicitHashKey=bad) == "InvalidArgumentException"


def test_tags_retention_and_mode_are_kept(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.add_tags_to_stream(StreamName="s", Tags={"team": "qa", "stage": "dev"})
    kinesis.remove_tags_from_stream(StreamName="s", TagKeys=["stage"])
    assert kinesis.list_tags_for_stream(StreamName="s")["Tags"] == [{"Key": "team", "Value": "qa"}]
    kinesis.increase_stream_retention_period(StreamName="s", RetentionPeriodHours=48)
    less = {"StreamName": "s", "RetentionPeriodHours": 24}
    assert refused(kinesis.increase_stream_retention_period, **less) == "InvalidArgumentException"
    summary = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]
    assert (summary["RetentionPeriodHours"], summary["StreamModeDetails"]["StreamMode"]) == (
        48,
        "PROVISIONED",
    )
    kinesis.update_stream_mode(StreamARN=summary["StreamARN"], StreamModeDetails={"StreamMode": "ON_DEMAND"})
    assert kinesis.describe_limits()["OnDemandStreamCount"] == 1


def test_a_stream_has_a_name_of_its_letters_and_at_most_twenty_consumers(kinesis: Any) -> None:
    assert refused(kinesis.create_stream, StreamName="a b", ShardCount=1) == "InvalidArgumentException"
    kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    for number in range(20):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=f"c{number}")
    one_more = {"StreamARN": arn, "ConsumerName": "one-more"}
    assert refused(kinesis.register_stream_consumer, **one_more) == "LimitExceededException"


def test_consumers_are_registered_listed_and_removed(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="wide", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="wide")["StreamDescriptionSummary"]["StreamARN"]
    made = [
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=f"c{one}")["Consumer"]
        for one in range(3)
    ]
    assert made[0]["ConsumerStatus"] == "CREATING"
    pages = kinesis.get_paginator("list_stream_consumers").paginate(
        StreamARN=arn, PaginationConfig={"PageSize": 2}
    )
    assert [one["ConsumerName"] for page in pages for one in page["Consumers"]] == ["c0", "c1", "c2"]
    described = kinesis.describe_stream_consumer(ConsumerARN=made[1]["ConsumerARN"])["ConsumerDescription"]
    assert (described["StreamARN"], described["ConsumerStatus"]) == (arn, "ACTIVE")
    with pytest.raises(ClientError, match="ResourceInUseException"):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c0")
    with pytest.raises(ClientError, match="ResourceInUseException"):
        kinesis.delete_stream(StreamName="wide")
    kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName="c0")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        kinesis.describe_stream_consumer(StreamARN=arn, ConsumerName="c0")
    kinesis.delete_stream(StreamName="wide", EnforceConsumerDeletion=True)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        kinesis.describe_stream(StreamName="wide")


def test_limits_count_the_open_shards_of_the_account(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="one", ShardCount=1)
    kinesis.create_stream(StreamName="three", ShardCount=3)
    kinesis.update_shard_count(StreamName="three", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    limits = kinesis.describe_limits()
    assert (limits["OpenShardCount"], limits["ShardLimit"]) == (3, 500)


def test_a_stream_that_was_deleted_starts_empty_when_it_is_made_again(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="one", ShardCount=1)
    put(kinesis, "one", ["old"])
    kinesis.delete_stream(StreamName="one")
    kinesis.create_stream(StreamName="one", ShardCount=1)
    assert read(kinesis, "one") == {"shardId-000000000000": []}


def test_what_one_account_has_another_does_not_see(local: LocalPlatform, kinesis: Any) -> None:
    kinesis.create_stream(StreamName="mine", ShardCount=1)
    other = client(local, "AKIAANOTHERACCOUNT")
    assert other.list_streams()["StreamNames"] == []
    other.close()
