"""A run that is set up: the only place that builds transport, session, engine and runner."""

from collections.abc import Callable, Container, Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from harness.api.call_context import call_context
from harness.api.modes.mode import Mode
from harness.api.preparation import companion_of
from harness.api.set_up import RunSetUp, set_up_run
from harness.api.shown_secrets import learn_shown
from harness.client.cookies import CookieJar
from harness.errors import ExitCode
from harness.options.config import RunConfig
from harness.reporters.units import counted
from harness.runner.call import RunContext
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished, WarningRaised
from harness.runner.plan import calls_of
from harness.runner.rescue import Rescue
from harness.runner.results import RunSummary, RunWarning
from harness.runner.run import RunOptions, Step, run_plan
from harness.secrets.watch import Mask, Unmasked
from harness.variables.draws import LiveDraws, derive_seed

if TYPE_CHECKING:
    from harness.runner.stretch import Abreast


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
        options = replace(_run_options(self.set_up, self.mode, chosen), set_up=set_up)
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
                    event.summary.rejections.extend(self._rejections(event.summary))
                case _:
                    pass
            try:
                yield event
            except KeyboardInterrupt as raised:
                interrupt = raised

    def context_of_user(self, number: int) -> RunContext:
        """Return what one of many users stands on who run the plan side by side.

        Variables, cookies, tokens and draws are the user's own; engine and connections are shared.
        """
        jar = CookieJar()
        jar.load_json(self.set_up.jar.to_json(), where="the cookie jar")
        session = self.context.session.with_jar(jar)
        session.tokens = {}
        seed = self.set_up.config.inputs.seed
        return replace(
            self.context,
            session=session,
            jar=jar,
            scopes=self.set_up.scopes.copy(),
            draws=LiveDraws(None if seed is None else derive_seed(seed, number)),
            vault={},
            auth_memory={},
        )

    def options_of_user(self) -> RunOptions:
        """Return how each of many users runs the plan."""
        return _run_options(self.set_up, self.mode, None)

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

    def _rejections(self, summary: RunSummary) -> Iterator[str]:
        """Say what fails the run that is no failure by itself."""
        if self.set_up.config.limits.fail_on_flaky and summary.flaky:
            yield f"{counted(summary.flaky, 'flaky call')} (--fail-on-flaky)"
        if not self._may_be_empty and any(one.kind == "no-requests" for one in summary.warnings):
            yield "nothing was run (--allow-empty lets it pass)"
        warned = sum(map(self._fails, summary.warnings))
        if warned:
            output = self.set_up.config.output
            options = [*(["--strict"] if output.strict else []), *(["--error-on"] if output.error_on else [])]
            yield f"{counted(warned, 'warning')} ({', '.join(options)})"

    @property
    def _may_be_empty(self) -> bool:
        # A folder of format v3 may be so as long as it says that it is a collection, as in Postman.
        collection = self.set_up.collection
        return collection.root.file is not None and not calls_of(collection)

    def _fails(self, warning: RunWarning) -> bool:
        baseline = self.set_up.baseline
        known = baseline is not None and baseline.knows(warning)
        return self.set_up.config.output.policy.fails(warning) and not known

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


def mode_of(set_up: RunSetUp) -> Mode:
    """Return the way in which a run is to run. Raises `HarnessError` for a cassette that cannot be opened."""
    use, drift = set_up.use, set_up.config.cassette.drift
    match use.action:
        case "replay" if use.parts is not None:
            from harness.api.modes.replay import ReplayMode

            return ReplayMode(set_up, use.parts)
        case "record" | "extend" | "update" if use.parts is not None:
            from harness.api.modes.record import RecordMode

            return RecordMode(set_up, use.parts, use.action, once=use.once)
        case _ if drift is not None:
            from harness.api.modes.drift import DriftMode

            return DriftMode(set_up, drift)
        case _:
            from harness.api.modes.live import LiveMode

            return LiveMode(set_up)


def _run_options(set_up: RunSetUp, mode: Mode, chosen: Container[Step] | None) -> RunOptions:
    config = set_up.config
    warnings = set_up.warnings
    abreast, rows_at_once = None, 1
    # A replay waits for nobody: in order it takes no longer.
    if config.limits.jobs > 1 and mode.word in {"live", "record"}:
        abreast = _abreast(set_up)
        # A recording keeps the order of its requests: row would wait for row.
        rows_at_once = config.limits.jobs if config.limits.isolate_rows and mode.word == "live" else 1
        slow = next((name for name in ("bail", "delay_ms") if getattr(config.limits, name)), None)
        if slow is not None:
            option = {"bail": "--bail", "delay_ms": "--delay-request"}[slow]
            message = f"with {option} every call waits for the one before: --jobs changes nothing"
            told = [RunWarning(kind="idle-option", message=message, place="--jobs")]
            warnings = (*warnings, *config.output.policy.told(told))
            rows_at_once = 1
    bails = (config.limits.bail or "").split(",")
    return RunOptions(
        bail="failure" in bails,
        abort=config.dialect.inputs.unknown_folder_bails and "folder" in bails,
        delay_s=config.limits.delay_ms / 1000,
        timeout_s=config.limits.timeout_ms / 1000 or None,
        mode=mode.word,
        rules=set_up.rules,
        rescue=Rescue(times=config.limits.retries, unsafe=config.limits.retry_unsafe),
        chosen=chosen,
        warnings=warnings if config.dialect.run.warns else (),
        abreast=abreast,
        isolated=config.limits.isolate_rows,
        rows_at_once=rows_at_once,
    )


def _abreast(set_up: RunSetUp) -> "Abreast":
    from harness.api.call_order import call_order, known_values
    from harness.runner.stretch import Abreast

    companion = companion_of(set_up.config)
    order = call_order(companion, set_up.plan, set_up.rules, known_values(set_up.scopes))
    return Abreast(order=order, jobs=set_up.config.limits.jobs)
