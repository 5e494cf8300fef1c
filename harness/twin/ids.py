"""Identifiers in the formats the services use, drawn from one seed."""

from __future__ import annotations

import random
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.twin.clock import SettableClock

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Ids:
    """Draws identifiers. The same seed and order of calls give the same identifiers."""

    def __init__(self, clock: SettableClock, seed: int | str | None = None) -> None:
        self._clock = clock
        self._seed = seed
        self._random = random.Random(seed)

    def branch(self, name: str) -> Ids:
        """Return another source from the same seed, for work whose order among the calls is not fixed."""
        return Ids(self._clock, None if self._seed is None else f"{self._seed}/{name}")

    def uuid(self) -> str:
        """UUID version 4, lower case."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def hex(self, digits: int) -> str:
        """`digits` lower-case hexadecimal digits: 24 dataset, 48 schema, 64 inlet."""
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"

    def number(self, low: int, high: int) -> int:
        """Whole number from low to high, both included."""
        return self._random.randint(low, high)

    def chance(self) -> float:
        """Draw from [0, 1), for faults and sampling."""
        return self._random.random()

    def etag(self) -> str:
        """Flow Service etag; its value contains the double quotes: `"a500e689-0000-0200-0000-…"`.

        The last group is the time in seconds in hexadecimal, followed by `0000`.
        """
        return f'"{self._random.getrandbits(32):08x}-0000-0200-0000-{self._clock.now_s():08x}0000"'

    def xaction(self) -> str:
        """Id of a streamed message or of a batch of messages: `<epoch ms>:<int>:<int>`."""
        drawn = self._random.getrandbits(24)
        return f"{self._clock.now_ms()}:{drawn >> 10}:{drawn & 1023}"

    def ulid(self) -> str:
        """Ingestion batch id: 26 characters, sortable by time."""
        value = (self._clock.now_ms() << 80) | self._random.getrandbits(80)
        return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))
