"""Several runs told as one: their logs are read one after another, each collection an outermost folder.

So one report holds the collections of a command line, the runs of a session of pytest, or the shares that
several machines ran.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from harness.collection.model import Collection
from harness.lazy_dataclass import dataclass
from harness.reporters.log.result_file import read_results
from harness.reporters.units import counted
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
from harness.runner.results import RunPart, RunSummary
from harness.runner.tally import count
from harness.variables.scope import Scopes

_FIRST: Final = (-1.0, -1.0)
_END: Final = float("inf")

_Step = tuple[float, float]
"""Where an event stands in the plan: the iteration, then the position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """The log of a run, of which collection it is, and how it began.

    Runs of the same `collection`, whatever that names, are parts of one; where all are of one, that may be
    left empty, and calls keep their ids. Of a log that tells several collections as one run, this is the
    part of the collection of the name `inside`, of which it has `told` so many calls. It is told under its
    `title`, or else under the collection's own name.
    """

    collection: str
    log: Path
    started: RunStarted
    inside: str = ""
    told: int = 0
    title: str = ""

    @property
    def calls(self) -> int:
        """How many calls an iteration has; of a part of a log as many as it tells."""
        return self.told if self.inside else self.started.calls

    @property
    def name(self) -> str:
        """The name of the collection, as it is told."""
        return self.inside or self.title or self.started.collection.name


def begun(logs: Iterable[tuple[str, Path]]) -> list[LoggedRun]:
    """Return the runs of logs that began, in that order; each log comes with the collection it is of."""
    found: list[LoggedRun] = []
    for collection, log in logs:
        started = next(read_results(log), None)
        if isinstance(started, RunStarted):
            found.append(LoggedRun(collection=collection, log=log, started=started))
    return sorted(found, key=lambda run: run.started.started_ms)


def parts(logs: Iterable[Path]) -> list[LoggedRun]:
    """Return the runs of logs that began; those of a collection of one name and tree are parts of one run.

    A log that tells several collections as one run counts as one of each.
    """
    found = begun((str(log), log) for log in logs)
    trees: dict[str, list[object]] = {}
    runs: list[LoggedRun] = []
    for run in found:
        if run.started.joint:
            runs += (
                replace(run, collection=name, inside=name, told=told)
                for name, told in _inside(run.log).items()
            )
            continue
        collection = run.started.collection
        known = trees.setdefault(collection.name, [])
        tree = tuple(item.path for item in collection.items())
        if tree not in known:
            known.append(tree)
        number = known.index(tree)
        title = f"{collection.name} [{number + 1}]" if number else collection.name
        runs.append(replace(run, collection=title, title=title))
    if len({run.collection for run in runs}) == 1 and not any(run.inside for run in runs):
        return [replace(run, collection="") for run in runs]
    return runs


def _inside(log: Path) -> dict[str, int]:
    """Return the names of the collections whose calls a log tells, and how many calls of each."""
    found: dict[str, set[int]] = {}
    for event in read_results(log):
        if isinstance(event, CallFinished):
            result = event.result
            found.setdefault(result.call.path[0], set()).add(result.position)
    return {name: len(positions) for name, positions in found.items()}


def _told_apart(runs: list[LoggedRun]) -> list[LoggedRun]:
    """Give collections that share a name titles that say which file each is of."""
    namesakes: dict[str, dict[str, None]] = {}
    for run in runs:
        namesakes.setdefault(run.name, {})[run.collection] = None

    def title(run: LoggedRun) -> str:
        others = namesakes[run.name]
        if len(others) == 1:
            return run.title
        files = [PurePath(other).name for other in others]
        file = PurePath(run.collection).name
        return f"{run.name} ({file if files.count(file) == 1 else run.collection})".lstrip()

    return [replace(run, title=title(run)) for run in runs]


def joined(runs: list[LoggedRun], *, shards: bool = False) -> Iterator[Event]:
    """Tell runs, of which there is one at least, as one; collections are folders where there are several.

    Of `shards` the calls of one collection come in the order of its plan, whichever of them ran a call, and
    what several of them warn of is told once; other runs come one after another.
    """
    runs = _told_apart(runs)
    first = runs[0].started
    names = dict.fromkeys(run.collection for run in runs)
    several = len(names) > 1 or any(run.inside for run in runs)
    collection = first.collection
    if several:
        collection = replace(collection, name=counted(len(names), "collection"), variables=())
    yield replace(
        first,
        collection=collection,
        calls=sum(
            (max if shards else sum)(run.calls for run in runs if run.collection == name) for name in names
        ),
        iterations=max(run.started.iterations for run in runs),
        joint=several,
    )
    summary = RunSummary(collection=collection.name, started_ms=first.started_ms)
    scopes, error = Scopes(), ""
    same = _SameCalls(first.collection)
    for name in names:
        of_one = [run for run in runs if run.collection == name]
        finished: dict[Path, RunFinished] = {}
        for run, event in _once(_in_order(of_one)) if shards else _one_by_one(of_one):
            match event:
                case RunStarted(collection=own):
                    same.know(own)
                    continue
                case RunFinished():
                    finished[run.log] = event
                    continue
                case CallFinished(result=result) | AttemptFinished(result=result):
                    moved = replace(result, call=_moved(run, result.call, same, several=several))
                    told: Event = replace(event, result=moved)
                case CallStarted(call=call):
                    told = replace(event, call=_moved(run, call, same, several=several))
                case _:
                    told = event
            count(summary, told)
            yield told
        for run in of_one:
            end = finished.get(run.log)
            if several:
                summary.parts.append(_part(run, end))
            if end is None:
                error = error or "a run did not end by itself"
                continue
            error = error or end.error or ""
            scopes = end.scopes
            _add_end(summary, run, end)
    yield RunFinished(summary=summary, scopes=Scopes() if several else scopes, error=error or None)


