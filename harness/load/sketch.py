"""Percentiles of values that are not kept; the only place that knows ddsketch."""

import math
from collections.abc import Iterable
from typing import Final, Self

from ddsketch import LogarithmicMapping
from ddsketch.store import DenseStore

ACCURACY: Final = 0.005
"""How far a percentile may be from the true one, as a share of it."""

_MAPPING: Final = LogarithmicMapping(ACCURACY)
_LEAST_MS: Final = 0.001


class Sketch:
    """Times in milliseconds, counted in bins of equal relative width.

    Sketches merge exactly: those of several workers say together what one that saw all values would say. Its
    size depends on how far apart the values lie, not on how many there are.
    """

    __slots__ = ("_bins",)

    def __init__(self) -> None:
        self._bins = DenseStore()

    @property
    def count(self) -> int:
        """How many values there are."""
        return round(self._bins.count)

    def add(self, ms: float) -> None:
        """Take a value in."""
        self._bins.add(_MAPPING.key(max(ms, _LEAST_MS)))

    def merge(self, other: Self) -> None:
        """Take all values of another sketch in."""
        for key, count in other.pack():
            self._bins.add(key, count)

    def percentile(self, percent: float) -> float | None:
        """Return the least value that so many percent do not exceed, `None` when there are no values."""
        if not self.count:
            return None
        key = self._bins.key_at_rank(max(0, math.ceil(percent / 100 * self.count) - 1))
        return float(_MAPPING.value(key))

    def pack(self) -> list[tuple[int, int]]:
        """Return the bins that are not empty, for a message to another process."""
        offset = self._bins.offset
        return [(place + offset, round(count)) for place, count in enumerate(self._bins.bins) if count]

    def take_in(self, packed: Iterable[Iterable[int]]) -> None:
        """Take in what another sketch has packed."""
        for key, count in packed:
            self._bins.add(key, count)
