"""Reading newman's JSON report back as the events of a run. Our own JSON report is read the same way.

newman does not tell when each call began, nor which script an assertion is of: calls follow each other
without a gap, and what scripts did is told as of the call's last script of the event.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from harness.client.message import Exchange, Failure, Headers, ResolvedRequest, Response
from harness.collection.document_kind import document_kind
from harness.collection.load import load_collection
from harness.collection.model import Collection, EventName, Script
from harness.collection.schemas import V21_SCHEMA
from harness.errors import HarnessError, InputError, Place, misread
from harness.reporters.newman.execution import JsonObject
from harness.reporters.newman.failure_kinds import failure_kind
from harness.reporters.phases import timings_of
from harness.runner.events import (
    CallFinished,
    Event,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
)
from harness.runner.plan import Call, calls_of
from harness.runner.results import CallResult, Extraction, RunSummary, RunWarning, SideExchange
from harness.runner.tally import count
from harness.scripting.engine import (
    Assertion,
    ConsoleMessage,
    ScriptError,
    ScriptPosition,
    ScriptRun,
)
from harness.variables.environment import load_environment
from harness.variables.scope import Scope, Scopes
from harness.warning_kinds import OTHER


def read_newman_report(path: Path) -> Iterator[Event]:
    """Read the events of a run from newman's JSON report. Raises `InputError` when it is not one."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read the report: {error.strerror}", where=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no report of a run: {misread(error)}", where=str(path)) from error
    run = document.get("run") if isinstance(document, Mapping) else None
    if not isinstance(run, Mapping) or not isinstance(run.get("executions"), list):
        raise InputError(
            f"this is no report of a run: {_other(document)}",
            where=str(path),
            hint="name what `--reporters events` or `--reporters json` wrote, here or in newman",
        )
    return _readable(_events(document, run, path), path)


def _other(document: object) -> str:
    kind = document_kind(document)
    return f"it is {kind}" if kind else "run.executions is missing"


def _readable(events: Iterator[Event], path: Path) -> Iterator[Event]:
    """Yield the events; what is of another form than newman writes is an error of the file."""
    try:
        yield from events
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(
            f"this is no report of a run: {misread(error)}",
            where=str(path),
            hint="name what `--reporters events` or `--reporters json` wrote, here or in newman",
        ) from error


def _events(document: Mapping[str, Any], run: Mapping[str, Any], path: Path) -> Iterator[Event]:
    collection = _collection(document.get("collection"), path)
    calls = {call.item.id: call for call in calls_of(collection)}
    executions = [*run["executions"], *run.get("skipped", ())]
    if run.get("skipped"):
        executions.sort(key=lambda one: (one["cursor"]["iteration"], one["cursor"]["position"]))
    timings = run.get("timings") or {}
    started_ms = float(timings.get("started") or 0)
    first = executions[0]["cursor"] if executions else {}
    summary = RunSummary()
    told: Event = RunStarted(
        collection=collection,
        calls=int(first.get("length") or len(calls)),
        iterations=int(first.get("cycles") or 1),
        started_ms=started_ms,
        mode=str(run.get("mode") or "live"),
    )
    count(summary, told)
    yield told
    iteration: int | None = None
    clock = started_ms
    for number, group in enumerate(_visits(executions)):
        try:
            result = _result(group, calls, clock)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"this execution cannot be read: {misread(error)}",
                where=Place(file=str(path), field=f"/run/executions, call {number + 1}"),
            ) from error
        if result.iteration != iteration:
            if iteration is not None:
                yield IterationFinished(iteration=iteration)
            iteration = result.iteration
            told = IterationStarted(iteration=iteration)
            count(summary, told)
            yield told
        clock += result.elapsed_ms
        told = CallFinished(result=result)
        count(summary, told)
        yield told
    if iteration is not None:
        yield IterationFinished(iteration=iteration)
    summary.elapsed_ms = float(timings.get("completed") or clock) - started_ms
    summary.facts.update(run.get("facts") or {})
    broken = run.get("error")
    yield RunFinished(
        summary=summary,
        scopes=_scopes(document, collection),
        error=str(broken.get("message") or "") if isinstance(broken, Mapping) else None,
    )


