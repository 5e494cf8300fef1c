"""The CTRF report: a test for each call of each iteration, in the Common Test Report Format.

The format is that of https://ctrf.io. A call is a test, its folders are the suite, its assertions the steps;
earlier attempts are `retryAttempts`.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from harness.reporters.export import LargeText, ReportFile
from harness.reporters.fault import Fault, faults_of
from harness.reporters.outside_text import cut
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished, RunStarted
from harness.runner.results import CallResult
from harness.version import __version__

DEFAULT_FILE: Final = "ctrf-report.json"
SPECIFICATION: Final = "0.1.0"
_STATUSES: Final = ("passed", "failed", "skipped", "pending", "other")


class CtrfReporter:
    """Writes a CTRF document; tests go to disk as calls end."""

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._context = context
        self._started: RunStarted | None = None
        self._stopped_ms = 0.0
        self._attempts: list[CallResult] = []
        self._counts = dict.fromkeys(_STATUSES, 0)
        self._flaky = 0
        self._suites: set[tuple[str, ...]] = set()
        self._tests = LargeText()
        self._file = ReportFile(options.get("export"), DEFAULT_FILE, context.cwd, self._tests)

    @property
    def written(self) -> Path | None:
        """The file, once there is one."""
        return self._file.written

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        match event:
            case RunStarted():
                self._started = event
                self._stopped_ms = event.started_ms
            case AttemptFinished(result=result):
                self._attempts.append(result)
            case CallFinished(result=result):
                self._tests.add(json.dumps(self._test(result), ensure_ascii=True), ",")
                self._stopped_ms = max(self._stopped_ms, result.started_ms + result.elapsed_ms)
                self._attempts = []
            case RunFinished(summary=summary) if self._started is not None:
                self._stopped_ms = max(self._stopped_ms, self._started.started_ms + summary.elapsed_ms)
            case _:
                pass

    def close(self) -> None:
        """Write the document, unless no run ever started."""
        self._file.finish(self._started, self._write)

    def _write(self, file: IO[bytes], started: RunStarted) -> None:
        start, stop = round(started.started_ms), round(self._stopped_ms)
        summary = {
            "tests": sum(self._counts.values()),
            **self._counts,
            "flaky": self._flaky,
            "suites": len(self._suites),
            "start": start,
            "stop": stop,
            "duration": stop - start,
        }
        head = {
            "reportFormat": "CTRF",
            "specVersion": SPECIFICATION,
            "timestamp": datetime.fromtimestamp(stop / 1000, UTC).isoformat(timespec="milliseconds"),
            "generatedBy": "harness",
        }
        tool = {"name": "harness", "version": __version__}
        file.write(json.dumps(head)[:-1].encode())
        file.write(f', "results": {{"tool": {json.dumps(tool)}, "summary": {json.dumps(summary)}'.encode())
        file.write(b', "tests": [')
        self._tests.copy_to(file)
        file.write(b"]}}\n")

    def _test(self, result: CallResult) -> dict[str, Any]:
        started = self._started
        collection = started.collection.name if started is not None else ""
        many = started is not None and started.iterations > 1
        cycle = f" [iteration {result.iteration + 1}]" if many else ""
        status = _status(result)
        suite = tuple(self._label(part) or "(no name)" for part in (collection, *result.call.path[:-1]))
        self._counts[status] += 1
        self._suites.add(suite)
        test: dict[str, Any] = {
            "name": (self._label(result.call.path[-1]) or "(no name)") + cycle,
            "status": status,
            "duration": round(result.elapsed_ms),
            "suite": list(suite),
            "type": "api",
        }
        if result.started_ms:
            start = round(result.started_ms)
            test |= {"start": start, "stop": start + round(result.elapsed_ms)}
        if result.set_up:
            test["tags"] = ["set-up"]
        if result.skipped is not None:
            test["message"] = self._value(result.skipped)
        test |= self._failure(result)
        if self._attempts:
            flaky = result.flaky
            self._flaky += flaky
            test |= {
                "retries": len(self._attempts),
                "flaky": flaky,
                "retryAttempts": [self._attempt(one) for one in self._attempts],
            }
        steps = [
            {
                "name": self._label(one.name) or "(no name)",
                "status": "failed" if one.error is not None else "skipped" if one.skipped else "passed",
            }
            for one in result.assertions
        ]
        if steps:
            test["steps"] = steps
        printed = [message.text for run in (*result.prerequest, *result.test) for message in run.console]
        if printed:
            test["stdout"] = [self._value(text) for text in printed]
        exchange = result.exchange
        if exchange is not None:
            mask = self._context.mask
            extra: dict[str, Any] = {
                "method": cut(mask(exchange.request.method)),
                "url": cut(mask.url(exchange.request.url)),
            }
            if exchange.response is not None:
                extra |= {
                    "status": exchange.response.status,
                    "responseTime": round(exchange.response.elapsed_ms),
                }
            test["extra"] = extra
        return test

    def _attempt(self, result: CallResult) -> dict[str, Any]:
        told = {"attempt": result.attempt, "status": _status(result), "duration": round(result.elapsed_ms)}
        return told | self._failure(result)

    def _failure(self, result: CallResult) -> dict[str, Any]:
        """Say what failed: in a line each as the message, with its place and stack as the trace."""
        faults = list(faults_of(result, self._context.dialect.reports))
        if not faults:
            return {}
        return {
            "message": "\n".join(self._told(fault) for fault in faults),
            "trace": "\n".join(line for fault in faults for line in self._trace(fault)),
        }

    def _told(self, fault: Fault) -> str:
        message = f"{fault.message}: {hint}" if (hint := _hint(fault)) else fault.message
        return f"{self._label(fault.test)}: {self._value(message)}" if fault.test else self._value(message)

    def _trace(self, fault: Fault) -> Iterator[str]:
        yield self._value(f"{fault.name}: {fault.message}")
        yield self._label(f"at {fault.at()}")
        error = fault.error
        if error is not None:
            pairs = (("expected", error.expected), ("actual", error.actual))
            yield from _labelled((name, self._value(text)) for name, text in pairs if text is not None)

    def _value(self, text: str) -> str:
        return cut(self._context.mask(text))

    def _label(self, text: str) -> str:
        return cut(self._context.mask.label(text))


def _labelled(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in pairs:
        yield f"{name}: {text}"


def _hint(fault: Fault) -> str:
    return fault.failure.hint if fault.failure is not None else ""


def _status(result: CallResult) -> str:
    return "failed" if result.failed else "skipped" if result.skipped is not None else "passed"
