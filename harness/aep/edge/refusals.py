"""Errors of the Edge Network, as problem documents with a report."""

from __future__ import annotations

from typing import Any

from harness.aep.problem import Problem


def refusal(code: str, status: int, title: str, detail: str, **report: Any) -> Problem:
    """Build an error such as `EXEG-0003-400`."""
    body = {
        "type": f"https://ns.adobe.com/aep/errors/{code}",
        "status": status,
        "title": title,
        "detail": detail,
        "report": report,
    }
    return Problem(status, body, {"content-type": "application/problem+json"})


def unprocessable(request_id: str, org: str, *errors: str) -> Problem:
    """Build `EXEG-0104-422`, with all that is wrong with the body."""
    return refusal(
        "EXEG-0104-422",
        422,
        "Unprocessable entity",
        "Invalid request (report attached). Please check your input and try again.",
        errors=list(errors),
        requestId=request_id,
        orgId=org,
    )
