"""Draws that are recorded, and read back on replay.

A clock stands still between readings: each reading moves it on a millisecond, and whoever sends a request
(the runner) lets it move on by the response's `elapsed_ms`, which on replay is the recorded one. So a replay
reads the same times as the recording did.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock

from harness.cassettes.file.interaction import Cassette, ClockStart
from harness.variables.draws import CallDraws, Reserved, SteppingClock, derive_seed

AttemptKey = tuple[tuple[str, ...], int, int]
"""Whose draws: the path of a call, the iteration, the attempt."""

UNDATED_MS = 1_700_000_000_000.0
"""Where the clock starts for a cassette that tells no time at all."""


def _draws(seed: int, attempt: AttemptKey, visit: int, start_ms: float) -> CallDraws:
    # A call that a script jumps back to draws anew, or its ids would not be unique.
    parts: tuple[object, ...] = attempt if visit == 0 else (*attempt, visit)
    return CallDraws(derive_seed(seed, *parts), SteppingClock(start_ms))


class RecordedDraws:
    """Draws of a run that is being recorded: clocks start at the real time, which is kept.

    `told` is called with each start, before anything is drawn. Starts that are known already, from a
    recording that is continued, are used again. `seeds` are those of calls that have their own. `now` tells
    the time in milliseconds since the epoch.
    """

    def __init__(
        self,
        seed: int,
        *,
        known: Iterable[ClockStart] = (),
        told: Callable[[ClockStart], object] = bool,
        seeds: Mapping[tuple[str, ...], int] | None = None,
        now: Callable[[], float] = lambda: time.time() * 1000,
    ) -> None:
        self.seed = seed
        self._now = now
        self._seeds = seeds or {}
        self._known = _starts(known)
        self._visits: dict[AttemptKey, list[float]] = {}
        self._told = told
        self._latest = max((one for times in self._known.values() for one in times), default=0.0)
        self._lock = Lock()

    def call(self, path: Sequence[str], iteration: int, attempt: int) -> CallDraws:
        """Return the draws of one attempt of one call."""
        reserved = self._reserve(tuple(path), iteration, attempt)
        reserved.begin()
        return reserved.draws()

    def reserve(self, path: Sequence[str], iteration: int) -> Reserved:
        """Reserve the draws of the first attempt of a call; its start is told when it is its turn."""
        return self._reserve(tuple(path), iteration, 1)

    def _reserve(self, path: tuple[str, ...], iteration: int, attempt: int) -> Reserved:
        key = (path, iteration, attempt)
        with self._lock:
            visits = self._visits.setdefault(key, [])
            visit = len(visits)
            known = self._known.get(key, [])
            # No two begin at the same time: the order of the calls can be read off their starts.
            anew = max(float(round(self._now())), self._latest + 1)
            start = known[visit] if visit < len(known) else anew
            self._latest = max(self._latest, start)
            visits.append(start)
        began = ClockStart(call=path, iteration=iteration, attempt=attempt, start_ms=start)
        return Reserved(
            draws=lambda: _draws(self._seeds.get(path, self.seed), key, visit, start),
            begin=(lambda: self._told(began)) if visit >= len(known) else lambda: None,
        )

    def current(self, path: Sequence[str], iteration: int, attempt: int) -> float | None:
        """Return when an attempt of a call began, `None` when it drew nothing."""
        with self._lock:
            visits = self._visits.get((tuple(path), iteration, attempt))
            return visits[-1] if visits else None


class ReplayedDraws:
    """Draws as they were recorded. A call that was not recorded draws the same in every replay.

    `told` is called with each attempt that begins, and how often that one began before.
    """

    def __init__(
        self,
        cassette: Cassette,
        *,
        told: Callable[[AttemptKey, int], object] = lambda attempt, visit: (attempt, visit),
    ) -> None:
        self._told = told
        self.seed = cassette.metadata.seed or 0
        self._seeds = cassette.metadata.seeds
        self._starts = _starts(clock_starts(cassette))
        self._visits: dict[AttemptKey, int] = {}
        self._beginning = _beginning(cassette)
        self._lock = Lock()

    def call(self, path: Sequence[str], iteration: int, attempt: int) -> CallDraws:
        """Return the draws of one attempt of one call."""
        key = (tuple(path), iteration, attempt)
        with self._lock:
            visit = self._visits.get(key, 0)
            self._visits[key] = visit + 1
            self._told(key, visit)
        starts = self._starts.get(key)
        if starts is None:
            start = self._beginning
        elif visit < len(starts):
            start = starts[visit]
        else:
            start = starts[-1] + 1000.0 * (visit - len(starts) + 1)
        return _draws(self._seeds.get(key[0], self.seed), key, visit, start)

    def reserve(self, path: Sequence[str], iteration: int) -> Reserved:
        """Return the draws of the first attempt of a call: replays run one call after another."""
        drawn = self.call(path, iteration, 1)
        return Reserved(draws=lambda: drawn)


def clock_starts(cassette: Cassette) -> list[ClockStart]:
    """Return all starts that a cassette tells, each once: in metadata or beside interactions."""
    starts = {
        (one.context.call, one.context.iteration, one.context.attempt, one.clock_ms): ClockStart(
            call=one.context.call,
            iteration=one.context.iteration,
            attempt=one.context.attempt,
            start_ms=one.clock_ms,
        )
        for one in cassette.interactions
        if one.clock_ms is not None
    }
    starts |= {(one.call, one.iteration, one.attempt, one.start_ms): one for one in cassette.metadata.clocks}
    return list(starts.values())


def _starts(starts: Iterable[ClockStart]) -> dict[AttemptKey, list[float]]:
    by_attempt: dict[AttemptKey, set[float]] = {}
    for one in starts:
        by_attempt.setdefault((one.call, one.iteration, one.attempt), set()).add(one.start_ms)
    return {attempt: sorted(times) for attempt, times in by_attempt.items()}


def _beginning(cassette: Cassette) -> float:
    if cassette.metadata.clock_ms is not None:
        return cassette.metadata.clock_ms
    for interaction in cassette.interactions:
        try:
            return datetime.fromisoformat(interaction.recorded_at).timestamp() * 1000
        except ValueError:
            continue
    return UNDATED_MS
