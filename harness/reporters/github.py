"""Annotations for GitHub Actions: each failure as an `::error` line, warnings as `::warning`.

The commands are those of
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, where it is also said
that what a step appends to the file `GITHUB_STEP_SUMMARY` is shown as Markdown on the page of the run.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from harness.collection.model import Notice
from harness.errors import InputError
from harness.reporters.fault import Fault, faults_of
from harness.reporters.outside_text import clean, cut, defused
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.reporters.units import counted, duration, failed_told, tallied
from harness.runner.events import CallFinished, Event, RunFinished, RunStarted, WarningRaised
from harness.runner.results import CallResult, RunSummary
from harness.runner.tally import count

if TYPE_CHECKING:
    from pathlib import Path

# GitHub shows ten annotations of a kind for a step; a few more are kept for the log.
_LIMIT: Final = 50
# Of a summary GitHub takes 1 MiB at most: fifty failures are not to fill it.
_TOLD: Final = 1000
# A message has up to four values.
_VALUE: Final = 400
_SUMMARY: Final = "GITHUB_STEP_SUMMARY"


class GithubReporter:
    """Prints workflow commands; the collection's file is named, so that the annotations link to it."""

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._context = context
        self._silent = bool(options.get("silent"))
        self._file = ""
        self._iterations = 1
        self._errors = 0
        self._name = ""
        self._summary = RunSummary()
        self._finished: RunFinished | None = None
        self._told: list[str] = []
        self.written: Path | None = None

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        count(self._summary, event)
        match event:
            case RunStarted(collection=collection):
                self._file = collection.file
                self._name = collection.name
                self._iterations = event.iterations
            case CallFinished(result=result):
                for fault in faults_of(result, self._context.dialect.reports):
                    self._errors += 1
                    if self._errors <= _LIMIT:
                        title, message = self._title(result), _message(fault, self._value, self._label)
                        self._command("error", title, message, result.unreadable)
                        self._told.append(f"- **{self._plain(title)}** {self._plain(message)}")
                for warning in result.warnings:
                    self._command("warning", self._title(result), self._context.mask(warning.message))
            case WarningRaised(warning=warning):
                self._command("warning", warning.place, warning.message)
            case RunFinished():
                self._finished = event
            case _:
                pass

    def close(self) -> None:
        """Say how many failures were left out, and add the run to the summary of the step.

        Raises `InputError` when that cannot be written.
        """
        more = counted(self._errors - _LIMIT, "more failure")
        if self._errors > _LIMIT:
            self._command("error", "harness", more)
            self._told.append(f"- and {more}")
        file = self._context.environ.get(_SUMMARY)
        if not file or not self._name or self._silent:
            return
        text = "\n".join((self._headline(), "", *self._told)).rstrip() + "\n\n"
        self._name = ""
        try:
            with self._context.cwd.joinpath(file).open("a", encoding="utf-8", errors="replace") as summary:
                summary.write(text)
        except OSError as error:
            raise InputError(
                f"cannot write the summary of the step: {error.strerror or error}",
                where=file,
                hint=f"the file is named by the environment variable {_SUMMARY}",
            ) from error

    def _headline(self) -> str:
        summary = self._finished.summary if self._finished else self._summary
        told = f"{tallied(summary.items, 'call')}, {tallied(summary.assertions, 'assertion')}"
        if self._finished is None or summary.interrupted:
            ended = "🟡 interrupted"
        elif summary.failed:
            ended = f"❌ {failed_told(summary)}"
        else:
            ended = "✅ passed"
        name = self._plain(self._context.mask.label(self._name))
        return f"### {name}: {ended}\n\n{told} in {duration(summary.elapsed_ms)}"

    def _plain(self, text: str) -> str:
        """Make a text one line of Markdown that stands for itself; it was masked before."""
        line = " ".join(defused(clean(cut(text, _TOLD))).split())
        return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", line)

    def _title(self, result: CallResult) -> str:
        path = self._context.mask.label(" / ".join(result.call.path))
        return f"{path} (iteration {result.iteration + 1})" if self._iterations > 1 else path

    def _command(self, kind: str, title: str, message: str, at: Notice | None = None) -> None:
        """Write a command; `at` is its place where that is a file other than the collection's."""
        if self._silent:
            return
        line = f",line={at.line}" if at is not None and at.line else ""
        file = self._file if at is None else at.file
        properties = f"file={_property(clean(file))}{line},title={_property(self._text(title))}"
        stream = self._context.ci or self._context.stream
        with suppress(BrokenPipeError):
            stream.write(f"::{kind} {properties}::{_data(self._text(message))}\n")

    def _text(self, text: str) -> str:
        """Make a text that was masked before fit for a command."""
        return defused(clean(cut(text)))

    def _label(self, text: str) -> str:
        return cut(self._context.mask.label(text), _VALUE)

    def _value(self, text: str) -> str:
        return cut(self._context.mask(text), _VALUE)


def _message(fault: Fault, told: Callable[[str], str], label: Callable[[str], str]) -> str:
    """Tell a failure in a few lines; `told` makes a value fit to be shown, `label` a name."""
    thrown = f"{fault.name}: {told(fault.message)}"
    parts = [f"{label(fault.test)}: {thrown}" if fault.test else thrown]
    error = fault.error
    if error is not None and error.expected is not None and error.actual is not None:
        parts += [f"expected: {told(error.expected)}", f"actual:   {told(error.actual)}"]
    if error is not None and error.position is not None:
        line = label(error.position.text.strip())
        parts.append(f"{fault.event}-script, line {error.position.line}: {line}")
    return "\n".join(parts)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
