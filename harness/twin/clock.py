"""The platform's time: real by default, settable for tests and reproducible runs."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def iso(ms: int, *, millis: bool = False) -> str:
    """RFC 3339 in UTC of epoch milliseconds: `2020-01-30T01:13:59Z`."""
    moment = datetime.fromtimestamp(ms / 1000, tz=UTC)
    if millis:
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class SettableClock:
    """Epoch milliseconds. `start_ms` sets where it starts, `advance` moves it; it runs on by itself."""

    def __init__(self, start_ms: int | None = None) -> None:
        self._offset_ms = 0
        if start_ms is not None:
            self.set(start_ms)

    def now_ms(self) -> int:
        """Now, in milliseconds since 1970."""
        return time.time_ns() // 1_000_000 + self._offset_ms

    def now_s(self) -> int:
        """Now, in whole seconds since 1970."""
        return self.now_ms() // 1000

    def now_iso(self, *, millis: bool = False) -> str:
        """Now, as RFC 3339 in UTC."""
        return iso(self.now_ms(), millis=millis)

    def set(self, ms: int) -> None:
        """Make it be `ms` now."""
        self._offset_ms = ms - time.time_ns() // 1_000_000

    def advance(self, ms: int) -> None:
        """Let `ms` milliseconds pass at once."""
        self._offset_ms += ms


class StoppedClock(SettableClock):
    """A clock that stands still until it is set or advanced."""

    def __init__(self, now_ms: int) -> None:
        super().__init__()
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Now, in milliseconds since 1970."""
        return self._now_ms

    def set(self, ms: int) -> None:
        """Make it be `ms` now."""
        self._now_ms = ms

    def advance(self, ms: int) -> None:
        """Let `ms` milliseconds pass."""
        self._now_ms += ms