def _collection(document: Any, path: Path) -> Collection:
    """Load the collection that a report repeats; newman leaves out which format it has."""
    if not isinstance(document, Mapping):
        raise InputError("this is no report of a run: the collection is missing", where=str(path))
    given = document.get("info") or {}
    if not isinstance(given, Mapping):
        raise InputError("this is no report of a run: collection.info is no object", where=str(path))
    info = {"name": "", "schema": V21_SCHEMA, **given}
    try:
        return load_collection({**document, "info": info}, file=str(path))
    except HarnessError as error:
        raise InputError(f"the collection of the report: {error.what}", where=error.where) from error


def _scopes(document: Mapping[str, Any], collection: Collection) -> Scopes:
    def variables(name: str) -> Any:
        part = document.get(name)
        return {**part, "values": part.get("values") or []} if isinstance(part, Mapping) else None

    return Scopes(
        environment=load_environment(variables("environment")).scope(),
        collection=Scope("collection", collection.variables),
        globals=load_environment(variables("globals"), "globals").scope(),
    )


def _visits(executions: Sequence[JsonObject]) -> Iterator[list[JsonObject]]:
    """Group the executions of one call: newman has one for each request that it sent."""
    for _, group in groupby(executions, key=lambda one: one["cursor"].get("ref") or id(one)):
        yield list(group)


def _result(group: list[JsonObject], calls: Mapping[str, Call], started_ms: float) -> CallResult:
    # Ours tells requests of scripts apart by `origin`; newman repeats one and the same entry.
    main = next((one for one in reversed(group) if "origin" not in one), group[-1])
    cursor, item = main["cursor"], main["item"]
    call = calls[str(item["id"])]
    side = tuple(
        SideExchange(origin=str(one["origin"]), exchange=_exchange(one)) for one in group if "origin" in one
    )
    exchange = _exchange(main) if "request" in main and "origin" not in main else None
    response = exchange.response if exchange is not None else None
    return CallResult(
        call=call,
        position=int(cursor["position"]),
        iteration=int(cursor["iteration"]),
        attempt=len(main.get("attempts") or ()) + 1,
        rescued=len(main.get("attempts") or ()) if main.get("flaky") else 0,
        set_up=bool(main.get("setUp")),
        request=call.item.request,
        exchange=exchange,
        prerequest=_runs(main, call, "prerequest", ()),
        test=_runs(main, call, "test", main.get("assertions") or ()),
        extractions=tuple(
            Extraction(
                variable=one["variable"],
                scope=one["scope"],
                expression=one["expression"],
                value=one["value"],
            )
            for one in main.get("extractions") or ()
        ),
        side=side,
        skipped=str(main["reason"]) if "reason" in main else None,
        warnings=tuple(
            RunWarning(kind=one.get("kind", OTHER), message=one["message"], place=one["place"])
            for one in main.get("warnings") or ()
        ),
        started_ms=started_ms,
        elapsed_ms=response.elapsed_ms if response is not None else 0.0,
    )


def _exchange(execution: JsonObject) -> Exchange:
    request = _request(execution["request"])
    failed = execution.get("requestError")
    told = execution.get("response")
    return Exchange(
        request=request,
        response=_response(told) if told else None,
        failure=_failure(failed) if failed else None,
    )


def _request(told: JsonObject) -> ResolvedRequest:
    return ResolvedRequest(
        method=str(told.get("method") or "GET"),
        url=_url(told["url"]),
        headers=_headers(told),
        body=_body(told.get("body") or {}),
    )


def _url(url: JsonObject) -> str:
    host = url.get("host") or ""
    name = host if isinstance(host, str) else ".".join(host)
    port = f":{url['port']}" if url.get("port") else ""
    path = "".join(f"/{part}" for part in url.get("path") or ())
    pairs = [one for one in url.get("query") or () if not one.get("disabled")]
    query = "&".join(
        str(one.get("key") or "") if one.get("value") is None else f"{one.get('key') or ''}={one['value']}"
        for one in pairs
    )
    return f"{url.get('protocol') or 'http'}://{name}{port}{path}{'?' if pairs else ''}{query}"


