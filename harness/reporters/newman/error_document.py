"""Errors in the JSON that newman's reporter gives them, and in ours, which tells more."""

from typing import Any

from harness.client.message import Failure
from harness.dialect import ReportAnswers
from harness.scripting.engine import ScriptError

JsonObject = dict[str, Any]


def assertion_error(
    error: ScriptError, test: str | None, index: int, *, position: int, answers: ReportAnswers
) -> JsonObject:
    """Tell why an assertion failed; `position` is the call's in the plan."""
    stack = error.stack
    if answers.invented_stacks or not stack:
        # newman invents this stack, with the assertion's index as the line (newman 6.2, lib/run/index.js).
        place = f"sandbox-script.js:{index + 1}:{position + 1}"
        stack = f"{error.name}: {error.message}\n   at Object.eval {place})"
    document: JsonObject = {
        "name": error.name,
        "index": index,
        "test": test,
        "message": error.message,
        "stack": stack,
    }
    return document | _beyond_newman(error) if answers.additions else document


def script_error(error: ScriptError, answers: ReportAnswers) -> JsonObject:
    """Tell what a script threw; a thrown value that is no error has neither name nor message."""
    document: JsonObject = (
        {"type": "Error"} if error.name or answers.whole_thrown_values else {"stacktrace": []}
    )
    if error.name:
        document["name"] = error.name
    if error.message:
        document["message"] = error.message
    if error.stack:
        document["stack"] = error.stack
    return document | _beyond_newman(error) if answers.additions else document


def request_error(failure: Failure) -> JsonObject:
    """Tell why no answer came, as Node does."""
    document: JsonObject = {"name": failure.name, "message": failure.message}
    if failure.code:
        document["code"] = failure.code
    return document


def _beyond_newman(error: ScriptError) -> JsonObject:
    document: JsonObject = {}
    if error.expected is not None:
        document["expected"] = error.expected
    if error.actual is not None:
        document["actual"] = error.actual
    if error.position is not None:
        place = error.position
        document["position"] = {"line": place.line, "column": place.column, "text": place.text}
    return document
