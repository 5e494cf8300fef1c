"""What the tests of a call say that got no answer: nothing that its request's failure has not said."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from harness.runner.results import CallResult
from harness.scripting.engine import Assertion, ConsoleMessage, ScriptRun

UNTESTED: Final = "not tested: the request got no answer"
"""Why such an assertion is skipped."""


def untested(assertions: Iterable[Assertion]) -> tuple[Assertion, ...]:
    """Skip the assertions that failed, and keep how; those that held, held."""
    return tuple(
        one if one.error is None else replace(one, error=None, skipped=True, untested=one.error)
        for one in assertions
    )


def untested_runs(runs: Iterable[ScriptRun]) -> tuple[ScriptRun, ...]:
    """Do the same to the assertions of test scripts, and to the error that ended one."""
    return tuple(replace(run, output=_each(run.output), error=None, untested=run.error) for run in runs)


def as_run(result: CallResult) -> CallResult:
    """Return a result with the errors that its assertions and scripts really had, as newman tells them."""
    return replace(
        result,
        test=tuple(
            replace(
                run,
                output=tuple(_failed(one) if isinstance(one, Assertion) else one for one in run.output),
                error=run.error or run.untested,
            )
            for run in result.test
        ),
        expectations=tuple(_failed(one) for one in result.expectations),
    )


def _each(output: Iterable[Assertion | ConsoleMessage]) -> tuple[Assertion | ConsoleMessage, ...]:
    return tuple(untested([one])[0] if isinstance(one, Assertion) else one for one in output)


def _failed(assertion: Assertion) -> Assertion:
    if assertion.untested is None:
        return assertion
    return replace(assertion, error=assertion.untested, skipped=False)
