"""A run of ours over the answers that newman got, in one dialect, compared call by call."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from harness.adoption.answers import Hole, ReportedAnswers, named_path
from harness.adoption.comparison import RunComparison, RunDifference, place_of
from harness.adoption.newman_run import NewmanRun, NewmanVisit
from harness.adoption.recording_proxy import ProxiedRequest
from harness.adoption.sent_request import told_request
from harness.adoption.traffic import Traffic
from harness.api import LiveRun, RunConfig
from harness.api.set_up import RunSetUp
from harness.api.shown_secrets import learn_shown
from harness.cassettes.file.draws import RecordedDraws
from harness.cassettes.file.parts import Parts
from harness.cassettes.record.plan import RecordingPlan
from harness.cassettes.record.recording import Recording, open_recording
from harness.cassettes.replay.offline_guard import OfflineGuard
from harness.client.message import ResolvedRequest
from harness.client.transport import Transport
from harness.dialect import Dialect
from harness.errors import ExitCode
from harness.runner.events import CallFinished, CallStarted, RunFinished
from harness.runner.results import CallResult, RunWarning
from harness.variables.draws import Draws
from harness.variables.scope import Scope

_SEED: Final = 0
"""Both dialects draw the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How a replay of newman's run went: what differs, what the report could not answer, and the cassette.

    `count` is the number of all differences, of which the first are kept; `calls` how many calls ran.
    `warnings` tell of secrets that stand in the cassette as they are. `sent` are all requests, by place and
    fingerprint.
    """

    differences: tuple[RunDifference, ...]
    count: int
    holes: tuple[Hole, ...]
    calls: int
    cassette: Path | None = None
    warnings: tuple[str, ...] = ()
    sent: tuple[tuple[str, bytes], ...] = ()


def replay(
    run: NewmanRun,
    config: RunConfig,
    dialect: Dialect,
    *,
    exchanges: Iterable[ProxiedRequest] | None = None,
    cassette: Path | None = None,
    variables: bool = True,
    like: "Replayed | None" = None,
) -> Replayed:
    """Run a collection over newman's answers; write them to a cassette, too, if there is to be one.

    `exchanges` are what went over the wire meanwhile, where that is known. `variables` says whether it began
    with those that newman began with, so that the last ones can be compared; `like` is a replay in newman's
    way, whose requests have to be the same. Raises `HarnessError` for whatever the user can mend.
    """
    clock = _Elapsed(run.started_ms)
    traffic = None if exchanges is None else Traffic(exchanges)
    answers = ReportedAnswers(run, pass_time=clock.pass_time, traffic=traffic)
    comparison = RunComparison(dialect.reports, answers.counterparts.told)
    # A path that nobody looks at: what replays starts no platform, and waits for nobody.
    config = replace(config, dialect=dialect).but(replay=str(cassette or "newman"))
    calls = 0
    warnings: list[str] = []
    with LiveRun(
        config, in_mode=lambda set_up: AdoptionMode(set_up, answers, now=clock.now, cassette=cassette)
    ) as live:
        occurrences = _occurrences(live.set_up)
        for event in live.events():
            match event:
                case CallStarted(call=call, iteration=iteration):
                    answers.begin(call, occurrences[id(call.item)], iteration)
                case CallFinished(result=result):
                    calls += 1
                    _learn(live.set_up, result, answers.visit)
                    comparison.call(result, answers.visit)
                    answers.visit = None
                case RunFinished(summary=summary, scopes=scopes):
                    warnings += (one.message for one in summary.warnings if one.kind == "weak-secret")
                    if like is not None:
                        comparison.sent(like.sent, answers.sent)
                    for altered in answers.altered:
                        comparison.altered(*altered)
                    for left in traffic.left() if traffic is not None else ():
                        comparison.unsent(f"{left.method} {left.url}")
                    for (path, _, iteration), _ in answers.left():
                        comparison.missing(place_of(path, iteration))
                    if variables:
                        comparison.variables("environment", run.environment, _values(scopes.environment))
                        comparison.variables("globals", run.globals, _values(scopes.globals))
                    comparison.end(
                        theirs=run.failed,
                        ours=live.exit_code(summary) is not ExitCode.PASSED,
                    )
                case _:
                    pass
        mask = live.set_up.watch.mask
    return Replayed(
        differences=tuple(one.shown(mask) for one in comparison.differences),
        count=comparison.count,
        holes=tuple(answers.holes),
        calls=calls,
        cassette=cassette,
        warnings=tuple(warnings),
        sent=tuple(answers.sent),
    )


def _learn(set_up: RunSetUp, result: CallResult, visit: NewmanVisit | None) -> None:
    """Learn the secrets of both sides before anything is shown of them."""
    learn_shown(set_up, result)
    if visit is not None and visit.request:
        told = told_request(visit.request)
        body = told.body.encode("utf-8", "surrogatepass")
        set_up.watch.learn_request(
            ResolvedRequest(method=told.method, url=told.url, headers=told.headers, body=body)
        )


class AdoptionMode:
    """Requests are answered from newman's report, and connections are refused; a cassette may be made."""

    word = "replay"

    def __init__(
        self, set_up: RunSetUp, answers: Transport, *, now: Callable[[], float], cassette: Path | None
    ) -> None:
        self._set_up = set_up
        self._answers = answers
        self._now = now
        self._recording = None if cassette is None else self._open(cassette)
        self._guard = OfflineGuard()

    def open(self) -> tuple[Transport, Draws]:
        """Answer from the report, at the time of newman's run."""
        if self._recording is None:
            return self._answers, RecordedDraws(_SEED, now=self._now)
        self._recording.watch(self._set_up.scopes)
        return self._recording.transport, self._recording.draws

    def guard(self) -> AbstractContextManager[object]:
        """Refuse connections."""
        return self._guard

    def finish(self, finished: RunFinished, *, whole: bool) -> Iterator[RunWarning]:  # noqa: ARG002 - a verb of all
        """Put the cassette into its place."""
        if self._recording is not None:
            outcome = self._recording.finish(complete=True)
            # Secrets that stand in the cassette as they are, too short or common words.
            yield from (RunWarning(kind="weak-secret", message=text) for text in outcome.warnings)

    def fails(self) -> bool:
        """Leave it to the calls."""
        return False

    def _open(self, cassette: Path) -> Recording:
        set_up = self._set_up
        recording = open_recording(
            Parts(path=cassette),
            self._answers,
            redactor=set_up.watch.redactor,
            discard=True,
            plan=RecordingPlan(
                collection=set_up.collection.name,
                note="made of a report of newman",
                seed=_SEED,
                environment=tuple(set_up.scopes.environment),
                secret_names=set_up.watch.names,
                now=self._now,
            ),
        )
        set_up.stack.callback(recording.finish, complete=False)
        return recording


class _Elapsed:
    """The time of newman's run, as far as its answers took it."""

    def __init__(self, started_ms: float) -> None:
        self._now = started_ms

    def now(self) -> float:
        return self._now

    def pass_time(self, milliseconds: float) -> None:
        self._now += milliseconds


def _occurrences(set_up: RunSetUp) -> Mapping[int, int]:
    """Say of each item which of those of the same path it is."""
    seen: dict[tuple[str, ...], int] = {}
    found: dict[int, int] = {}
    for item in set_up.collection.items():
        path = named_path(item)
        found[id(item)] = seen.get(path, 0)
        seen[path] = found[id(item)] + 1
    return found


def _values(scope: Scope) -> dict[str, Any]:
    return {variable.key: variable.value for variable in scope if not variable.disabled}
