"""A run that is set up: the only place that builds transport, session, engine and runner."""

from collections.abc import Callable, Container, Generator
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self

from harness.api.call_context import call_context
from harness.api.modes.choice import mode_of
from harness.api.modes.mode import Mode
from harness.api.rejections import rejections
from harness.api.run_options import run_options
from harness.api.set_up import RunSetUp, set_up_run
from harness.api.shown_secrets import learn_shown
from harness.errors import ExitCode
from harness.options.config import RunConfig
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished, WarningRaised
from harness.runner.plan import calls_of
from harness.runner.results import RunSummary
from harness.runner.run import Step, run_plan
from harness.secrets.watch import Mask, Unmasked


class LiveRun:
    """A run that is set up and can be started: its plan, and its events as they happen.

        with LiveRun(RunConfig.of("shop.json")) as live:
            for event in live.events():
                ...

    Setting up reads all files, starts the local platform when it is wanted, and opens the cassette; it sends
    nothing. `mode` is the way in which it runs, `context` what its calls share. `in_mode` makes a mode that
    the configuration has no word for. Raises `HarnessError` for whatever the user can mend.
    """

    def __init__(self, config: RunConfig, *, in_mode: Callable[[RunSetUp], Mode] | None = None) -> None:
        with ExitStack() as stack:
            self.set_up: RunSetUp = set_up_run(config, stack)
            self.mode: Mode = (in_mode or mode_of)(self.set_up)
            transport, draws = self.mode.open()
            self.context = call_context(self.set_up, transport, draws, waits=self.mode.word != "replay")
            # What was opened so far stays open until `close`.
            self._stack = stack.pop_all()

    def events(
        self, *, chosen: Container[Step] | None = None, set_up: Container[Step] = frozenset()
    ) -> Generator[Event, None, None]:
        """Run the plan, or those steps of it that are chosen. To be called once.

        Of the chosen steps `set_up` are run for the others alone, and marked so. Nothing is sent before an
        event is asked for.
        """
        options = replace(run_options(self.set_up, self.mode), chosen=chosen, set_up=set_up)
        events = run_plan(self.set_up.plan, self.context, options)
        return self._watched(events, whole=chosen is None)

    def _watched(self, events: Generator[Event, None, None], *, whole: bool) -> Generator[Event, None, None]:
        """Let the mode guard each step and finish the run, and learn secrets before an event is told."""
        learns = self.set_up.config.dialect.run.masks
        interrupt: KeyboardInterrupt | None = None
        while True:
            with self.mode.guard():
                try:
                    event = next(events) if interrupt is None else events.throw(interrupt)
                except StopIteration:
                    return
            interrupt = None
            match event:
                case CallFinished(result=result) | AttemptFinished(result=result) if learns:
                    learn_shown(self.set_up, result)
                case RunFinished():
                    for warning in self.set_up.config.output.policy.told(
                        self.mode.finish(event, whole=whole)
                    ):
                        event.summary.warnings.append(warning)
                        yield WarningRaised(warning=warning)
                    event.summary.rejections.extend(rejections(self.set_up, event.summary))
                case _:
                    pass
            try:
                yield event
            except KeyboardInterrupt as raised:
                interrupt = raised

    @property
    def mask(self) -> Mask:
        """Hides the values of secrets in what people are shown."""
        return self.set_up.watch.mask if self.set_up.config.dialect.run.masks else Unmasked()

    def exit_code(self, summary: RunSummary) -> ExitCode:
        """Say what a run that ended with this summary tells the shell."""
        if summary.interrupted:
            return ExitCode.INTERRUPTED
        if summary.offline:
            return ExitCode.OFFLINE
        if summary.misses:
            return ExitCode.REPLAY_MISS
        return ExitCode.FAILED if summary.failed or self.mode.fails() else ExitCode.PASSED

    @property
    def whole(self) -> bool:
        """Whether every call of the collection is planned."""
        return len(self.set_up.plan.calls) == len(calls_of(self.set_up.collection))

    def close(self) -> None:
        """Stop all that was started, and give all that was opened back."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
