"""Runs a collection only as far as pytest asks: up to the end of one item at a time."""

from typing import TYPE_CHECKING

from harness.api import LiveRun, RunConfig
from harness.runner.events import AttemptFinished, CallFinished, CallStarted, Event
from harness.runner.results import CallResult
from harness.runner.run import Step

if TYPE_CHECKING:
    from collections.abc import Generator


class Drive:
    """A run under way, taken on step by step.

    `chosen` are the steps that pytest selected; the others are not run. Raises `HarnessError` from wherever
    the run does.
    """

    def __init__(self, config: RunConfig, chosen: frozenset[Step]) -> None:
        self.live = LiveRun(config)
        self._last = max(chosen, default=(0, 0))
        self._reached: Step | None = None
        self._events: Generator[Event, None, None] = self.live.events(chosen=chosen)
        self._ahead: Event | None = None

    def take(self, step: Step) -> list[CallResult]:
        """Run up to the end of a step and return what came of it.

        That is no result when a script jumped over the call, and several when it was visited again or jumped
        back from: whatever runs until the run is past the step belongs to it.
        """
        results: list[CallResult] = []
        self._reached = step
        while True:
            event = self._ahead or next(self._events, None)
            self._ahead = event
            if event is None:
                return results
            where = _step(event)
            if where is not None and where > step:
                return results
            self._ahead = None
            if isinstance(event, CallFinished):
                results.append(event.result)

    def finish(self) -> None:
        """End the run: to its end when its last item was reached, else with those calls that always run."""
        try:
            if self._reached != self._last and self._ahead is not None:
                self._events.throw(KeyboardInterrupt())
            for _ in self._events:
                pass
        except (StopIteration, KeyboardInterrupt):
            pass
        finally:
            self.live.close()


def _step(event: Event) -> Step | None:
    match event:
        case CallStarted():
            return (event.iteration, event.position)
        case CallFinished(result=result) | AttemptFinished(result=result):
            return (result.iteration, result.position)
        case _:
            return None
