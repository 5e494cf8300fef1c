"""Runs a collection only as far as pytest asks: up to the end of one item at a time."""

from typing import TYPE_CHECKING

from harness.api import LiveRun
from harness.errors import HarnessError
from harness.pytest_plugin.failure import Origin, harmless
from harness.reporters.provenance import Use, VariableProvenance
from harness.reporters.reporter import Reporter
from harness.runner.events import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    Event,
    IterationFinished,
    RunFinished,
    WarningRaised,
)
from harness.runner.results import CallResult, RunWarning
from harness.runner.run import Step
from harness.runner.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Generator


class Itinerary:
    """Which steps may run: those that pytest came to, those they stand on, and those still to come.

    A step that pytest passed by without running it (it is marked to be skipped) is not run on the way to
    another.
    """

    def __init__(self, selected: frozenset[Step], upstream: frozenset[Step]) -> None:
        self.selected = set(selected)
        self.upstream = set(upstream)
        self.passed: set[Step] = set()
        self.asked: set[Step] = set()

    def __contains__(self, step: object) -> bool:
        if step in self.asked or step in self.upstream:
            return True
        return step in self.selected and step not in self.passed

    def takes(self, steps: frozenset[Step], upstream: frozenset[Step]) -> bool:
        """Take further steps in, unless the run is past one of them; tell whether they are in."""
        fresh = (steps | (upstream - self.upstream)) - self.selected
        if fresh and self.asked and min(fresh) < max(self.asked):
            return False
        self.selected |= steps
        self.upstream |= upstream - self.selected
        return True

    @property
    def done(self) -> bool:
        """Whether pytest came to all that is selected."""
        return self.selected <= self.passed


