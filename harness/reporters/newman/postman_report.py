"""Postman CLI's own JSON report (`--reporters postman-json`), field for field.

Executions go to disk as they come, so that the memory used does not grow.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Final

from harness.reporters.export import LargeText, ReportFile
from harness.reporters.fault import Fault, faults_of
from harness.reporters.name_uuid import name_uuid
from harness.reporters.newman.collection_document import masked, masked_bytes
from harness.reporters.newman.error_document import assertion_error, request_error, script_error
from harness.reporters.newman.execution import (
    JsonObject,
    request_document,
    response_document,
    unsent_document,
)
from harness.reporters.newman.json_text import dumped
from harness.reporters.newman.omitted import Omitted
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.runner.events import CallFinished, Event, RunFinished, RunStarted
from harness.runner.results import CallResult, RunSummary
from harness.runner.tally import count
from harness.scripting.engine import Assertion

DEFAULT_FILE: Final = "postman-cli-report.json"
_SOURCES: Final[Mapping[str, str]] = {"prerequest": "pre-request", "test": "post-response"}


class PostmanReporter:
    """Writes the report that Postman CLI writes when nobody asks it for newman's structure."""

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._context = context
        self._answers = context.dialect.reports
        self._omitted = Omitted.of(options)
        self._started: RunStarted | None = None
        self._finished: RunFinished | None = None
        self._summary = RunSummary()
        self._calls = 0
        self._executions = LargeText()
        self._file = ReportFile(options.get("export"), DEFAULT_FILE, context.cwd, self._executions)

    @property
    def written(self) -> Path | None:
        """The file, once there is one."""
        return self._file.written

    def handle(self, event: Event) -> None:
        """Take the next event in; executions go to disk."""
        count(self._summary, event)
        match event:
            case RunStarted():
                self._started = event
            case CallFinished(result=result):
                self._calls += 1
                self._executions.add(self._dump(self._execution(result)), ",\n")
            case RunFinished():
                self._finished = event
            case _:
                pass

    def close(self) -> None:
        """Write the document, unless no run ever started."""
        self._file.finish(self._started, self._write)

    def _execution(self, result: CallResult) -> JsonObject:
        execution: JsonObject = {"iterationCount": result.iteration}
        exchange, authored = result.exchange, result.request
        request: JsonObject = {}
        if exchange is not None:
            url = exchange.request.url
            masked_url = self._context.mask.url(url) if self._context.dialect.run.masks else url
            request = request_document(exchange.request, authored, url=masked_url)
        elif authored is not None:
            request = unsent_document(authored)
        request["headers"] = request.pop("header", [])
        execution["request"] = {"id": result.call.item.id, "name": result.call.item.name, **request}
        if exchange is not None and exchange.response is not None:
            response = exchange.response
            body = masked_bytes(response.body, self._context.mask)
            document = response_document(response, self._identity(), body, exchange.cookies)
            execution["response"] = {
                "id": document["id"],
                "_details": _details(response.status, response.reason),
                "status": document["status"],
                "code": document["code"],
                "headers": document["header"],
                "stream": document["stream"],
                "cookies": document["cookie"],
                "responseTime": document["responseTime"],
                "responseSize": document["responseSize"],
                "downloadedBytes": document["responseSize"],
            }
        execution["tests"] = [self._test(one, result) for one in (*result.assertions, *result.expectations)]
        execution["errors"] = list(self._errors(result))
        shown: JsonObject = self._omitted.without(execution) if self._omitted else execution
        return {("requestExecuted" if key == "request" else key): value for key, value in shown.items()}

    def _test(self, assertion: Assertion, result: CallResult) -> JsonObject:
        if assertion.error is None:
            return {"name": assertion.name, "status": "skipped" if assertion.skipped else "passed"}
        error = assertion_error(
            assertion.error,
            assertion.name,
            assertion.index,
            position=result.position,
            answers=self._answers,
        )
        return {"name": assertion.name, "error": error, "status": "failed"}

    def _errors(self, result: CallResult) -> Iterator[JsonObject]:
        """Tell all that failed besides tests, each with where it comes from."""
        for fault in faults_of(result, self._answers):
            if fault.failure is not None:
                source = "request" if fault.origin == "call" else "script-level-request"
                yield request_error(fault.failure) | {"source": source}
            elif fault.kind in ("script", "lost") and fault.error is not None:
                yield script_error(fault.error, self._answers) | {"source": _source(fault)}
            elif fault.kind not in ("assertion", "expectation"):
                yield {"name": fault.name, "message": fault.message, "source": "collection"}

    def _identity(self) -> str:
        started = self._started.started_ms if self._started else 0
        return name_uuid(f"{started}/{self._calls}/postman")

    def _dump(self, value: Any) -> Iterator[str]:
        return dumped(masked(value, self._context.mask) if self._context.dialect.run.masks else value)

    def _write(self, file: IO[bytes], started: RunStarted) -> None:
        def tell(name: str, value: Any) -> None:
            file.write(name.encode())
            for piece in self._dump(value):
                file.write(piece.encode("utf-8", "replace"))

        collection = started.collection
        meta = {
            "collectionId": collection.id,
            "collectionName": collection.name,
            "started": round(started.started_ms),
            "duration": None,
        }
        tell('{\n"run": {\n"meta": ', meta)
        tell(',\n"summary": ', self._totals())
        file.write(b',\n"executions": [\n')
        self._executions.copy_to(file)
        error = self._finished.error if self._finished else "the run did not end by itself"
        error = None if error == "bail" else error
        tell('\n],\n"runError": ', {"name": "Error", "message": error} if error else None)
        file.write(b"\n}\n}\n")

    def _totals(self) -> JsonObject:
        summary = self._summary
        tests = summary.assertions
        times = summary.response_times
        return {
            "iterations": {"executed": summary.iterations.total, "errors": 0},
            "executedRequests": {"executed": summary.requests.total, "errors": summary.requests.failed},
            "prerequestScripts": {
                "executed": summary.prerequest_scripts.total,
                "errors": summary.prerequest_scripts.failed,
            },
            "postresponseScripts": {
                "executed": summary.test_scripts.total,
                "errors": summary.test_scripts.failed,
            },
            "tests": {
                "executed": tests.total,
                "failed": tests.failed,
                "passed": tests.total - tests.failed - tests.skipped,
                "skipped": tests.skipped,
            },
            "timeStats": {
                "responseAverage": times.mean,
                "responseMin": times.least,
                "responseMax": times.most,
                "responseStandardDeviation": times.deviation,
            },
        }


def _source(fault: Fault) -> str:
    return _SOURCES.get(fault.event or "test", "post-response")


def _details(code: int, reason: str) -> JsonObject:
    try:
        status = HTTPStatus(code)
    except ValueError:
        return {"name": reason, "detail": "", "code": code}
    return {"name": reason, "detail": status.description, "code": code, "standardName": status.phrase}
