"""One user of a load: runs the collection again and again, with variables and cookies of its own."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from harness.api import LiveRun
from harness.api.run_options import run_options
from harness.client.cookies import CookieJar
from harness.client.message import Exchange
from harness.collection.model import CallPath
from harness.load.tally import MOST_ERRORS, MOST_SAMPLES, SAMPLES_EACH, Window
from harness.runner.events import AttemptFinished, CallFinished, CallStarted
from harness.runner.results import CallResult
from harness.runner.run import run_iteration
from harness.runner.run_context import RunContext
from harness.runner.tally import failures_of
from harness.variables.draws import LiveDraws, derive_seed

UNANSWERED: Final = "no answer when the load ended"

_BODY_KEPT: Final = 4_000
_TEXT_KEPT: Final = 500


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Where the users of one worker write down what happened; its windows are taken out one by one.

    `causes` remembers how errors read once secrets are masked, `kept` how many samples there are of each.
    """

    live: LiveRun
    window: Window = field(default_factory=Window)
    causes: dict[tuple[CallPath, str], str] = field(default_factory=dict)
    kept: dict[tuple[CallPath, str], int] = field(default_factory=dict)

    def take(self) -> dict[str, Any]:
        """Return what was counted since the last time, for a message."""
        window, self.window = self.window, Window()
        return window.pack()

    def call(self, result: CallResult, *, late_ms: float) -> bool:
        """Write down what one call sent, and tell whether it sent anything.

        The first request of a run that was started late has waited from when it was due.
        """
        path = plain_path(result.call.path)
        now = time.time()
        window = self.window
        failed = result.failed
        sent = False
        for side in result.side:
            failure = side.exchange.failure
            window.add(path, _elapsed(side.exchange, 0.0) + late_ms, now, failed=failure is not None)
            late_ms, sent = 0.0, True
            if failure is not None:
                self._failure(side.exchange, failure.message, path)
        exchange = result.exchange
        if exchange is not None:
            scripts_ms = sum(run.elapsed_ms for run in (*result.prerequest, *result.test))
            spent = max(0.0, result.elapsed_ms - scripts_ms)
            window.add(path, _elapsed(exchange, spent) + late_ms, now, failed=failed)
            sent = True
        if failed:
            # What failed first is the cause; a request counts once however much failed.
            cause = next((one.message for one in failures_of(result)), "failed")
            self._failure(exchange, cause, path)
        return sent

    def unanswered(self, path: CallPath, ms: float) -> None:
        """Write down a request that was under way when the load ended."""
        path = plain_path(path)
        self.window.add(path, ms, time.time(), failed=True)
        self.window.error(path, UNANSWERED)

    def _failure(self, exchange: Exchange | None, cause: str, path: CallPath) -> None:
        key = (path, cause)
        known = self.causes.get(key)
        kept = self.kept.get(key, 0)
        if known is None and len(self.causes) >= MOST_ERRORS:
            self.window.error((), "other errors")
            return
        if known is None or (kept < SAMPLES_EACH and len(self.window.samples) < MOST_SAMPLES):
            self._learn(exchange)
            known = self.causes[key] = plain(self.live.mask(cause))[:_TEXT_KEPT]
            self.kept[key] = kept + 1
            if exchange is not None:
                self.window.samples.append(self._sample(path, known, exchange))
        self.window.error(path, known)

    def _learn(self, exchange: Exchange | None) -> None:
        """Learn the secrets of a request that is shown: few are, and only these have to be known."""
        if exchange is None:
            return
        for hop in exchange.hops:
            self.live.set_up.watch.learn_request(hop.request)
            self.live.set_up.watch.learn_response(hop.response)
        self.live.set_up.watch.learn_request(exchange.request)

    def _sample(self, path: CallPath, cause: str, exchange: Exchange) -> dict[str, Any]:
        mask = self.live.mask
        request, response = exchange.request, exchange.response
        asked = [f"{request.method} {mask.url(request.url)}"]
        asked += [mask(f"{key}: {value}") for key, value in request.headers]
        answered: list[str] = []
        if response is not None:
            answered = [mask(f"{response.status} {response.reason}")]
            answered += [mask(f"{key}: {value}") for key, value in response.headers]
        elif exchange.failure is not None:
            answered = [mask(exchange.failure.message)]
        return {
            "call": " / ".join(path),
            "cause": cause,
            "request": plain("\n".join(asked) + _body(request.body, mask)),
            "answer": plain("\n".join(answered) + _body(response.body if response else None, mask)),
        }


class PostmanUser:
    """A user of a load. `number` tells it from the others of its worker."""

    def __init__(self, live: LiveRun, ledger: Ledger, number: int) -> None:
        self._live = live
        self._ledger = ledger
        self._context = _own_context(live, number)
        self._options = run_options(live.set_up, live.mode)
        self._runs = 0

    def run(self, row: Mapping[str, Any], *, late_ms: float, stopping: Callable[[], bool]) -> bool:
        """Run the collection once, and tell whether anything was sent.

        `late_ms` is how long after it was due the run begins. Once `stopping` says so no further call begins.
        """
        sent = False
        under_way: CallPath | None = None
        begun = 0.0
        events = run_iteration(
            self._live.set_up.plan, self._context, self._options, number=self._runs, row=row
        )
        self._runs += 1
        try:
            for event in events:
                match event:
                    case CallStarted(call=call):
                        under_way, begun = call.path, time.monotonic()
                    case CallFinished(result=result) | AttemptFinished(result=result):
                        under_way = None
                        if self._ledger.call(result, late_ms=late_ms):
                            sent, late_ms = True, 0.0
                        if stopping():
                            break
                    case _:
                        pass
        except Exception:
            raise
        except BaseException:
            # The user is ended from outside, in the middle of a call.
            if under_way is not None:
                self._ledger.unanswered(under_way, (time.monotonic() - begun) * 1000)
            raise
        return sent


def _own_context(live: LiveRun, number: int) -> RunContext:
    """Return what a user stands on: variables, cookies, tokens and draws of its own, one engine for all."""
    jar = CookieJar()
    jar.load_json(live.set_up.jar.to_json(), where="the cookie jar")
    session = live.context.session.with_jar(jar)
    session.tokens = {}
    seed = live.set_up.config.inputs.seed
    return replace(
        live.context,
        session=session,
        jar=jar,
        scopes=live.set_up.scopes.copy(),
        draws=LiveDraws(None if seed is None else derive_seed(seed, number)),
        vault={},
        auth_memory={},
    )


def plain(text: str) -> str:
    """Return a text that every encoding of Unicode can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def plain_path(path: Iterable[str]) -> CallPath:
    """Return a path of such texts."""
    return tuple(plain(part) for part in path)


def _elapsed(exchange: Exchange, otherwise: float) -> float:
    """Return how long an exchange took with its redirects; one without an answer has no time of its own."""
    if exchange.failure is not None or exchange.response is None:
        return otherwise
    return sum(hop.response.elapsed_ms for hop in exchange.hops) or exchange.response.elapsed_ms


def _body(body: bytes | None, mask: Callable[[str], str]) -> str:
    if not body:
        return ""
    text = mask(body.decode("utf-8", "replace"))
    cut = f"\n... ({len(body)} bytes in all)" if len(text) > _BODY_KEPT else ""
    return f"\n\n{text[:_BODY_KEPT]}{cut}"
