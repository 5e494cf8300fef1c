"""Results as Allure reads them: a file for each call, and its requests and answers as attachments.

The only door to allure's model, which is in the extra `allure`. The same calls under pytest are told by
allure-pytest; labels, statuses and identities are as it makes them. Comments of test scripts that give labels
to newman's reporter for Allure (`// @allure.label.epic=Orders`, `// @allure.id=7`) count here, too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from socket import gethostname
from threading import current_thread
from typing import Any, Final
from uuid import uuid4

from harness.errors import InputError, require_extra
from harness.reporters.exchange_text import request_text, response_text
from harness.reporters.fault import Fault, faults_of
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.runner.events import AttemptFinished, CallFinished, Event, RunStarted
from harness.runner.results import CallResult
from harness.runner.untested import UNTESTED
from harness.scripting.engine import Assertion
from harness.secrets.watch import Passed

DEFAULT_FOLDER: Final = "allure-results"
_MOST: Final = 1_000_000
"""How many characters of a text are attached."""

_COMMENT: Final = re.compile(r"^\s*//\s*@allure\.(?:label\.([\w-]+)|(id))[=:](.+?)\s*$", re.MULTILINE)
_SUITES: Final = ("parentSuite", "suite", "subSuite")
_BROKEN: Final = frozenset({"script", "request", "file"})
"""What keeps a call from being tested, as against a test that fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How something ended: allure's status, and why, in short and at length."""

    status: str
    message: str = ""
    trace: str = ""


_HALF: Final = re.compile("[\ud800-\udfff]")


