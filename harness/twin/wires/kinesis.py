"""Amazon Kinesis Data Streams over the local sinks: `POST /_sinks/kinesis/{region}/`.

The JSON protocol of version 2013-12-02 as far as a reader and a writer need it, behind Signature
Version 4 with the keys that base connections brought.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from harness.twin.routing import Endpoint
from harness.twin.store import encode
from harness.twin.wires.consumers import Consumers
from harness.twin.wires.kinesis_account import ACCOUNT_ID, Account, KinesisError, parsed, stream_of, whole
from harness.twin.wires.kinesis_records import SEQUENCE_BASE, KinesisRecords
from harness.twin.wires.kinesis_settings import DAY_HOURS, KinesisSettings, mode_of
from harness.twin.wires.kinesis_shards import KinesisShards, after_shard
from harness.twin.wires.shards import MOST_SHARDS, open_shards, shards_of
from harness.twin.wires.sigv4 import SignatureError, SignedRequest, verify
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.twin.message import ServedRequest
    from harness.twin.platform import TwinPlatform

PATH = "/_sinks/kinesis"
_TARGET = "Kinesis_20131202."
_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,128}")
_ON_DEMAND_SHARDS = 4
_MOST_CONSUMERS = 20


def routes(platform: TwinPlatform) -> list[Endpoint]:
    """Endpoint of each region, with and without the slash that clients end it with."""
    kinesis = platform.service(Kinesis)
    return [
        Endpoint(method="POST", path=f"{PATH}/{{region}}", handler=kinesis.answer, door="open"),
    ]


class Kinesis:
    """Answers the calls of one API version."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform
        self._sinks = platform.service(LocalSinks)
        self._consumers = platform.service(Consumers)
        records = KinesisRecords(platform)
        shards, settings = KinesisShards(platform, records), KinesisSettings(platform)
        self._operations: dict[str, Callable[[Account, dict[str, Any]], dict[str, Any] | None]] = {
            "AddTagsToStream": settings.add_tags,
            "CreateStream": self._create_stream,
            "DecreaseStreamRetentionPeriod": settings.decrease_retention,
            "DeleteStream": self._delete_stream,
            "DeregisterStreamConsumer": self._deregister,
            "DescribeLimits": self._describe_limits,
            "DescribeStreamConsumer": self._describe_consumer,
            "DescribeStream": self._describe_stream,
            "DescribeStreamSummary": self._describe_summary,
            "GetRecords": records.get_records,
            "GetShardIterator": records.get_shard_iterator,
            "IncreaseStreamRetentionPeriod": settings.increase_retention,
            "ListShards": shards.list_shards,
            "ListStreamConsumers": self._list_consumers,
            "ListStreams": self._list_streams,
            "ListTagsForStream": settings.list_tags,
            "MergeShards": shards.merge_shards,
            "PutRecord": records.put_record,
            "PutRecords": records.put_records,
            "RegisterStreamConsumer": self._register,
            "RemoveTagsFromStream": settings.remove_tags,
            "SplitShard": shards.split_shard,
            "UpdateShardCount": shards.update_shard_count,
            "UpdateStreamMode": settings.update_mode,
        }

    def answer(self, request: ServedRequest, _: object) -> Response:
        """Check the signature, then do what `X-Amz-Target` names."""
        region = request.params["region"]
        try:
            signed = SignedRequest(
                method=request.method,
                path=request.path,
                query=request.query.raw,
                headers=request.headers,
                body=request.body,
            )
            key = verify(
                signed,
                service="kinesis",
                region=region,
                secret_of=lambda key: self._sinks.key("kinesis", region, key),
            )
            target = request.headers.get("x-amz-target", "")
            operation = self._operations.get(target.removeprefix(_TARGET))
            if operation is None or not target.startswith(_TARGET):
                raise KinesisError("UnknownOperationException", f"Unknown operation {target!r}")
            with self._platform.store.transaction():
                body = operation(Account(key, region), parsed(request.body))
        except (KinesisError, SignatureError) as error:
            return self._response({"__type": error.code, "message": error.message}, 400)
        return self._response(body, 200)

    def _response(self, body: dict[str, Any] | None, status: int) -> Response:
        content = b"" if body is None else encode(body).encode()
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amzn-requestid": self._platform.ids.uuid(),
        }
        return Response(content, status, headers=headers)

    # streams

    def _create_stream(self, account: Account, given: dict[str, Any]) -> None:
        name = given.get("StreamName")
        shards = given.get("ShardCount", 1)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            message = "StreamName must have 1 to 128 letters, digits, or characters of _.-"
            raise KinesisError("InvalidArgumentException", message)
        mode = mode_of(given.get("StreamModeDetails"))
        if mode == "ON_DEMAND":
            shards = given.get("ShardCount", _ON_DEMAND_SHARDS)
        if not isinstance(shards, int) or isinstance(shards, bool) or not 1 <= shards <= MOST_SHARDS:
            raise KinesisError("InvalidArgumentException", f"ShardCount must be from 1 to {MOST_SHARDS}.")
        if not self._sinks.create("kinesis", account.key, account.region, name, shards):
            raise KinesisError(
                "ResourceInUseException",
                f"Stream {name} under account {ACCOUNT_ID} already exists.",
            )
        made = stream_of(self._sinks, account, given)
        self._sinks.change("kinesis", account.key, account.region, {**made, "mode": mode})

    def _delete_stream(self, account: Account, given: dict[str, Any]) -> None:
        stream = stream_of(self._sinks, account, given)
        if (
            self._consumers.of(account.key, account.arn(stream["name"]))
            and given.get("EnforceConsumerDeletion") is not True
        ):
            raise KinesisError(
                "ResourceInUseException",
                f"Stream {stream['name']} under account {ACCOUNT_ID} has registered consumers.",
            )
        self._consumers.forget(account.key, account.arn(stream["name"]))
        self._sinks.delete("kinesis", account.key, account.region, stream["name"])

    def _describe_limits(self, account: Account, _: dict[str, Any]) -> dict[str, Any]:
        streams = self._sinks.streams("kinesis", account.key, account.region)
        return {
            "ShardLimit": MOST_SHARDS,
            "OpenShardCount": sum(len(open_shards(shards_of(one))) for one in streams),
            "OnDemandStreamCount": sum(one.get("mode") == "ON_DEMAND" for one in streams),
            "OnDemandStreamCountLimit": 50,
        }

    def _list_streams(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        found = self._sinks.streams("kinesis", account.key, account.region)
        after = given.get("NextToken", given.get("ExclusiveStartStreamName"))
        if isinstance(after, str):
            found = [one for one in found if one["name"] > after]
        limit = whole(given, "Limit", 100, 10_000)
        shown = found[:limit]
        answer: dict[str, Any] = {
            "StreamNames": [one["name"] for one in shown],
            "HasMoreStreams": len(found) > limit,
            "StreamSummaries": [
                {
                    name: value
                    for name, value in _description(account, one).items()
                    if name
                    in (
                        "StreamName",
                        "StreamARN",
                        "StreamStatus",
                        "StreamModeDetails",
                        "StreamCreationTimestamp",
                    )
                }
                for one in shown
            ],
        }
        if len(found) > limit:
            answer["NextToken"] = shown[-1]["name"]
        return answer

    def _describe_stream(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = stream_of(self._sinks, account, given)
        shards = after_shard(shards_of(stream), given.get("ExclusiveStartShardId"))
        limit = whole(given, "Limit", 100, 10_000)
        description = {
            **_description(account, stream),
            "HasMoreShards": len(shards) > limit,
            "Shards": [one.document(SEQUENCE_BASE) for one in shards[:limit]],
        }
        return {"StreamDescription": description}

    def _describe_summary(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = stream_of(self._sinks, account, given)
        summary = {
            **_description(account, stream),
            "OpenShardCount": len(open_shards(shards_of(stream))),
            "ConsumerCount": len(self._consumers.of(account.key, account.arn(stream["name"]))),
        }
        return {"StreamDescriptionSummary": summary}

    # consumers

    def _register(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        stream_arn, name = self._arn(account, given), given.get("ConsumerName")
        if not isinstance(name, str) or not 1 <= len(name) <= 128:
            raise KinesisError("InvalidArgumentException", "ConsumerName must have 1 to 128 characters.")
        if len(self._consumers.of(account.key, stream_arn)) >= _MOST_CONSUMERS:
            message = f"A stream has at most {_MOST_CONSUMERS} consumers."
            raise KinesisError("LimitExceededException", message)
        now = self._platform.clock.now_ms()
        made = self._consumers.register(account.key, stream_arn, name, now)
        if made is None:
            raise KinesisError("ResourceInUseException", f"Consumer {name} exists already.")
        return {"Consumer": {**made, "ConsumerStatus": "CREATING"}}

    def _deregister(self, account: Account, given: dict[str, Any]) -> None:
        found = self._consumer(account, given)
        self._consumers.deregister(account.key, found["ConsumerARN"])

    def _describe_consumer(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        found = self._consumer(account, given)
        return {
            "ConsumerDescription": {**found, "StreamARN": found["ConsumerARN"].partition("/consumer/")[0]}
        }

    def _list_consumers(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        found = self._consumers.of(account.key, self._arn(account, given))
        after = given.get("NextToken")
        if isinstance(after, str):
            found = [one for one in found if one["ConsumerName"] > after]
        limit = whole(given, "MaxResults", 100, 10_000)
        answer: dict[str, Any] = {"Consumers": found[:limit]}
        if len(found) > limit:
            answer["NextToken"] = found[limit - 1]["ConsumerName"]
        return answer

    def _arn(self, account: Account, given: dict[str, Any]) -> str:
        arn = given.get("StreamARN")
        if not isinstance(arn, str):
            raise KinesisError("InvalidArgumentException", "StreamARN must be given.")
        return account.arn(stream_of(self._sinks, account, {"StreamARN": arn})["name"])

    def _consumer(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        arn, name = given.get("ConsumerARN"), given.get("ConsumerName")
        stream_arn = str(arn).partition("/consumer/")[0] if arn else self._arn(account, given)
        for one in self._consumers.of(account.key, stream_arn):
            if one["ConsumerARN"] == arn or (arn is None and one["ConsumerName"] == name):
                return one
        raise KinesisError("ResourceNotFoundException", f"Consumer {arn or name} not found.")


def _description(account: Account, stream: dict[str, Any]) -> dict[str, Any]:
    return {
        "StreamName": stream["name"],
        "StreamARN": account.arn(stream["name"]),
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": stream.get("mode", "PROVISIONED")},
        "RetentionPeriodHours": stream.get("retention_hours", DAY_HOURS),
        "StreamCreationTimestamp": stream["created_ms"] / 1000,
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
        "EncryptionType": "NONE",
    }
