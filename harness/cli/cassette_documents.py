"""Interactions and what changed of them, as JSON for programs."""

import base64
from typing import Any

from harness.cassettes.edit import CassetteChange
from harness.cassettes.file.interaction import Interaction
from harness.client.message import Headers


def interaction_document(one: Interaction, *, bodies: bool) -> dict[str, Any]:
    """Tell whose an interaction is, what was asked and answered; with `bodies` headers and bodies, too."""
    context = one.context
    told: dict[str, Any] = {
        "number": one.number,
        "call": list(context.call),
        "iteration": context.iteration,
        "attempt": context.attempt,
        "recordedAt": one.recorded_at or None,
        "elapsedMs": round(one.elapsed_ms, 1),
        "request": {"method": one.request.method, "url": one.request.url},
        "response": None,
        "failure": None,
    }
    if bodies:
        told["request"] |= _message(one.request.headers, one.request.body)
    if one.failure is not None:
        told["failure"] = {"kind": one.failure.kind, "message": one.failure.message}
    elif one.response is not None:
        told["response"] = {"status": one.response.status, "reason": one.response.reason}
        if bodies:
            told["response"] |= _message(one.response.headers, one.response.body)
    return told


def change_document(change: CassetteChange) -> dict[str, Any]:
    """Tell what became of an interaction from one cassette to another: `added`, `removed`, `changed`."""
    one = change.new or change.old
    return {
        "kind": "added" if change.old is None else "removed" if change.new is None else "changed",
        "call": list(one.context.call) if one is not None else [],
        "request": {"method": one.request.method, "url": one.request.url} if one is not None else None,
        "differences": [
            {"pointer": place.pointer, "old": place.recorded, "new": place.sent}
            for place in change.differences
        ],
    }


def _message(headers: Headers, body: bytes | None) -> dict[str, Any]:
    told: dict[str, Any] = {"headers": [{"name": name, "value": value} for name, value in headers]}
    if body:
        try:
            told["body"] = body.decode()
        except UnicodeDecodeError:
            told["base64"] = base64.b64encode(body).decode()
    return told
