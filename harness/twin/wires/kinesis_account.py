"""Who calls Kinesis, what it refuses, and how it reads what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.twin.message import parse_json

if TYPE_CHECKING:
    from harness.twin.wires.sinks import LocalSinks

ACCOUNT_ID = "000000000000"


class KinesisError(Exception):
    """An error of the service, by its type."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Account:
    """Who calls, and where."""

    __slots__ = ("key", "region")

    def __init__(self, key: str, region: str) -> None:
        self.key = key
        self.region = region

    def arn(self, stream: str) -> str:
        """Write the resource name of a stream."""
        return f"arn:aws:kinesis:{self.region}:{ACCOUNT_ID}:stream/{stream}"


def parsed(body: bytes) -> dict[str, Any]:
    """Read the body of a call."""
    try:
        given = parse_json(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise KinesisError("SerializationException", "The body is not a JSON object.")
    return given


def whole(given: dict[str, Any], name: str, default: int, most: int) -> int:
    """Read a whole number from 1 to the most there may be."""
    value = given.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise KinesisError("InvalidArgumentException", f"{name} must be from 1 to {most}.")
    return value


def stream_of(sinks: LocalSinks, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    """Find the stream that a call names, or whose resource name it has."""
    name = given.get("StreamName")
    arn = given.get("StreamARN")
    if name is None and isinstance(arn, str):
        name = arn.rpartition("/")[2]
    if not isinstance(name, str) or not name:
        raise KinesisError("InvalidArgumentException", "StreamName must be given.")
    stream = sinks.stream("kinesis", account.key, account.region, name)
    if stream is None:
        raise KinesisError(
            "ResourceNotFoundException", f"Stream {name} under account {ACCOUNT_ID} not found."
        )
    return stream
