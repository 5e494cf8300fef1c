"""Scripts run as a run would run them: through the engine, with a host that is all in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import pytest

from harness.client.message import Cookie, Exchange, Failure, ResolvedRequest, Response
from harness.collection.model import EventName, Script, Variable
from harness.dialect import DIALECTS, EXACT, NEWMAN, POSTMAN, Dialect
from harness.scripting.deno import DenoEngine
from harness.scripting.engine import Assertion, EngineLimits, JobResult, ScriptJob, ScriptRun
from harness.variables.scope import Scope, ScopeName, Scopes

JSON_RESPONSE = Response(
    status=200,
    reason="OK",
    headers=(("Content-Type", "application/json"), ("X-Trace", "abc")),
    body=b'{"id": 7, "tags": ["a", "b"]}',
    elapsed_ms=12.4,
)

REQUEST: Mapping[str, Any] = {
    "url": {
        "raw": "https://{{host}}/things?limit=5",
        "protocol": "https",
        "host": ["{{host}}"],
        "path": ["things"],
        "query": [{"key": "limit", "value": "5"}],
    },
    "method": "POST",
    "header": [{"key": "X-Kept", "value": "1"}, {"key": "X-Empty", "value": ""}],
    "body": {"mode": "raw", "raw": '{"a": 1}'},
}


@dataclass
class MemoryHost:
    """Answers what scripts ask, and remembers what they asked."""

    answers: dict[str, Response] = field(default_factory=dict)
    sent: list[Mapping[str, Any]] = field(default_factory=list)
    jar: list[tuple[str, Cookie]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    nested: Callable[[str, Mapping[str, Any]], Exchange | None] | None = None

    def sends(self, requests: Sequence[Mapping[str, Any]]) -> Sequence[Callable[[], Exchange]]:
        self.sent += requests
        return [partial(self.send, request) for request in requests]

    def send(self, request: Mapping[str, Any]) -> Exchange:
        path = "/".join(request["url"].get("path", []))
        resolved = ResolvedRequest(method=request["method"], url=f"http://host/{path}")
        answer = self.answers.get(path)
        if answer is None:
            failure = Failure(kind="refused", message="connect ECONNREFUSED", code="ECONNREFUSED")
            return Exchange(request=resolved, failure=failure)
        return Exchange(request=resolved, response=answer, cookies=(Cookie(name="seen", value="yes"),))

    def run_request(self, target: str, overrides: Mapping[str, Any]) -> Exchange | None:
        assert self.nested is not None
        return self.nested(target, overrides)

    def cookies(self, url: str) -> tuple[Cookie, ...]:
        return tuple(cookie for where, cookie in self.jar if where == url)

    def set_cookie(self, url: str, cookie: Cookie) -> None:
        self.jar.append((url, cookie))

    def clear_cookies(self, url: str, name: str | None = None) -> None:
        self.jar = [
            (where, cookie) for where, cookie in self.jar if where != url or name not in (None, cookie.name)
        ]

    def vault(self, operation: Literal["get", "set", "unset"], key: str, value: str = "") -> Any:
        match operation:
            case "get":
                return self.secrets.get(key)
            case "set":
                self.secrets[key] = value
            case "unset":
                self.secrets.pop(key, None)
        return None

    def package(self, name: str) -> str | list[str]:
        return self.packages.get(name, [])


@dataclass
class Bench:
    """Runs scripts in one engine. `scopes` last from one call of `run` to the next, as in a run."""

    engine: DenoEngine
    dialect: Dialect = EXACT
    host: MemoryHost = field(default_factory=MemoryHost)
    scopes: Scopes = field(default_factory=Scopes)

    def job(self, *sources: str, event: EventName = "test", **more: Any) -> ScriptJob:
        settings: dict[str, Any] = {
            "event": event,
            "scripts": tuple(("Item", Script(event=event, source=source)) for source in sources),
            "request": lambda: REQUEST,
            "item_id": "item-1",
            "item_name": "Item",
            "location": ("Collection", "Folder", "Item"),
            "scopes": self.scopes,
            "response": JSON_RESPONSE if event == "test" else None,
            "answers": self.dialect.scripts,
        }
        return ScriptJob(**{**settings, **more})

    def result(self, *sources: str, **more: Any) -> JobResult:
        return self.engine.run(self.job(*sources, **more), self.host)

    def run(self, source: str, **more: Any) -> ScriptRun:
        (run,) = self.result(source, **more).runs
        return run

    def said(self, source: str, **more: Any) -> list[str]:
        """What a script that must not fail writes to the console."""
        run = self.run(source, **more)
        assert run.error is None, run.error
        assert run.losses == (), run.losses
        return [message.text for message in run.console]

    def outcomes(self, source: str, **more: Any) -> dict[str, str]:
        """The assertions of a script by name: `passed`, `skipped`, or the message of the failure."""
        run = self.run(source, **more)
        assert run.error is None, run.error
        return {assertion.name: outcome(assertion) for assertion in run.assertions}

    def fill(self, scope: ScopeName, *variables: Variable, **values: Any) -> None:
        kept = [*variables, *(Variable(key=key, value=value) for key, value in values.items())]
        setattr(self.scopes, scope, Scope(scope, kept))


def outcome(assertion: Assertion) -> str:
    if assertion.error is not None:
        return assertion.error.message
    return "skipped" if assertion.skipped else "passed"


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, DenoEngine]]:
    """One engine a mode; tests that may break it take a fresh one."""
    made = {name: DenoEngine() for name in DIALECTS}
    yield made
    for engine in made.values():
        engine.close()


@pytest.fixture
def bench(engines: dict[str, DenoEngine]) -> Bench:
    """The current sandbox."""
    return Bench(engines[EXACT.name])


@pytest.fixture
def newman(engines: dict[str, DenoEngine]) -> Bench:
    """newman 6.2.2, to the letter."""
    return Bench(engines[NEWMAN.name], dialect=NEWMAN)


@pytest.fixture
def postman(engines: dict[str, DenoEngine]) -> Bench:
    """Postman CLI 1.34.0 on a file of format v2.1."""
    return Bench(engines[POSTMAN.name], dialect=POSTMAN)


@pytest.fixture
def hostile() -> Iterator[Bench]:
    """An engine of its own, with little room, and with time for a machine that is busy."""
    engine = DenoEngine(EngineLimits(memory_mb=192, console_bytes=50_000, busy_s=30))
    yield Bench(engine)
    engine.close()


@pytest.fixture
def impatient() -> Iterator[Bench]:
    """An engine of its own that a script may not keep busy for long."""
    engine = DenoEngine(EngineLimits(busy_s=1.0))
    yield Bench(engine)
    engine.close()
