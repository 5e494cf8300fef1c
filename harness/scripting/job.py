"""A script job as the child process is sent it."""

import json
import re
import weakref
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from math import isfinite
from typing import Any, Final

from harness.client.message import Cookie, Exchange, Response
from harness.lazy_dataclass import dataclass
from harness.scripting.engine import ScriptJob
from harness.variables.scope import Scope, Scopes

INLINE_BODY: Final = 65536
"""Bodies up to this many bytes travel with the job; larger ones when a script reads them."""

_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

_MENTIONS: Final[Mapping[str, re.Pattern[str]]] = {
    "facts": re.compile("info|location|teration"),
    "request": re.compile("request"),
    "response": re.compile("response"),
    "cookies": re.compile("ookie"),
}
"""What a script says that reads a part of a job; a part that did not come is sent when it is asked for."""


@dataclass(frozen=True, slots=True)
class NumberedScript:
    """A script as one child knows it: by number. `parts` are those of a job that it mentions."""

    number: int
    parts: frozenset[str]


class Mirror:
    """What one child already knows: the sources of scripts, and scopes by number, each at some version."""

    def __init__(self) -> None:
        self._sources: dict[str, NumberedScript] = {}
        self._scopes: dict[int, list[int]] = {}
        self._numbers = 0
        self._gone: list[int] = []

    def source(self, text: str, fresh: dict[str, str]) -> NumberedScript:
        """Return what is known of a source; one that the child does not know is put into `fresh`."""
        known = self._sources.get(text)
        if known is None:
            mentioned = frozenset(part for part, mention in _MENTIONS.items() if mention.search(text))
            known = self._sources[text] = NumberedScript(len(self._sources) + 1, mentioned)
            fresh[str(known.number)] = text
        return known

    def scope_changes(self, scopes: Scopes) -> dict[str, Any]:
        """Return the numbers of scopes, and what is new of them to the child, which knows it from then on."""
        numbers = []
        fresh: list[list[Any]] = []
        for scope in scopes:
            known = self._scopes.get(id(scope))
            if known is None:
                self._numbers += 1
                known = self._scopes[id(scope)] = [self._numbers, -1]
                weakref.finalize(scope, self._forget, id(scope)).atexit = False
            number, version = known
            if version != scope.version:
                fresh.append([number, *_scope_news(scope, version)])
                known[1] = scope.version
            numbers.append(number)
        gone = [self._gone.pop() for _ in range(len(self._gone))] if self._gone else []
        return {"now": numbers, "fresh": fresh, "gone": gone}

    def _forget(self, scope: int) -> None:
        number, _ = self._scopes.pop(scope)
        self._gone.append(number)

    def knows(self, scope: Scope) -> bool:
        """Whether the child has the scope as it is now."""
        known = self._scopes.get(id(scope))
        return known is not None and known[1] == scope.version

    def note(self, scope: Scope) -> None:
        """Note that the child has the scope as it is now."""
        self._scopes[id(scope)][1] = scope.version


def _scope_news(scope: Scope, version: int) -> list[Any]:
    """Write what happened to a scope since a version, or all of it when that is not known."""
    changes = None if version < 0 else scope.changed_since(version)
    if changes is None:
        values = [_variable_json(scope, variable.key) for variable in scope]
        return [scope.name, scope.id, scope.label, values]
    # How often a variable was set does not matter, but one that was unset between is the last afterwards.
    latest = {key: place for place, (key, _) in enumerate(changes)}
    written: list[Any] = []
    for place, (key, is_set) in enumerate(changes):
        if not is_set:
            written.append(key)
        if latest[key] == place and scope.variable(key) is not None:
            written.append(_variable_json(scope, key))
    return [written]


def _in_json(value: Any) -> Any:
    """Return a value as JSON can hold it: what is no finite number is null there, which scripts read as 0."""
    return 0 if isinstance(value, float) and not isfinite(value) else value


