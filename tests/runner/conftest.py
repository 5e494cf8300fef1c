"""Runs over doubles of the seams: a transport that answers from a table, an engine of Python functions."""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from harness.client.cookies import CookieJar
from harness.client.files import FilePolicy
from harness.client.message import Failure, Response
from harness.client.session import Session
from harness.client.transport import HopRequest, TransportFailure
from harness.collection.load import load_collection
from harness.collection.model import Variable
from harness.dialect import EXACT, Dialect
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished
from harness.runner.order import order_of
from harness.runner.plan import plan
from harness.runner.results import CallResult, RunSummary
from harness.runner.rules import CallRule
from harness.runner.run import RunOptions, run_plan
from harness.runner.run_context import RunContext
from harness.runner.stretch import Abreast
from harness.scripting.engine import (
    Assertion,
    JobResult,
    NextRequest,
    ScriptError,
    ScriptHost,
    ScriptJob,
    ScriptRun,
)
from harness.variables.draws import LiveDraws
from harness.variables.scope import Scope, Scopes

ScriptFunction = Callable[[ScriptJob, ScriptHost], JobResult | None]


class Answers:
    """A transport that answers by path; a list gives one answer after another, the last for ever."""

    def __init__(self) -> None:
        self.table: dict[str, Any] = {}
        self.sent: list[HopRequest] = []
        self.in_turn = False

    def send(self, hop: HopRequest) -> Response:
        self.sent.append(hop)
        path = "/" + hop.request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        answer = self.table.get(path, {})
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(hop)
        if self.in_turn and hop.context.turn is not None:
            # As a recording does before it keeps an answer.
            hop.context.turn()
        if isinstance(answer, BaseException):
            raise answer
        if answer == "refused":
            raise TransportFailure(
                Failure(kind="refused", message="connect ECONNREFUSED", code="ECONNREFUSED")
            )
        if isinstance(answer, Response):
            return answer
        return Response(status=200, reason="OK", body=json.dumps(answer).encode(), elapsed_ms=5.0)

    def close(self) -> None:
        pass


class PythonEngine:
    """An engine whose scripts are Python functions, found by the script's source."""

    def __init__(self) -> None:
        self.functions: dict[str, ScriptFunction] = {}
        self.jobs: list[ScriptJob] = []

    def run(self, job: ScriptJob, host: ScriptHost) -> JobResult:
        self.jobs.append(job)
        whole = JobResult()
        for label, script in job.scripts:
            part = self.functions[script.source](job, host) or JobResult()
            runs = tuple(
                replace(run, script=script, label=label)
                for run in part.runs or (ScriptRun(script=script, label=label),)
            )
            whole = JobResult(
                runs=whole.runs + runs,
                request=part.request or whole.request,
                skip_request=whole.skip_request or part.skip_request,
                next=part.next or whole.next,
            )
        return whole

    def close(self) -> None:
        pass


@dataclass
class Lab:
    """A run over doubles, and what came of it."""

    answers: Answers = field(default_factory=Answers)
    engine: PythonEngine = field(default_factory=PythonEngine)
    naps: list[float] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    platform: str | None = None
    dialect: Dialect = EXACT

    def run(self, items: list[Any], **options: Any) -> "Outcome":
        """Run items to the end; options are those of `begin`."""
        events, scopes = self.begin(items, **options)
        return Outcome(list(events), scopes)

    def begin(
        self,
        items: list[Any],
        *,
        rules: Mapping[int, CallRule] | None = None,
        rows: list[dict[str, Any]] | None = None,
        iterations: int | None = None,
        jobs: int = 1,
        before: int = 0,
        after: int = 0,
        apart: bool = False,
        **options: Any,
    ) -> tuple[Generator[Event, None, None], Scopes]:
        """Return the events of a run that is still to run, and its variables."""
        collection = load_collection(
            {
                "info": {"name": "Lab", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/"},
                "item": [self._item(item) for item in items],
            }
        )
        environment = (Variable(key=key, value=value) for key, value in self.variables.items())
        scopes = Scopes(environment=Scope("environment", environment))
        jar = CookieJar()
        context = RunContext(
            collection="Lab",
            session=Session(self.answers, jar=jar),
            jar=jar,
            files=FilePolicy(working_dir=Path()),
            scopes=scopes,
            draws=LiveDraws(7),
            engine=self.engine,
            sleep=self.naps.append,
            platform=self.platform,
            dialect=self.dialect,
        )
        planned = plan(
            collection, rows=rows or (), iterations=iterations, before=before, after=after, apart=apart
        )
        if jobs > 1:
            order = order_of(planned.calls, rules=rules or {}, wishes={}, values={})
            options["abreast"] = Abreast(order=order, jobs=jobs)
        return run_plan(planned, context, RunOptions(rules=rules or {}, **options)), scopes

    @staticmethod
    def goes_to(target: str | None) -> ScriptFunction:
        """A script that wishes for another request."""
        return lambda job, host: JobResult(next=NextRequest(target=target))

    @staticmethod
    def throws(message: str) -> ScriptFunction:
        """A script that throws."""

        def function(job: ScriptJob, host: ScriptHost) -> JobResult:
            error = ScriptError(name="Error", message=message)
            return JobResult(runs=(ScriptRun(script=job.scripts[0][1], label="", error=error),))

        return function

    @staticmethod
    def asserts(name: str, *, fails: bool = False) -> ScriptFunction:
        """A script with one assertion."""

        def function(job: ScriptJob, host: ScriptHost) -> JobResult:
            error = ScriptError(name="AssertionError", message="expected 1 to equal 2") if fails else None
            output = (Assertion(name=name, error=error),)
            return JobResult(runs=(ScriptRun(script=job.scripts[0][1], label="", output=output),))

        return function

    def _item(self, item: Any) -> dict[str, Any]:
        """Make an item of a name, or of a name and its scripts by event."""
        if isinstance(item, str):
            item = {"name": item}
        made = {"request": f"http://lab/{item['name']}", **item}
        for event in ("prerequest", "test"):
            function = made.pop(event, None)
            if function is not None:
                source = f"{made['name']} {event}"
                self.engine.functions[source] = function
                made.setdefault("event", []).append({"listen": event, "script": {"exec": [source]}})
        if "item" in made:
            made.pop("request")
            made["item"] = [self._item(one) for one in made["item"]]
        return made


@dataclass
class Outcome:
    """The events of a run, and shortcuts into them."""

    events: list[Event]
    scopes: Scopes

    @property
    def results(self) -> list[CallResult]:
        return [event.result for event in self.events if isinstance(event, CallFinished)]

    @property
    def order(self) -> list[str]:
        return [result.call.item.name for result in self.results if result.skipped is None]

    @property
    def attempts(self) -> list[CallResult]:
        return [event.result for event in self.events if isinstance(event, AttemptFinished)]

    @property
    def end(self) -> RunFinished:
        last = self.events[-1]
        assert isinstance(last, RunFinished)
        return last

    @property
    def summary(self) -> RunSummary:
        return self.end.summary


@pytest.fixture
def lab() -> Lab:
    return Lab()
