"""A run of a small shop collection as events, with one of everything that a reporter has to tell."""

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from harness.client.message import Cookie, Exchange, Failure, ResolvedRequest, Response, Timings
from harness.collection.model import Body, Collection, Folder, Item, Pair, Request, Script, Url, Variable
from harness.reporters.reporter import ReporterContext, ReporterOptions, create
from harness.runner.events import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    Event,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
    WarningRaised,
)
from harness.runner.plan import Call, calls_of
from harness.runner.results import CallResult, Extraction, RunSummary, RunWarning, SideExchange
from harness.runner.tally import count
from harness.scripting.engine import Assertion, ConsoleMessage, ScriptError, ScriptPosition, ScriptRun
from harness.secrets.watch import Uniform
from harness.variables.scope import Scope, Scopes

START_MS = 1_790_000_000_000.0
SECRET = "s3cr3t-t0ken"
BASE = "http://127.0.0.1:8080"
LATE = Timings(prepare_ms=0.1, wait_ms=0.2, first_byte_ms=4.0, download_ms=0.5, reused=True)
GOLDEN = Path(__file__).parent / "golden"


def request(method: str, path: str, *headers: tuple[str, str], body: Body | None = None) -> Request:
    written = tuple(Pair(key=key, value=value) for key, value in headers)
    return Request(method=method, url=Url(raw="{{base}}" + path), headers=written, body=body)


def shop() -> Collection:
    create_order = Item(
        id="item-create",
        name="Create order",
        path=("Orders", "Create order"),
        request=request("POST", "/orders", ("X-A", "1"), body=Body(mode="raw", raw="{}", language="json")),
        scripts=(
            Script(event="prerequest", source="pm.sendRequest(pm.variables.get('base') + '/side')"),
            Script(
                event="test",
                source="pm.test('ok', () => 1)\npm.test('bad', () => pm.expect('POST').to.eql('GET'))",
            ),
        ),
    )
    redirect = Item(
        id="item-redirect",
        name="Look it up",
        path=("Orders", "Nested", "Look it up"),
        request=request("GET", "/redir"),
        scripts=(Script(event="test", source="foo.bar()"),),
    )
    nested = Folder(id="folder-nested", name="Nested", path=("Orders", "Nested"), children=(redirect,))
    orders = Folder(id="folder-orders", name="Orders", path=("Orders",), children=(create_order, nested))
    refused = Item(id="item-refused", name="Refused", path=("Refused",), request=request("GET", "/none"))
    skipped = Item(id="item-skipped", name="Not here", path=("Not here",), request=request("GET", "/404"))
    source = {
        "info": {"_postman_id": "shop", "name": "Shop API"},
        "item": [
            {
                "name": "Orders",
                "item": [
                    {"name": "Create order", "request": {"method": "POST", "url": "{{base}}/orders"}},
                    {"name": "Nested", "item": [{"name": "Look it up", "request": "{{base}}/redir"}]},
                ],
            },
            {"name": "Refused", "request": "{{base}}/none"},
            {"name": "Not here", "request": "{{base}}/404"},
        ],
    }
    root = Folder(
        id="shop",
        name="",
        path=(),
        children=(orders, refused, skipped),
        scripts=(Script(event="prerequest", source="console.log('hello', {a: 1})"),),
    )
    return Collection(
        id="shop", name="Shop API", root=root, file="shop.postman_collection.json", source=source
    )


def answered(
    method: str,
    path: str,
    status: int = 200,
    reason: str = "OK",
    body: bytes = b'{"id": 7}',
    ms: float = 45.0,
    timings: Timings | None = None,
) -> Exchange:
    sent = ResolvedRequest(
        method=method,
        url=BASE + path,
        headers=(("X-A", "1"), ("Authorization", f"Bearer {SECRET}"), ("Accept", "*/*")),
        body=b'{"token": "' + SECRET.encode() + b'"}' if method == "POST" else None,
    )
    response = Response(
        status=status,
        reason=reason,
        headers=(("Content-Type", "application/json"), ("Set-Cookie", "sid=abc")),
        body=body,
        elapsed_ms=ms,
        wire_size=len(body),
        timings=timings,
    )
    return Exchange(request=sent, response=response, cookies=(Cookie(name="sid", value="abc"),))


