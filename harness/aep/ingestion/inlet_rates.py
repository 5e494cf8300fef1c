"""How often records may be sent to an inlet.

Source: Adobe's guides to streaming ingestion (1 000 requests and 10 000 messages a second) and to
streaming validation (60 requests a minute that ask for it at once).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from harness.aep import problem

if TYPE_CHECKING:
    from harness.aep.flow.inlets import Inlet
    from harness.aep.platform import Platform
    from harness.aep.problem import Problem

_MOST_INLETS = 10_000
_MINUTE_MS = 60_000


class InletRates:
    """Counts what is sent to each inlet. Problem 429, with `Retry-After`, when it is too much."""

    def __init__(self, platform: Platform) -> None:
        self._clock = platform.clock
        settings = platform.settings
        self._synchronous = settings.sync_validation_per_minute
        self._requests = settings.collection_requests_per_second or (1000 if settings.strict else 0)
        self._messages = settings.collection_messages_per_second or (10_000 if settings.strict else 0)
        self._recent: dict[str, deque[int]] = {}
        self._second: dict[str, tuple[int, int, int]] = {}

    def count(self, inlet: Inlet, messages: int) -> None:
        """Count a request of some messages, where the settings bound them."""
        if not (self._requests or self._messages):
            return
        second = self._clock.now_ms() // 1000
        if len(self._second) > _MOST_INLETS:
            self._second.clear()
        begun, requests, sent = self._second.get(inlet.inlet_id, (second, 0, 0))
        if begun != second:
            requests = sent = 0
        for most, found, what in (
            (self._requests, requests + 1, "requests"),
            (self._messages, sent + messages, "messages"),
        ):
            if most and found > most:
                raise _too_many(inlet, f"At most {most} {what} a second may be sent", 1)
        self._second[inlet.inlet_id] = (second, requests + 1, sent + messages)

    def count_synchronous(self, inlet: Inlet) -> None:
        """Count a request that asks for validation at once."""
        now = self._clock.now_ms()
        if len(self._recent) > _MOST_INLETS:
            self._recent.clear()
        recent = self._recent.setdefault(inlet.inlet_id, deque())
        while recent and recent[0] <= now - _MINUTE_MS:
            recent.popleft()
        if len(recent) >= self._synchronous:
            raise _too_many(
                inlet,
                f"At most {self._synchronous} requests a minute may ask for synchronous validation",
                max(1, (recent[0] + _MINUTE_MS - now + 999) // 1000),
            )
        recent.append(now)


def _too_many(inlet: Inlet, text: str, wait_s: int) -> Problem:
    where = f"inletId: [{inlet.inlet_id}] imsOrgId: [{inlet.tenant.org}]"
    raised = problem.dcs(429, "Too Many Requests", f"{where} {text}")
    raised.headers["Retry-After"] = str(wait_s)
    return raised
