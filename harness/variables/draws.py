"""Everything a run draws: random values and the time, so that a replay draws the same.

The seed of a draw is derived from the run's seed and from who draws (call, iteration, attempt, event), so
that one folder replays alone and workers do not disturb each other.
"""

import random
import time
from collections.abc import Callable, Sequence
from hashlib import blake2b
from threading import Lock
from typing import Protocol

from harness.lazy_dataclass import dataclass


class Clock(Protocol):
    """Tells the time in milliseconds since the epoch."""

    @property
    def virtual(self) -> bool:
        """Whether time only passes when it is read or told to."""
        ...

    def now_ms(self) -> float:
        """Read the clock."""
        ...

    def advance(self, milliseconds: float) -> None:
        """Let time pass: a response took so long, a timer was waited for. The real clock ignores it."""
        ...


class SystemClock:
    """The machine's clock."""

    virtual = False

    def now_ms(self) -> float:
        """Read the machine's clock."""
        return time.time() * 1000

    def advance(self, milliseconds: float) -> None:
        """Do nothing: real time passes by itself."""


class SteppingClock:
    """A clock that starts where it is told and moves on one millisecond whenever it is read."""

    virtual = True

    def __init__(self, start_ms: float) -> None:
        self._now = start_ms

    def now_ms(self) -> float:
        """Read the clock, which moves it on."""
        now = self._now
        self._now += 1
        return now

    def advance(self, milliseconds: float) -> None:
        """Let time pass."""
        self._now += max(0.0, milliseconds)


def derive_seed(seed: int, *parts: object) -> int:
    """Derive the seed of one who draws: the same for the same parts on every machine."""
    told = "".join([f"{part!r}\0" for part in (seed, *parts)])
    return int.from_bytes(blake2b(told.encode(), digest_size=8).digest(), "big")


class CallDraws:
    """What one attempt of one call draws from: a clock, and a source of random values for each event."""

    __slots__ = ("_seed", "clock")

    def __init__(self, seed: int, clock: Clock) -> None:
        self._seed = seed
        self.clock = clock

    def seed(self, event: str) -> int:
        """Return the seed of one event: `prerequest`, `request`, `auth`, `test` ..."""
        return derive_seed(self._seed, event)

    def random(self, event: str) -> random.Random:
        """Return a new source of random values for one event."""
        return random.Random(self.seed(event))


def _untold() -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The draws of a call that begins before those that come before it are over.

    `draws` gives them, the same each time; `begin` is to be called once, when its turn has come.
    """

    draws: Callable[[], CallDraws]
    begin: Callable[[], object] = _untold


class Draws(Protocol):
    """Gives each attempt of each call what it draws from."""

    def reserve(self, path: Sequence[str], iteration: int) -> Reserved:
        """Reserve the draws of the first attempt of a call; to be called in the order of the plan."""
        ...

    def call(self, path: Sequence[str], iteration: int, attempt: int) -> CallDraws:
        """Return the draws of one attempt of one call."""
        ...


class LiveDraws:
    """Draws of a run that nobody replays: the real time, and a seed of its own unless one is given.

    A call that is visited again within an iteration draws anew; so many iterations go on at a time.
    """

    def __init__(self, seed: int | None = None, *, iterations: int = 1) -> None:
        self.seed = random.SystemRandom().getrandbits(63) if seed is None else seed
        self._iterations = iterations
        self._visits: dict[int, dict[tuple[tuple[str, ...], int], int]] = {}
        self._lock = Lock()

    def call(self, path: Sequence[str], iteration: int, attempt: int) -> CallDraws:
        """Return the draws of one attempt of one call."""
        key = (tuple(path), attempt)
        with self._lock:
            visits = self._visits.get(iteration)
            if visits is None:
                while len(self._visits) >= self._iterations:
                    del self._visits[next(iter(self._visits))]
                visits = self._visits[iteration] = {}
            visit = visits.get(key, 0)
            visits[key] = visit + 1
        parts = (key[0], iteration, attempt)
        seed = derive_seed(self.seed, *(parts if visit == 0 else (*parts, visit)))
        return CallDraws(seed, SystemClock())

    def reserve(self, path: Sequence[str], iteration: int) -> Reserved:
        """Reserve the draws of the first attempt of a call."""
        drawn = self.call(path, iteration, 1)
        return Reserved(draws=lambda: drawn)
