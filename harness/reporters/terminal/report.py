"""The report on the terminal: the calls as they go, in newman's manner, then numbers and failures."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.reporters.phases import PhaseTimes
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.reporters.terminal.call_lines import attempt_line, call_lines, named, warning_line
from harness.reporters.terminal.colours import cells, is_live, wrap
from harness.reporters.terminal.data_row import row_told
from harness.reporters.terminal.failure_list import FailureList
from harness.reporters.terminal.progress_line import Pace, ProgressLine
from harness.reporters.terminal.style import style_of
from harness.reporters.terminal.summary_table import summary_table
from harness.reporters.terminal.warning_list import warning_list
from harness.reporters.units import counted, duration, fact_told, failed_told, tallied
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
from harness.runner.plan import Call
from harness.runner.results import CallResult, RunSummary
from harness.runner.run import SET_UP_FAILED, TIMED_OUT
from harness.runner.tally import count

if TYPE_CHECKING:
    from pathlib import Path

# How the facts of a run are told; one that is not here is told by its name.
FACTS: Final[Mapping[str, str]] = {
    "recorded": "{} recorded",
    "cassette": "cassette {}",
    "replayed": "replayed from {}",
    "cassette_age": "recorded {} ago",
    "unused": "interactions unused: {}",
    "connections_attempted": "connections attempted: {}",
    "platform": "platform {}",
}
_FLAKY: Final = 5
_ENDINGS: Final[Mapping[str, str]] = {
    "bail": "stopped at the first failure (--bail)",
    SET_UP_FAILED: "stopped: a call of the set-up failed (`before` in the companion)",
    TIMED_OUT: "stopped: the run took longer than it may (--timeout)",
}


class TerminalReporter:
    """Prints a run while it goes on.

    `quiet` tells only calls that failed, `verbose` also headers and bodies, `silent` nothing. On a
    terminal a line at the bottom shows how far the run is.
    """

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._stream = context.stream
        self._answers = context.dialect.reports
        self._silent = bool(options.get("silent")) or context.verbosity == "silent"
        self._quiet = context.verbosity == "quiet"
        self._banner = not options.get("no-banner") and not self._quiet
        self._table = not options.get("no-summary")
        self._list = not options.get("no-failures")
        self._style = style_of(options, context)
        self._failures = FailureList(self._style, self._answers)
        self._phases = PhaseTimes() if self._style.verbose else None
        self._pace = Pace()
        live = not self._silent and is_live(context.stream, context.environ)
        style = self._style
        self._line = ProgressLine(self._stream, style.ink, style.signs, style.width) if live else None
        self._summary = RunSummary()
        self._started: RunStarted | None = None
        self._finished: RunFinished | None = None
        self._folder: tuple[str, ...] = ()
        self._rows: dict[int, str] = {}
        self._headed: tuple[int, int, str] | None = None
        self._held: list[str] = []
        self._warned: set[str] = set()
        self._flaky: Counter[str] = Counter()
        self._done = False
        self.written: Path | None = None

    def handle(self, event: Event) -> None:
        """Take the next event in, and print what is to be said of it."""
        if self._silent:
            return
        count(self._summary, event)
        match event:
            case RunStarted():
                self._start(event)
            case IterationStarted(iteration=iteration, row=row):
                self._folder = ()
                if self._started and self._started.iterations > 1:
                    self._iterate(iteration, row, of=self._started.iterations)
            case IterationFinished(iteration=iteration):
                self._rows.pop(iteration, None)
            case CallStarted(call=call, position=position, iteration=iteration):
                if not self._quiet:
                    self._print(self._head(call, position, iteration))
                self._draw(call)
            case AttemptFinished(result=result):
                self._tell([attempt_line(result, self._style)])
                self._draw(result.call)
            case CallFinished(result=result):
                self._finish(result)
            case WarningRaised(warning=warning):
                if warning.message not in self._warned:
                    self._warned.add(warning.message)
                    self._print(
                        [warning_line(warning.message, warning.place, self._style, kind=warning.kind)]
                    )
            case RunFinished():
                self._finished = event

    def close(self) -> None:
        """Print the numbers and the failures."""
        if self._done or self._silent or self._started is None:
            return
        self._done = True
        if self._finished is None and not self._summary.items.total:
            # It broke before anything came of it: the error that follows is all there is to say.
            self._clear()
            self._flush()
            return
        summary = self._finished.summary if self._finished else self._summary
        style = self._style
        if self._table:
            self._print(
                ["", *summary_table(summary, style.ink, style.signs, style.width, phases=self._phases)]
            )
        if self._list and self._failures.count:
            self._print(["", *self._failures.lines(self._started.iterations)])
        if self._table and summary.warnings and self._answers.additions:
            self._print(["", *warning_list(summary.warnings, style)])
        if self._table:
            self._print(["", *self._verdict(summary)])
        self._clear()
        self._flush()

    def _start(self, event: RunStarted) -> None:
        self._started = event
        self._pace.total = event.steps
        ink = self._style.ink
        if self._banner:
            self._print([ink(self._answers.banner, "dim"), ""])
        cycles = f", {counted(event.iterations, 'iteration')}" if event.iterations > 1 else ""
        about = f"{counted(event.calls, 'call')}{cycles}, {event.mode}"
        width = self._style.width
        names = list(wrap(self._style.label(event.collection.name), width))
        told = [ink(name, "bold") for name in names]
        if self._answers.additions:
            beside = width is None or cells(names[-1]) + len(about) + 4 <= width
            told[-1:] = (
                [f"{told[-1]}  {ink(f'({about})', 'dim')}"]
                if beside
                else [told[-1], ink(f"  ({about})", "dim")]
            )
        self._print(["", *told] if self._quiet else told)

    def _iterate(self, iteration: int, row: Mapping[str, Any], *, of: int) -> None:
        """Head an iteration, with its row of data."""
        title = f"Iteration {iteration + 1}/{of}"
        told = row_told(row, self._style, beside=len(title) + 2) if self._answers.additions else ""
        if told:
            self._rows[iteration] = told
        if not self._quiet:
            head = self._style.ink(title, "dim", "underline")
            self._print(["", f"{head}  {self._style.ink(told, 'dim')}" if told else head])

    def _finish(self, result: CallResult) -> None:
        first = self._failures.count + 1
        self._failures.take(result, row=self._rows.get(result.iteration, ""))
        if self._phases is not None:
            for exchange in (*(side.exchange for side in result.side), result.exchange):
                if exchange is not None:
                    self._phases.take(exchange)
        failed = self._failures.count >= first
        if result.flaky:
            name = self._style.label(" / ".join(result.call.path))
            if name in self._flaky or len(self._flaky) < _FLAKY:
                self._flaky[name] += 1
        self._pace.finish(result.elapsed_ms, failed=failed)
        if self._quiet and not failed:
            self._held = []
            return
        lines = call_lines(result, self._style, first, self._warned)
        self._print([*self._head(result.call, result.position, result.iteration), *self._held, *lines])
        self._held = []
        self._headed = None
        self._draw(None)

    def _head(self, call: Call, position: int, iteration: int) -> Iterator[str]:
        """Name the folder when it is another one than before, then the call; once only."""
        key = (iteration, position, call.item.id)
        if self._headed == key:
            return
        self._headed = key
        signs = self._style.signs
        folder = call.path[:-1]
        if folder != self._folder:
            self._folder = folder
            if folder:
                yield ""
                yield from named(signs.folder, " / ".join(folder), self._style, "bold")
                yield from named(signs.sub, call.item.name, self._style)
                return
        yield ""
        yield from named(signs.sub if folder else signs.root, call.item.name, self._style)

    def _verdict(self, summary: RunSummary) -> Iterator[str]:
        ink, signs = self._style.ink, self._style.signs
        told = f"{tallied(summary.items, 'call')}, {tallied(summary.assertions, 'assertion')}"
        took = f" in {duration(summary.elapsed_ms, signs.micro)}" if self._finished else ""
        error = self._finished.error if self._finished else "the run did not end by itself"
        if summary.interrupted or self._finished is None:
            failed = f", {counted(len(summary.failures), 'failure')}" if summary.failures else ""
            yield from self._headline(f"{signs.failed} interrupted", "yellow", told + failed + took)
        elif summary.failures or error:
            failed = counted(len(summary.failures), "failure")
            yield from self._headline(f"{signs.failed} {failed}", "red", told + took)
        elif summary.rejections:
            yield from self._headline(f"{signs.failed} {failed_told(summary)}", "red", told + took)
        else:
            yield from self._headline(f"{signs.passed} passed", "green", told + took)
        if error and not summary.interrupted:
            yield "  " + ink(_ENDINGS.get(error, self._style.text(error)), "red")
        if summary.flaky:
            flaky = counted(summary.flaky, "flaky call")
            told = f"{signs.retry} {flaky}: passed only when sent again"
            yield "  " + ink(told, "yellow")
            rest = summary.flaky - self._flaky.total()
            times = ((name, f" ({times} times)" if times > 1 else "") for name, times in self._flaky.items())
            listed = ", ".join(map("".join, times)) + (f" and {rest:,} more" if rest else "")
            width = None if self._style.width is None else self._style.width - 4
            yield from ("    " + ink(line, "dim") for line in wrap(listed, width) if listed)
        if summary.warnings:
            yield "  " + ink(f"{signs.warning} {counted(len(summary.warnings), 'warning')}", "yellow")
        if summary.facts:
            told = f" {signs.dot} ".join(self._facts(summary.facts))
            width = self._style.width
            yield from ("  " + ink(line, "dim") for line in wrap(told, None if width is None else width - 2))

    def _headline(self, head: str, colour: str, told: str) -> Iterator[str]:
        """Say in a line how the run ended, in several where it is too long for one."""
        width = self._style.width
        painted = self._style.ink(head, colour, "bold")
        if width is None or cells(head) + 2 + cells(told) <= width:
            yield f"{painted}  {told}"
            return
        yield painted
        yield from (f"  {line}" for line in wrap(told, width - 2))

    def _facts(self, facts: Mapping[str, Any]) -> Iterator[str]:
        for name, value in facts.items():
            told = FACTS.get(name, name + " {}")
            yield self._style.text(fact_told(told, name, value))

    def _tell(self, lines: Iterable[str]) -> None:
        """Print what belongs to a call that goes on; when quiet, only if it fails."""
        if self._quiet:
            self._held.extend(lines)
        else:
            self._print(lines)

    def _draw(self, call: Call | None) -> None:
        if self._line is not None:
            self._line.draw(self._pace, self._style.label(" / ".join(call.path)) if call else "")

    def _clear(self) -> None:
        if self._line is not None:
            self._line.clear()

    def _print(self, lines: Iterable[str]) -> None:
        self._clear()
        text = "".join(f"{line}\n" for line in lines)
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            encoding = self._stream.encoding or "ascii"
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        except BrokenPipeError:
            # The reader went away (`| head`): the run goes on, there is nobody left to tell.
            self._silent = True

    def _flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._silent = True