def _headers(told: JsonObject) -> Headers:
    return tuple((str(one["key"]), str(one["value"])) for one in told.get("header") or ())


def _body(body: JsonObject) -> bytes | None:
    match body.get("mode"):
        case "raw":
            return str(body.get("raw") or "").encode("utf-8", "surrogatepass") or None
        case "urlencoded":
            fields = [(one["key"], one.get("value") or "") for one in body.get("urlencoded") or ()]
            return urlencode(fields).encode()
        case None:
            return None
        case mode:
            return json.dumps(body.get(mode), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _response(told: JsonObject) -> Response:
    stream = told.get("stream") or {}
    body = bytes(stream.get("data") or ()) if isinstance(stream, Mapping) else b""
    timed = told.get("timings")
    phases = timed if isinstance(timed, Mapping) else {}
    return Response(
        status=int(told["code"]),
        reason=str(told.get("status") or ""),
        headers=_headers(told),
        body=body,
        # The time that newman tells is rounded to milliseconds.
        elapsed_ms=float(phases.get("total") or told.get("responseTime") or 0),
        wire_size=int(told.get("responseSize") or len(body)),
        timings=timings_of(phases) if phases else None,
    )


def _failure(told: JsonObject) -> Failure:
    code = str(told.get("code") or "")
    message = told.get("message")
    if not message:
        # The message is no field of Node's errors that JSON keeps; this is how Node makes it.
        place = f"{told.get('address')}:{told.get('port')}" if told.get("address") else told.get("hostname")
        message = " ".join(str(part) for part in (told.get("syscall"), code, place) if part)
    return Failure(
        kind=failure_kind(code),
        message=str(message) or "the request failed",
        code=code,
        name=str(told.get("name") or "Error"),
    )


def _runs(
    execution: JsonObject, call: Call, event: EventName, assertions: Sequence[JsonObject]
) -> tuple[ScriptRun, ...]:
    thrown = [one for one in execution.get(f"{event}Script") or () if one.get("error")]
    console = [one for one in execution.get("console") or () if one.get("event") == event]
    scripts = [pair for pair in call.scripts if pair[1].event == event]
    if not (thrown or console or assertions or scripts):
        return ()
    label, script = scripts[-1] if scripts else (" / ".join(call.path), Script(event=event, source=""))
    output: list[Assertion | ConsoleMessage] = [
        ConsoleMessage(level=one["level"], parts=(str(one["text"]),)) for one in console
    ]
    output += (_assertion(one, index) for index, one in enumerate(assertions))
    errors = [_error(one["error"]) for one in thrown if not one.get("lost") and not one.get("untested")]
    broken_off = [_error(one["error"]) for one in thrown if one.get("untested")]
    run = ScriptRun(
        script=script,
        label=label,
        output=tuple(output),
        error=errors[0] if errors else None,
        losses=tuple(_error(one["error"]) for one in thrown if one.get("lost")),
        untested=broken_off[0] if broken_off else None,
    )
    return (run, *(ScriptRun(script=script, label=label, error=error) for error in errors[1:]))


def _assertion(told: JsonObject, index: int) -> Assertion:
    error = _error(told["error"]) if told.get("error") else None
    untested = bool(told.get("untested"))
    return Assertion(
        name=str(told.get("assertion") or ""),
        index=index,
        skipped=bool(told.get("skipped")) or untested,
        error=None if untested else error,
        untested=error if untested else None,
    )


def _error(told: JsonObject) -> ScriptError:
    place = told.get("position")
    return ScriptError(
        name=str(told.get("name") or "Error"),
        message=str(told.get("message") or ""),
        stack=str(told.get("stack") or ""),
        position=ScriptPosition(line=place["line"], column=place["column"], text=place["text"])
        if place
        else None,
        expected=told.get("expected"),
        actual=told.get("actual"),
    )
