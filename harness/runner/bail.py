"""Ending a call at the first of its scripts that fails, as `--bail` does."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from harness.runner.host import RunHost
from harness.scripting.engine import JobResult, ScriptEngine, ScriptError, ScriptJob, ScriptRun

Stop = Literal["failure", "error"]
"""What ends a call early: any failure, or only an error of a script or of the request."""


def until_failure(engine: ScriptEngine, job: ScriptJob, host: RunHost, *, assertions: bool) -> JobResult:
    """Run scripts one by one up to the first that fails.

    With `assertions` one whose assertions fail has an error of its own then, as in newman.
    """
    whole = JobResult()
    for labelled in job.scripts:
        left = whole.request
        request = job.request if left is None else _given(left)
        part = engine.run(replace(job, scripts=(labelled,), request=request), host)
        runs = tuple(_with_assertion_failure(run) if assertions else run for run in part.runs)
        whole = JobResult(
            runs=whole.runs + runs,
            request=part.request if part.request is not None else whole.request,
            skip_request=part.skip_request,
            next=part.next or whole.next,
            visualizer=part.visualizer or whole.visualizer,
            clock_ms=part.clock_ms,
        )
        if part.skip_request or any(run.error is not None for run in runs):
            break
    return whole


def _with_assertion_failure(run: ScriptRun) -> ScriptRun:
    """Give a script whose assertions failed the error that newman gives it under `--bail`."""
    failed = [one.name for one in run.assertions if one.error is not None]
    if run.error is not None or not failed:
        return run
    return replace(run, error=ScriptError(name="AssertionFailure", message=", ".join(failed)))


def _given(request: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
    return lambda: request
