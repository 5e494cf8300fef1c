"""The shipped collection reads what it exported from a Kinesis that is not the platform's own."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from moto.server import ThreadedMotoServer

from harness.api import run


@pytest.fixture
def moto() -> Iterator[str]:
    """Address of a moto server; it stands for AWS."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_the_journey_passes_when_its_exports_go_to_another_kinesis(
    shipped: Any, moto: str, tmp_path: Path
) -> None:
    values = shipped.values("local")
    kinesis = botocore.session.Session().create_client(
        "kinesis",
        region_name=values["KINESIS_REGION"],
        endpoint_url=moto,
        aws_access_key_id=values["KINESIS_ACCESS_KEY_ID"],
        aws_secret_access_key=values["KINESIS_SECRET_KEY"],
    )
    stream = "profiles-of-mine"
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    cassette = tmp_path / "journey.yaml"

    chosen = {"KINESIS_STREAM": stream}
    result = run(shipped.collection_path, platform="local", kinesis=moto, env_vars=chosen, record=cassette)

    with closing(result.calls):
        assert result.passed
    (shard,) = kinesis.list_shards(StreamName=stream)["Shards"]
    place = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(**place)["ShardIterator"]
    records = kinesis.get_records(ShardIterator=iterator)["Records"]
    statuses = [
        {membership["status"] for membership in json.loads(one["Data"])["segmentMembership"]["ups"].values()}
        for one in records
    ]
    assert statuses == [{"realized"}, {"realized", "exited"}]
    kinesis.close()
    again = run(shipped.collection_path, env_vars=chosen, replay=cassette)
    with closing(again.calls):
        assert again.passed