def _variable_json(scope: Scope, key: str) -> dict[str, Any]:
    variable = scope.variable(key)
    entry: dict[str, Any] = {"key": key, "value": _in_json(variable.value) if variable else None}
    if variable is not None and variable.type is not None:
        entry["type"] = variable.type
    if variable is not None and variable.disabled:
        entry["disabled"] = True
    return entry


def job_json(job: ScriptJob, number: int, mirror: Mirror, *, crowded: bool) -> tuple[str, bytes]:
    """Write a job as JSON, and the bytes of those parts of it that its scripts seem to read.

    Jobs come by the thousand and look alike: the text is put together here, and only what may hold anything
    is left to the encoder.
    """
    fresh: dict[str, str] = {}
    scripts: list[str] = []
    mentioned: frozenset[str] = frozenset()
    for label, script in job.scripts:
        source = mirror.source(script.source, fresh)
        scripts.append(f"[{source.number},{_owner(job.location, label)}]")
        mentioned = source.parts if not mentioned else mentioned | source.parts
    parts = list(_parts(job, mentioned)) if mentioned else []
    payload = b"".join([data for _, data in parts])
    sizes = ",".join([f'["{name}",{len(data)}]' for name, data in parts])
    return (
        f'{{"job":{{"n":{number},"event":"{job.event}","scripts":[{",".join(scripts)}],'
        f'"sources":{_ENCODE(fresh) if fresh else "{}"},'
        f'"scopes":{scopes_text(mirror.scope_changes(job.scopes))},'
        f'"parts":[{sizes}],"seed":"{job.seed % 2**64}",'
        f'"clock":{"null" if job.clock_ms is None else job.clock_ms},'
        f'"waits":{_TRUTH[job.wait_for_timers]},'
        f'"timeout":{"null" if job.timeout_s is None else job.timeout_s * 1000},'
        f'"stop":{_TRUTH[job.stop_on_error]},"crowded":{_TRUTH[crowded]}}},"bytes":{len(payload)}}}'
    ), payload


_TRUTH: Final = ("false", "true")


def scopes_text(changes: Mapping[str, Any]) -> str:
    """Write what `Mirror.scope_changes` returned; most scripts change little between two jobs."""
    if changes["fresh"] or changes["gone"]:
        return _ENCODE(changes)
    return f'{{"now":{changes["now"]},"fresh":[],"gone":[]}}'


def _parts(job: ScriptJob, mentioned: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    for name in _PARTS:
        if name in mentioned:
            yield name, part(job, name)
    if "response" in mentioned and job.response is not None and len(job.response.body) <= INLINE_BODY:
        yield "body", job.response.body


def part(job: ScriptJob, name: str) -> bytes:
    """Write a part of a job; one that is not known is nothing."""
    if name == "body":
        return job.response.body if job.response else b""
    write = _PARTS.get(name)
    return b"null" if write is None else _ENCODE(write(job)).encode("ascii")


def _facts(job: ScriptJob) -> dict[str, Any]:
    return {
        "info": {
            "eventName": job.event,
            "iteration": job.iteration,
            "iterationCount": job.iteration_count,
            "requestName": job.item_name,
            "requestId": job.item_id,
        },
        "location": list(job.location),
    }


_PARTS: Final[Mapping[str, Callable[[ScriptJob], Any]]] = {
    "facts": _facts,
    "request": lambda job: job.request(),
    "response": lambda job: None if job.response is None else response_json(job.response),
    "cookies": lambda job: [cookie_json(cookie) for cookie in job.cookies],
}


@lru_cache(maxsize=4096)
def _owner(location: tuple[str, ...], label: str) -> str:
    """Write the name of the collection, folder or item whose script it is, which scripts may ask for."""
    for end in range(len(location)):
        if label == " / ".join(location[1 : end + 1]):
            return _ENCODE(location[end])
    return _ENCODE(label)


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
