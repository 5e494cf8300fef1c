"""The JUnit XML report: a suite for each call of each iteration, a case for each assertion.

The elements and attributes are those of Jenkins' schema
(https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd).
A `failure` is an assertion that did not hold, an `error` a request or script that broke. Tools tell cases
apart by class name and name, and leave out all but one of those that share both: no two cases have the same.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

from harness.client.message import Exchange
from harness.dialect import ReportAnswers
from harness.lazy_dataclass import dataclass
from harness.reporters.export import LargeText, ReportFile
from harness.reporters.fault import Fault, faults_of
from harness.reporters.outside_text import cut
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.runner.events import AttemptFinished, CallFinished, Event, RunStarted, WarningRaised
from harness.runner.results import SET_UP, CallResult
from harness.runner.untested import UNTESTED
from harness.secrets.watch import Mask

DEFAULT_FILE: Final = "newman-run-report.xml"
# Characters that XML 1.0 does not know, not even as references (https://www.w3.org/TR/xml/#charsets).
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BODY_CLIP: Final = 2000


@dataclass(slots=True, kw_only=True)
class _Case:
    name: str
    failure: Fault | None = None
    error: Fault | None = None
    skipped: str | None = None


@dataclass(slots=True, kw_only=True)
class _Counts:
    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0
    elapsed_ms: float = 0.0

    def add(self, cases: list[_Case], elapsed_ms: float) -> None:
        self.tests += len(cases)
        self.failures += sum(case.failure is not None for case in cases)
        self.errors += sum(case.error is not None for case in cases)
        self.skipped += sum(case.skipped is not None for case in cases)
        self.elapsed_ms += elapsed_ms


class _Names:
    """Makes names differ as they are written: of one that was there before, the next gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._times: dict[str, int] = {}

    def one(self, name: str) -> str:
        """Return the name, or the first of `name [2]`, `name [3]` … that no other has."""
        free = name
        while free in self._taken:
            times = self._times[name] = self._times.get(name, 1) + 1
            free = f"{name} [{times}]"
        self._taken.add(free)
        return free


