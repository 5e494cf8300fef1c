"""What lets a page of another site, in a browser, read an answer (CORS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.twin.message import empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response


def origin_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by which a browser lets a page of any origin read an answer."""
    origin = headers.get("origin")
    if not origin:
        return {}
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "vary": "Origin",
    }


def preflight(headers: Mapping[str, str]) -> Response:
    """Answer what a browser asks before it sends a request of another site."""
    allowed = {
        "access-control-allow-methods": headers.get("access-control-request-method", "POST"),
        "access-control-allow-headers": headers.get("access-control-request-headers", "content-type"),
        "access-control-max-age": "600",
    }
    return empty(204, allowed | origin_headers(headers))
