"""Runs scripts in Deno: a child process without any permission, started when the first script comes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.scripting.engine import (
    Assertion,
    ConsoleMessage,
    Deprecation,
    EngineLimits,
    JobResult,
    NextRequest,
    ScriptError,
    ScriptHost,
    ScriptJob,
    ScriptPosition,
    ScriptRun,
)
from harness.scripting.job import Mirror, cookie_from_json, cookie_json, exchange_json, job_json
from harness.scripting.process import EngineGone, EngineProcess
from harness.variables.scope import Scope, Scopes

if TYPE_CHECKING:
    from harness.dialect import ScriptAnswers


class DenoEngine:
    """The script engine. One engine serves one run: what scripts leave on globals lives as long as it does.

    A child that hangs or grows too large is ended, and the next job starts a new one, without what earlier
    scripts left on globals.
    """

    def __init__(self, limits: EngineLimits | None = None, *, deno: str | None = None) -> None:
        self._limits = limits or EngineLimits()
        self._deno = deno
        self._process: EngineProcess | None = None
        self._mirror = Mirror()
        self._answers: ScriptAnswers | None = None

    def run(self, job: ScriptJob, host: ScriptHost) -> JobResult:
        """Run the scripts of one event; `job.scopes` are changed in place."""
        process = self._ready(job)
        message, body = job_json(job, self._mirror)
        turn = _Turn(job, host, process, self._mirror)
        try:
            process.write({"job": message}, body)
            return turn.finish()
        except EngineGone as gone:
            self.close()
            result = turn.broken(gone.reason)
        except BaseException:
            # The run was interrupted, or what a script asked for failed: the child is in the middle of a job.
            self.close()
            raise
        rest = job.scripts[len(result.runs) :]
        if not rest or job.stop_on_error:
            return result
        request = job.request if result.request is None else result.request
        return _joined(result, self.run(replace(job, scripts=rest, request=request), host))

    def close(self) -> None:
        """End the child, if there is one."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ready(self, job: ScriptJob) -> EngineProcess:
        if self._process is not None and self._answers != job.answers:
            self.close()
        if self._process is None:
            self._answers = job.answers
            self._mirror = Mirror()
            self._process = EngineProcess(
                self._limits, answers=job.answers, seed=job.seed % 2**64, deno=self._deno
            )
        return self._process


