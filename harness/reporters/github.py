"""Annotations for GitHub Actions: each failure as an `::error` line, warnings as `::warning`.

The commands are those of
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from harness.reporters.fault import Fault, faults_of
from harness.reporters.quantity import counted
from harness.reporters.reporter import Options, ReporterContext
from harness.runner.events import CallFinished, Event, RunStarted, WarningRaised
from harness.runner.results import CallResult

if TYPE_CHECKING:
    from pathlib import Path

# GitHub shows ten annotations of a kind for a step; a few more are kept for the log.
_LIMIT: Final = 50


class GithubReporter:
    """Prints workflow commands; the collection's file is named, so that the annotations link to it."""

    def __init__(self, options: Options, context: ReporterContext) -> None:
        self._context = context
        self._silent = bool(options.get("silent"))
        self._file = ""
        self._iterations = 1
        self._errors = 0
        self.written: Path | None = None

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        match event:
            case RunStarted(collection=collection):
                self._file = collection.file
                self._iterations = event.iterations
            case CallFinished(result=result):
                for fault in faults_of(result, newman=self._context.newman):
                    self._errors += 1
                    if self._errors <= _LIMIT:
                        self._command("error", self._title(result), _message(fault))
                for warning in result.warnings:
                    self._command("warning", self._title(result), warning.message)
            case WarningRaised(warning=warning):
                self._command("warning", warning.place, warning.message)
            case _:
                pass

    def close(self) -> None:
        """Say how many failures were left out."""
        if self._errors > _LIMIT:
            self._command("error", "harness", f"{counted(self._errors - _LIMIT, 'more failure')}")

    def _title(self, result: CallResult) -> str:
        path = " / ".join(result.call.path)
        return f"{path} (iteration {result.iteration + 1})" if self._iterations > 1 else path

    def _command(self, kind: str, title: str, message: str) -> None:
        if self._silent:
            return
        mask = self._context.mask
        properties = f"file={_property(self._file)},title={_property(mask(title))}"
        with suppress(BrokenPipeError):
            self._context.stream.write(f"::{kind} {properties}::{_data(mask(message))}\n")


def _message(fault: Fault) -> str:
    parts = [
        f"{fault.test}: {fault.name}: {fault.message}" if fault.test else f"{fault.name}: {fault.message}"
    ]
    error = fault.error
    if error is not None and error.expected is not None and error.actual is not None:
        parts += [f"expected: {error.expected}", f"actual:   {error.actual}"]
    if error is not None and error.position is not None:
        parts.append(f"{fault.event}-script, line {error.position.line}: {error.position.text.strip()}")
    return "\n".join(parts)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
