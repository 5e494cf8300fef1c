"""What is to be done at some time of the platform's clock.

It is done at the first moment at which the platform looks at its clock after it is due: with the next
request, or within a second. Of the times that a leap of the clock passes over, the last one counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.twin.platform import TwinPlatform
    from harness.twin.tenant import Tenant

NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A document and the time at which it is due, epoch milliseconds or `NEVER`."""

    at_ms: float
    tenant: Tenant
    body: dict[str, Any]


class Agenda:
    """What is due of the documents of one kind. Looking whether something is costs next to nothing.

    `find` gives all of them with their times, and `do` does what is due at a time, epoch milliseconds; they
    are found anew whenever one of the kind was written, and after each doing.
    """

    def __init__(
        self,
        platform: TwinPlatform,
        *,
        kind: str,
        find: Callable[[], Iterable[Due]],
        do: Callable[[Due, int], None],
    ) -> None:
        self._clock = platform.clock
        self._store = platform.store
        self._kind = kind
        self._find = find
        self._do = do
        self._generation = -1
        self._waiting: list[Due] = []
        self._next_ms = NEVER
        platform.at_settle(self.catch_up)

    def catch_up(self) -> None:
        """Do what is due."""
        if self._store.generation(self._kind) != self._generation:
            self._plan()
        now = self._clock.now_ms()
        if now < self._next_ms:
            return
        for one in [one for one in self._waiting if one.at_ms <= now]:
            self._do(one, now)
        self._plan()

    def _plan(self) -> None:
        self._generation = self._store.generation(self._kind)
        self._waiting = list(self._find())
        self._next_ms = min((one.at_ms for one in self._waiting), default=NEVER)
