"""Past runs in a file: how a suite goes over time, what fails newly, what was fixed, what comes and goes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, field
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final

from harness.errors import InputError, misread
from harness.lazy_dataclass import dataclass
from harness.reporters.export import write_atomically
from harness.runner.results import CallResult, RunSummary

VERSION: Final = 1
"""The version of a line. Lines from before it was written have none, and are of version 1."""

KEPT: Final = 100
# How many runs, this one included, are looked at to call a call flaky.
_WINDOW: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run in a few numbers, and the calls that failed in it or needed another attempt, by key.

    A key is the path of a call, and its iteration when there are several. `mean_ms` is of response times.
    `times` are how long calls took, in ms, as last seen; of the runs in a file only the latest has them.
    """

    started_ms: float
    elapsed_ms: float
    calls: int
    skipped: int
    mean_ms: float
    failed: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    times: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceLastRun:
    """What changed: `newly` failing and `fixed` against the run before, `flaky` over the last ones.

    `flaky` tells for each call in how many of how many runs it failed.
    """

    newly: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    flaky: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def read_history(path: Path) -> tuple[PastRun, ...]:
    """Read past runs, the oldest first; a file that is not there is an empty history."""
    if not path.exists():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the history of runs: {misread(error)}", where=str(path)) from error
    return tuple(_past_run(line, f"{path}: line {number}") for number, line in enumerate(lines, start=1))


def write_history(path: Path, runs: tuple[PastRun, ...]) -> None:
    """Write runs, the latest ones only. Raises `InputError` when the file cannot be written."""

    def write(file: IO[bytes]) -> None:
        for run in runs[-KEPT:]:
            told = {"version": VERSION} | asdict(run)
            if run is not runs[-1]:
                del told["times"]
            file.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    write_atomically(path, write)


def compare(past: tuple[PastRun, ...], now: PastRun, ran: frozenset[str]) -> SinceLastRun:
    """Compare a run with those before it; `ran` are the keys of the calls that ran now."""
    if not past:
        return SinceLastRun()
    before = set(past[-1].failed)
    window = [*past[-(_WINDOW - 1) :], now]
    flaky: dict[str, tuple[int, int]] = {}
    for key in dict.fromkeys(key for run in window for key in (*run.failed, *run.retried)):
        states = [key in run.failed for run in window]
        changes = sum(one != other for one, other in pairwise(states))
        # Broken once and mended once is a bug and its fix; more is coming and going, as is passing at last.
        rescued = any(key in run.retried and key not in run.failed for run in window)
        if key in ran and (changes > 2 or rescued):
            flaky[key] = (sum(states), len(window))
    return SinceLastRun(
        newly=tuple(key for key in now.failed if key not in before),
        fixed=tuple(key for key in past[-1].failed if key in ran and key not in now.failed),
        flaky=flaky,
    )


def strips(runs: Sequence[PastRun]) -> Iterator[tuple[str, str]]:
    """Tell of each call that ever failed or was sent again what became of it, a letter a run.

    `f` is failed, `r` needed another attempt, `.` neither.
    """
    letters = [dict.fromkeys(run.retried, "r") | dict.fromkeys(run.failed, "f") for run in runs]
    for key in dict.fromkeys(key for one in reversed(letters) for key in one):
        yield key, "".join(one.get(key, ".") for one in letters)


def key_of(result: CallResult, iterations: int) -> str:
    """Name a call in the history: its path, and its iteration when there are several."""
    path = " / ".join(result.call.path)
    return f"{path} [iteration {result.iteration + 1}]" if iterations > 1 else path


class Chronicle:
    """Takes down what a run adds to a history file, and compares it with what the file holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._past = read_history(path)
        self._rows: dict[str, int] = {}
        self._failed: dict[str, None] = {}
        self._retried: dict[str, None] = {}
        self._times = dict(self._past[-1].times) if self._past else {}

    def note(self, row: int, key: str, *, failed: bool, retried: bool, elapsed_ms: float) -> None:
        """Take down a call that ran, by its row in the report and its key."""
        self._rows[key] = row
        self._times[key] = round(elapsed_ms, 1)
        if failed:
            self._failed[key] = None
        if retried:
            self._retried[key] = None

    def told(self, summary: RunSummary) -> Mapping[str, Any]:
        """Tell the trend and what changed, calls by their rows, as the page's script reads it."""
        now = self._now(summary)
        changes = self.compare(summary)
        return {
            "runs": [
                [one.started_ms, one.calls, len(one.failed), one.skipped, one.elapsed_ms, one.mean_ms]
                for one in (*self._before(now), now)[-KEPT:]
            ],
            "newly": [self._rows[key] for key in changes.newly],
            "fixed": [self._rows[key] for key in changes.fixed],
            "flaky": [[self._rows[key], *counts] for key, counts in changes.flaky.items()],
            "strips": [
                [self._rows[key], outcomes]
                for key, outcomes in strips((*self._before(now), now)[-KEPT:])
                if key in self._rows
            ],
        }

    def compare(self, summary: RunSummary) -> SinceLastRun:
        """Tell what changed."""
        now = self._now(summary)
        return compare(self._before(now), now, frozenset(self._rows))

    def write(self, summary: RunSummary) -> None:
        """Add the run to the file."""
        now = self._now(summary)
        write_history(self._path, (*self._before(now), now))

    def _before(self, now: PastRun) -> tuple[PastRun, ...]:
        """Return the runs before this one; a run that is reported again is not its own past."""
        return tuple(one for one in self._past if one.started_ms != now.started_ms)

    def _now(self, summary: RunSummary) -> PastRun:
        return PastRun(
            started_ms=summary.started_ms,
            elapsed_ms=summary.elapsed_ms,
            calls=summary.items.total,
            skipped=summary.items.skipped,
            mean_ms=summary.response_times.mean,
            failed=tuple(self._failed),
            retried=tuple(self._retried),
            times=self._times,
        )


def _past_run(line: str, where: str) -> PastRun:
    try:
        data = json.loads(line)
        if (version := data.get("version", VERSION)) != VERSION:
            raise ValueError(f"its version is {version!r}, and this build reads {VERSION}")
        return PastRun(
            started_ms=float(data["started_ms"]),
            elapsed_ms=float(data["elapsed_ms"]),
            calls=int(data["calls"]),
            skipped=int(data["skipped"]),
            mean_ms=float(data["mean_ms"]),
            failed=tuple(map(str, data["failed"])),
            retried=tuple(map(str, data["retried"])),
            times={str(key): float(ms) for key, ms in data.get("times", {}).items()},
        )
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise InputError(
            f"this is no history of runs: {misread(error)}",
            where=where,
            hint="name the file that an earlier run wrote, or a new one",
        ) from error
