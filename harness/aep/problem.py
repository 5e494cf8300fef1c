"""Error answers, in the body each family of services uses.

A service raises a `Problem`; the application renders it. The constructors below are the shapes
that AEP's documentation shows, one function a family.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from harness.twin.problem import (
    Problem,
    bad_request,
    classic,
    method_not_allowed,
    no_such_path,
    not_found,
    not_implemented,
)

__all__ = [
    "Problem",
    "audience",
    "bad_request",
    "classic",
    "dcs",
    "dcs_authorization",
    "flow",
    "flow_plain",
    "gateway",
    "ims",
    "method_not_allowed",
    "no_such_path",
    "not_found",
    "not_implemented",
    "too_large",
    "ups",
    "xdm",
]


def gateway(code: str, message: str) -> Problem:
    """Build the gateway's answer; the status is the first three digits of the code."""
    return Problem(int(code[:3]), {"error_code": code, "message": message})


def audience(status: int, number: int, title: str, *, request_id: str) -> Problem:
    """Build the answer of the audiences endpoint; Adobe's description gives the type another status."""
    return Problem(
        status,
        {
            "requestId": request_id,
            "errors": {str(status): [{"code": str(status), "message": title}]},
            "type": f"https://ns.adobe.com/aep/errors/UPAPI-{number}-403",
            "title": title,
            "status": status,
        },
    )


def ims(status: int, error: str, description: str) -> Problem:
    """Build IMS's answer, as RFC 6749 has it."""
    return Problem(status, {"error": error, "error_description": description})


def xdm(number: int, status: int, title: str, detail: str, *, request_id: str, at_ms: int) -> Problem:
    """Build Schema Registry's answer: `XDM-1012-404` is number 1012, status 404."""
    stamp = datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%m-%d-%Y %I:%M:%S")
    return Problem(
        status,
        {
            "type": f"http://ns.adobe.com/aep/errors/XDM-{number}-{status}",
            "title": title,
            "status": status,
            "report": {
                "registryRequestId": request_id,
                "timestamp": stamp,
                "detailed-message": detail,
                "sub-errors": [],
            },
            "detail": detail,
        },
    )


def dcs(status: int, title: str, message: str, cause: Any = None) -> Problem:
    """Streaming ingestion (Data Collection Core Service)."""
    report: dict[str, Any] = {"message": message}
    if cause is not None:
        report["cause"] = cause
    return Problem(
        status,
        {
            "type": "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet",
            "status": status,
            "title": title,
            "report": report,
        },
    )


def dcs_authorization(inlet_id: str, message: str) -> Problem:
    """Refuse a record for want of a good token. Here `status` is a string and `type` https."""
    return Problem(
        401,
        {
            "type": "https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization",
            "status": "401",
            "title": "Authorization",
            "report": {"message": f"[{inlet_id}] {message}"},
        },
    )


def flow(number: int, status: int, title: str, detail: str) -> Problem:
    """Flow Service catalogue error `1404-412`: problem body with the older keys beside it."""
    return Problem(
        status,
        {
            "type": f"http://ns.adobe.com/aep/errors/FLOW-{number}-{status}",
            "title": title,
            "status": status,
            "detail": detail,
            "errorMessage": detail,
            "errorDetails": detail,
        },
    )


def flow_plain(status: int, message: str) -> Problem:
    """Flow Service `{errorMessage, errorDetails}`, as its 404 and 412 have it."""
    return Problem(status, {"errorMessage": message, "errorDetails": message})


def ups(status: int, message: str | None = None, cause: str | None = None) -> Problem:
    """Profile access; `statusCode` is a string, and the 404 body is that alone."""
    body: dict[str, Any] = {}
    if message is not None:
        body["message"] = message
    if cause is not None:
        body["cause"] = cause
    return Problem(status, {**body, "statusCode": str(status)})


def too_large(limit: int, *, streaming: bool) -> Problem:
    """413, in the shape of streaming ingestion or in the 2020 shape; the rest of the body is not read."""
    detail = f"The body is larger than {limit} bytes"
    raised = (
        dcs(413, "Payload Too Large", detail) if streaming else classic(413, "PayloadTooLargeError", detail)
    )
    raised.headers["Connection"] = "close"
    return raised
