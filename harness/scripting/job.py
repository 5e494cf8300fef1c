"""A script job as the child process is sent it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.client.message import Cookie, Exchange, Response
from harness.scripting.engine import ScriptJob
from harness.variables.scope import Scope, Scopes

INLINE_BODY = 65536
"""Bodies up to this many bytes travel with the job; larger ones when a script reads them."""


@dataclass(slots=True)
class Mirror:
    """What one child already knows: the sources of scripts, and the scopes at which version."""

    sources: dict[str, int] = field(default_factory=dict)
    scopes: dict[str, tuple[Scope, int]] = field(default_factory=dict)

    def source(self, text: str, fresh: dict[str, str]) -> int:
        """Return the number of a source; one that the child does not know is put into `fresh`."""
        known = self.sources.get(text)
        if known is None:
            known = self.sources[text] = len(self.sources) + 1
            fresh[str(known)] = text
        return known

    def scope_changes(self, scopes: Scopes) -> dict[str, Any]:
        """Return the scopes that the child has not, or has at another version, and note that it has them."""
        changed: dict[str, Any] = {}
        for scope in scopes:
            if not self.knows(scope):
                changed[scope.name] = scope_json(scope)
                self.note(scope)
        return changed

    def knows(self, scope: Scope) -> bool:
        """Whether the child has the scope as it is now."""
        known = self.scopes.get(scope.name)
        return known is not None and known[0] is scope and known[1] == scope.version

    def note(self, scope: Scope) -> None:
        """Note that the child has the scope as it is now."""
        self.scopes[scope.name] = (scope, scope.version)


def scope_json(scope: Scope) -> dict[str, Any]:
    """Write a scope with the variables that win."""
    values = []
    for variable in scope:
        entry: dict[str, Any] = {"key": variable.key, "value": variable.value}
        if variable.type is not None:
            entry["type"] = variable.type
        if variable.disabled:
            entry["disabled"] = True
        values.append(entry)
    return {"id": scope.id, "label": scope.label, "values": values}


def job_json(job: ScriptJob, mirror: Mirror) -> tuple[dict[str, Any], bytes | None]:
    """Write a job, and the response body that goes with it."""
    fresh: dict[str, str] = {}
    scripts = [[mirror.source(script.source, fresh), _owner(job, label)] for label, script in job.scripts]
    body: bytes | None = None
    response: dict[str, Any] | None = None
    if job.response is not None:
        body = job.response.body if len(job.response.body) <= INLINE_BODY else None
        response = response_json(job.response)
    return {
        "event": job.event,
        "scripts": scripts,
        "sources": fresh,
        "request": job.request,
        "response": response,
        "cookies": [cookie_json(cookie) for cookie in job.cookies],
        "scopes": mirror.scope_changes(job.scopes),
        "info": {
            "eventName": job.event,
            "iteration": job.iteration,
            "iterationCount": job.iteration_count,
            "requestName": job.item_name,
            "requestId": job.item_id,
        },
        "location": list(job.location),
        "seed": str(job.seed % 2**64),
        "virtual": job.clock_ms is not None,
        "clock": job.clock_ms,
        "waits": job.wait_for_timers,
        "timeout": None if job.timeout_s is None else job.timeout_s * 1000,
        "stop": job.stop_on_error,
    }, body


def _owner(job: ScriptJob, label: str) -> str:
    """Return the name of the collection, folder or item whose script it is, which scripts may ask for."""
    for end in range(len(job.location)):
        if label == " / ".join(job.location[1 : end + 1]):
            return job.location[end]
    return label


def response_json(response: Response) -> dict[str, Any]:
    """Write a response without its body, which the child knows by number 0."""
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": response.headers,
        "elapsed": round(response.elapsed_ms),
        "size": len(response.body),
        "body": 0,
    }


def exchange_json(exchange: Exchange | None) -> tuple[dict[str, Any] | None, bytes | None]:
    """Write the answer to a script's own request, and its body."""
    if exchange is None:
        return None, None
    if exchange.response is None:
        failure = exchange.failure
        return {
            "failure": {
                "message": failure.message if failure else "no response",
                "code": failure.code if failure else "",
            }
        }, None
    return {
        "response": response_json(exchange.response),
        "cookies": [cookie_json(cookie) for cookie in exchange.cookies],
    }, exchange.response.body


def cookie_json(cookie: Cookie) -> dict[str, Any]:
    """Write a cookie; `expires` in seconds since the epoch."""
    return {
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain,
        "path": cookie.path,
        "expires": cookie.expires,
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
        "hostOnly": cookie.host_only,
    }


def cookie_from_json(sent: Mapping[str, Any]) -> Cookie:
    """Read a cookie that a script sets."""
    return Cookie(
        name=sent["name"],
        value=sent["value"],
        domain=sent["domain"],
        path=sent["path"],
        expires=sent["expires"],
        secure=sent["secure"],
        http_only=sent["httpOnly"],
        host_only=sent["hostOnly"],
    )
