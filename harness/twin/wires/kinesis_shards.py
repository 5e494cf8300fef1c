"""Shards of Kinesis streams: listed, split, merged, counted anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.twin.wires.kinesis_account import KinesisError, stream_of, whole
from harness.twin.wires.kinesis_records import SEQUENCE_BASE, is_hash
from harness.twin.wires.shards import MOST_SHARDS, Shard, open_shards, replaced, resharded, shards_of
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from harness.twin.platform import TwinPlatform
    from harness.twin.wires.kinesis_account import Account
    from harness.twin.wires.kinesis_records import KinesisRecords


class KinesisShards:
    """Answers the calls about shards. What was changed is so at once: a stream stays `ACTIVE`."""

    def __init__(self, platform: TwinPlatform, records: KinesisRecords) -> None:
        self._sinks = platform.service(LocalSinks)
        self._records = records

    def list_shards(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        """Answer `ListShards`."""
        token = given.get("NextToken")
        if token is not None:
            # A token holds the stream; boto3 names it again all the same, which must not be another one.
            last: Any
            name, _, last = str(token).partition("\n")
            if given.get("StreamName") not in (None, name):
                raise KinesisError("InvalidArgumentException", "NextToken is of another stream.")
            stream = stream_of(self._sinks, account, {"StreamName": name})
        else:
            stream, last = stream_of(self._sinks, account, given), given.get("ExclusiveStartShardId")
        shards = after_shard(_chosen(shards_of(stream), given.get("ShardFilter")), last)
        limit = whole(given, "MaxResults", 1000, 10_000)
        answer: dict[str, Any] = {"Shards": [one.document(SEQUENCE_BASE) for one in shards[:limit]]}
        if len(shards) > limit:
            answer["NextToken"] = f"{stream['name']}\n{shards[limit - 1].shard_id}"
        return answer

    def update_shard_count(self, account: Account, given: dict[str, Any]) -> dict[str, Any]:
        """Answer `UpdateShardCount`."""
        stream = stream_of(self._sinks, account, given)
        wanted = given.get("TargetShardCount")
        if not isinstance(wanted, int) or isinstance(wanted, bool) or not 1 <= wanted <= MOST_SHARDS:
            raise KinesisError(
                "InvalidArgumentException", f"TargetShardCount must be from 1 to {MOST_SHARDS}."
            )
        if given.get("ScalingType") != "UNIFORM_SCALING":
            raise KinesisError("InvalidArgumentException", "ScalingType must be UNIFORM_SCALING.")
        before = len(open_shards(shards_of(stream)))
        changed = resharded(stream, wanted, after=self._records.last(account, stream))
        self._sinks.change("kinesis", account.key, account.region, changed)
        return {
            "StreamName": stream["name"],
            "CurrentShardCount": before,
            "TargetShardCount": wanted,
            "StreamARN": account.arn(stream["name"]),
        }

    def split_shard(self, account: Account, given: dict[str, Any]) -> None:
        """Answer `SplitShard`: the shard ends, and two go on at a hash key within it."""
        stream = stream_of(self._sinks, account, given)
        shard = self._open(stream, given.get("ShardToSplit"))
        text = given.get("NewStartingHashKey")
        at = int(text) if is_hash(text) else -1
        if not shard.low < at <= shard.high:
            message = f"NewStartingHashKey {text!r} is not within the shard {shard.shard_id}."
            raise KinesisError("InvalidArgumentException", message)
        self._put(account, stream, [shard], [(shard.low, at - 1), (at, shard.high)])

    def merge_shards(self, account: Account, given: dict[str, Any]) -> None:
        """Answer `MergeShards`: two shards that lie beside each other end, and one goes on."""
        stream = stream_of(self._sinks, account, given)
        first = self._open(stream, given.get("ShardToMerge"))
        second = self._open(stream, given.get("AdjacentShardToMerge"))
        low, high = sorted((first, second), key=lambda one: one.low)
        if low.high + 1 != high.low:
            message = f"The shards {first.shard_id} and {second.shard_id} are not adjacent."
            raise KinesisError("InvalidArgumentException", message)
        self._put(account, stream, [first, second], [(low.low, high.high)])

    def _open(self, stream: dict[str, Any], shard_id: Any) -> Shard:
        for one in shards_of(stream):
            if one.shard_id != shard_id:
                continue
            if one.ends_after is not None:
                message = f"Shard {shard_id} in stream {stream['name']} is closed already."
                raise KinesisError("InvalidArgumentException", message)
            return one
        message = f"Shard {shard_id} in stream {stream['name']} does not exist."
        raise KinesisError("ResourceNotFoundException", message)

    def _put(
        self,
        account: Account,
        stream: dict[str, Any],
        ending: list[Shard],
        ranges: list[tuple[int, int]],
    ) -> None:
        if len(open_shards(shards_of(stream))) - len(ending) + len(ranges) > MOST_SHARDS:
            raise KinesisError("LimitExceededException", f"There may be {MOST_SHARDS} open shards.")
        changed = replaced(stream, ending, ranges, after=self._records.last(account, stream))
        self._sinks.change("kinesis", account.key, account.region, changed)


def after_shard(shards: list[Shard], shard_id: Any) -> list[Shard]:
    """Give the shards behind one, or all."""
    return shards if not isinstance(shard_id, str) else [one for one in shards if one.shard_id > shard_id]


def _chosen(shards: list[Shard], wanted: Any) -> list[Shard]:
    """Give the shards that a `ShardFilter` asks for. None is trimmed here: those of a time are all."""
    if not isinstance(wanted, dict):
        return shards
    match wanted.get("Type"):
        case "AFTER_SHARD_ID":
            return after_shard(shards, wanted.get("ShardId"))
        case "AT_LATEST":
            return open_shards(shards)
        case "AT_TRIM_HORIZON":
            return [one for one in shards if not one.parents]
        case "FROM_TRIM_HORIZON" | "AT_TIMESTAMP" | "FROM_TIMESTAMP":
            return shards
        case other:
            raise KinesisError("InvalidArgumentException", f"Unknown type of ShardFilter {other!r}.")