def _part(run: LoggedRun, end: RunFinished | None) -> RunPart:
    known = end.summary.parts if end is not None else ()
    for part in known:
        if run.inside and part.collection == run.inside:
            return part
    facts = end.summary.facts if end is not None else {}
    return RunPart(collection=run.name, mode=run.started.mode, facts=facts)


def _add_end(summary: RunSummary, run: LoggedRun, end: RunFinished) -> None:
    summary.interrupted |= end.summary.interrupted
    summary.timed_out |= end.summary.timed_out
    summary.rejections.extend(end.summary.rejections)
    ended = run.started.started_ms + end.summary.elapsed_ms
    summary.elapsed_ms = max(summary.elapsed_ms, ended - summary.started_ms)
    summary.facts.update(end.summary.facts)


def _one_by_one(runs: list[LoggedRun]) -> Iterator[tuple[LoggedRun, Event]]:
    return ((run, event) for run in runs for event in read_results(run.log))


def _in_order(runs: list[LoggedRun]) -> Iterator[tuple[LoggedRun, Event]]:
    """Yield the events of parts of one run by where they stand in the plan."""
    placed = heapq.merge(*map(_placed, runs), key=lambda one: one[0])
    return ((run, event) for _, run, event in placed)


def _placed(run: LoggedRun) -> Iterator[tuple[_Step, LoggedRun, Event]]:
    """Give the events of a log with their places; what a script jumped back to stays behind the jump."""
    step = _FIRST
    for event in _own(run):
        match event:
            case IterationStarted(iteration=iteration):
                step = max(step, (iteration, -1.0))
            case IterationFinished(iteration=iteration):
                step = max(step, (iteration, _END))
            case CallStarted(iteration=iteration, position=position):
                step = max(step, (iteration, position))
            case CallFinished(result=result) | AttemptFinished(result=result):
                step = max(step, (result.iteration, result.position))
            case RunFinished():
                step = (_END, _END)
            case _:
                pass
        yield step, run, event


def _own(run: LoggedRun) -> Iterator[Event]:
    """Yield the events of a log that are of the run's collection: before a call, what begins with it."""
    if not run.inside:
        yield from read_results(run.log)
        return
    held: list[Event] = []
    own = False
    for event in read_results(run.log):
        match event:
            case CallStarted(call=call):
                own = call.path[0] == run.inside
            case CallFinished(result=result) | AttemptFinished(result=result):
                own = result.call.path[0] == run.inside
            case IterationStarted() | WarningRaised():
                held.append(event)
                continue
            case IterationFinished():
                pass
            case _:
                own = True
        if own:
            yield from held
            yield event
        held.clear()


def _once(events: Iterable[tuple[LoggedRun, Event]]) -> Iterator[tuple[LoggedRun, Event]]:
    """Leave out what each part of a run tells anew: that an iteration begins or ends, equal warnings."""
    told: set[object] = set()
    for run, event in events:
        match event:
            case IterationStarted(iteration=iteration) | IterationFinished(iteration=iteration):
                key: object = type(event), iteration
            case WarningRaised(warning=warning):
                key = warning
            case _:
                yield run, event
                continue
        if key not in told:
            told.add(key)
            yield run, event


class _SameCalls:
    """The calls of a collection that was read from several logs: each is that of the first."""

    def __init__(self, first: Collection) -> None:
        self._first = calls_of(first)
        self._calls: dict[int, Call] = {}
        self._read: list[Collection] = []

    def know(self, collection: Collection) -> None:
        """Note that a collection was read again."""
        self._read.append(collection)  # what is known by its identity has to stay
        self._calls.update(zip(map(id, collection.items()), self._first, strict=False))

    def of(self, call: Call) -> Call:
        """Return the call of the first one."""
        return self._calls.get(id(call.item), call)


def _moved(run: LoggedRun, call: Call, same: _SameCalls, *, several: bool) -> Call:
    if run.inside:
        return call
    if not run.collection:
        return same.of(call)
    item = replace(call.item, id=item_id(run.collection, call))
    return replace(call, item=item, path=(run.name, *call.path) if several else call.path)


def item_id(collection: str, call: Call) -> str:
    """Return the id of a call's item among those of several collections."""
    return f"{collection}#{call.item.id}" if collection else call.item.id
