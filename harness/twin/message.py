"""A request as the services see it, and the answers they give."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import Response

from harness.twin import problem
from harness.twin.store import encode

if TYPE_CHECKING:
    from collections.abc import Mapping


class Query:
    """Query parameters in order; a name may occur several times.

    `+` stands for a space, as in a form, except at the start of a value, where it stays: `+name`
    and `-name` are directions of sorting.
    """

    def __init__(self, raw: str) -> None:
        self.raw = raw
        kept = raw.replace("=+", "=%2B")
        self.pairs = parse_qsl(kept, keep_blank_values=True) if raw else []

    def get(self, name: str) -> str | None:
        """Return the first value of a name, or None."""
        for key, value in self.pairs:
            if key == name:
                return value
        return None

    def all(self, name: str) -> list[str]:
        """All values of a name."""
        return [value for key, value in self.pairs if key == name]

    def flag(self, name: str) -> bool:
        """Whether the value is `true`, in any case."""
        return (self.get(name) or "").lower() == "true"

    def number(self, name: str, default: int, *, low: int = 0, high: int | None = None) -> int:
        """Whole number of a parameter; a 400 in the 2020 shape when it is not one in range."""
        text = self.get(name)
        if text is None or not text:
            return default
        try:
            value = int(text)
        except ValueError:
            raise problem.bad_request(f"{name} must be a whole number, not {text!r}") from None
        if value < low or (high is not None and value > high):
            upper = "" if high is None else f" and at most {high}"
            raise problem.bad_request(f"{name} must be at least {low}{upper}, not {value}")
        return value

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self.pairs)


@dataclass(slots=True, kw_only=True)
class ServedRequest:
    """One request. Header names are lower case; `params` are the path's words, decoded."""

    method: str
    path: str
    params: dict[str, str]
    query: Query
    headers: Mapping[str, str]
    body: bytes = b""
    base_url: str = ""
    remote: str | None = None
    _parsed: Any = field(default=None, init=False)

    @property
    def media_type(self) -> str:
        """Content type without its parameters, lower case; empty when absent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def announces_body(self) -> bool:
        """Whether the headers say that a body follows, which may not be read yet."""
        size = self.headers.get("content-length", "0")
        return size.strip("0") != "" or "transfer-encoding" in self.headers

    def json(self) -> Any:
        """Body as JSON (UTF-8, a byte order mark is skipped); a 400 problem when it is not."""
        if self._parsed is None:
            try:
                self._parsed = parse_json(self.body)
            except (ValueError, RecursionError) as error:
                reason = "the body is empty" if not self.body.strip() else f"{error}"
                raise problem.bad_request(f"The body is not valid JSON: {reason}") from None
        return self._parsed

    def document(self) -> dict[str, Any]:
        """Body as a JSON object; a 400 problem when it is something else."""
        value = self.json()
        if not isinstance(value, dict):
            raise problem.bad_request("The body must be a JSON object")
        return value


def parse_json(body: bytes) -> Any:
    """Read strict JSON in UTF-8; ValueError for all else, also for `NaN`, `1e999` and half a surrogate pair.

    Python reads them, but none can be stored or sent on.
    """
    return parse_json_text(body.decode("utf-8-sig"))


def parse_json_text(text: str) -> Any:
    """Read strict JSON, as `parse_json` does."""
    value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    if "\\u" in text:
        encode(value).encode()
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large for a number")
    return value


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON answer."""
    return Response(encode(body).encode(), status, headers=dict(headers or {}), media_type="application/json")


def empty(status: int = 204, headers: Mapping[str, str] | None = None) -> Response:
    """Answer without a body."""
    return Response(None, status, headers=dict(headers or {}))
