"""What failed in a call, with all that a report tells of it."""

from collections.abc import Iterator
from typing import Literal

from harness.client.message import Exchange, Failure
from harness.collection.model import EventName, Script
from harness.dialect import EXACT, ReportAnswers
from harness.lazy_dataclass import dataclass
from harness.runner.results import CallResult
from harness.scripting.engine import Assertion, ScriptError, ScriptRun

FaultKind = Literal["assertion", "expectation", "script", "lost", "request", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure of a call.

    `name` is the error's name, `test` the assertion's. `event` and `label` say which script it happened in
    (the label is empty for the collection's) and `script` is that script; `origin` who sent the request
    that failed (`call` for the call itself). `error` is what a script threw, `failure` why no answer came.
    """

    kind: FaultKind
    name: str
    message: str
    test: str | None = None
    index: int = 0
    event: EventName | None = None
    label: str = ""
    script: Script | None = None
    origin: str = "call"
    error: ScriptError | None = None
    failure: Failure | None = None

    def at(self, answers: ReportAnswers = EXACT.reports) -> str:
        """Say where it happened in newman's words, as in `assertion:1 in test-script`.

        newman knows the place in the script only of an error thrown by chai itself; we tell it of all.
        """
        if self.kind == "assertion":
            return f"assertion:{self.index} in test-script"
        if self.kind == "expectation":
            return f"assertion:{self.index} in expect"
        if self.kind in ("request", "file"):
            return self.kind
        script = f"{self.event}-script"
        if answers.bare_positions and self.name == "AssertionFailure":
            # newman points into its own source here (postman-runtime 7.39.1, event.command.js).
            return f"{script}:39:17"
        position = self.error.position if self.error else None
        if position is None or (answers.bare_positions and not self._thrown_by_chai()):
            return script
        # newman takes two off the line that its sandbox counts, whose wrapper has three (summary.js).
        return f"{script}:{position.line + answers.bare_positions}:{position.column}"

    def _thrown_by_chai(self) -> bool:
        stack = self.error.stack if self.error else ""
        return self.name == "AssertionError" and "ERR_ASSERTION" not in stack.partition("\n")[0]


def faults_of(result: CallResult, answers: ReportAnswers = EXACT.reports) -> Iterator[Fault]:
    """List what failed in a call in the order it happened as far as the dialect notices it."""
    if result.unreadable is not None:
        yield Fault(kind="file", name="UnreadableFile", message=result.unreadable.told)
    for side in result.side:
        if side.origin != "test":
            yield from _request_faults(side.exchange, side.origin)
    yield from _script_faults(result.prerequest, answers)
    if result.exchange is not None:
        yield from _request_faults(result.exchange, "call")
    for side in result.side:
        if side.origin == "test":
            yield from _request_faults(side.exchange, side.origin)
    yield from _script_faults(result.test, answers)
    for expectation in result.expectations:
        if expectation.error is not None:
            yield _assertion_fault(expectation, expectation.error, "expectation")


def _request_faults(exchange: Exchange, origin: str) -> Iterator[Fault]:
    if exchange.failure is not None:
        yield Fault(
            kind="request",
            name=exchange.failure.name,
            message=exchange.failure.message,
            origin=origin,
            failure=exchange.failure,
        )


def _script_faults(runs: tuple[ScriptRun, ...], answers: ReportAnswers) -> Iterator[Fault]:
    for run in runs:
        for assertion in run.assertions:
            if assertion.error is not None:
                yield _assertion_fault(assertion, assertion.error, "assertion", run)
        if run.error is not None:
            yield _error_fault(run.error, "script", run)
        if answers.additions:
            for loss in run.losses:
                yield _error_fault(loss, "lost", run)


def _assertion_fault(
    assertion: Assertion, error: ScriptError, kind: FaultKind, run: ScriptRun | None = None
) -> Fault:
    return Fault(
        kind=kind,
        name=error.name,
        message=error.message,
        test=assertion.name,
        index=assertion.index,
        event=run.script.event if run else None,
        label=run.label if run else "",
        script=run.script if run else None,
        error=error,
    )


def _error_fault(error: ScriptError, kind: FaultKind, run: ScriptRun) -> Fault:
    return Fault(
        kind=kind,
        name=error.name,
        message=error.message,
        event=run.script.event,
        label=run.label,
        script=run.script,
        error=error,
    )
