"""What came of one run under parity, and what differs between two of them.

Values that differ from run to run by themselves (UUIDs, times, long numbers, boundaries, nonces) are
compared by their shape. The order of headers and the case of their names do not count.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, TypeVar

from harness.cassettes.compare import body_differences, shape
from harness.cli.parity_proxy import ProxiedRequest

_BOUNDARY: Final = re.compile(r'boundary="?([^";,\s]+)"?')
_VERSION: Final = re.compile(r"(PostmanRuntime/)[\d.]+")
_QUOTED: Final = re.compile(r'"[^"]*"')
_NOT_COMPARED: Final = frozenset({"connection", "proxy-connection"})

One = TypeVar("One")
Row = tuple[str, str, str, str]
"""What is compared, where, newman's side, ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityOutcome:
    """One run: its exit code, the requests that went through the proxy, its report and exports.

    `assertions` are call, name and what came of each; `failures` call and error; variables are by scope and
    name. `reported` are requests as the report tells them, for those that the proxy could not read.
    """

    exit_code: int
    requests: tuple[ProxiedRequest, ...]
    tunnels: int
    reported: tuple[tuple[str, str], ...] = ()
    assertions: tuple[tuple[str, str, str], ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    variables: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    report: bool = True


def outcome_of(
    folder: Path, *, exit_code: int, requests: Sequence[ProxiedRequest], tunnels: int
) -> ParityOutcome:
    """Read what a run wrote into its folder: `report.json`, `environment.json`, `globals.json`."""
    report = _json(folder / "report.json")
    variables: dict[tuple[str, str], Any] = {}
    for scope in ("environment", "globals"):
        exported = _json(folder / f"{scope}.json") or {}
        variables |= {(scope, one.get("key")): one.get("value") for one in exported.get("values") or ()}
    if report is None:
        return ParityOutcome(
            exit_code=exit_code,
            requests=tuple(requests),
            tunnels=tunnels,
            variables=variables,
            report=False,
        )
    executions = report["run"]["executions"]
    return ParityOutcome(
        exit_code=exit_code,
        requests=tuple(requests),
        tunnels=tunnels,
        reported=tuple((_call(one), _reported(one.get("request") or {})) for one in executions),
        assertions=tuple(
            (_call(one), str(check.get("assertion")), _verdict(check))
            for one in _folded(executions)
            for check in one.get("assertions") or ()
        ),
        failures=tuple(
            (_failed_call(one), _error(one.get("error") or {})) for one in report["run"].get("failures") or ()
        ),
        variables=variables,
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _folded(executions: Sequence[Any]) -> Iterator[Any]:
    """Give one execution for each call; newman has one for each request that the call sent."""
    last = None
    for one in executions:
        ref = (one.get("cursor") or {}).get("ref")
        if ref is None or ref != last:
            yield one
        last = ref


def _call(execution: Mapping[str, Any]) -> str:
    iteration = (execution.get("cursor") or {}).get("iteration") or 0
    return f"{(execution.get('item') or {}).get('name') or '?'}, iteration {iteration + 1}"


def _failed_call(failure: Mapping[str, Any]) -> str:
    iteration = (failure.get("cursor") or {}).get("iteration") or 0
    return f"{(failure.get('source') or {}).get('name') or '?'}, iteration {iteration + 1}"


def _verdict(assertion: Mapping[str, Any]) -> str:
    return "failed" if assertion.get("error") else "skipped" if assertion.get("skipped") else "passed"


def _error(error: Mapping[str, Any]) -> str:
    return ": ".join(str(error[name]) for name in ("name", "test") if error.get(name)) or "error"


def _reported(request: Mapping[str, Any]) -> str:
    url = request.get("url") or {}
    host = ".".join(url.get("host") or ())
    port = f":{url['port']}" if url.get("port") else ""
    query = "&".join(f"{one.get('key')}={one.get('value')}" for one in url.get("query") or ())
    path = "/".join(url.get("path") or ())
    body = request.get("body") or {}
    content = json.dumps(body.get(body.get("mode")), sort_keys=True) if body.get("mode") else ""
    return shape(f"{request.get('method')} {host}{port}/{path}?{query} {content}")


def differences(newman: ParityOutcome, ours: ParityOutcome) -> Iterator[Row]:
    """Give what differs, a row for each place."""
    if newman.exit_code != ours.exit_code:
        yield "exit code", "", str(newman.exit_code), str(ours.exit_code)
    if newman.report != ours.report:
        told = {True: "written", False: "none"}
        yield "report", "", told[newman.report], told[ours.report]
        return
    yield from _requests(newman.requests, ours.requests)
    if newman.tunnels or ours.tunnels:
        yield from _aligned("request as reported", newman.reported, ours.reported)
    yield from _aligned(
        "assertion",
        [(f"{call}: {name}", verdict) for call, name, verdict in newman.assertions],
        [(f"{call}: {name}", verdict) for call, name, verdict in ours.assertions],
    )
    yield from _aligned("failure", newman.failures, ours.failures)
    for key in dict.fromkeys((*newman.variables, *ours.variables)):
        mine, theirs = _text(ours.variables, key), _text(newman.variables, key)
        if shape(mine) != shape(theirs):
            yield "variable", f"{key[0]} {key[1]}", theirs, mine


def _text(variables: Mapping[tuple[str, str], Any], key: tuple[str, str]) -> str:
    if key not in variables:
        return "-"
    value = variables[key]
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _aligned(what: str, newman: Sequence[tuple[str, str]], ours: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """Compare two lists of places and values, so that one more on a side does not shift all that follow."""
    for theirs, mine in _pairs(newman, ours, [place for place, _ in newman], [place for place, _ in ours]):
        if theirs is None and mine is not None:
            yield what, mine[0], "-", mine[1]
        elif mine is None and theirs is not None:
            yield what, theirs[0], theirs[1], "-"
        elif theirs is not None and mine is not None and theirs[1] != mine[1]:
            yield what, theirs[0], theirs[1], mine[1]


def _pairs(
    newman: Sequence[One], ours: Sequence[One], newman_keys: Sequence[str], our_keys: Sequence[str]
) -> Iterator[tuple[One | None, One | None]]:
    matcher = SequenceMatcher(None, newman_keys, our_keys, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag in {"equal", "replace"}:
            yield from zip_longest(newman[start:end], ours[first:last])
        elif tag == "delete":
            yield from ((one, None) for one in newman[start:end])
        else:
            yield from ((None, one) for one in ours[first:last])


def _requests(newman: Sequence[ProxiedRequest], ours: Sequence[ProxiedRequest]) -> Iterator[Row]:
    keys = [[f"{one.method} {shape(one.url)}" for one in side] for side in (newman, ours)]
    for theirs, mine in _pairs(newman, ours, *keys):
        if theirs is None and mine is not None:
            yield "request", f"{mine.method} {mine.url}", "-", "sent"
        elif mine is None and theirs is not None:
            yield "request", f"{theirs.method} {theirs.url}", "sent", "-"
        elif theirs is not None and mine is not None:
            yield from _request(theirs, mine)


def _request(newman: ProxiedRequest, ours: ProxiedRequest) -> Iterator[Row]:
    place = f"{newman.method} {newman.url}"
    if newman.method != ours.method:
        yield "method", place, newman.method, ours.method
    if shape(newman.url) != shape(ours.url):
        yield "url", place, newman.url, ours.url
    sides = [_headers(one) for one in (newman, ours)]
    for name in dict.fromkeys((*sides[0], *sides[1])):
        theirs, mine = (side.get(name, "-") for side in sides)
        if theirs != mine:
            yield f"header {name}", place, theirs, mine
    bodies = [_body(one) for one in (newman, ours)]
    if bodies[0] != bodies[1]:
        for one in body_differences(bodies[1], bodies[0]):
            theirs = "-" if one.recorded is None else one.recorded
            yield one.pointer, place, theirs, "-" if one.sent is None else one.sent


def _headers(request: ProxiedRequest) -> dict[str, str]:
    """Return what of the headers is compared, by name in lower case."""
    found: dict[str, str] = {}
    multipart = any(_BOUNDARY.search(value) for _, value in request.headers)
    for name, value in request.headers:
        key = name.lower()
        if key in _NOT_COMPARED or (key == "content-length" and multipart):
            continue
        told = shape(_VERSION.sub(r"\1<version>", _BOUNDARY.sub("boundary=<boundary>", value)))
        if key == "authorization" and "=" in value:
            # Nonces, timestamps and what is signed with them: the scheme and its parameters are compared.
            told = _QUOTED.sub('"<value>"', told)
        found[key] = f"{found[key]}, {told}" if key in found else told
    return found


def _body(request: ProxiedRequest) -> bytes:
    """Return what of the body is compared."""
    boundary = next((found[1] for _, value in request.headers if (found := _BOUNDARY.search(value))), None)
    body = request.body if boundary is None else request.body.replace(boundary.encode(), b"<boundary>")
    try:
        return shape(body.decode()).encode()
    except UnicodeDecodeError:
        return body
