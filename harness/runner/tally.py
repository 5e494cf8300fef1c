"""The fold of a run's events into its summary."""

from collections.abc import Iterator
from dataclasses import replace

from harness.client.message import Failure
from harness.runner.events import CallFinished, Event, IterationStarted, RunStarted, WarningRaised
from harness.runner.results import CallResult, RunFailure, RunSummary
from harness.scripting.engine import ScriptRun


def count(summary: RunSummary, event: Event) -> None:
    """Count one event in."""
    match event:
        case RunStarted():
            summary.collection = event.collection.name
            summary.started_ms = event.started_ms
        case IterationStarted():
            summary.iterations.count()
        case CallFinished(result=result):
            _count_call(summary, result)
        case WarningRaised(warning=warning):
            summary.warnings.append(warning)
        case _:
            pass


def _count_call(summary: RunSummary, result: CallResult) -> None:
    failed = result.failed
    if result.skipped is not None:
        summary.items.count(skipped=True)
    else:
        summary.items.count(failed=failed)
    summary.flaky += result.flaky
    for run in result.prerequest:
        summary.prerequest_scripts.count(failed=run.error is not None)
    for run in result.test:
        summary.test_scripts.count(failed=run.error is not None)
    for exchange in (*(side.exchange for side in result.side), result.exchange):
        if exchange is None:
            continue
        summary.requests.count(failed=exchange.failure is not None)
        if exchange.failure is not None:
            summary.misses += exchange.failure.kind == "miss"
            summary.offline += exchange.failure.kind == "offline"
        if exchange.response is not None:
            summary.response_times.add(exchange.response.elapsed_ms)
            summary.received_bytes += len(exchange.response.body)
    for assertion in result.assertions:
        summary.assertions.count(failed=assertion.error is not None, skipped=assertion.skipped)
    summary.warnings.extend(result.warnings)
    if failed or result.side:
        summary.failures.extend(failures_of(result))


def failures_of(result: CallResult) -> Iterator[RunFailure]:
    """List what failed in one call, in the order it happened."""
    if result.unreadable is not None:
        yield _failure(result, "file", result.unreadable.told)
    yield from _script_failures(result, result.prerequest, "prerequest-script")
    for side in result.side:
        if side.exchange.failure is not None:
            yield _unanswered(result, side.exchange.failure)
    if result.exchange is not None and result.exchange.failure is not None:
        yield _unanswered(result, result.exchange.failure)
    yield from _script_failures(result, result.test, "test-script")
    for expectation in result.expectations:
        if expectation.error is not None:
            yield _failure(result, "assertion", expectation.error.message, expectation.name)


def _script_failures(result: CallResult, runs: tuple[ScriptRun, ...], kind: str) -> Iterator[RunFailure]:
    for run in runs:
        for assertion in run.assertions:
            if assertion.error is not None:
                yield _failure(result, "assertion", assertion.error.message, assertion.name)
        if run.error is not None:
            yield _failure(result, kind, f"{run.error.name}: {run.error.message}")
        for loss in run.losses:
            yield _failure(result, "lost", f"{loss.name}: {loss.message}")


def _unanswered(result: CallResult, failure: Failure) -> RunFailure:
    return replace(_failure(result, "request", failure.message), cause=failure.kind)


def _failure(result: CallResult, kind: str, message: str, assertion: str | None = None) -> RunFailure:
    return RunFailure(
        kind=kind,
        message=message,
        path=result.call.path,
        iteration=result.iteration,
        assertion=assertion,
    )
