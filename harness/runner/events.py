"""The events of a run, in order, as values. Reporters consume them with `match`."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from harness.collection.model import Collection
from harness.lazy_dataclass import dataclass
from harness.runner.plan import Call
from harness.runner.results import CallResult, RunSummary, RunWarning
from harness.variables.scope import Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """First event. `calls` is the number of calls an iteration has when no script jumps.

    `once` of these are set-up and teardown, which a run has once, however many iterations there are.
    `joint` says that several collections are told as one run, and that their names lead the paths of calls.
    """

    collection: Collection
    calls: int
    iterations: int
    started_ms: float
    mode: str = "live"
    joint: bool = False
    once: int = 0

    @property
    def steps(self) -> int:
        """How many calls all iterations have together when no script jumps."""
        return self.once + (self.calls - self.once) * self.iterations


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationStarted:
    """An iteration begins; `iteration` counts from 0, `row` is its row of data."""

    iteration: int
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted:
    """A call begins."""

    call: Call
    position: int
    iteration: int
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFinished:
    """An attempt of a call ended and another follows; its assertions and variables do not count."""

    result: CallResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFinished:
    """A call ended, or was skipped.

    `goes_to` is the position where a script sent the run, the number of calls when that ends the iteration;
    it is `None` when the run goes on in order.
    """

    result: CallResult
    goes_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRaised:
    """Something worth knowing that belongs to no call, or is raised before one ends."""

    warning: RunWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationFinished:
    """An iteration ended."""

    iteration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """Last event. `scopes` are the variables as the run left them, for exports and reports.

    `error` is what ended the run early: an interruption, or a failure under `--bail`.
    """

    summary: RunSummary
    scopes: Scopes
    error: str | None = None


Event = (
    RunStarted
    | IterationStarted
    | CallStarted
    | AttemptFinished
    | CallFinished
    | WarningRaised
    | IterationFinished
    | RunFinished
)
