"""Running a plan: iterations, the order of calls, jumps, retries, bail; told as a stream of events."""

import time
from collections.abc import Callable, Container, Generator, Iterator, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from harness.lazy_dataclass import dataclass
from harness.runner.bail import Stop
from harness.runner.call import CallOutcome, CallSite, run_call
from harness.runner.events import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    Event,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
    WarningRaised,
)
from harness.runner.plan import Call, Plan, row_of
from harness.runner.rescue import Rescue
from harness.runner.results import CallResult, RunSummary, RunWarning
from harness.runner.rows import Rows
from harness.runner.rules import CallRule
from harness.runner.run_context import RunContext
from harness.runner.tally import count
from harness.scripting.engine import NextRequest
from harness.variables.scope import Scopes

if TYPE_CHECKING:
    from harness.runner.stretch import Abreast

_NO_RULE = CallRule()

INTERRUPTED = "interrupted"
TIMED_OUT = "callback timed out"
"""newman's words for a run that took too long."""
SET_UP_FAILED = "a call of the set-up failed"

Step = tuple[int, int]
"""Which call of which iteration: the iteration, then the position in the plan, both from 0."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a plan is run.

    `bail` stops the run at the first failure, after the current call; `abort` only when that is an error of a
    script or a request, as newman's `--bail folder`. `delay_s` is waited before every
    call. `timeout_s` bounds the run: no call starts after it and no request is waited for beyond it, except
    those of calls that always run. `mode` is the word for reports: `live`, `record` or `replay`. `rules` are
    the companion's, by position; `rescue` says which failed calls are sent again; `chosen` are the
    steps to run, all of them when it is `None`; of these `set_up` are run for the others alone. `warnings`
    are what setting up found. `abreast` says which calls go side by side: none when it is `None`, when a
    failure stops the run, and when each call is waited for. Iterations that are `isolated` begin with the
    variables and cookies of the first; so many `rows_at_once` run at a time. Once `interrupted` says so no
    further call begins.
    """

    bail: bool = False
    abort: bool = False
    delay_s: float = 0.0
    timeout_s: float | None = None
    mode: str = "live"
    rules: Mapping[int, CallRule] = field(default_factory=dict)
    rescue: Rescue = field(default_factory=Rescue)
    chosen: Container[Step] | None = None
    set_up: Container[Step] = frozenset()
    warnings: tuple[RunWarning, ...] = ()
    abreast: "Abreast | None" = None
    isolated: bool = False
    rows_at_once: int = 1
    interrupted: Callable[[], bool] = _never

    @property
    def stop(self) -> Stop | None:
        """What ends a call early."""
        return "failure" if self.bail else "error" if self.abort else None


@dataclass(slots=True)
class _Iteration:
    """Where an iteration stands: which calls ran, and why it ends early, if it does.

    `alone` says that it is a run of its own, set-up and teardown included.
    """

    number: int
    scopes: Scopes
    alone: bool = False
    ran: set[int] = field(default_factory=set)
    stop: str | None = None

    def has(self, plan: Plan, position: int) -> bool:
        """Whether it has a call of the plan."""
        return self.alone or plan.has(self.number, position)


def run_plan(plan: Plan, context: RunContext, options: RunOptions) -> Generator[Event, None, None]:
    """Run the calls of a plan and tell what happens; nothing is sent before an event is asked for.

    A `KeyboardInterrupt`, raised here or thrown in, ends the run in order: calls that always run are run,
    and `RunFinished` is told. Raises `HarnessError` for what makes going on senseless.
    """
    summary = RunSummary()
    events = _events(plan, context, options, summary)
    event: Event | None = next(events)
    while event is not None:
        count(summary, event)
        try:
            yield event
        except KeyboardInterrupt as interrupt:
            event = events.throw(interrupt)
        else:
            event = next(events, None)


def _events(
    plan: Plan, context: RunContext, options: RunOptions, summary: RunSummary
) -> Generator[Event, None, None]:
    begun = time.monotonic()
    rows = Rows(context)
    yield RunStarted(
        collection=plan.collection,
        calls=len(plan.calls),
        iterations=plan.iterations,
        started_ms=time.time() * 1000,
        mode=options.mode,
        once=0 if plan.apart else plan.before + plan.after,
    )
    for warning in options.warnings:
        yield WarningRaised(warning=warning)
    deadline = None if options.timeout_s is None else begun + options.timeout_s
    stop: str | None = None
    count = plan.iterations if plan.calls else 0
    if options.rows_at_once > 1 and count > 1:
        # Within a row calls go in order: there are as many at once as there are rows.
        alone = replace(options, abreast=None, interrupted=rows.interrupted)
        stop = yield from rows.at_once(
            range(count),
            options.rows_at_once,
            lambda number, own: _iteration(plan, own, alone, number, deadline),
        )
    else:
        for number in range(count):
            if options.isolated and number:
                rows.begin_anew()
            stop = yield from _iteration(plan, context, options, number, deadline)
            if stop is not None:
                break
    summary.interrupted = stop == INTERRUPTED
    summary.timed_out = stop == TIMED_OUT
    summary.elapsed_ms = (time.monotonic() - begun) * 1000
    yield RunFinished(summary=summary, scopes=context.scopes, error=stop)


