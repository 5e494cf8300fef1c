"""Shards of a Kinesis stream: which part of the hash key space each one has, and from when to when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

HASH_SPACE = 2**128
MOST_SHARDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A shard: it has the messages numbered above `begins_after`, and up to `ends_after` when it is closed.

    `parents` are the numbers of the shards whose part of the space it took over, one or two of them.
    """

    number: int
    low: int
    high: int
    begins_after: int = 0
    ends_after: int | None = None
    parents: tuple[int, ...] = ()

    @property
    def shard_id(self) -> str:
        """`shardId-000000000000`."""
        return f"shardId-{self.number:012d}"

    def holds(self, sequence: int, hashed: int) -> bool:
        """Whether a message is in this shard."""
        ended = self.ends_after is not None and sequence > self.ends_after
        return sequence > self.begins_after and not ended and self.low <= hashed <= self.high

    def hash_range(self) -> dict[str, str]:
        """Part of the hash key space, as the service writes it."""
        return {"StartingHashKey": str(self.low), "EndingHashKey": str(self.high)}

    def document(self, base: int) -> dict[str, Any]:
        """Describe it as the service does; `base` is what sequence numbers are counted from."""
        sequence = {"StartingSequenceNumber": str(base + self.begins_after)}
        if self.ends_after is not None:
            sequence["EndingSequenceNumber"] = str(base + self.ends_after)
        found: dict[str, Any] = {"ShardId": self.shard_id}
        for name, parent in zip(("ParentShardId", "AdjacentParentShardId"), self.parents, strict=False):
            found[name] = f"shardId-{parent:012d}"
        return {**found, "HashKeyRange": self.hash_range(), "SequenceNumberRange": sequence}


def hash_of(partition_key: str) -> int:
    """MD5 of a key, as a number within the hash key space."""
    return int.from_bytes(hashlib.md5(partition_key.encode(), usedforsecurity=False).digest(), "big")


def shards_of(stream: dict[str, Any]) -> list[Shard]:
    """All shards of a stream, closed ones too, by number."""
    if "history" in stream:
        return [Shard(**{**one, "parents": tuple(one["parents"])}) for one in stream["history"]]
    return _evenly(stream["shards"], first=0, begins_after=0)


def open_shards(shards: list[Shard]) -> list[Shard]:
    """Shards that take messages."""
    return [one for one in shards if one.ends_after is None]


def shard_for(shards: list[Shard], hashed: int) -> Shard:
    """Return the open shard that a hash key belongs to."""
    return next(one for one in open_shards(shards) if one.low <= hashed <= one.high)


def resharded(stream: dict[str, Any], count: int, *, after: int) -> dict[str, Any]:
    """Return a stream whose space is divided anew: all open shards end with message `after`, others begin."""
    shards = shards_of(stream)
    ranges = [(one.low, one.high) for one in _evenly(count, first=0, begins_after=0)]
    return replaced(stream, open_shards(shards), ranges, after=after)


def replaced(
    stream: dict[str, Any], ending: list[Shard], ranges: list[tuple[int, int]], *, after: int
) -> dict[str, Any]:
    """Return a stream in which some shards end with message `after`, and new ones have these ranges."""
    shards = shards_of(stream)
    ended = {one.number for one in ending}
    closed = [replace(one, ends_after=after) if one.number in ended else one for one in shards]
    children = [
        Shard(
            number=len(shards) + index,
            low=low,
            high=high,
            begins_after=after,
            parents=tuple(old.number for old in ending if old.low <= high and low <= old.high)[:2],
        )
        for index, (low, high) in enumerate(ranges)
    ]
    every = (*closed, *children)
    history = [{name: getattr(one, name) for name in Shard.__slots__} for one in every]
    return {**stream, "shards": len(open_shards(list(every))), "history": history}


def _evenly(count: int, *, first: int, begins_after: int) -> list[Shard]:
    width = HASH_SPACE // count
    return [
        Shard(
            number=first + index,
            low=index * width,
            high=HASH_SPACE - 1 if index == count - 1 else (index + 1) * width - 1,
            begins_after=begins_after,
        )
        for index in range(count)
    ]
