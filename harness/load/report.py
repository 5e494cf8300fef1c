"""A load in numbers, once it is over, and as `load.json`."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from harness.collection.model import CallPath
from harness.load.stage import Course, Stage
from harness.load.tally import Book, LoadTally
from harness.load.threshold import Threshold

PERCENTILES: Final = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Requests of a call, a folder, or of all: times in milliseconds, `None` when there were none."""

    requests: int
    failures: int
    requests_per_s: float
    times_ms: tuple[float | None, ...]

    def json(self) -> dict[str, Any]:
        """Return the numbers as `load.json` has them."""
        times = {f"p{percent}_ms": ms for percent, ms in zip(PERCENTILES, self.times_ms, strict=True)}
        head = {"requests": self.requests, "failures": self.failures}
        return {**head, "requests_per_s": self.requests_per_s, **times}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdResult:
    """A threshold and what became of it; `value` is in the unit of the rule's measure: ms, a share, 1/s."""

    threshold: Threshold
    passed: bool
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point of the report's charts: seconds since the begin, and the numbers of its stretch of time."""

    at: float
    users: int
    numbers: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """A stretch of a load with a rate: seconds since the begin, runs that were due in it, and that began."""

    at: float
    planned: int
    started: int

    @property
    def off(self) -> bool:
        """Whether more or fewer began than were due, by more than one in a hundred."""
        return abs(self.started - self.planned) > max(1, self.planned / 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCount:
    """One kind of failure: of which call, why, how often."""

    call: str
    cause: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """All that is told of a load. `limit` says in words when the generator was the limit, empty if not."""

    collection: str
    started: float
    seconds: float
    stages: tuple[Stage, ...]
    level: str
    total: Numbers
    calls: tuple[tuple[CallPath, Numbers], ...]
    folders: tuple[tuple[CallPath, Numbers], ...]
    verdicts: tuple[ThresholdResult, ...]
    workers: tuple[tuple[str, int, bool], ...]
    errors: tuple[ErrorCount, ...]
    samples: tuple[Mapping[str, Any], ...]
    moments: tuple[Moment, ...]
    arrivals: tuple[Arrivals, ...]
    limit: str
    interrupted: bool

    def json(self) -> dict[str, Any]:
        """Return what `load.json` holds."""
        arrivals = [{"at_s": one.at, "planned": one.planned, "started": one.started} for one in self.arrivals]
        return {
            "total": self.total.json(),
            "calls": [{"path": list(path), **numbers.json()} for path, numbers in self.calls],
            "thresholds": [
                {"rule": one.threshold.rule, "passed": one.passed, "value": _rounded(one.value)}
                for one in self.verdicts
            ],
            "workers": [
                {"name": name, "requests": requests, "lost": lost} for name, requests, lost in self.workers
            ],
            "stages": [
                {"duration_s": one.seconds, f"{self.level}_begin": one.begin, f"{self.level}_end": one.end}
                for one in self.stages
            ],
            **({"arrivals": arrivals} if arrivals else {}),
        }

    def write_json(self, file: IO[bytes]) -> None:
        """Write `load.json`."""
        file.write(json.dumps(self.json(), indent=2, ensure_ascii=False).encode() + b"\n")


def numbers_of(tally: LoadTally, seconds: float) -> Numbers:
    """Return a tally in numbers, per second of the load."""
    return Numbers(
        requests=tally.requests,
        failures=tally.failures,
        requests_per_s=round(tally.requests / seconds, 3) if seconds else 0.0,
        times_ms=tuple(_rounded(tally.times.percentile(percent)) for percent in PERCENTILES),
    )


def report_of(
    book: Book,
    *,
    collection: str,
    paths: Sequence[CallPath],
    thresholds: Iterable[Threshold],
    course: Course,
    by_rate: bool,
    seconds: float,
    lost: Sequence[str],
    interrupted: bool,
) -> LoadReport:
    """Make the report of what was counted; `paths` are those of the calls in the plan's order."""
    arrivals = tuple(_arrivals(book, course, seconds)) if by_rate else ()
    order = {path: place for place, path in enumerate(paths)}
    calls = sorted(book.calls, key=lambda path: order.get(path, len(order)))
    folders = dict.fromkeys(path[:depth] for path in calls for depth in range(1, len(path)))
    verdicts = []
    for threshold in thresholds:
        value = threshold.value(book.below(threshold.path), seconds)
        verdicts.append(ThresholdResult(threshold=threshold, passed=threshold.holds(value), value=value))
    errors = sorted(book.errors.items(), key=lambda entry: -entry[1])
    return LoadReport(
        collection=collection,
        started=book.begun,
        seconds=seconds,
        stages=course.stages,
        level="rate" if by_rate else "users",
        total=numbers_of(book.total(), seconds),
        calls=tuple((path, numbers_of(book.calls[path], seconds)) for path in calls),
        folders=tuple((path, numbers_of(book.below(path), seconds)) for path in folders),
        verdicts=tuple(verdicts),
        workers=tuple((name, count, name in lost) for name, count in sorted(book.workers.items())),
        errors=tuple(ErrorCount(call=call, cause=cause, count=count) for (call, cause), count in errors),
        samples=tuple(book.samples),
        moments=tuple(
            Moment(
                at=float(place * book.width),
                users=book.points[place].users,
                numbers=numbers_of(book.points[place].tally, book.width),
            )
            for place in sorted(book.points)
        ),
        arrivals=arrivals,
        limit=_limit(book, arrivals),
        interrupted=interrupted,
    )


def _arrivals(book: Book, course: Course, seconds: float) -> Iterator[Arrivals]:
    width = book.arrivals_width
    for place in range(math.ceil(seconds / width)):
        due = course.arrivals(min(seconds, (place + 1) * width)) - course.arrivals(place * width)
        yield Arrivals(at=float(place * width), planned=due, started=book.arrivals.get(place, 0))


def _limit(book: Book, arrivals: Sequence[Arrivals]) -> str:
    """Say that runs did not begin when they were due; a few that began a little late are none."""
    missed = max(0, sum(one.planned for one in arrivals) - book.started)
    if book.late <= book.started / 100 and not any(one.off for one in arrivals):
        return ""
    never = f", and {missed:,} never" if missed else ""
    return (
        f"the generator was the limit: {book.late:,} of {book.started:,} runs began late{never}, "
        f"the latest {book.latest_ms / 1000:.1f} s after it was due; give it more --users or --processes"
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
