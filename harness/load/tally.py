"""What is counted while a load runs, in each worker and merged; none of it grows with the run's length."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.collection.model import CallPath
from harness.load.sketch import Sketch

MOST_ERRORS: Final = 200
"""So many different errors are told apart; more are counted together."""

MOST_SAMPLES: Final = 40
"""So many failed requests are kept with their answers."""

SAMPLES_EACH: Final = 2
"""So many of them of one error."""

MOST_POINTS: Final = 240
"""So many points in time the report has; when there are more, two become one."""

OTHER: Final = ("", "other errors")


@dataclass(slots=True, kw_only=True)
class LoadTally:
    """Requests: how many, how many of them failed, how long they took."""

    requests: int = 0
    failures: int = 0
    times: Sketch = field(default_factory=Sketch)

    def add(self, ms: float, *, failed: bool) -> None:
        """Count one request."""
        self.requests += 1
        self.failures += failed
        self.times.add(ms)

    def merge(self, other: "LoadTally") -> None:
        """Count all of another tally."""
        self.requests += other.requests
        self.failures += other.failures
        self.times.merge(other.times)

    def pack(self) -> list[Any]:
        """Return the tally for a message to another process."""
        return [self.requests, self.failures, self.times.pack()]

    def take_in(self, packed: Iterable[Any]) -> None:
        """Count what another process has packed."""
        requests, failures, times = packed
        self.requests += requests
        self.failures += failures
        self.times.take_in(times)


def merged(tallies: Iterable[LoadTally]) -> LoadTally:
    """Return all tallies as one."""
    whole = LoadTally()
    for tally in tallies:
        whole.merge(tally)
    return whole


class Window:
    """What one worker counts between two reports to the master."""

    def __init__(self) -> None:
        self.calls: dict[CallPath, LoadTally] = {}
        self.seconds: dict[int, LoadTally] = {}
        self.errors: dict[tuple[str, str], int] = {}
        self.samples: list[dict[str, Any]] = []
        self.started: dict[int, int] = {}
        self.late = 0
        self.latest_ms = 0.0

    def add(self, path: CallPath, ms: float, now: float, *, failed: bool) -> None:
        """Count one request that ended now, in seconds since the epoch."""
        tally = self.calls.get(path)
        if tally is None:
            tally = self.calls[path] = LoadTally()
        tally.add(ms, failed=failed)
        second = int(now)
        tally = self.seconds.get(second)
        if tally is None:
            tally = self.seconds[second] = LoadTally()
        tally.add(ms, failed=failed)

    def error(self, path: CallPath, cause: str) -> None:
        """Count one error of a call."""
        key = (" / ".join(path), cause)
        if key not in self.errors and len(self.errors) >= MOST_ERRORS:
            key = OTHER
        self.errors[key] = self.errors.get(key, 0) + 1

    def start(self, second: int, late_ms: float, limit_ms: float) -> None:
        """Count one planned arrival that was started so long after its time, in a second of the load."""
        self.started[second] = self.started.get(second, 0) + 1
        self.late += late_ms > limit_ms
        self.latest_ms = max(self.latest_ms, late_ms)

    def pack(self) -> dict[str, Any]:
        """Return the window for a message."""
        return {
            "calls": [[list(path), tally.pack()] for path, tally in self.calls.items()],
            "seconds": [[second, tally.pack()] for second, tally in self.seconds.items()],
            "errors": [[call, cause, count] for (call, cause), count in self.errors.items()],
            "samples": self.samples,
            "started": list(self.started.items()),
            "late": self.late,
            "latest_ms": self.latest_ms,
        }


@dataclass(slots=True, kw_only=True)
class Point:
    """One stretch of a load's time: its requests, and the most users."""

    tally: LoadTally = field(default_factory=LoadTally)
    users: int = 0


class Book:
    """All that the workers of a load have reported."""

    def __init__(self) -> None:
        self.calls: dict[CallPath, LoadTally] = {}
        self.points: dict[int, Point] = {}
        self.width = 1
        self.errors: dict[tuple[str, str], int] = {}
        self.samples: list[dict[str, Any]] = []
        self.workers: dict[str, int] = {}
        self.late = 0
        self.latest_ms = 0.0
        self.arrivals: dict[int, int] = {}
        self.arrivals_width = 10
        self.begun = 0.0

    def take_in(self, worker: str, packed: Mapping[str, Any]) -> None:
        """Count what a worker reports."""
        self.workers.setdefault(worker, 0)
        for path, tally in packed["calls"]:
            self.calls.setdefault(tuple(path), LoadTally()).take_in(tally)
            self.workers[worker] += tally[0]
        for second, tally in packed["seconds"]:
            self._point(second).tally.take_in(tally)
        for second, count in packed["started"]:
            self._arrived(int(second), count)
        for call, cause, count in packed["errors"]:
            key = (call, cause)
            if key not in self.errors and len(self.errors) >= MOST_ERRORS:
                key = OTHER
            self.errors[key] = self.errors.get(key, 0) + count
        for sample in packed["samples"]:
            self._keep(sample)
        self.late += packed["late"]
        self.latest_ms = max(self.latest_ms, packed["latest_ms"])

    def users(self, now: float, count: int) -> None:
        """Note how many users there are."""
        point = self._point(int(now))
        point.users = max(point.users, count)

    def total(self) -> LoadTally:
        """Return all calls as one tally."""
        return merged(self.calls.values())

    def below(self, path: CallPath) -> LoadTally:
        """Return the calls at or below a path as one tally."""
        return merged(tally for one, tally in self.calls.items() if one[: len(path)] == path)

    @property
    def started(self) -> int:
        """How many planned arrivals were started."""
        return sum(self.arrivals.values())

    def _arrived(self, second: int, count: int) -> None:
        place = second // self.arrivals_width
        while place >= MOST_POINTS:
            self.arrivals_width *= 2
            narrow, self.arrivals = self.arrivals, {}
            for at, known in narrow.items():
                self.arrivals[at // 2] = self.arrivals.get(at // 2, 0) + known
            place = second // self.arrivals_width
        self.arrivals[place] = self.arrivals.get(place, 0) + count

    def _keep(self, sample: dict[str, Any]) -> None:
        same = sum(one["call"] == sample["call"] and one["cause"] == sample["cause"] for one in self.samples)
        if same < SAMPLES_EACH and len(self.samples) < MOST_SAMPLES:
            self.samples.append(sample)

    def _point(self, second: int) -> Point:
        place = max(0, second - int(self.begun)) // self.width
        known = self.points.get(place)
        if known is not None:
            return known
        while len(self.points) >= MOST_POINTS:
            self._widen()
            place = max(0, second - int(self.begun)) // self.width
        return self.points.setdefault(place, Point())

    def _widen(self) -> None:
        """Make one point of two."""
        self.width *= 2
        points, self.points = self.points, {}
        for place, point in points.items():
            wide = self.points.setdefault(place // 2, Point())
            wide.tally.merge(point.tally)
            wide.users = max(wide.users, point.users)
