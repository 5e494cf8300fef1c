"""Amazon Kinesis Data Streams over the local sinks: `POST /_sinks/kinesis/{region}/`.

The JSON protocol of version 2013-12-02 as far as a reader and a writer need it, behind Signature
Version 4 with the keys that base connections brought.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from harness.twin.message import parse_json
from harness.twin.routing import Endpoint
from harness.twin.store import encode
from harness.twin.wires.sigv4 import SignatureError, SignedRequest, verify
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.twin.message import Request
    from harness.twin.platform import TwinPlatform
    from harness.twin.store import Record

PATH = "/_sinks/kinesis"
_TARGET = "Kinesis_20131202."
_SEQUENCE_BASE = 49_600_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000
_ITERATOR_MS = 300_000
_HASH_SPACE = 2**128
_MOST_RECORDS = 10_000
_MOST_PUT = 500
_MOST_DATA = 1_048_576
_ACCOUNT_ID = "000000000000"


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
        self._operations: dict[str, Callable[[_Account, dict[str, Any]], dict[str, Any] | None]] = {
            "CreateStream": self._create_stream,
            "DescribeStream": self._describe_stream,
            "DescribeStreamSummary": self._describe_summary,
            "GetRecords": self._get_records,
            "GetShardIterator": self._get_shard_iterator,
            "ListShards": self._list_shards,
            "ListStreams": self._list_streams,
            "PutRecord": self._put_record,
            "PutRecords": self._put_records,
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
                "ResourceNotFoundException", f"Stream {name} under account {_ACCOUNT_ID} not found."
            )
        return stream

    def _create_stream(self, account: _Account, given: dict[str, Any]) -> None:
        name = given.get("StreamName")
        shards = given.get("ShardCount", 1)
        if not isinstance(name, str) or not name:
            raise KinesisError("InvalidArgumentException", "StreamName must be given.")
        if not isinstance(shards, int) or isinstance(shards, bool) or not 1 <= shards <= 500:
            raise KinesisError("InvalidArgumentException", "ShardCount must be from 1 to 500.")
        if not self._sinks.create("kinesis", account.key, account.region, name, shards):
            raise KinesisError(
                "ResourceInUseException",
                f"Stream {name} under account {_ACCOUNT_ID} already exists.",
            )

    def _list_streams(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        names = [one["name"] for one in self._sinks.streams("kinesis", account.key, account.region)]
        after = given.get("ExclusiveStartStreamName")
        if isinstance(after, str):
            names = [name for name in names if name > after]
        limit = _whole(given, "Limit", 100, 10_000)
        return {"StreamNames": names[:limit], "HasMoreStreams": len(names) > limit}

    def _describe_stream(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = self._stream(account, given)
        description = {**_description(account, stream), "HasMoreShards": False, "Shards": _shards(stream)}
        return {"StreamDescription": description}

    def _describe_summary(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        stream = self._stream(account, given)
        summary = {**_description(account, stream), "OpenShardCount": stream["shards"], "ConsumerCount": 0}
        return {"StreamDescriptionSummary": summary}

    def _list_shards(self, account: _Account, given: dict[str, Any]) -> dict[str, Any]:
        return {"Shards": _shards(self._stream(account, given))}

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
        stream, shard, after = self._read_iterator(account, given.get("ShardIterator"))
        limit = _whole(given, "Limit", _MOST_RECORDS, _MOST_RECORDS)
        found = [
            one
            for one in self._messages(account, stream, after=after)
            if _shard_of(one.body["partitionKey"], stream["shards"]) == shard
        ]
        shown = found[:limit]
        if shown:
            after = shown[-1].seq
        behind = 0
        if len(found) > len(shown):
            behind = max(0, self._platform.clock.now_ms() - found[len(shown)].at)
        return {
            "Records": [_record(one) for one in shown],
            "NextShardIterator": self._iterator(account, stream, shard, after),
            "MillisBehindLatest": behind,
        }

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
            "ShardId": _shard_id(_shard_of(key, stream["shards"])),
            "SequenceNumber": str(_SEQUENCE_BASE + number),
        }


class _Account:
    """Who calls, and where."""

    __slots__ = ("key", "region")

    def __init__(self, key: str, region: str) -> None:
        self.key = key
        self.region = region


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
    if not isinstance(text, str) or not text.isdigit() or int(text) < _SEQUENCE_BASE:
        raise KinesisError("InvalidArgumentException", f"Invalid StartingSequenceNumber {text!r}.")
    return int(text) - _SEQUENCE_BASE


def _description(account: _Account, stream: dict[str, Any]) -> dict[str, Any]:
    return {
        "StreamName": stream["name"],
        "StreamARN": f"arn:aws:kinesis:{account.region}:{_ACCOUNT_ID}:stream/{stream['name']}",
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
        "RetentionPeriodHours": 24,
        "StreamCreationTimestamp": stream["created_ms"] / 1000,
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
        "EncryptionType": "NONE",
    }


def _shard_id(number: int) -> str:
    return f"shardId-{number:012d}"


def _shards(stream: dict[str, Any]) -> list[dict[str, Any]]:
    width = _HASH_SPACE // stream["shards"]
    return [
        {
            "ShardId": _shard_id(number),
            "HashKeyRange": {
                "StartingHashKey": str(number * width),
                "EndingHashKey": str(
                    _HASH_SPACE - 1 if number == stream["shards"] - 1 else (number + 1) * width - 1
                ),
            },
            "SequenceNumberRange": {"StartingSequenceNumber": str(_SEQUENCE_BASE)},
        }
        for number in range(stream["shards"])
    ]


def _shard_of(partition_key: str, shards: int) -> int:
    """Give the shard that a key belongs to: its MD5 as a number within the hash key ranges."""
    hashed = int.from_bytes(hashlib.md5(partition_key.encode(), usedforsecurity=False).digest(), "big")
    return min(hashed // (_HASH_SPACE // shards), shards - 1)


def _shard_number(shard_id: Any, stream: dict[str, Any]) -> int:
    for number in range(stream["shards"]):
        if shard_id == _shard_id(number):
            return number
    raise KinesisError(
        "ResourceNotFoundException",
        f"Shard {shard_id} in stream {stream['name']} under account {_ACCOUNT_ID} does not exist",
    )


def _record(one: Record) -> dict[str, Any]:
    return {
        "SequenceNumber": str(_SEQUENCE_BASE + one.seq),
        "ApproximateArrivalTimestamp": one.at / 1000,
        "Data": one.body["data"],
        "PartitionKey": one.body["partitionKey"],
        "EncryptionType": "NONE",
    }
