"""What a companion file asks of one call, ready to be applied."""

from collections.abc import Callable
from dataclasses import field
from typing import Final

from harness.client.message import Exchange
from harness.collection.companion import CallEntry, RetryGoal
from harness.extract.answer import Answer
from harness.extract.expectation import Outcome
from harness.extract.judge import Judge, compile_judge
from harness.lazy_dataclass import dataclass
from harness.runner.results import CallResult, Extraction
from harness.scripting.engine import Assertion, ScriptError
from harness.variables.scope import Scopes

EXPECTATION: Final = "ExpectationError"
"""The name of the error of an expectation of the companion that did not hold."""

UNANSWERED: Final = "there was no answer to judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the companion found in an answer."""

    expectations: tuple[Assertion, ...] = ()
    extractions: tuple[Extraction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRule:
    """The companion's entry for one call; the default asks for nothing.

    `retries` is how often the call may be sent again until its `goal` is reached, `every_s` the wait
    between. `only_platform` names the platform without which the call is skipped.
    """

    judge: Judge = field(default_factory=Judge)
    retries: int = 0
    goal: RetryGoal = "expect"
    every_s: float = 0.0
    only_platform: str | None = None
    always: bool = False

    def skip_reason(self, platform: str | None) -> str | None:
        """Say why the call does not run against a platform, `None` when it does."""
        if self.only_platform is None or self.only_platform == platform:
            return None
        return f"only the platform {self.only_platform!r} can answer it"

    def again(self, result: CallResult) -> bool:
        """Whether an attempt did not reach the goal."""
        if self.goal == "pass":
            return result.failed
        errors = (one.error or one.untested for one in result.expectations)
        return any(error is not None and error.name == EXPECTATION for error in errors)

    def apply(self, exchange: Exchange, scopes: Scopes, resolve: Callable[[str], str]) -> Judgement:
        """Hold the expectations against an answer, then take values out of it into their scopes."""
        if not self.judge.expectations and not self.judge.extractors:
            return Judgement()
        response = exchange.response
        if response is None:
            missing = Outcome(name="the call is answered", passed=False, message=UNANSWERED)
            return Judgement(expectations=(_assertion(0, missing),))
        answer = Answer(status=response.status, headers=response.headers, body=response.body)
        verdict = self.judge.verdict(answer, resolve)
        for taken in verdict.extracted:
            scopes.named(taken.scope).set(taken.variable, taken.value)
        return Judgement(
            expectations=tuple(_assertion(index, outcome) for index, outcome in enumerate(verdict.outcomes)),
            extractions=tuple(
                Extraction(
                    variable=taken.variable, scope=taken.scope, expression=taken.expression, value=taken.value
                )
                for taken in verdict.extracted
            ),
        )


def rule_of(entry: CallEntry) -> CallRule:
    """Compile what the companion says of a call. Raises `InputError` at the place that is wrong.

    How long a call is retried is counted in attempts, not by a clock, so that a replay makes as many.
    """
    retry = entry.retry
    return CallRule(
        judge=compile_judge(entry),
        retries=int(retry.for_s / retry.every_s) if retry and retry.every_s > 0 else 0,
        goal=retry.until if retry else "expect",
        every_s=retry.every_s if retry else 0.0,
        only_platform=entry.only_platform,
        always=entry.always,
    )


def _assertion(index: int, outcome: Outcome) -> Assertion:
    if outcome.passed:
        return Assertion(name=outcome.name, index=index)
    error = ScriptError(
        name=EXPECTATION,
        message=outcome.message,
        expected=outcome.expected,
        actual=outcome.actual,
    )
    return Assertion(name=outcome.name, index=index, error=error)