def _iteration(
    plan: Plan, context: RunContext, options: RunOptions, number: int, deadline: float | None
) -> Generator[Event, None, str | None]:
    """Run one iteration, and return why the run ends with it, if it does."""
    row = row_of(plan.rows, number)
    iteration = _Iteration(number, context.scopes.with_row(row))
    context.session.deadline = deadline
    try:
        yield IterationStarted(iteration=number, row=row)
        yield from _calls(plan, context, options, iteration, deadline)
    except KeyboardInterrupt:
        iteration.stop = INTERRUPTED
    context.session.deadline = None
    yield from _always(plan, context, options, iteration)
    yield IterationFinished(iteration=number)
    # Where iterations are runs of their own, the others may have a set-up that does not fail.
    return None if iteration.stop == SET_UP_FAILED and plan.apart else iteration.stop


def run_iteration(
    plan: Plan, context: RunContext, options: RunOptions, *, number: int, row: Mapping[str, Any]
) -> Iterator[Event]:
    """Run the calls of one iteration alone, with a data row, for whoever counts iterations himself.

    Told is what the calls do. It is a run of its own, with set-up and teardown. Calls that always run are
    run, too, unless the iterator is closed before.
    """
    iteration = _Iteration(number, context.scopes.with_row(row), alone=True)
    yield from _calls(plan, context, options, iteration, None)
    yield from _always(plan, context, options, iteration)


def _calls(
    plan: Plan,
    context: RunContext,
    options: RunOptions,
    iteration: _Iteration,
    deadline: float | None,
) -> Iterator[Event]:
    """Run the calls of one iteration in order, or in the order that scripts wish for."""
    position = 0
    target: int | None = None
    while position < len(plan.calls):
        if options.interrupted():
            iteration.stop = INTERRUPTED
            return
        # A script may send the run to a call of the set-up once more.
        if position != target and not iteration.has(plan, position):
            position += 1
            continue
        if deadline is not None and time.monotonic() > deadline:
            iteration.stop = TIMED_OUT
            return
        if options.chosen is not None and (iteration.number, position) not in options.chosen:
            position += 1
            continue
        side_by_side = _stretch(plan, options, iteration, position)
        if len(side_by_side) > 1:
            if not (yield from _abreast(plan, context, options, iteration, side_by_side, deadline)):
                iteration.stop = TIMED_OUT
                return
            position = side_by_side[-1] + 1
            continue
        iteration.ran.add(position)
        outcome = yield from _one(plan, context, options, iteration, position)
        failed = outcome.result.failed if options.bail else options.abort and outcome.result.broken
        if failed:
            iteration.stop = "bail"
            return
        if position < plan.before and outcome.result.failed:
            yield from _without_set_up(plan, options, iteration, position)
            iteration.stop = SET_UP_FAILED
            return
        if outcome.next is None:
            position += 1
            continue
        target = find_next(plan.calls, outcome.next)
        if target is None:
            if outcome.next.target is not None:
                unknown = _unknown_next(outcome.result, outcome.next.target)
                for warning in context.policy.told([unknown]):
                    yield WarningRaised(warning=warning)
            return
        position = target


def _stretch(plan: Plan, options: RunOptions, iteration: _Iteration, position: int) -> tuple[int, ...]:
    """Return the positions from one on whose calls may go side by side."""
    if options.abreast is None or options.stop is not None or options.delay_s:
        return ()
    chosen = options.chosen
    end = len(plan.calls) - plan.after
    if not plan.before <= position < end:
        return ()
    return options.abreast.stretch(
        one for one in range(position, end) if chosen is None or (iteration.number, one) in chosen
    )


def _abreast(
    plan: Plan,
    context: RunContext,
    options: RunOptions,
    iteration: _Iteration,
    positions: tuple[int, ...],
    deadline: float | None,
) -> Generator[Event, None, bool]:
    """Run calls side by side; whether there was time for all."""

    def begin(position: int, own: RunContext, scopes: Scopes) -> Generator[Event, None, CallOutcome]:
        return _one(plan, own, options, _Iteration(iteration.number, scopes), position)

    if options.abreast is None:
        return True
    from harness.runner.stretch import Stretch

    stretch = Stretch(
        plan,
        positions,
        iteration=iteration.number,
        abreast=options.abreast,
        context=context,
        scopes=iteration.scopes,
        deadline=deadline,
        begin=begin,
    )
    try:
        return (yield from stretch.run())
    finally:
        iteration.ran |= stretch.begun


