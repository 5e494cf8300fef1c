#!/usr/bin/env bash
# Records that were put into an aggregated Kinesis record without an explicit hash key come out of aws_kinesis_agg with
# that of another record.
#
# The format (awslabs' aggregation-format) gives each record an optional index into a table of hash keys. The
# deaggregator reads the index without asking whether it is there, and an index that is left out reads as 0: the first
# hash key of the table. Partition keys and data are right. (six is imported by the package, and not asked for.) Exits
# with 0 while aws-kinesis-agg 1.2.3 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws_kinesis_agg==1.2.3 \
  protobuf==7.36.2 six==1.17.0
"$folder/venv/bin/python" - <<'PYTHON'
from base64 import b64decode
from datetime import UTC, datetime
from importlib.metadata import version

from aws_kinesis_agg.aggregator import RecordAggregator
from aws_kinesis_agg.deaggregator import iter_deaggregate_records

put = [("orders", b"one", None), ("orders", b"two", "340282366920938463463374607431768211455")]
aggregator = RecordAggregator()
for partition_key, data, hash_key in put:
    aggregator.add_user_record(partition_key, data, hash_key)
partition_key, _, aggregated = aggregator.clear_and_get().get_contents()
arrived = {
    "Data": aggregated,
    "PartitionKey": partition_key,
    "SequenceNumber": "1",
    "ApproximateArrivalTimestamp": datetime(2025, 1, 1, tzinfo=UTC),
}
got = [
    (one["kinesis"]["partitionKey"], b64decode(one["kinesis"]["data"]), one["kinesis"]["explicitHashKey"])
    for one in iter_deaggregate_records([arrived], data_format="Boto3")
]
print(f"aws-kinesis-agg {version('aws_kinesis_agg')}")
for before, after in zip(put, got, strict=True):
    print(f"put {before}, got {after}")
assert [one[:2] for one in got] == [one[:2] for one in put]
assert [one[2] for one in got] == [put[1][2], put[1][2]], "the behaviour has changed"
PYTHON
