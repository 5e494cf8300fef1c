"""Records of Kinesis streams: written to a shard by their key, read by iterators."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, TypeGuard

from harness.twin.wires.kinesis_account import ACCOUNT_ID, KinesisError, stream_of, whole
from harness.twin.wires.shards import HASH_SPACE, hash_of, shard_for, shards_of
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from harness.twin.platform import TwinPlatform
    from harness.twin.store import Record
    from harness.twin.wires.kinesis_account import Account
    from harness.twin.wires.shards import Shard

SEQUENCE_BASE = 49_600_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000
_ITERATOR_MS = 300_000
_MOST_RECORDS = 10_000
_MOST_PUT = 500
_PAGE = 1000
_MOST_DATA = 1_048_576


class KinesisRecords:
    """Reads and writes records."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform
        self._sinks = platform.service(LocalSinks)

    def get_shard_iterator(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        """Answer `GetShardIterator`."""
        stream = stream_of(self._sinks, account, given)
        shard = _shard_number(given.get("ShardId"), stream)
        match given.get("ShardIteratorType"):
            case "TRIM_HORIZON":
                after = 0
            case "LATEST":
                after = self.last(account, stream)
            case "AT_SEQUENCE_NUMBER":
                after = _sequence(given) - 1
            case "AFTER_SEQUENCE_NUMBER":
                after = _sequence(given)
            case "AT_TIMESTAMP":
                after = self._before(account, stream, given.get("Timestamp"))
            case other:
                raise KinesisError("InvalidArgumentException", f"Unknown ShardIteratorType {other!r}.")
        return {"ShardIterator": self._iterator(account, stream, shard, after)}

    def get_records(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        """Answer `GetRecords`."""
        stream, number, after = self._read_iterator(account, given.get("ShardIterator"))
        shards = shards_of(stream)
        shard = shards[number]
        limit = whole(given, "Limit", _MOST_RECORDS, _MOST_RECORDS)
        found = self._held(account, stream, shard, after, limit + 1)
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

    def _messages(self, account: Account, stream: dict[str, Any], *, after: int = 0) -> list[Record]:
        return self._sinks.messages("kinesis", account.key, account.region, stream["name"], after=after)

    def _held(
        self, account: Account, stream: dict[str, Any], shard: Shard, after: int, most: int
    ) -> list[Record]:
        """Read records of a shard, page by page and no more than there may be."""
        found: list[Record] = []
        while len(found) < most:
            page = self._sinks.messages(
                "kinesis", account.key, account.region, stream["name"], after=after, limit=_PAGE
            )
            found.extend(one for one in page if shard.holds(one.seq, _hash_of(one)))
            if len(page) < _PAGE:
                break
            after = page[-1].seq
        return found[:most]

    def last(self, account: Account, stream: dict[str, Any]) -> int:
        """Return the number of the last record of a stream, 0 when there is none."""
        found = self._messages(account, stream)
        return found[-1].seq if found else 0

    def _before(self, account: Account, stream: dict[str, Any], timestamp: Any) -> int:
        if not isinstance(timestamp, int | float) or isinstance(timestamp, bool):
            raise KinesisError("InvalidArgumentException", "Timestamp must be given in seconds.")
        earlier = [one.seq for one in self._messages(account, stream) if one.at < timestamp * 1000]
        return max(earlier, default=0)

    def _iterator(self, account: Account, stream: dict[str, Any], shard: int, after: int) -> str:
        expires = self._platform.clock.now_ms() + _ITERATOR_MS
        held = [account.key, account.region, stream["name"], shard, after, expires]
        return base64.b64encode(json.dumps(held).encode()).decode()

    def _read_iterator(self, account: Account, text: Any) -> tuple[dict[str, Any], int, int]:
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

    def put_record(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        """Answer `PutRecord`."""
        return self._put(account, stream_of(self._sinks, account, given), given)

    def put_records(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        """Answer `PutRecords`."""
        stream = stream_of(self._sinks, account, given)
        records = given.get("Records")
        if not isinstance(records, list) or not 1 <= len(records) <= _MOST_PUT:
            raise KinesisError("InvalidArgumentException", f"Records must hold 1 to {_MOST_PUT} records.")
        put = [self._put(account, stream, one if isinstance(one, dict) else {}) for one in records]
        return {"FailedRecordCount": 0, "Records": put}

    def _put(self, account: Account, stream: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
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
        explicit = given.get("ExplicitHashKey")
        if explicit is not None and not is_hash(explicit):
            raise KinesisError("InvalidArgumentException", f"Invalid ExplicitHashKey {explicit!r}.")
        number = self._sinks.append(
            "kinesis", account.key, account.region, stream["name"], key, str(data), hash_key=explicit
        )
        hashed = hash_of(key) if explicit is None else int(explicit)
        return {
            "ShardId": shard_for(shards_of(stream), hashed).shard_id,
            "SequenceNumber": str(SEQUENCE_BASE + number),
        }


def _sequence(given: dict[str, Any]) -> int:
    text = given.get("StartingSequenceNumber")
    if not isinstance(text, str) or not text.isdigit() or int(text) < SEQUENCE_BASE:
        raise KinesisError("InvalidArgumentException", f"Invalid StartingSequenceNumber {text!r}.")
    return int(text) - SEQUENCE_BASE


def _hash_of(one: Record) -> int:
    explicit = one.body.get("hashKey")
    return hash_of(one.body["partitionKey"]) if explicit is None else int(explicit)


def is_hash(text: Any) -> TypeGuard[str]:
    """Tell whether a text is a hash key: a number below 2 to the power of 128."""
    digits = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 40
    return digits and int(text) < HASH_SPACE


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