def _one(
    plan: Plan, context: RunContext, options: RunOptions, iteration: _Iteration, position: int
) -> Generator[Event, None, CallOutcome]:
    """Run one call, again while its rule or `--retry` says so; earlier attempts leave no variables."""
    call = plan.calls[position]
    rule = options.rules.get(position, _NO_RULE)
    reason = call.item.skipped or rule.skip_reason(context.platform)
    if reason is not None:
        result = CallResult(call=call, position=position, iteration=iteration.number, skipped=reason)
        yield CallFinished(result=result)
        return CallOutcome(result=result)
    if call.item.unreadable is not None:
        result = CallResult(call=call, position=position, iteration=iteration.number)
        yield CallFinished(result=result)
        return CallOutcome(result=result)
    if options.delay_s:
        context.sleep(options.delay_s)
    attempt, polled, rescued = 1, 0, 0
    while True:
        repeats = rule.retries or options.rescue.times
        before = iteration.scopes.checkpoint() if repeats else ()
        deprecated = set(context.deprecated)
        yield CallStarted(call=call, position=position, iteration=iteration.number, attempt=attempt)
        site = CallSite(
            call=call,
            position=position,
            iteration=iteration.number,
            iterations=plan.iterations,
            attempt=attempt,
            scopes=iteration.scopes,
        )
        outcome = run_call(site, context, rule, stop=options.stop)
        set_up = (iteration.number, position) in options.set_up
        if rescued or set_up:
            outcome = replace(outcome, result=replace(outcome.result, rescued=rescued, set_up=set_up))
        if not repeats:
            yield CallFinished(result=outcome.result, goes_to=_goes_to(plan, outcome.next))
            return outcome
        polls = polled < rule.retries and rule.again(outcome.result)
        wait_s = rule.every_s if polls else options.rescue.wait_s(rescued, outcome.result)
        late = _late(context, 0.0 if polls else wait_s)
        if late or options.interrupted() or not (polls or options.rescue.again(outcome.result, rescued)):
            yield CallFinished(result=outcome.result, goes_to=_goes_to(plan, outcome.next))
            return outcome
        polled, rescued = polled + polls, rescued + (not polls)
        yield AttemptFinished(result=outcome.result)
        iteration.scopes.go_back(before)
        # What this attempt warned of goes with it.
        context.deprecated.intersection_update(deprecated)
        context.sleep(wait_s)
        attempt += 1


def _without_set_up(plan: Plan, options: RunOptions, iteration: _Iteration, failed: int) -> Iterator[Event]:
    """Tell the calls that are left, but those of the teardown, as skipped for want of a set-up."""
    reason = f"the set-up failed: {' / '.join(plan.calls[failed].path)}"
    for position in range(failed + 1, len(plan.calls) - plan.after):
        if position in iteration.ran or options.rules.get(position, _NO_RULE).always:
            continue
        if options.chosen is None or (iteration.number, position) in options.chosen:
            iteration.ran.add(position)
            call = plan.calls[position]
            result = CallResult(call=call, position=position, iteration=iteration.number, skipped=reason)
            yield CallFinished(result=result)


def _late(context: RunContext, wait_s: float) -> bool:
    """Whether the time of the run is over, or will be after a wait."""
    deadline = context.session.deadline
    return deadline is not None and time.monotonic() + wait_s > deadline


def _always(plan: Plan, context: RunContext, options: RunOptions, iteration: _Iteration) -> Iterator[Event]:
    """Run the calls that always run and did not yet, when an iteration ends before it came to them.

    With the run ends the teardown runs, whichever iteration was the last.
    """
    ends = iteration.stop is not None or iteration.has(plan, len(plan.calls) - 1)
    for position in range(len(plan.calls)):
        teardown = position >= len(plan.calls) - plan.after
        always = options.rules.get(position, _NO_RULE).always and iteration.has(plan, position)
        last = teardown and ends and not plan.apart
        step = (plan.iterations - 1 if last else iteration.number, position)
        chosen = options.chosen is None or step in options.chosen
        if (always or (teardown and ends)) and chosen and position not in iteration.ran:
            iteration.ran.add(position)
            yield from _one(plan, context, options, iteration, position)


def find_next(calls: tuple[Call, ...], wish: NextRequest) -> int | None:
    """Find the call a script wishes for: by id, then by name, the last of equal ones (newman)."""
    if wish.target is None:
        return None
    for attribute in ("id", "name"):
        for position in range(len(calls) - 1, -1, -1):
            if getattr(calls[position].item, attribute) == wish.target:
                return position
    return None


def _goes_to(plan: Plan, wish: NextRequest | None) -> int | None:
    """Return the position that a wish leads to, behind the last one when it ends the iteration."""
    if wish is None:
        return None
    target = find_next(plan.calls, wish)
    return len(plan.calls) if target is None else target


def _unknown_next(result: CallResult, target: str) -> RunWarning:
    return RunWarning(
        kind="unknown-next-request",
        message=f"next request {target!r} is not among the calls of this run; the iteration ends",
        place=" / ".join(result.call.path),
    )