class AllureReporter:
    """Writes a result file for each attempt of a call; attempts of one call share their identity."""

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        require_extra("allure", wanted="--reporters allure")
        from allure_commons.logger import AllureFileLogger

        self._context = context
        # What half a character stands for cannot be written into files of UTF-8.
        self._mask = Passed(context.mask, lambda text: _HALF.sub(lambda half: ascii(half[0])[1:-1], text))
        named = options.get("export") or options.get("resultsDir") or DEFAULT_FOLDER
        self._folder = Path(context.cwd, str(named))
        try:
            logger: Any = AllureFileLogger
            self._logger = logger(str(self._folder))
        except OSError as error:
            raise self._unwritable(error) from error
        self._started: RunStarted | None = None
        self._broken: OSError | None = None
        self.written: Path | None = None

    def handle(self, event: Event) -> None:
        """Write what came of a call as soon as it is known."""
        match event:
            case RunStarted():
                self._started = event
                self.written = self._folder
            case CallFinished(result=result) | AttemptFinished(result=result):
                try:
                    self._logger.report_result(self._result(result))
                except OSError as error:
                    # The run goes on: its other reports are worth more than this one.
                    self._broken = self._broken or error
            case _:
                pass

    def close(self) -> None:
        """Say when results could not be written. Raises `InputError` then."""
        if self._broken is not None:
            raise self._unwritable(self._broken) from self._broken

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(
            f"cannot write allure's results: {error.strerror or error}",
            where=str(self._folder),
            hint="name another folder with --reporter-allure-export, or make it writable",
        )

    def _result(self, result: CallResult) -> Any:
        from allure_commons.model2 import Parameter, TestResult

        collection = self._started.collection.name if self._started is not None else ""
        names = [self._mask.label(name) or "(no name)" for name in (collection, *result.call.path)]
        full_name = "#".join((".".join(names[:-1]), names[-1]))
        many = self._started is not None and self._started.iterations > 1
        rows = [str(result.iteration + 1)] if many else []
        told = self._outcome(result)
        start = round(result.started_ms)
        return TestResult(
            uuid=str(uuid4()),
            name=names[-1],
            fullName=full_name,
            titlePath=names[:-1],
            testCaseId=_identity(full_name),
            historyId=_identity(full_name, *rows),
            status=told.status,
            statusDetails=_details(told, flaky=result.flaky),
            parameters=[Parameter(name="iteration", value=row) for row in rows],
            description=self._mask.label(result.call.item.request.description or "") or None,
            labels=list(_labels(names, self._commented(result), set_up=result.set_up)),
            steps=list(self._steps(result)),
            attachments=[] if result.exchange is not None else list(self._attachments(result)),
            start=start,
            stop=start + round(result.elapsed_ms),
        )

    def _commented(self, result: CallResult) -> dict[str, list[str]]:
        """Return the labels that comments of the test scripts give the call, by name."""
        found: dict[str, list[str]] = {}
        for _, script in result.call.scripts:
            for label, identity, value in _COMMENT.findall(script.source if script.event == "test" else ""):
                name = "ALLURE_ID" if identity else label
                found.setdefault(name, []).append(self._mask.label(value.strip("'\"")))
        return found

    def _outcome(self, result: CallResult) -> _Told:
        faults = list(faults_of(result))
        if not faults and result.skipped is not None:
            return _Told(status="skipped", message=self._mask(result.skipped))
        if not faults:
            return _Told(status="passed")
        broken = any(fault.kind in _BROKEN for fault in faults)
        texts = [self._text(fault) for fault in faults]
        return _Told(status="broken" if broken else "failed", message=texts[0], trace="\n\n".join(texts))

    def _text(self, fault: Fault) -> str:
        test = f"{self._mask.label(fault.test)}: " if fault.test else ""
        return f"{test}{self._mask(f'{fault.name}: {fault.message}' if fault.name else fault.message)}"

    def _steps(self, result: CallResult) -> Iterator[Any]:
        from allure_commons.model2 import TestStepResult

        start = round(result.started_ms)
        exchange = result.exchange
        if exchange is not None:
            sent = _Told(status="passed")
            if exchange.failure is not None:
                sent = _Told(status="broken", message=self._mask(exchange.failure.message))
            yield TestStepResult(
                name=f"{self._mask(exchange.request.method)} {self._mask.url(exchange.request.url)}",
                status=sent.status,
                statusDetails=_details(sent),
                attachments=list(self._attachments(result)),
                start=start,
                stop=start + round(exchange.response.elapsed_ms if exchange.response is not None else 0),
            )
        for assertion in result.assertions:
            told = self._asserted(assertion)
            yield TestStepResult(
                name=self._mask.label(assertion.name) or "(no name)",
                status=told.status,
                statusDetails=_details(told),
                start=start,
                stop=start + round(result.elapsed_ms),
            )

    def _attachments(self, result: CallResult) -> Iterator[Any]:
        exchange = result.exchange
        if exchange is not None:
            yield self._attached("request", request_text(exchange))
            if exchange.response is not None:
                yield self._attached("response", response_text(exchange.response))
        printed = [one.text for run in (*result.prerequest, *result.test) for one in run.console]
        if printed:
            yield self._attached("console", "\n".join(printed))

    def _asserted(self, assertion: Assertion) -> _Told:
        if assertion.skipped:
            return _Told(status="skipped", message="" if assertion.untested is None else UNTESTED)
        error = assertion.error
        if error is None:
            return _Told(status="passed")
        lines = [f"{error.name}: {error.message}"]
        if error.expected is not None or error.actual is not None:
            lines += [f"expected: {error.expected}", f"actual: {error.actual}"]
        return _Told(
            status="failed", message=self._mask(lines[0]), trace=self._mask("\n".join((*lines, error.stack)))
        )

    def _attached(self, name: str, text: str) -> Any:
        from allure_commons.model2 import Attachment

        shown = self._mask(text)
        if len(shown) > _MOST:
            shown = f"{shown[:_MOST]}… ({len(shown)} characters)"
        source = f"{uuid4()}-attachment.txt"
        self._logger.report_attached_data(shown.encode("utf-8", "replace"), source)
        return Attachment(name=name, source=source, type="text/plain")


def _labels(names: Sequence[str], given: dict[str, list[str]], *, set_up: bool) -> Iterator[Any]:
    """Yield the labels of a call: its suites, unless comments give others, and where it ran."""
    from allure_commons.model2 import Label

    collection, *folders = names[:-1]
    suites = [collection, *folders[:1], *([" / ".join(folders[1:])] if folders[1:] else [])]
    told = [(name, value) for name, value in zip(_SUITES, suites, strict=False) if name not in given]
    told += [(name, value) for name, values in given.items() for value in values]
    if set_up:
        told.append(("tag", "set-up"))
    told += [
        ("host", gethostname()),
        ("thread", current_thread().name),
        ("framework", "postman-harness"),
        ("language", "javascript"),
    ]
    return (Label(name=name, value=value) for name, value in told)


def _details(told: _Told, *, flaky: bool = False) -> Any:
    from allure_commons.model2 import StatusDetails

    if not (told.message or flaky):
        return None
    return StatusDetails(message=told.message or None, trace=told.trace or None, flaky=flaky or None)


def _identity(*parts: str) -> str:
    """Return what stays the same from run to run, as allure-pytest makes it."""
    return md5("\0".join(parts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
