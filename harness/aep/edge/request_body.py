"""The body of a request to the Edge Network: its type, its size, and what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.edge.refusals import refusal, unprocessable
from harness.aep.problem import Problem

if TYPE_CHECKING:
    from harness.twin.message import ServedRequest

SMILE = "application/x-jackson-smile"
TYPES = ("application/json", SMILE, "text/plain", "text/javascript")
"""Content types that the Edge Network names as its own; a request may name none."""
LARGEST_JSON = 64 * 1024
"""Most bytes of a request in JSON (Edge Network API, performance guardrails)."""


def read_body(request: ServedRequest, report: dict[str, Any]) -> dict[str, Any]:
    """Read the object that a request holds; a refusal says why it holds none."""
    kind = request.media_type
    if kind and "/" not in kind:
        raise refusal("0106-400", report, types=", ".join(TYPES))
    if kind and kind not in TYPES:
        raise refusal("0111-415", report, types=", ".join(TYPES))
    if not request.body.strip():
        raise refusal("0109-408", report)
    if kind == SMILE:
        body = _smile(request.body, report)
    else:
        if len(request.body) > LARGEST_JSON:
            raise refusal("0112-413", report, size=LARGEST_JSON)
        try:
            body = request.json()
        except Problem as raised:
            raise refusal("0101-400", report, reason=raised.body["detail"]) from None
    if not isinstance(body, dict):
        raise unprocessable(report, "The request must be a JSON object")
    return body


def _smile(content: bytes, report: dict[str, Any]) -> Any:
    # Few requests bring it.
    from harness.aep.ingestion.smile import SmileError, parse_smile

    try:
        return parse_smile(content)
    except SmileError as error:
        raise refusal("0101-400", report, reason=str(error)) from None