def unanswered(path: str) -> Exchange:
    message = "connect ECONNREFUSED 127.0.0.1:8080"
    failure = Failure(kind="refused", message=message, code="ECONNREFUSED")
    return Exchange(request=ResolvedRequest(method="GET", url=BASE + path), failure=failure)


def failed_assertion() -> Assertion:
    error = ScriptError(
        name="AssertionError",
        message="expected 'POST' to deeply equal 'GET'",
        stack="AssertionError: expected 'POST' to deeply equal 'GET'\n    at Orders / Create order:2:37",
        position=ScriptPosition(
            line=2, column=37, text="pm.test('bad', () => pm.expect('POST').to.eql('GET'))"
        ),
        expected="GET",
        actual="POST",
    )
    return Assertion(name="bad", index=1, error=error)


def results(calls: Mapping[str, Call], iteration: int) -> list[Event]:
    """The events of one iteration."""
    start = START_MS + iteration * 1000
    call = calls["Create order"]
    greeting = ScriptRun(
        script=call.scripts[0][1],
        label="",
        output=(ConsoleMessage(level="log", parts=("'hello'", "{ a: 1 }")),),
        elapsed_ms=1.5,
    )
    created = CallResult(
        call=call,
        position=0,
        iteration=iteration,
        request=call.item.request,
        exchange=answered("POST", "/orders?q=1&flag", 201, "Created"),
        prerequest=(
            greeting,
            ScriptRun(
                script=call.scripts[1][1],
                label="Orders / Create order",
                output=(
                    ConsoleMessage(level="info", parts=("'side'", "200")),
                    ConsoleMessage(level="warn", parts=(f"'{SECRET}'",)),
                    ConsoleMessage(level="error", parts=("two\nlines \x1b[31mred",)),
                ),
            ),
        ),
        test=(
            ScriptRun(
                script=call.scripts[2][1],
                label="Orders / Create order",
                output=(
                    Assertion(name="ok", index=0),
                    failed_assertion(),
                    Assertion(name="later", index=2, skipped=True),
                ),
                losses=(ScriptError(name="Error", message="rejected late"),),
            ),
        ),
        expectations=(
            Assertion(name="status is 201", index=3),
            Assertion(
                name="$.id equals 8",
                index=4,
                error=ScriptError(name="ExpectationError", message="$.id is 7", expected="8", actual="7"),
            ),
        ),
        extractions=(Extraction(variable="ORDER_ID", scope="environment", expression="$.id", value=7),),
        side=(SideExchange(origin="prerequest", exchange=answered("GET", "/side", ms=12.0)),),
        warnings=(
            RunWarning(
                kind="undefined-variable",
                message="variable 'x' is not defined",
                place="Orders / Create order, url",
            ),
        ),
        started_ms=start,
        elapsed_ms=80.0,
    )
    call = calls["Look it up"]
    looked_up = CallResult(
        call=call,
        position=1,
        iteration=iteration,
        attempt=2,
        request=call.item.request,
        exchange=answered("GET", "/get?x=1", 404, "Not Found", "naïve ✓".encode(), 5.0, LATE),
        prerequest=(greeting,),
        test=(
            ScriptRun(
                script=call.scripts[1][1],
                label="Orders / Nested / Look it up",
                error=ScriptError(
                    name="ReferenceError",
                    message="foo is not defined",
                    position=ScriptPosition(line=1, column=1, text="foo.bar()"),
                ),
            ),
        ),
        started_ms=start + 100,
        elapsed_ms=20.0,
    )
    call = calls["Refused"]
    refused = CallResult(
        call=call,
        position=2,
        iteration=iteration,
        request=call.item.request,
        exchange=unanswered("/none"),
        started_ms=start + 200,
        elapsed_ms=3.0,
    )
    call = calls["Not here"]
    skipped = CallResult(
        call=call, position=3, iteration=iteration, skipped="only on platform local", started_ms=start + 210
    )
    events: list[Event] = [IterationStarted(iteration=iteration)]
    for result in (created, looked_up, refused, skipped):
        events.append(
            CallStarted(
                call=result.call, position=result.position, iteration=iteration, attempt=result.attempt
            )
        )
        if result is looked_up:
            events.append(AttemptFinished(result=replace(looked_up, attempt=1)))
        events.append(CallFinished(result=result))
    events.append(IterationFinished(iteration=iteration))
    return events