class JunitReporter:
    """Writes JUnit XML; suites go to disk as calls end."""

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._context = context
        self._started: RunStarted | None = None
        self._attempts: list[CallResult] = []
        self._warnings: list[str] = []
        self._counts = _Counts()
        self._iteration = 0
        self._classes = _Names()
        self._suites = LargeText()
        self._file = ReportFile(options.get("export"), DEFAULT_FILE, context.cwd, self._suites)

    @property
    def written(self) -> Path | None:
        """The file, once there is one."""
        return self._file.written

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        match event:
            case RunStarted():
                self._started = event
            case AttemptFinished(result=result):
                self._attempts.append(result)
            case CallFinished(result=result):
                self._suites.add("".join(self._suite(result)))
                self._attempts = []
            case WarningRaised(warning=warning):
                self._warnings.append(
                    f"{warning.message} ({warning.place})" if warning.place else warning.message
                )
            case _:
                pass

    def close(self) -> None:
        """Write the document, unless no run ever started."""
        self._file.finish(self._started, self._write)

    def _write(self, file: IO[bytes], started: RunStarted) -> None:
        counts = self._counts
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<testsuites name={self._name(started.collection.name)}"
            f' tests="{counts.tests}" failures="{counts.failures}" errors="{counts.errors}"'
            f' time="{_seconds(counts.elapsed_ms)}">\n'
        )
        file.write(head.encode())
        self._suites.copy_to(file)
        file.write("".join(self._warned(started)).encode())
        file.write(b"</testsuites>\n")

    def _warned(self, started: RunStarted) -> Iterator[str]:
        """Tell what the run as a whole warned of, in a suite without cases."""
        if not self._warnings or not self._context.dialect.reports.additions:
            return
        name = self._name(f"{started.collection.name} (warnings)")
        yield f'  <testsuite name={name} tests="0" failures="0" errors="0" skipped="0" time="0.000">\n'
        yield from self._output("system-out", (f"warning: {text}" for text in self._warnings), 4)
        yield "  </testsuite>\n"

    def _suite(self, result: CallResult) -> Iterator[str]:
        started = self._started
        many = started is not None and started.iterations > 1
        cycle = f" [iteration {result.iteration + 1}]" if many else ""
        cases = list(_cases(result, self._context.dialect.reports))
        names = _Names()
        for case in cases:
            case.name = names.one(_known(self._label(case.name)))
        counts = _Counts()
        counts.add(cases, result.elapsed_ms)
        self._counts.add(cases, result.elapsed_ms)
        begun = result.started_ms or (started.started_ms if started else 0.0)
        moment = _moment(int(begun // 1000))
        yield (
            f"  <testsuite name={self._name(' / '.join(result.call.path), cycle)}"
            f" id={self._attribute(result.call.item.id)}"
            f' tests="{counts.tests}" failures="{counts.failures}" errors="{counts.errors}"'
            f' skipped="{counts.skipped}" time="{_seconds(result.elapsed_ms)}" timestamp="{moment}">\n'
        )
        yield from self._properties(result)
        classname = self._class(result, cycle)
        for case in cases:
            # The time of a call belongs to all its cases: the sum over a suite is the time it took.
            yield from self._case(case, classname, result.elapsed_ms / len(cases))
        yield from self._output("system-out", self._told(result), 4)
        yield "  </testsuite>\n"

    def _class(self, result: CallResult, cycle: str) -> str:
        """Name the class of a call's cases, in quotes; of those that share a name, each gets a number."""
        if result.iteration != self._iteration:
            self._iteration = result.iteration
            self._classes = _Names()
        collection = self._started.collection.name if self._started else ""
        name = ".".join(part.replace(".", "_") for part in (collection, *result.call.path))
        return _numbered(_quoted(self._classes.one(_known(self._label(name)))), cycle)

    def _properties(self, result: CallResult) -> Iterator[str]:
        # Numbers and words of ours hold nothing that could be masked.
        properties = {"iteration": f'"{result.iteration + 1}"', "attempts": f'"{result.attempt}"'}
        if result.set_up:
            properties["set-up"] = '"true"'
        if result.flaky:
            properties["flaky"] = '"true"'
        exchange = result.exchange
        if exchange is not None:
            properties["method"] = self._attribute(exchange.request.method)
            properties["url"] = self._url(exchange.request.url)
            if exchange.response is not None:
                properties["status"] = f'"{exchange.response.status}"'
                properties["responseTime"] = f'"{round(exchange.response.elapsed_ms)}"'
        told = [f'      <property name="{name}" value={value}/>\n' for name, value in properties.items()]
        yield f"    <properties>\n{''.join(told)}    </properties>\n"

    def _case(self, case: _Case, classname: str, elapsed_ms: float) -> Iterator[str]:
        named = f"name={_quoted(case.name)} classname={classname}"
        yield f'    <testcase {named} time="{_seconds(elapsed_ms)}"'
        if case.skipped is not None:
            message = f" message={self._attribute(case.skipped)}" if case.skipped else ""
            yield f">\n      <skipped{message}/>\n    </testcase>\n"
            return
        additions = self._context.dialect.reports.additions
        for tag, fault in (("error", case.error), ("failure", case.failure)):
            if fault is not None:
                kind, message = self._attribute(fault.name or "Error"), self._attribute(fault.message)
                yield f">\n      <{tag} type={kind} message={message}>"
                yield self._plain("\n".join(_details(fault, self._value, self._label, additions=additions)))
                yield f"</{tag}>\n    </testcase>\n"
                return
        yield "/>\n"

    def _told(self, result: CallResult) -> Iterator[str]:
        """Tell what a call printed, and what it sent and got when it failed."""
        mask = self._context.mask
        if result.set_up:
            yield SET_UP
        for attempt in self._attempts:
            failed = "; ".join(
                mask.label(fault.test) if fault.test else mask(fault.message) for fault in faults_of(attempt)
            )
            yield f"attempt {attempt.attempt}: {failed or 'passed'}"
        for run in (*result.prerequest, *result.test):
            for message in run.console:
                yield self._value(f"console.{message.level}: {message.text}")
        for warning in result.warnings:
            yield mask(f"warning: {warning.message}")
        if result.failed and result.exchange is not None:
            yield from _conversation(result.exchange, mask)

    def _output(self, tag: str, lines: Iterator[str], indent: int) -> Iterator[str]:
        text = "\n".join(lines)
        if text:
            yield f"{' ' * indent}<{tag}>{self._plain(text)}</{tag}>\n"

    def _value(self, text: str) -> str:
        return cut(self._context.mask(text))

    def _label(self, text: str) -> str:
        return cut(self._context.mask.label(text))

    def _attribute(self, text: str) -> str:
        return _quoted(self._value(text))

    def _url(self, url: str) -> str:
        return _quoted(cut(self._context.mask.url(url)))

    def _name(self, text: str, number: str = "") -> str:
        # The number is ours. With it, a name would be another one in each iteration, and be masked again.
        return _numbered(_quoted(self._label(text)), number)

    def _plain(self, text: str) -> str:
        """Spell a text that was masked before."""
        # A bare carriage return would be read as a line feed (https://www.w3.org/TR/xml/#sec-line-ends).
        return escape(_known(text), {"\r": "&#13;"})


def _cases(result: CallResult, answers: ReportAnswers) -> Iterator[_Case]:
    """Tell a call as test cases; one without assertions is one case: the request itself.

    A pre-request script that skips the request may have asserted before: a skip hides no failure.
    """
    if result.skipped is not None:
        yield _Case(name="request", skipped=result.skipped)
    faults = list(faults_of(result, answers))
    broken = [fault for fault in faults if fault.kind not in ("assertion", "expectation")]
    for fault in broken:
        yield _Case(name=_broken_name(fault), error=fault)
    failing = iter([fault for fault in faults if fault.kind in ("assertion", "expectation")])
    for assertion in result.assertions:
        yield _Case(
            name=assertion.name,
            failure=next(failing) if assertion.error is not None else None,
            skipped=(UNTESTED if assertion.untested is not None else "") if assertion.skipped else None,
        )
    if result.skipped is None and not broken and not result.assertions:
        yield _Case(name="request")


def _broken_name(fault: Fault) -> str:
    if fault.kind == "file":
        return "file"
    if fault.kind == "request":
        return "request" if fault.origin == "call" else f"request of {fault.origin}"
    label = f" of {fault.label}" if fault.label else " of the collection"
    return f"{fault.event}-script{label}"


def _details(
    fault: Fault, told: Callable[[str], str], label: Callable[[str], str], *, additions: bool
) -> Iterator[str]:
    yield told(f"{fault.name}: {fault.message}" if fault.name else fault.message)
    yield label(f"at {fault.at()}")
    if fault.failure is not None and fault.failure.hint and additions:
        yield told(fault.failure.hint)
    error = fault.error
    if error is None:
        return
    if error.position is not None and error.position.text:
        yield label(f"line {error.position.line}: {error.position.text.strip()}")
    if error.expected is not None:
        yield told(f"expected: {error.expected}")
    if error.actual is not None:
        yield told(f"actual:   {error.actual}")
    if error.stack:
        yield told(error.stack)


def _conversation(exchange: Exchange, mask: Mask) -> Iterator[str]:
    yield ""
    yield cut(f"> {exchange.request.method} {mask.url(exchange.request.url)}")
    yield from (cut(mask(f"> {key}: {value}")) for key, value in exchange.request.headers)
    yield from _body(exchange.request.body or b"", mask)
    response = exchange.response
    if response is None:
        return
    yield cut(mask(f"< {response.status} {response.reason}"))
    yield from (cut(mask(f"< {key}: {value}")) for key, value in response.headers)
    yield from _body(response.body, mask)


def _body(body: bytes, mask: Mask) -> Iterator[str]:
    if not body:
        return
    text = (
        mask(body.decode("utf-8", "surrogateescape"))
        .encode("utf-8", "surrogateescape")
        .decode("utf-8", "replace")
    )
    yield ""
    yield text[:_BODY_CLIP]
    if len(text) > _BODY_CLIP:
        yield f"... ({len(body)} bytes in all)"


@lru_cache(maxsize=512)
def _quoted(text: str) -> str:
    return quoteattr(_known(text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _numbered(quoted: str, number: str) -> str:
    """Put a number at the end of a quoted text."""
    return f"{quoted[:-1]}{number}{quoted[-1]}"


@lru_cache(maxsize=4)
def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00")


def _known(text: str) -> str:
    return _NOT_XML.sub(lambda found: ascii(found[0])[1:-1], text)


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.3f}"
