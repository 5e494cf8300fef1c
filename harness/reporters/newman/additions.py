"""What the JSON report tells of a call beside what newman knows."""

from collections.abc import Sequence

from harness.reporters.fault import faults_of
from harness.reporters.newman.error_document import request_error
from harness.reporters.newman.execution import JsonObject
from harness.runner.results import CallResult, Extraction, RunWarning


def additions_of(result: CallResult, attempts: Sequence[JsonObject]) -> JsonObject:
    """Return the keys of an execution that newman does not have; one only where there is something.

    `attempts` are those of the call, as `attempt_document` makes them.
    """
    extras: JsonObject = {}
    if result.set_up:
        extras["setUp"] = True
    if attempts:
        extras["attempts"] = attempts
    if result.flaky:
        extras["flaky"] = True
    if result.extractions:
        extras["extractions"] = [_extraction(one) for one in result.extractions]
    console = [
        {"level": message.level, "event": run.script.event, "text": message.text}
        for run in (*result.prerequest, *result.test)
        for message in run.console
    ]
    if console:
        extras["console"] = console
    if result.warnings:
        extras["warnings"] = [warning_document(one) for one in result.warnings]
    return extras


def attempt_document(result: CallResult) -> JsonObject:
    """Tell how one attempt of a call ended."""
    document: JsonObject = {"attempt": result.attempt, "elapsed": round(result.elapsed_ms)}
    exchange = result.exchange
    if exchange is not None and exchange.response is not None:
        document["code"] = exchange.response.status
    if exchange is not None and exchange.failure is not None:
        document["requestError"] = request_error(exchange.failure)
    document["failures"] = [
        {"at": fault.at(), "test": fault.test, "message": fault.message} for fault in faults_of(result)
    ]
    return document


def warning_document(warning: RunWarning) -> dict[str, str]:
    """Return a warning as the report tells it, of a call or of the run."""
    return {"kind": warning.kind, "message": warning.message, "place": warning.place}


def _extraction(extraction: Extraction) -> JsonObject:
    return {
        "variable": extraction.variable,
        "scope": extraction.scope,
        "expression": extraction.expression,
        "value": extraction.value,
    }
