"""Amazon Kinesis Data Streams over the local sinks: `POST /_sinks/kinesis/{region}/`.

The JSON protocol of version 2013-12-02 as far as a reader and a writer need it, behind Signature
Version 4 with the keys that base connections brought.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from harness.twin.message import parse_json
from harness.twin.routing import Endpoint
from harness.twin.store import encode
from harness.twin.wires.consumers import Consumers
from harness.twin.wires.shards import (
    MOST_SHARDS,
    Shard,
    hash_of,
    open_shards,
    resharded,
    shard_for,
    shards_of,
)
from harness.twin.wires.sigv4 import SignatureError, SignedRequest, verify
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.twin.message import Request
    from harness.twin.platform import TwinPlatform
    from harness.twin.store import Record

PATH = "/_sinks/kinesis"
_TARGET = "Kinesis_20131202."
SEQUENCE_BASE = 49_600_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000
_ITERATOR_MS = 300_000
_MOST_RECORDS = 10_000
_MOST_PUT = 500
_MOST_DATA = 1_048_576
ACCOUNT_ID = "000000000000"


def routes(platform: TwinPlatform) -> list[Endpoint]:
    """Endpoint of each region, with and without the slash that clients end it with."""
    kinesis = platform.service(Kinesis)
    return [
        Endpoint(method="POST", path=f"{PATH}/{{region}}", handler=kinesis.answer, door="open"),
    ]


class KinesisError(Exception):
    """An error of the service, by its type."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Kinesis:
    """Answers the calls of one API version."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform
        self._sinks = platform.service(LocalSinks)
        self._consumers = platform.service(Consumers)
        self._operations: dict[str, Callable[[_Account, dict[str, Any]], dict[str, Any] | None]] = {
            "CreateStream": self._create_stream,
            "DeleteStream": self._delete_stream,
            "DeregisterStreamConsumer": self._deregister,
            "DescribeLimits": self._describe_limits,
            "DescribeStreamConsumer": self._describe_consumer,
            "DescribeStream": self._describe_stream,
            "DescribeStreamSummary": self._describe_summary,
            "GetRecords": self._get_records,
            "GetShardIterator": self._get_shard_iterator,
            "ListShards": self._list_shards,
            "ListStreamConsumers": self._list_consumers,
            "ListStreams": self._list_streams,
            "PutRecord": self._put_record,
            "PutRecords": self._put_records,
            "RegisterStreamConsumer": self._register,
            "UpdateShardCount": self._update_shards,
        }

    def answer(self, request: Request, _: object) -> Response:
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
                body = operation(_Account(key, region), _parsed(request.body))
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

    def _stream(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        name = given.get("StreamName")
        arn = given.get("StreamARN")
        if name is None and isinstance(arn, str):
            name = arn.rpartition("/")[2]
        if not isinstance(name, str) or not name:
            raise KinesisError("InvalidArgumentException", "StreamName must be given.")
        stream = self._sinks.stream("kinesis", account.key, account.region, name)
        if stream is None:
            raise KinesisError(
                "ResourceNotFoundException", f"Stream {name} under account {ACCOUNT_ID} not found."
            )
        return stream

    def _create_stream(self, account: _Account, given: dict[str, Any]) -> None:
        name = given.get("StreamName")
        shards = given.get("ShardCount", 1)
        if not isinstance(name, str) or not name:
            raise KinesisError("InvalidArgumentException", "StreamName must be given.")
        if not isinstance(shards, int) or isinstance(shards, bool) or not 1 <= shards <= MOST_SHARDS:
            raise KinesisError("InvalidArgumentException", f"ShardCount must be from 1 to {MOST_SHARDS}.")
        if not self._sinks.create("kinesis", account.key, account.region, name, shards):
            raise KinesisError(
                "ResourceInUseException",
                f"Stream {name} under account {ACCOUNT_ID} already exists.",
            )

    def _delete_stream(self, account: _Account, given: dict[str, Any]) -> None:
        stream = self._stream(account, given)
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

    def _update_shards(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = self._stream(account, given)
        wanted = given.get("TargetShardCount")
        if not isinstance(wanted, int) or isinstance(wanted, bool) or not 1 <= wanted <= MOST_SHARDS:
            raise KinesisError(
                "InvalidArgumentException", f"TargetShardCount must be from 1 to {MOST_SHARDS}."
            )
        if given.get("ScalingType") != "UNIFORM_SCALING":
            raise KinesisError("InvalidArgumentException", "ScalingType must be UNIFORM_SCALING.")
        before = len(open_shards(shards_of(stream)))
        changed = resharded(stream, wanted, after=self._last(account, stream))
        self._sinks.change("kinesis", account.key, account.region, changed)
        return {
            "StreamName": stream["name"],
            "CurrentShardCount": before,
            "TargetShardCount": wanted,
            "StreamARN": account.arn(stream["name"]),
        }

    def _describe_limits(self, account: _Account, _: dict[str, Any]) -> dict[str, Any]:
        streams = self._sinks.streams("kinesis", account.key, account.region)
        return {
            "ShardLimit": MOST_SHARDS,
            "OpenShardCount": sum(len(open_shards(shards_of(one))) for one in streams),
            "OnDemandStreamCount": 0,
            "OnDemandStreamCountLimit": 50,
        }

    def _list_streams(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        found = self._sinks.streams("kinesis", account.key, account.region)
        after = given.get("NextToken", given.get("ExclusiveStartStreamName"))
        if isinstance(after, str):
            found = [one for one in found if one["name"] > after]
        limit = _whole(given, "Limit", 100, 10_000)
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

    def _describe_stream(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = self._stream(account, given)
        shards = _after(shards_of(stream), given.get("ExclusiveStartShardId"))
        limit = _whole(given, "Limit", 100, 10_000)
        description = {
            **_description(account, stream),
            "HasMoreShards": len(shards) > limit,
            "Shards": [one.document(SEQUENCE_BASE) for one in shards[:limit]],
        }
        return {"StreamDescription": description}

    def _describe_summary(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = self._stream(account, given)
        summary = {
            **_description(account, stream),
            "OpenShardCount": len(open_shards(shards_of(stream))),
            "ConsumerCount": len(self._consumers.of(account.key, account.arn(stream["name"]))),
        }
        return {"StreamDescriptionSummary": summary}

    def _list_shards(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        token = given.get("NextToken")
        if token is not None:
            # A token holds the stream; boto3 names it again all the same, which must not be another one.
            last: Any
            name, _, last = str(token).partition("\n")
            if given.get("StreamName") not in (None, name):
                raise KinesisError("InvalidArgumentException", "NextToken is of another stream.")
            stream = self._stream(account, {"StreamName": name})
        else:
            stream, last = self._stream(account, given), given.get("ExclusiveStartShardId")
        shards = _after(shards_of(stream), last)
        limit = _whole(given, "MaxResults", 1000, 10_000)
        answer: dict[str, Any] = {"Shards": [one.document(SEQUENCE_BASE) for one in shards[:limit]]}
        if len(shards) > limit:
            answer["NextToken"] = f"{stream['name']}\n{shards[limit - 1].shard_id}"
        return answer

    # consumers

    def _register(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream_arn, name = self._arn(account, given), given.get("ConsumerName")
        if not isinstance(name, str) or not 1 <= len(name) <= 128:
            raise KinesisError("InvalidArgumentException", "ConsumerName must have 1 to 128 characters.")
        now = self._platform.clock.now_ms()
        made = self._consumers.register(account.key, stream_arn, name, now)
        if made is None:
            raise KinesisError("ResourceInUseException", f"Consumer {name} exists already.")
        return {"Consumer": {**made, "ConsumerStatus": "CREATING"}}

    def _deregister(self, account: _Account, given: dict[str, Any]) -> None:
        found = self._consumer(account, given)
        self._consumers.deregister(account.key, found["ConsumerARN"])

    def _describe_consumer(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        found = self._consumer(account, given)
        return {
            "ConsumerDescription": {**found, "StreamARN": found["ConsumerARN"].partition("/consumer/")[0]}
        }

    def _list_consumers(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        found = self._consumers.of(account.key, self._arn(account, given))
        after = given.get("NextToken")
        if isinstance(after, str):
            found = [one for one in found if one["ConsumerName"] > after]
        limit = _whole(given, "MaxResults", 100, 10_000)
        answer: dict[str, Any] = {"Consumers": found[:limit]}
        if len(found) > limit:
            answer["NextToken"] = found[limit - 1]["ConsumerName"]
        return answer

    def _arn(self, account: _Account, given: dict[str, Any]) -> str:
        arn = given.get("StreamARN")
        if not isinstance(arn, str):
            raise KinesisError("InvalidArgumentException", "StreamARN must be given.")
        return account.arn(self._stream(account, {"StreamARN": arn})["name"])

    def _consumer(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        arn, name = given.get("ConsumerARN"), given.get("ConsumerName")
        stream_arn = str(arn).partition("/consumer/")[0] if arn else self._arn(account, given)
        for one in self._consumers.of(account.key, stream_arn):
            if one["ConsumerARN"] == arn or (arn is None and one["ConsumerName"] == name):
                return one
        raise KinesisError("ResourceNotFoundException", f"Consumer {arn or name} not found.")

    # reading

    def _get_shard_iterator(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = self._stream(account, given)
        shard = _shard_number(given.get("ShardId"), stream)
        match given.get("ShardIteratorType"):
            case "TRIM_HORIZON":
                after = 0
            case "LATEST":
                after = self._last(account, stream)
            case "AT_SEQUENCE_NUMBER":
                after = _sequence(given) - 1
            case "AFTER_SEQUENCE_NUMBER":
                after = _sequence(given)
            case "AT_TIMESTAMP":
                after = self._before(account, stream, given.get("Timestamp"))
            case other:
                raise KinesisError("InvalidArgumentException", f"Unknown ShardIteratorType {other!r}.")
        return {"ShardIterator": self._iterator(account, stream, shard, after)}

    def _get_records(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream, number, after = self._read_iterator(account, given.get("ShardIterator"))
        shards = shards_of(stream)
        shard = shards[number]
        limit = _whole(given, "Limit", _MOST_RECORDS, _MOST_RECORDS)
        found = [
            one for one in self._messages(account, stream, after=after) if shard.holds(one.seq, _hash_of(one))
        ]
        shown = found[:limit]
        if shown:
            after = shown[-1].seq
        behind = 0
        if len(found) > len(shown):
            behind = max(0, self._platform.clock.now_ms() - found[len(shown)].at)
        answer: dict[str, Any] = {
            "Records": [_record(one) for one in shown],
            "MillisBehindLatest": behind,
        }
        if shard.ends_after is None or len(found) > len(shown):
            answer["NextShardIterator"] = self._iterator(account, stream, number, after)
        else:
            # A closed shard that is read to its end has no next iterator; its children go on.
            answer["ChildShards"] = [
                {
                    "ShardId": one.shard_id,
                    "ParentShards": [shards[parent].shard_id for parent in one.parents],
                    "HashKeyRange": one.hash_range(),
                }
                for one in shards
                if number in one.parents
            ]
        return answer

    def _messages(self, account: _Account, stream: dict[str, Any], *, after: int = 0) -> list[Record]:
        return self._sinks.messages("kinesis", account.key, account.region, stream["name"], after=after)

    def _last(self, account: _Account, stream: dict[str, Any]) -> int:
        found = self._messages(account, stream)
        return found[-1].seq if found else 0

    def _before(self, account: _Account, stream: dict[str, Any], timestamp: Any) -> int:
        if not isinstance(timestamp, int | float) or isinstance(timestamp, bool):
            raise KinesisError("InvalidArgumentException", "Timestamp must be given in seconds.")
        earlier = [one.seq for one in self._messages(account, stream) if one.at < timestamp * 1000]
        return max(earlier, default=0)

    def _iterator(self, account: _Account, stream: dict[str, Any], shard: int, after: int) -> str:
        expires = self._platform.clock.now_ms() + _ITERATOR_MS
        held = [account.key, account.region, stream["name"], shard, after, expires]
        return base64.b64encode(json.dumps(held).encode()).decode()

    def _read_iterator(self, account: _Account, text: Any) -> tuple[dict[str, Any], int, int]:
        try:
            key, region, name, *numbers = json.loads(base64.b64decode(text, validate=True))
            shard, after, expires = (int(number) for number in numbers)
        except (TypeError, ValueError, binascii.Error):
            raise KinesisError("InvalidArgumentException", "Invalid ShardIterator.") from None
        stream = self._sinks.stream("kinesis", account.key, account.region, str(name))
        if (key, region) != (account.key, account.region) or stream is None:
            raise KinesisError("InvalidArgumentException", "Invalid ShardIterator.")
        if expires < self._platform.clock.now_ms():
            raise KinesisError(
                "ExpiredIteratorException",
                "Iterator expired. The iterator was created more than 300000 milliseconds ago.",
            )
        return stream, shard, after

    # writing

    def _put_record(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        return self._put(account, self._stream(account, given), given)

    def _put_records(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = self._stream(account, given)
        records = given.get("Records")
        if not isinstance(records, list) or not 1 <= len(records) <= _MOST_PUT:
            raise KinesisError("InvalidArgumentException", f"Records must hold 1 to {_MOST_PUT} records.")
        put = [self._put(account, stream, one if isinstance(one, dict) else {}) for one in records]
        return {"FailedRecordCount": 0, "Records": put}

    def _put(self, account: _Account, stream: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        key, data = given.get("PartitionKey"), given.get("Data")
        if not isinstance(key, str) or not 1 <= len(key) <= 256:
            raise KinesisError("InvalidArgumentException", "PartitionKey must have 1 to 256 characters.")
        try:
            size = len(base64.b64decode(data or "", validate=True)) if isinstance(data, str) else -1
        except (ValueError, binascii.Error):
            size = -1
        if not 0 <= size <= _MOST_DATA:
            raise KinesisError(
                "InvalidArgumentException", f"Data must be base64 of at most {_MOST_DATA} bytes."
            )
        number = self._sinks.append("kinesis", account.key, account.region, stream["name"], key, str(data))
        return {
            "ShardId": shard_for(shards_of(stream), hash_of(key)).shard_id,
            "SequenceNumber": str(SEQUENCE_BASE + number),
        }


class _Account:
    """Who calls, and where."""

    __slots__ = ("key", "region")

    def __init__(self, key: str, region: str) -> None:
        self.key = key
        self.region = region

    def arn(self, stream: str) -> str:
        return f"arn:aws:kinesis:{self.region}:{ACCOUNT_ID}:stream/{stream}"


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        given = parse_json(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise KinesisError("SerializationException", "The body is not a JSON object.")
    return given


def _whole(given: dict[str, Any], name: str, default: int, most: int) -> int:
    value = given.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise KinesisError("InvalidArgumentException", f"{name} must be from 1 to {most}.")
    return value


def _sequence(given: dict[str, Any]) -> int:
    text = given.get("StartingSequenceNumber")
    if not isinstance(text, str) or not text.isdigit() or int(text) < SEQUENCE_BASE:
        raise KinesisError("InvalidArgumentException", f"Invalid StartingSequenceNumber {text!r}.")
    return int(text) - SEQUENCE_BASE


def _description(account: _Account, stream: dict[str, Any]) -> dict[str, Any]:
    return {
        "StreamName": stream["name"],
        "StreamARN": account.arn(stream["name"]),
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
        "RetentionPeriodHours": 24,
        "StreamCreationTimestamp": stream["created_ms"] / 1000,
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
        "EncryptionType": "NONE",
    }


def _after(shards: list[Shard], shard_id: Any) -> list[Shard]:
    return shards if not isinstance(shard_id, str) else [one for one in shards if one.shard_id > shard_id]


def _hash_of(one: Record) -> int:
    return hash_of(one.body["partitionKey"])


def _shard_number(shard_id: Any, stream: dict[str, Any]) -> int:
    for shard in shards_of(stream):
        if shard_id == shard.shard_id:
            return shard.number
    raise KinesisError(
        "ResourceNotFoundException",
        f"Shard {shard_id} in stream {stream['name']} under account {ACCOUNT_ID} does not exist",
    )


def _record(one: Record) -> dict[str, Any]:
    return {
        "SequenceNumber": str(SEQUENCE_BASE + one.seq),
        "ApproximateArrivalTimestamp": one.at / 1000,
        "Data": one.body["data"],
        "PartitionKey": one.body["partitionKey"],
        "EncryptionType": "NONE",
    }
