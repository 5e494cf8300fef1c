"""newman's two short reporters: a progress bar, and a face for each call."""

from contextlib import suppress
from typing import TYPE_CHECKING

from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.reporters.terminal.colours import Ink, is_coloured, is_live, width_of
from harness.reporters.terminal.progress_line import Pace, ProgressLine
from harness.reporters.terminal.style import style_of
from harness.reporters.units import counted
from harness.runner.events import CallFinished, CallStarted, Event, RunStarted

if TYPE_CHECKING:
    from pathlib import Path


class ProgressReporter:
    """Draws how far the run is; where nothing can be drawn over, a line for each tenth of it."""

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._context = context
        self._silent = bool(options.get("silent")) or context.verbosity == "silent"
        self._style = style_of(options, context)
        stream, environ = context.stream, context.environ
        ink = Ink(is_coloured(stream, context.colour, environ))
        live = is_live(stream, environ)
        self._line = ProgressLine(stream, ink, self._style.signs, width_of(stream, environ)) if live else None
        self._pace = Pace()
        self._tenth = 0
        self.written: Path | None = None

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        match event:
            case RunStarted():
                self._pace.total = event.steps
            case CallStarted(call=call):
                self._draw(" / ".join(call.path))
            case CallFinished(result=result):
                self._pace.finish(result.elapsed_ms, failed=result.failed)
                self._draw("")
            case _:
                pass

    def close(self) -> None:
        """Say how far it came."""
        if self._line is not None:
            self._line.clear()
        if self._pace.total and not self._silent:
            self._say()

    def _draw(self, now: str) -> None:
        if self._silent:
            return
        tenth = int(self._pace.share * 10)
        if self._line is not None:
            self._line.draw(self._pace, self._style.label(now))
        elif tenth > self._tenth and tenth < 10:
            self._tenth = tenth
            self._say()

    def _say(self) -> None:
        pace = self._pace
        text = f"{pace.done} of {counted(pace.total, 'call')}, {pace.failed} failed\n"
        with suppress(BrokenPipeError):
            self._context.stream.write(text)
            self._context.stream.flush()


class EmojitrainReporter:
    """Writes a smiling or a crying face for each call."""

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._context = context
        self._silent = bool(options.get("silent")) or context.verbosity == "silent"
        self._faces = ("😀 ", "😢 ", " 😍", " 😭") if context.unicode else (":-) ", ":-( ", " :-D", " :'-(")
        self._started = False
        self._failed = False
        self.written: Path | None = None

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        match event:
            case RunStarted():
                self._started = True
            case CallFinished(result=result):
                self._failed |= result.failed
                self._write(self._faces[1 if result.failed else 0])
            case _:
                pass

    def close(self) -> None:
        """Write the last face."""
        if self._started:
            self._write(self._faces[3 if self._failed else 2] + "\n")

    def _write(self, text: str) -> None:
        if not self._silent:
            with suppress(BrokenPipeError):
                self._context.stream.write(text)
                self._context.stream.flush()