class _Turn:
    """One job at the child: answers what it asks, and gathers what the scripts did."""

    def __init__(self, job: ScriptJob, host: ScriptHost, process: EngineProcess, mirror: Mirror) -> None:
        self._job = job
        self._host = host
        self._process = process
        self._mirror = mirror
        self._runs: list[ScriptRun] = []
        self._request: Mapping[str, Any] | None = None

    def finish(self) -> JobResult:
        """Serve the child until the job is done."""
        watch = self._process.watch
        timeout_s = self._job.timeout_s
        watch.begin(timeout_s)
        try:
            for message in self._process.messages():
                if "ran" in message:
                    self._ran(message["ran"])
                    watch.begin(timeout_s)
                if "done" in message:
                    return self._done(message["done"])
                if "idle" in message:
                    watch.idle(message["idle"] / 1000, timeout_s)
                elif "ask" in message and not self._process.answer_chunk(message):
                    watch.rest()
                    self._answer(message)
                    watch.begin(timeout_s)
        finally:
            watch.rest()
        raise AssertionError("messages end with an error")

    def broken(self, reason: str) -> JobResult:
        """Say of the script that was running that it was ended, and go on without the rest of it."""
        label, script = self._job.scripts[len(self._runs)]
        error = ScriptError(name="Error", message=reason)
        self._runs.append(ScriptRun(script=script, label=label, error=error))
        return JobResult(runs=tuple(self._runs), request=self._request, clock_ms=self._job.clock_ms)

    def _ran(self, ran: Mapping[str, Any]) -> None:
        label, script = self._job.scripts[len(self._runs)]
        request = ran.get("request")
        request = None if request is None else self._process.parse(request)
        self._apply(ran["operations"])
        self._runs.append(
            ScriptRun(
                script=script,
                label=label,
                output=tuple(_entry(entry) for entry in ran["output"]),
                error=_error(ran["error"]),
                losses=tuple(_read_error(loss) for loss in ran["losses"]),
                deprecations=tuple(_deprecation(one) for one in ran["deprecations"]),
                elapsed_ms=ran["elapsed"],
            )
        )
        if request is not None:
            self._request = request

    def _apply(self, operations: list[list[str]]) -> None:
        if not operations:
            return
        # The child has made these changes already; a scope that it did not know before it does not know now.
        known = [scope for scope in self._job.scopes if self._mirror.knows(scope)]
        apply(operations, self._job.scopes, self._process.parse)
        for scope in known:
            self._mirror.note(scope)

    def _done(self, done: Mapping[str, Any]) -> JobResult:
        return JobResult(
            runs=tuple(self._runs),
            request=self._request,
            skip_request=done["skipped"],
            next=_next(done),
            visualizer=done.get("visualizer"),
            clock_ms=done.get("clock"),
        )

    def _answer(self, message: Mapping[str, Any]) -> None:
        asked = message.get("of", {})
        host = self._host
        reply: Any = None
        payload: bytes | None = None
        match message["ask"]:
            case "body":
                response = self._job.response
                self._process.write({}, response.body if response else b"")
                return
            case "send":
                reply, payload = exchange_json(host.send(asked))
            case "run_request":
                self._apply(message["operations"])
                reply, payload = exchange_json(host.run_request(asked["target"], asked["options"]))
                changed = self._mirror.scope_changes(self._job.scopes)
                self._process.write({"reply": reply, "scopes": changed}, payload)
                return
            case "cookies":
                reply = [cookie_json(cookie) for cookie in host.cookies(asked["url"])]
            case "set_cookie":
                host.set_cookie(asked["url"], cookie_from_json(asked["cookie"]))
            case "clear_cookies":
                host.clear_cookies(asked["url"], asked.get("name"))
            case "vault":
                reply = {"value": host.vault(asked["operation"], asked["key"], asked["value"])}
            case "package":
                reply = host.package(asked["name"])
        self._process.write({"reply": reply}, payload)


def _joined(first: JobResult, second: JobResult) -> JobResult:
    return replace(
        second,
        runs=first.runs + second.runs,
        request=first.request if second.request is None else second.request,
    )


def apply(operations: list[list[str]], scopes: Scopes, parse: Callable[[str], Any]) -> None:
    """Make the changes of a script in the run's scopes: all, or none when a value cannot be read."""
    values = [parse(value[0]) if value else None for _, _, _, *value in operations]
    for (kind, name, key, *_), value in zip(operations, values, strict=True):
        scope: Scope = getattr(scopes, name)
        if kind == "set":
            scope.set(key, value)
        else:
            scope.unset(key)


def _next(done: Mapping[str, Any]) -> NextRequest | None:
    if "next" not in done:
        return None
    target = done["next"]
    return NextRequest(target=target if target is None or isinstance(target, str) else str(target))


def _entry(entry: list[Any]) -> Assertion | ConsoleMessage:
    if entry[0] == "c":
        return ConsoleMessage(level=entry[1], parts=tuple(entry[2]))
    _, name, index, skipped, error = entry
    return Assertion(name=name, index=index, skipped=skipped, error=_error(error))


def _error(error: list[Any] | None) -> ScriptError | None:
    return None if error is None else _read_error(error)


def _read_error(error: list[Any]) -> ScriptError:
    name, message, stack, expected, actual, place = error[:6]
    return ScriptError(
        name=name, message=message, stack=stack, position=_position(place), expected=expected, actual=actual
    )


def _deprecation(told: list[Any]) -> Deprecation:
    name, instead, place = told
    return Deprecation(name=name, instead=instead, position=_position(place))


def _position(place: list[Any] | None) -> ScriptPosition | None:
    return None if place is None else ScriptPosition(line=place[0], column=place[1], text=place[2])
