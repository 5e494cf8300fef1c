"""Where destinations deliver to.

`Sink` is the seam: one message to one place. `LocalSinks` keeps what arrives in the platform's store,
so that a reader finds it there: `harness.twin.wires.kinesis` and `harness.twin.wires.event_hubs` speak the
services' own protocols over it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from harness.twin.tenant import NOWHERE

if TYPE_CHECKING:
    from harness.twin.platform import TwinPlatform
    from harness.twin.store import Record

STREAM = "sink"
"""Stream of the records that are messages delivered to a sink here."""

_ACCOUNT = "sinkAccount"
_STREAM = "sinkStream"

SinkService = Literal["kinesis", "eventhubs"]


class DeliveryError(Exception):
    """A message that was not taken; `code` is the error type in the words of the service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A place to deliver to, with the credentials for it.

    For Kinesis `place` is the region, `name` the stream and `key_name` the access key id; for Event
    Hubs they are the namespace, the hub and the name of the SAS key.
    """

    service: SinkService
    place: str
    name: str
    key_name: str
    key: str = field(repr=False)

    @property
    def account(self) -> str:
        """Whose streams they are: those of an access key, or of a namespace."""
        return account_of(self.service, self.place, self.key_name)


def account_of(service: SinkService, place: str, key_name: str) -> str:
    """Account that a key opens: Kinesis has one for each access key, Event Hubs for each namespace."""
    return key_name if service == "kinesis" else place


class Sink(Protocol):
    """Takes messages."""

    def send(self, destination: Destination, partition_key: str, data: bytes) -> None:
        """Deliver one message; raise DeliveryError when it is not taken."""


class LocalSinks:
    """Streams and hubs kept in the store, beside all organisations.

    An account opens with the first base connection that brings its key; another connection with the
    same key name and another key does not get in. Streams of one account are not seen by others.
    """

    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform
        self._store = platform.store

    # keys

    def learn_key(self, service: SinkService, place: str, key_name: str, key: str, owner: str) -> None:
        """Open an account for a key; only the connection that opened it can change the key later."""
        key_id = self._key_id(service, place, key_name)
        held = self._store.get(NOWHERE, _ACCOUNT, key_id)
        if held is None or held["owner"] == owner:
            self._store.put(NOWHERE, _ACCOUNT, key_id, {"key": key, "owner": owner})

    def key(self, service: SinkService, place: str, key_name: str) -> str | None:
        """Key by its name; None for one that no base connection brought."""
        held = self._store.get(NOWHERE, _ACCOUNT, self._key_id(service, place, key_name))
        return None if held is None else str(held["key"])

    def opens(self, service: SinkService, place: str, key_name: str, key: str) -> bool:
        """Whether the key is the right one."""
        held = self.key(service, place, key_name)
        return held is not None and hmac.compare_digest(held.encode(), key.encode())

    # streams

    def create(self, service: SinkService, account: str, place: str, name: str, shards: int = 1) -> bool:
        """Make a stream; False when it is there already."""
        stream_id = self._stream_id(service, account, place, name)
        if self._store.get(NOWHERE, _STREAM, stream_id) is not None:
            return False
        body = {
            "service": service,
            "account": account,
            "place": place,
            "name": name,
            "shards": shards,
            "created_ms": self._platform.clock.now_ms(),
        }
        self._store.put(NOWHERE, _STREAM, stream_id, body)
        return True

    def change(self, service: SinkService, account: str, place: str, stream: dict[str, Any]) -> None:
        """Keep a stream that has changed."""
        self._store.put(NOWHERE, _STREAM, self._stream_id(service, account, place, stream["name"]), stream)

    def delete(self, service: SinkService, account: str, place: str, name: str) -> None:
        """Remove a stream with its messages."""
        stream_id = self._stream_id(service, account, place, name)
        self._store.delete(NOWHERE, _STREAM, stream_id)
        self._store.forget_records(NOWHERE, STREAM, stream_id)

    def stream(self, service: SinkService, account: str, place: str, name: str) -> dict[str, Any] | None:
        """Describe a stream, or None."""
        return self._store.get(NOWHERE, _STREAM, self._stream_id(service, account, place, name))

    def streams(self, service: SinkService, account: str, place: str) -> list[dict[str, Any]]:
        """All streams of an account in a region or namespace, by name."""
        found = self._store.find(NOWHERE, _STREAM, service=service, account=account, place=place)
        return sorted(found, key=lambda stream: str(stream["name"]))

    def append(
        self,
        service: SinkService,
        account: str,
        place: str,
        name: str,
        partition_key: str,
        data: str,
        *,
        hash_key: str | None = None,
    ) -> int:
        """Keep a message (base64 text for Kinesis, text for Event Hubs); gives its number.

        `hash_key` stands for the partition key's own hash.
        """
        hashed = {} if hash_key is None else {"hashKey": hash_key}
        return self._store.append(
            NOWHERE,
            STREAM,
            self._stream_id(service, account, place, name),
            self._platform.clock.now_ms(),
            {"partitionKey": partition_key, "data": data, **hashed},
        )

    def messages(
        self,
        service: SinkService,
        account: str,
        place: str,
        name: str,
        *,
        after: int = 0,
        limit: int = -1,
    ) -> list[Record]:
        """Messages of a stream in order, from the one behind number `after`."""
        stream_id = self._stream_id(service, account, place, name)
        return self._store.records(NOWHERE, STREAM, stream_id, after=after, limit=limit)

    def latest(self, destination: Destination, *, limit: int) -> list[Record]:
        """Messages that a destination got last, newest first."""
        stream_id = self._stream_id(
            destination.service, destination.account, destination.place, destination.name
        )
        return self._store.latest_records(NOWHERE, STREAM, stream_id, limit=limit)

    def count(self, destination: Destination) -> int:
        """How many messages a destination got."""
        stream_id = self._stream_id(
            destination.service, destination.account, destination.place, destination.name
        )
        return self._store.count_records(NOWHERE, STREAM, stream_id)

    # the seam

    def send(self, destination: Destination, partition_key: str, data: bytes) -> None:
        """Deliver as the service would: the key has to be right and the stream has to exist."""
        import base64

        service, place, name = destination.service, destination.place, destination.name
        if not self.opens(service, place, destination.key_name, destination.key):
            code = "UnrecognizedClientException" if service == "kinesis" else "401 Unauthorized"
            raise DeliveryError(code, f"The key {destination.key_name!r} was not accepted.")
        if self.stream(service, destination.account, place, name) is None:
            code = "ResourceNotFoundException" if service == "kinesis" else "404 Not Found"
            raise DeliveryError(code, f"There is no stream or hub {name!r} in {place!r}.")
        text = base64.b64encode(data).decode() if service == "kinesis" else data.decode()
        self.append(service, destination.account, place, name, partition_key, text)

    def _key_id(self, service: str, place: str, key_name: str) -> str:
        return f"kinesis/{key_name}" if service == "kinesis" else f"{service}/{place.lower()}/{key_name}"

    def _stream_id(self, service: str, account: str, place: str, name: str) -> str:
        if service == "kinesis":
            return f"kinesis/{account}/{place}/{name}"
        return f"{service}/{place.lower()}/{name.lower()}"
