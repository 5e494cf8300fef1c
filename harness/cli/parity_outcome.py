"""What came of one run under parity: what it sent, reported and exported."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.adoption.recording_proxy import ProxiedRequest


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
    for scope in ("environment", "globals"):
        # What is not exported stands in the report.
        if not (folder / f"{scope}.json").exists():
            values = (report.get(scope) or {}).get("values") or ()
            variables |= {(scope, one.get("key")): one.get("value") for one in values}
    executions = report["run"]["executions"]
    return ParityOutcome(
        exit_code=exit_code,
        requests=tuple(requests),
        tunnels=tunnels,
        reported=tuple((_call(one), _reported(one.get("request") or {})) for one in _folded(executions)),
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
    """Yield one execution for each call; newman has one for each request that the call sent.

    Ours tell requests of scripts apart by their `origin`; what was asserted stands beside the call's own.
    """
    last = None
    for one in (one for one in executions if "origin" not in one):
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
    return f"{request.get('method')} {host}{port}/{path}?{query} {content}"
