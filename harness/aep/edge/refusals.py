"""Errors and warnings of the Edge Network, as problem documents with a report.

Source: AdobeDocs/data-collection-apis, getting-started/troubleshooting (the table of codes) and
endpoints/media. Codes, statuses and titles are Adobe's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

_AT = "https://ns.adobe.com/aep/errors/"
_PROBLEM = {"content-type": "application/problem+json"}

DOCUMENTED: Mapping[str, tuple[str, str]] = {
    "0002-400": ("Missing datastream parameter", "The datastream parameter {name!r} is missing."),
    "0003-400": (
        "Invalid datastream ID",
        "The datastream ID {id!r} referenced in your request does not exist.",
    ),
    "0004-422": ("Datastream disabled", "The datastream with the ID {id!r} is disabled."),
    "0010-422": (
        "Invalid datastream configuration",
        "The datastream leads to the dataset {id!r}, which does not exist.",
    ),
    "0101-400": ("Invalid JSON request", "The JSON request is invalid: {reason}."),
    "0104-422": (
        "Unprocessable entity",
        "Invalid request (report attached). Please check your input and try again.",
    ),
    "0106-400": ("Invalid Content-Type header", "The supported Content-Type header values are {types}."),
    "0109-408": ("Empty request", "The request body is empty."),
    "0110-400": ("Missing parameter value", "With cookies enabled, a value for {name!r} is required."),
    "0111-415": ("Invalid request", "The supported content types are {types}."),
    "0112-413": ("Invalid request", "The request is larger than {size} bytes."),
    "0113-400": ("Invalid request", "The configuration override is invalid (report attached)."),
    "0301-200": ("User consent missing", "The request was ignored: the user has not consented."),
    "0305-400": (
        "Invalid identity provided",
        "The identity {id!r} in the namespace {namespace!r} is invalid.",
    ),
    "0306-400": (
        "No primary identity set in request (event)",
        "No primary identity found in the input event.",
    ),
    "0308-400": (
        "Invalid identity format",
        "Event #{index} has an ID ({id!r}) of an invalid format in the namespace {namespace!r}.",
    ),
    "0500-401": (
        "Invalid authorization token",
        "The authorization token, or a header that goes with it, is missing or malformed.",
    ),
    "0502-401": ("Invalid authorization token", "The authorization token is invalid."),
    "0503-401": ("Invalid authorization token", "The authorization token has expired."),
}
"""Title and detail by code; what stands in braces is filled in."""


def refusal(code: str, report: dict[str, Any], **words: Any) -> Problem:
    """Build the error `EXEG-{code}`, whose last three digits are its status."""
    return Problem(int(code[-3:]), {**_entry(code, words), "report": report}, dict(_PROBLEM))


def unprocessable(report: dict[str, Any], *errors: str) -> Problem:
    """Build `EXEG-0104-422`, with all that is wrong with the body."""
    return refusal("0104-422", {"errors": list(errors), **report})


def warning(code: str, report: dict[str, Any]) -> dict[str, Any]:
    """Build what an answer says beside its handles, when a request was taken but not carried out in full."""
    return {**_entry(code, {}), "report": report}


def media_refusal(status: int, title: str, detail: str, report: dict[str, Any]) -> Problem:
    """Build an error of the Media Edge API, such as `va-edge-0400-400`."""
    body = {
        "type": f"{_AT}va-edge-0{status}-{status}",
        "status": status,
        "title": title,
        "detail": detail,
        "report": report,
    }
    return Problem(status, body, dict(_PROBLEM))


def media_error(index: int, details: list[dict[str, str]]) -> dict[str, Any]:
    """Build what the answer to the start of a session says of an event that is not complete."""
    return {
        "type": f"{_AT}va-edge-0400-400",
        "status": 400,
        "title": "Invalid request",
        "report": {"eventIndex": index, "details": details},
    }


def _entry(code: str, words: dict[str, Any]) -> dict[str, Any]:
    title, detail = DOCUMENTED[code]
    return {
        "type": f"{_AT}EXEG-{code}",
        "status": int(code[-3:]),
        "title": title,
        "detail": detail.format(**words),
    }