class Drive:
    """A run under way, taken on step by step.

    Raises `HarnessError` from wherever the run does, once: after it `ended` says why nothing runs any more.
    Results are kept in `spool`, and all events are told to `log`, when there are these; `warnings` are those
    that belong to no call.
    """

    def __init__(
        self, live: LiveRun, itinerary: Itinerary, spool: Spool | None = None, log: Reporter | None = None
    ) -> None:
        self.live = live
        self.shown = harmless(live.mask)
        self.itinerary = itinerary
        self._spool = spool
        self._log = log
        self.ended: str | None = None
        self.warnings: list[RunWarning] = []
        self.finished: RunFinished | None = None
        self._events: Generator[Event, None, None] = self.live.events(
            chosen=itinerary, set_up=itinerary.upstream
        )
        self._ahead: Event | None = None
        self._open: Step | None = None
        self._over: Step = (0, 0)
        self._latest: tuple[Step, list[CallResult]] | None = None
        self._provenance = VariableProvenance()
        self._paths: list[str] = []
        self._origins: dict[Step, tuple[Origin, ...]] = {}

    def origins(self, result: CallResult) -> tuple[Origin, ...]:
        """Return where the variables of a call came from that failed just now."""
        return self._origins.get((result.iteration, result.position), ())

    def _trace(self, result: CallResult) -> None:
        """Note where the variables of a call came from, if it failed, and which ones it set."""
        if result.failed:
            uses = self._provenance.uses(result)
            self._origins = {(result.iteration, result.position): tuple(map(self._origin, uses))}
        self._provenance.learn(len(self._paths), result)
        self._paths.append(" / ".join(result.call.path))

    def _origin(self, use: Use) -> Origin:
        source = use.source
        by = ""
        if source is not None:
            how = f"{source.detail} of" if source.how == "extracted" else f"{source.detail}-script of"
            by = f"from {how} {self._paths[source.row]}"
        return Origin(name=use.name, scope=use.scope, value=use.value, by=by)

    @property
    def whole(self) -> bool:
        """Whether all of the plan was asked for: nothing was left out or skipped."""
        return len(self.itinerary.asked) == self.live.set_up.plan.steps

    def is_past(self, step: Step) -> bool:
        """Whether the run cannot be asked for a step any more, since it was asked for a later one."""
        return step < max(self.itinerary.asked, default=step)

    def reach(self, step: Step) -> list[CallResult]:
        """Run up to the beginning of a step and return what ran on the way: the calls it stands on."""
        self.itinerary.asked.add(step)
        results: list[CallResult] = []
        if self._again(step):
            return results
        while step >= self._over:
            event = self._next()
            where = _step(event)
            if event is None or (where is not None and where >= step):
                self._ahead = event
                return results
            if isinstance(event, CallFinished):
                results.append(event.result)
                self._go_on(event)
        return results

    def take(self, step: Step) -> list[CallResult]:
        """Run a step to its end and return what came of it.

        That is no result when a script jumped over the call, and several when a script went back from it:
        whatever runs until the run is past the step belongs to it. Taken a second time, the step is sent
        again; a replay tells what it told, for the recording has nothing else to say.
        """
        if self._latest is not None and self._again(step):
            if self.live.mode.word != "replay":
                self._latest = (step, [self._repeat(step)])
            return self._latest[1]
        results: list[CallResult] = []
        while step >= self._over:
            event = self._next()
            where = _step(event)
            if event is None or (where is not None and where > step):
                self._ahead = event
                break
            if isinstance(event, CallFinished):
                results.append(event.result)
                self._go_on(event)
        self._latest = (step, results)
        return results

    def finish(self, *, early: bool) -> list[CallResult]:
        """End the run and return what still ran: when it ends early, those calls that always run."""
        results: list[CallResult] = []
        try:
            event = self._first(early=early)
            while event is not None:
                if isinstance(event, CallFinished):
                    results.append(event.result)
                elif isinstance(event, RunFinished):
                    self.finished = event
                elif isinstance(event, WarningRaised):
                    self.warnings.append(event.warning)
                event = self._told(next(self._events, None))
        except KeyboardInterrupt:
            pass  # a second one: now it is over
        if self._log is not None:
            self._log.close()
        return results

    def close(self) -> None:
        """Give everything back."""
        if self._log is not None:
            self._log.close()
        self.live.close()

    def _told(self, event: Event | None) -> Event | None:
        """Tell an event to the log."""
        if self._log is not None and event is not None:
            self._log.handle(event)
        return event

    def _first(self, *, early: bool) -> Event | None:
        begun, self._ahead = self._ahead, None
        if self.finished is not None or not self.itinerary.asked:
            return None
        if not early or self.ended is not None:
            return begun or self._told(next(self._events, None))
        try:
            return self._told(self._events.throw(KeyboardInterrupt()))
        except StopIteration:
            return None

    def _again(self, step: Step) -> bool:
        return self._latest is not None and self._latest[0] == step

    def _repeat(self, step: Step) -> CallResult:
        for event in self.live.events(chosen=frozenset({step})):
            if isinstance(event, CallFinished):
                self._told(event)
                return event.result
        raise RuntimeError("a chosen step always runs")

    def _go_on(self, event: CallFinished) -> None:
        """Note before which step nothing runs any more."""
        result = event.result
        if event.goes_to is None:
            self._over = (result.iteration, result.position + 1)
        elif event.goes_to < len(self.live.set_up.plan.calls):
            self._over = (result.iteration, event.goes_to)
        # Otherwise the iteration ends, after those of its calls that always run.

    def _next(self) -> Event | None:
        """Return the next event, `None` at the end. Raises `KeyboardInterrupt` when one ended the run."""
        if self._ahead is not None:
            event, self._ahead = self._ahead, None
            return event
        try:
            following = self._told(next(self._events, None))
        except HarnessError as error:
            self.ended = error.what
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # pytest's own outcomes, such as pytest-timeout's, are no Exceptions
            self.ended = f"{type(error).__name__}: {error}"
            raise
        where = _step(following)
        # A call that began and never ended was interrupted; the run is at the calls that always run.
        if self._open is not None and (
            where not in (None, self._open)
            or following is None
            or isinstance(following, IterationFinished | RunFinished)
        ):
            self._open, self._ahead = None, following
            self.ended = "interrupted"
            raise KeyboardInterrupt
        match following:
            case CallStarted():
                self._open = where
            case CallFinished(result=result):
                self._open = None
                self._trace(result)
                if self._spool is not None:
                    self._spool.append(result)
            case RunFinished():
                self.finished = following
            case WarningRaised(warning=warning):
                self.warnings.append(warning)
            case _:
                pass
        return following


def _step(event: Event | None) -> Step | None:
    match event:
        case CallStarted():
            return (event.iteration, event.position)
        case CallFinished(result=result) | AttemptFinished(result=result):
            return (result.iteration, result.position)
        case _:
            return None