def untested_in(events: list[Event]) -> list[Event]:
    """The same run, in which the call that got no answer has an assertion."""
    error = ScriptError(name="AssertionError", message="there is nothing")
    run = ScriptRun(
        script=Script(event="test", source="pm.test('status')"),
        label="Refused",
        output=(Assertion(name="status", skipped=True, untested=error),),
    )
    return [
        replace(event, result=replace(event.result, test=(run,)))
        if isinstance(event, CallFinished) and event.result.call.item.name == "Refused"
        else event
        for event in events
    ]


def asserting_before_skip(events: list[Event]) -> list[Event]:
    """The run with an assertion that failed before a script skipped the request of `Not here`."""

    def asserted(event: Event) -> Event:
        if not isinstance(event, CallFinished) or event.result.skipped is None:
            return event
        run = ScriptRun(script=event.result.call.scripts[0][1], label="", output=(failed_assertion(),))
        return replace(event, result=replace(event.result, prerequest=(run,)))

    return [asserted(event) for event in events]


def run_of(iterations: int, *, error: str | None = None) -> list[Event]:
    """A whole run as events."""
    collection = shop()
    calls = {call.item.name: call for call in calls_of(collection)}
    events: list[Event] = [
        RunStarted(collection=collection, calls=4, iterations=iterations, started_ms=START_MS, mode="live"),
        WarningRaised(warning=RunWarning(message="data.csv has a row too short", place="data.csv, line 3")),
    ]
    for iteration in range(iterations):
        events.extend(results(calls, iteration))
    summary = RunSummary(elapsed_ms=371.0)
    for event in events:
        count(summary, event)
    summary.facts = {"cassette": "cassettes/shop.yaml", "recorded": 3 * iterations}
    environment = (
        Variable(key="token", value=SECRET, type="secret"),
        Variable(key="ORDER_ID", value=7, type="any"),
    )
    scopes = Scopes(environment=Scope("environment", environment, label="Local", id="env-1"))
    events.append(RunFinished(summary=summary, scopes=scopes, error=error))
    return events


@dataclass(slots=True)
class Bench:
    """Runs a reporter over events in a directory of its own."""

    folder: Path
    text: str = ""

    def report(
        self,
        name: str,
        events: list[Event],
        options: ReporterOptions | None = None,
        *,
        tty: bool = False,
        **context: Any,
    ) -> Path | None:
        stream = Screen() if tty else io.StringIO()
        settings = {
            "stream": stream,
            "cwd": self.folder,
            "mask": lambda text: text.replace(SECRET, "<masked>"),
            "environ": {},
        }
        settings |= context
        settings["mask"] = Uniform(settings["mask"])
        reporter = create(name, options or {}, ReporterContext(**settings))
        try:
            for event in events:
                reporter.handle(event)
        finally:
            reporter.close()
        self.text = stream.getvalue()
        return reporter.written


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(folder=tmp_path)


@pytest.fixture
def shop_run() -> list[Event]:
    return run_of(1)


@pytest.fixture
def shop_run_twice() -> list[Event]:
    return run_of(2)


@pytest.fixture
def interrupted_run() -> list[Event]:
    """A run whose last event never came: three calls in, the process was told to stop."""
    return run_of(1)[:8]


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name; with UPDATE_GOLDEN=1 it is written anew."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
        if os.environ.get("UPDATE_GOLDEN"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare
