"""Runs scripts in Deno: a child process without any permission, started when the first script comes."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from harness.client.message import Exchange
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
    VariableChange,
)
from harness.scripting.job import Mirror, cookie_from_json, cookie_json, exchange_json, job_json, part
from harness.scripting.process import EngineGone, EngineProcess
from harness.scripting.traffic import JobTraffic
from harness.variables.scope import MISSING, Scope, Scopes

if TYPE_CHECKING:
    from harness.dialect import ScriptAnswers

_SIDE_BY_SIDE: Final = 128
"""So many requests of scripts may be under way at once."""

_RESTARTS: Final = 3
"""How often a script is begun anew because another ended the engine."""


class _Child:
    """One child with what it knows."""

    def __init__(self, process: EngineProcess) -> None:
        self.traffic = JobTraffic(process)
        self.mirror = Mirror()


class DenoEngine:
    """The script engine: what scripts leave on globals lives as long as it does.

    Many threads may use it; their jobs are under way in one child, each with the scopes it was given.
    A child that hangs or grows too large is ended, and the next job starts a new one, without what earlier
    scripts left on globals. Of the other jobs under way then, those whose script had not touched anything
    outside are begun anew; the scripts of the rest end with an error that says so.
    """

    def __init__(self, limits: EngineLimits | None = None, *, deno: str | None = None) -> None:
        self._limits = limits or EngineLimits()
        self._deno = deno
        self._children: dict[ScriptAnswers, _Child] = {}
        self._latest: tuple[ScriptAnswers, _Child] | None = None
        self._lock = threading.RLock()
        self._numbers = 0
        self._senders: ThreadPoolExecutor | None = None

    def run(self, job: ScriptJob, host: ScriptHost) -> JobResult:
        """Run the scripts of one event; `job.scopes` are changed in place."""
        result = JobResult(clock_ms=job.clock_ms)
        restarts = 0
        while True:
            turn = _Turn(job, host, self._lock, self._pool)
            child, number = self._open(job)
            try:
                whole = _joined(result, turn.run(child, number))
                if turn.spoiled:
                    self._retire(child)
                return whole
            except EngineGone as gone:
                self._drop(child)
                mine = gone.culprit is None or gone.culprit == number
                if not mine and turn.untouched and restarts < _RESTARTS:
                    restarts += 1
                    part_done = turn.so_far()
                else:
                    part_done = turn.broken(gone.reason if mine else _bystander(gone.reason))
            except BaseException:
                # The run was interrupted, or what a script asked for failed, in the middle of a job.
                child.traffic.abandon(number, "closed")
                self._drop(child)
                raise
            result = _joined(result, part_done)
            rest = job.scripts[len(part_done.runs) :]
            if not rest or (job.stop_on_error and any(run.error for run in part_done.runs)):
                return result
            left = part_done.request
            job = replace(job, scripts=rest, request=job.request if left is None else _given(left))

    def close(self) -> None:
        """End the children, if there are any."""
        with self._lock:
            children = list(self._children.values())
            self._children.clear()
            self._latest = None
            senders, self._senders = self._senders, None
        for child in children:
            child.traffic.process.close()
        if senders is not None:
            senders.shutdown(wait=False, cancel_futures=True)

    def _open(self, job: ScriptJob) -> tuple[_Child, int]:
        with self._lock:
            self._numbers += 1
            # Most jobs have the answers of the one before, and finding these by what they say takes longer.
            if self._latest is not None and self._latest[0] is job.answers:
                return self._latest[1], self._numbers
            child = self._children.get(job.answers)
            if child is None:
                self._close_idle()
                process = EngineProcess(
                    self._limits, answers=job.answers, seed=job.seed % 2**64, deno=self._deno
                )
                child = self._children[job.answers] = _Child(process)
            self._latest = job.answers, child
            return child, self._numbers

    def _close_idle(self) -> None:
        """End children of other dialects that have nothing under way."""
        for answers, child in list(self._children.items()):
            if not len(child.traffic):
                self._latest = None
                del self._children[answers]
                child.traffic.process.close()

    def _retire(self, child: _Child) -> None:
        """Begin no more jobs in a child in which scripts left behind what cannot be undone."""
        with self._lock:
            if not len(child.traffic):
                self._drop(child)

    def _drop(self, child: _Child) -> None:
        with self._lock:
            for answers, known in list(self._children.items()):
                if known is child:
                    self._latest = None
                    del self._children[answers]
        child.traffic.process.close()

    def _pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._senders is None:
                self._senders = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="script-send")
            return self._senders


def _given(request: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
    return lambda: request


def _bystander(reason: str) -> str:
    return f"the script was cut short when the engine that it shared was ended for another script: {reason}"


class _Turn:
    """One job at the child: answers what it asks, and gathers what the scripts did."""

    def __init__(
        self,
        job: ScriptJob,
        host: ScriptHost,
        lock: "threading.RLock",
        pool: Callable[[], ThreadPoolExecutor],
    ) -> None:
        self._job = job
        self._host = host
        self._lock = lock
        self._pool = pool
        self._runs: list[ScriptRun] = []
        self._request: Mapping[str, Any] | None = None
        self._made: dict[int, list[Any]] = {}
        self._before: dict[tuple[str, str], Any] = {}
        self._under_way = 0
        self._problem: BaseException | None = None
        self.untouched = True
        self.spoiled = False

    def run(self, child: _Child, number: int) -> JobResult:
        """Send the job and serve the child until it is done."""
        self._traffic = traffic = child.traffic
        self._mirror = child.mirror
        self._number = number
        try:
            with self._lock:
                text, payload = job_json(self._job, number, child.mirror, crowded=len(traffic) > 0)
                traffic.begin(number, self._job.timeout_s, text, payload)
            while True:
                message = traffic.receive(number)
                if self._problem is not None:
                    raise self._problem
                if "made" in message:
                    slot, entry = message["made"]
                    self._made[slot] = entry
                elif "asks" in message:
                    self._sends(message["asks"])
                elif "ask" in message:
                    self._answer(message)
                if "ran" in message:
                    self._ran(message["ran"])
                if "done" in message:
                    self.spoiled = message["done"].get("spoiled", False)
                    return self._done(message["done"])
        finally:
            traffic.end(number)

    def so_far(self) -> JobResult:
        """Return what the scripts did that were done when the child ended."""
        return JobResult(runs=tuple(self._runs), request=self._request, clock_ms=self._job.clock_ms)

    def broken(self, reason: str) -> JobResult:
        """Say of the script that was running that it was ended, and what it had done by then."""
        label, script = self._job.scripts[len(self._runs)]
        error = ScriptError(name="Error", message=reason)
        made = tuple(_entry(self._made[slot]) for slot in sorted(self._made))
        self._runs.append(
            ScriptRun(script=script, label=label, output=made, error=error, changes=self._changes())
        )
        return self.so_far()

    def _ran(self, ran: Mapping[str, Any]) -> None:
        label, script = self._job.scripts[len(self._runs)]
        request = ran.get("request")
        request = None if request is None else self._traffic.process.parse(request)
        self._apply(ran["operations"])
        output, losses, deprecations, error = (
            ran[key] for key in ("output", "losses", "deprecations", "error")
        )
        self._runs.append(
            ScriptRun(
                script=script,
                label=label,
                output=tuple([_entry(entry) for entry in output]) if output else (),
                error=None if error is None else _read_error(error),
                unseen=ran.get("unseen", False),
                losses=tuple([_read_error(loss) for loss in losses]) if losses else (),
                deprecations=tuple([_deprecation(one) for one in deprecations]) if deprecations else (),
                changes=self._changes(),
                elapsed_ms=ran["elapsed"],
            )
        )
        self._made = {}
        self._before = {}
        self.untouched = True
        if request is not None:
            self._request = request

    def _apply(self, operations: list[list[str]]) -> None:
        if not operations:
            return
        with self._lock:
            # The child has made these changes already; a scope that it did not know it does not know now.
            scopes, mirror = self._job.scopes, self._mirror
            touched = {name: getattr(scopes, name) for _, name, *_ in operations}
            known = [scope for scope in touched.values() if mirror.knows(scope)]
            apply(operations, touched, self._traffic.process.parse, self._before)
            for scope in known:
                mirror.note(scope)

    def _changes(self) -> tuple[VariableChange, ...]:
        """Return what the script that is running changed, each variable once."""
        return tuple(_changed(self._job.scopes, self._before)) if self._before else ()

    def _done(self, done: Mapping[str, Any]) -> JobResult:
        return JobResult(
            runs=tuple(self._runs),
            request=self._request,
            skip_request=done["skipped"],
            next=_next(done),
            visualizer=done.get("visualizer"),
            clock_ms=done.get("clock"),
        )

    def _sends(self, asks: list[dict[str, Any]]) -> None:
        """Send what a script asks for at once: a single request in this thread, several side by side."""
        self.untouched = False
        for ask in asks:
            if ask["ask"] == "run_request":
                self._run_request(ask)
        sends = [ask for ask in asks if ask["ask"] == "send"]
        prepared = self._host.sends([ask["of"] for ask in sends]) if sends else ()
        alone = len(sends) == 1 and self._under_way == 0 and self._job.timeout_s is None
        for ask, send in zip(sends, prepared, strict=True):
            if alone:
                self._reply(ask["id"], *exchange_json(send()))
                return
            self._under_way += 1
            self._pool().submit(self._send, ask["id"], send)

    def _send(self, id: int, send: Callable[[], Exchange]) -> None:
        try:
            answer = exchange_json(send())
        except BaseException as problem:  # noqa: BLE001 - told to the thread that waits for the job
            self._problem = problem
            answer = {"failure": {"message": "the run was ended", "code": ""}}, None
        self._under_way -= 1
        try:
            self._reply(id, *answer)
        except EngineGone:
            # Whoever waits for the child has learnt of it, too.
            return

    def _run_request(self, ask: Mapping[str, Any]) -> None:
        asked = ask["of"]
        self._apply(ask["operations"])
        reply, payload = exchange_json(self._host.run_request(asked["target"], asked["options"]))
        with self._lock:
            changed = self._mirror.scope_changes(self._job.scopes)
            self._reply(ask["id"], reply, payload, scopes=changed)

    def _reply(self, id: int, reply: Any, payload: bytes | None, **more: Any) -> None:
        self._traffic.reply(self._number, {"id": id, "reply": reply, **more}, payload)

    def _answer(self, message: Mapping[str, Any]) -> None:
        asked = message.get("of", {})
        host = self._host
        reply: Any = None
        payload: bytes | None = None
        more: dict[str, Any] = {}
        match message["ask"]:
            case "chunk":
                more, payload = self._traffic.process.chunk(message)
            case "part":
                payload = part(self._job, str(message["part"]))
            case "cookies":
                reply = [cookie_json(cookie) for cookie in host.cookies(asked["url"])]
            case "set_cookie":
                self.untouched = False
                host.set_cookie(asked["url"], cookie_from_json(asked["cookie"]))
            case "clear_cookies":
                self.untouched = False
                host.clear_cookies(asked["url"], asked.get("name"))
            case "vault":
                self.untouched = False
                reply = {"value": host.vault(asked["operation"], asked["key"], asked["value"])}
            case "package":
                reply = host.package(asked["name"])
        self._traffic.reply(self._number, {"reply": reply, **more}, payload)


def _joined(first: JobResult, second: JobResult) -> JobResult:
    if not first.runs:
        return second
    return replace(
        second,
        runs=first.runs + second.runs,
        request=first.request if second.request is None else second.request,
    )


def apply(
    operations: list[list[str]],
    scopes: Mapping[str, Scope],
    parse: Callable[[str], Any],
    before: dict[tuple[str, str], Any],
) -> None:
    """Make the changes of a script in the run's scopes, by name: all, or none when a value cannot be read.

    What a variable was is kept in `before`, by scope and name, unless it is there already.
    """
    values = [parse(operation[3]) if len(operation) > 3 else None for operation in operations]
    for operation, value in zip(operations, values, strict=True):
        kind, name, key = operation[:3]
        scope = scopes[name]
        place = (name, key)
        if place not in before:
            before[place] = scope.get(key)
        if kind == "set":
            scope.set(key, value)
        else:
            scope.unset(key)


def _changed(scopes: Scopes, before: Mapping[tuple[str, str], Any]) -> Iterator[VariableChange]:
    for (scope, name), value in before.items():
        was, now = _told(value), _told(getattr(scopes, scope).get(name))
        if was != now:
            yield VariableChange(scope=scope, name=name, before=was, after=now)


def _told(value: Any) -> str | None:
    if value is MISSING:
        return None
    if type(value) is int:
        return str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _next(done: Mapping[str, Any]) -> NextRequest | None:
    if "next" not in done:
        return None
    target = done["next"]
    return NextRequest(target=target if target is None or isinstance(target, str) else str(target))


def _entry(entry: list[Any]) -> Assertion | ConsoleMessage:
    if entry[0] == "c":
        return ConsoleMessage(level=entry[1], parts=tuple(entry[2]))
    _, name, index, skipped, error, *late = entry
    return Assertion(name=name, index=index, skipped=skipped, error=_error(error), late=bool(late))


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
