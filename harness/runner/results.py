"""What came of a call, and of a run."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from harness.client.message import Exchange
from harness.collection.model import Auth, EventName, Notice, Request
from harness.lazy_dataclass import dataclass
from harness.runner.plan import Call
from harness.scripting.engine import Assertion, ScriptRun
from harness.variables.substitute import UsedVariable
from harness.warning_kinds import OTHER

SET_UP: Final = "set-up: run here for the calls after it"
"""What reports say of a call that is `set_up`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideExchange:
    """A request that a script (`prerequest`, `test`) or an auth scheme sent besides the call's own.

    `auth` is what signed it, where a script said so.
    """

    origin: str
    exchange: Exchange
    auth: Auth | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """A value that the companion took out of an answer: which expression, into which variable and scope."""

    variable: str
    scope: str
    expression: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWarning:
    """Something a user should know; `place` is `Folder / Item, field`, `kind` of `warning_kinds.KINDS`."""

    message: str
    place: str = ""
    kind: str = OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """What came of one attempt of one call in one iteration.

    `request` is the request as the pre-request scripts left it (authored), `exchange` what happened to it,
    `None` when nothing was sent. `skipped` says why the call did not run. `variables` are those that the
    request named. `expectations` are the companion's, as assertions. `position` is the index in the plan.
    `rescued` counts how often the call was sent again because it had failed (`--retry`). `set_up` says that
    the call was run for those after it, and is told elsewhere as a part of the run, too (`--shard`).
    `started_ms` is since the epoch.
    """

    call: Call
    position: int
    iteration: int
    attempt: int = 1
    rescued: int = 0
    set_up: bool = False
    request: Request | None = None
    exchange: Exchange | None = None
    variables: tuple[UsedVariable, ...] = ()
    prerequest: tuple[ScriptRun, ...] = ()
    test: tuple[ScriptRun, ...] = ()
    expectations: tuple[Assertion, ...] = ()
    extractions: tuple[Extraction, ...] = ()
    side: tuple[SideExchange, ...] = ()
    skipped: str | None = None
    skipped_by_script: bool = False
    warnings: tuple[RunWarning, ...] = ()
    visualizer: str | None = None
    started_ms: float = 0.0
    elapsed_ms: float = 0.0

    def runs(self, event: EventName) -> tuple[ScriptRun, ...]:
        """Return the script runs of one event."""
        return self.prerequest if event == "prerequest" else self.test

    @property
    def assertions(self) -> tuple[Assertion, ...]:
        """All assertions in order: pre-request scripts', test scripts', the companion's."""
        runs = self.prerequest + self.test
        if not runs:
            return self.expectations
        return (*(one for run in runs for one in run.assertions), *self.expectations)

    @property
    def unreadable(self) -> Notice | None:
        """What keeps the call's file from being read, if anything does: nothing of the call runs then."""
        return self.call.item.unreadable

    @property
    def failed(self) -> bool:
        """Whether anything failed: an assertion, a script, the request itself."""
        if self.broken:
            return True
        if not self.prerequest and not self.test and not self.expectations:
            return False
        if any(run.losses for run in (*self.prerequest, *self.test)):
            return True
        return any(one.error is not None for one in self.assertions)

    @property
    def flaky(self) -> bool:
        """Whether the call failed first, and passed when it was sent again."""
        return self.rescued > 0 and not self.failed

    @property
    def broken(self) -> bool:
        """Whether the request or a script ended in an error; a failed assertion is none."""
        if self.unreadable is not None:
            return True
        if self.exchange is not None and self.exchange.failure is not None:
            return True
        runs = self.prerequest + self.test
        return bool(runs) and any(run.error is not None for run in runs)


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many of something there were, and how many of them failed or were skipped."""

    total: int = 0
    failed: int = 0
    skipped: int = 0

    def count(self, *, failed: bool = False, skipped: bool = False) -> None:
        """Count one."""
        self.total += 1
        self.failed += failed
        self.skipped += skipped


@dataclass(slots=True)
class Spread:
    """Mean, extremes and standard deviation of values that are not kept (Welford's algorithm)."""

    count: int = 0
    mean: float = 0.0
    least: float = 0.0
    most: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Take one value in."""
        self.least = value if self.count == 0 else min(self.least, value)
        self.most = max(self.most, value)
        self.count += 1
        delta = value - self.mean
        self.mean += delta / self.count
        self.squares += delta * (value - self.mean)

    @property
    def deviation(self) -> float:
        """The standard deviation of the values so far."""
        return float((self.squares / self.count) ** 0.5) if self.count else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailure:
    """One failure of a run, small enough to keep: what, in which call and iteration, and its kind.

    `kind` is `assertion`, `request`, `prerequest-script`, `test-script`, `lost` or `file`. `cause` says of a
    request that got no answer what kept it from one: a kind of `Failure`.
    """

    kind: str
    message: str
    path: tuple[str, ...]
    iteration: int
    assertion: str | None = None
    cause: str = ""

    def __str__(self) -> str:
        """Tell the call, the assertion and the message in one line."""
        row = f" (iteration {self.iteration + 1})" if self.iteration else ""
        told = " ".join(self.message.split())
        return ": ".join(filter(None, (" / ".join(self.path) + row, self.assertion, told)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPart:
    """One of several runs that are told as one: of which collection, how it ran, and its facts."""

    collection: str
    mode: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """How many things of one kind a description of the service declares, and how many were seen.

    `kind` is `operation`, `status`, `parameter`, `media`, `enum` or `required`; `missing` names what was not
    seen, in words.
    """

    kind: str
    declared: int
    seen: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> float:
        """The share that was seen, 0 to 100; all of nothing."""
        return 100 * self.seen / self.declared if self.declared else 100.0


@dataclass(slots=True, kw_only=True)
class RunSummary:
    """A run in numbers, folded from its events. Times are in milliseconds.

    `flaky` counts calls that passed only when they were sent again. `misses` are requests that a replay had
    no answer for, `offline` attempted connections of one.
    `timed_out` says that the run was stopped by its own bound, which fails it as in newman. `rejections` are
    what fails a run besides, because options ask for it: flaky calls, warnings. `parts` are the runs of
    several collections that are told as one. `coverage` is what of a description of the service was seen,
    where a report wants to tell it.
    """

    collection: str = ""
    iterations: Tally = field(default_factory=Tally)
    items: Tally = field(default_factory=Tally)
    requests: Tally = field(default_factory=Tally)
    assertions: Tally = field(default_factory=Tally)
    prerequest_scripts: Tally = field(default_factory=Tally)
    test_scripts: Tally = field(default_factory=Tally)
    failures: list[RunFailure] = field(default_factory=list)
    warnings: list[RunWarning] = field(default_factory=list)
    flaky: int = 0
    misses: int = 0
    offline: int = 0
    interrupted: bool = False
    timed_out: bool = False
    rejections: list[str] = field(default_factory=list)
    started_ms: float = 0.0
    elapsed_ms: float = 0.0
    response_times: Spread = field(default_factory=Spread)
    received_bytes: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    parts: list[RunPart] = field(default_factory=list)
    coverage: tuple[Covered, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the run is to be reported as failed."""
        return bool(self.failures) or self.timed_out or bool(self.rejections)
