"""Error answers: the one exception a service raises, and the shapes that every platform needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACEHOLDER = "/placeholder/type/uri"


class Problem(Exception):
    """An answer other than success: status, JSON body (None for an empty one) and headers."""

    def __init__(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def classic(status: int, title: str, detail: str) -> Problem:
    """RFC 7807-like shape of the 2020 generation: `{type, status, title, detail}`."""
    body = {"type": _PLACEHOLDER, "status": status, "title": title, "detail": detail}
    return Problem(status, body)


def bad_request(detail: str) -> Problem:
    """400 in the 2020 shape."""
    return classic(400, "BadRequestError", detail)


def not_found(detail: str) -> Problem:
    """404 in the 2020 shape."""
    return classic(404, "NotFoundError", detail)


def not_implemented(service: str, method: str, path: str) -> Problem:
    """Answer for an AEP service that this platform does not have."""
    return classic(
        501,
        "NotImplementedError",
        f"{service}: this call is not part of the local platform: {method} {path}",
    )


def no_such_path(method: str, path: str) -> Problem:
    """Answer for a path that no service has."""
    return classic(404, "NotFoundError", f"No service answers {method} {path}")


def method_not_allowed(method: str, path: str, allowed: list[str]) -> Problem:
    """Answer for a known path with another method."""
    problem = classic(405, "MethodNotAllowedError", f"{path} answers {', '.join(allowed)}, not {method}")
    problem.headers["Allow"] = ", ".join(allowed)
    return problem
