"""Registered consumers of Kinesis streams, by the stream's ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from harness.twin.platform import TwinPlatform

_KIND = "sink-consumer"


class Consumers:
    """Consumers as the service describes them. Those of one account are not seen by others."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._store = platform.store

    def register(self, account: str, stream_arn: str, name: str, now_ms: int) -> dict[str, Any] | None:
        """Make a consumer; None when the stream has one of that name."""
        if any(one["ConsumerName"] == name for one in self.of(account, stream_arn)):
            return None
        arn = f"{stream_arn}/consumer/{name}:{now_ms // 1000}"
        found = {
            "ConsumerName": name,
            "ConsumerARN": arn,
            "ConsumerStatus": "ACTIVE",
            "ConsumerCreationTimestamp": now_ms / 1000,
        }
        self._store.put(Tenant(account), _KIND, arn, found)
        return found

    def of(self, account: str, stream_arn: str) -> list[dict[str, Any]]:
        """Consumers of a stream, by name."""
        start = f"{stream_arn}/consumer/"
        found = [
            one for one in self._store.find(Tenant(account), _KIND) if one["ConsumerARN"].startswith(start)
        ]
        return sorted(found, key=lambda one: str(one["ConsumerName"]))

    def deregister(self, account: str, arn: str) -> None:
        """Remove a consumer."""
        self._store.delete(Tenant(account), _KIND, arn)

    def forget(self, account: str, stream_arn: str) -> None:
        """Remove all consumers of a stream."""
        for one in self.of(account, stream_arn):
            self.deregister(account, one["ConsumerARN"])
