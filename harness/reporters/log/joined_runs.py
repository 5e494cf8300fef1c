"""Several runs told as one: their logs are read one after another, each collection an outermost folder.

So one report holds the collections of a command line, the runs of a session of pytest, or the shares that
several machines ran.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.reporters.log.events_log import read_events
from harness.reporters.units import counted
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished, RunStarted
from harness.runner.plan import Call
from harness.runner.results import RunSummary
from harness.runner.tally import count
from harness.variables.scope import Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """The log of a run, of which collection it is, and how it began.

    Runs of the same `collection`, whatever that names, are parts of one.
    """

    collection: str
    log: Path
    started: RunStarted


def begun(logs: Iterable[tuple[str, Path]]) -> list[LoggedRun]:
    """Return the runs of logs that began, in that order; each log comes with the collection it is of."""
    found: list[LoggedRun] = []
    for collection, log in logs:
        started = next(read_events(log), None)
        if isinstance(started, RunStarted):
            found.append(LoggedRun(collection=collection, log=log, started=started))
    return sorted(found, key=lambda run: run.started.started_ms)


def joined(runs: list[LoggedRun]) -> Iterator[Event]:
    """Tell runs, of which there is one at least, as one; collections are folders where there are several."""
    first = runs[0].started
    names = dict.fromkeys(run.collection for run in runs)
    several = len(names) > 1
    collection = first.collection
    if several:
        collection = replace(collection, name=counted(len(names), "collection"), variables=())
    yield replace(
        first,
        collection=collection,
        calls=sum(run.started.calls for run in runs),
        iterations=max(run.started.iterations for run in runs),
    )
    summary = RunSummary(collection=collection.name, started_ms=first.started_ms)
    scopes, error = Scopes(), ""
    for run in runs:
        finished: RunFinished | None = None
        for event in read_events(run.log):
            match event:
                case RunStarted():
                    continue
                case RunFinished():
                    finished = event
                    continue
                case CallFinished(result=result) | AttemptFinished(result=result):
                    moved = replace(result, call=_moved(run, result.call, several=several))
                    told: Event = replace(event, result=moved)
                case _:
                    told = event
            count(summary, told)
            yield told
        if finished is None:
            error = error or "a run did not end by itself"
            continue
        error = error or finished.error or ""
        scopes = finished.scopes
        summary.interrupted |= finished.summary.interrupted
        summary.timed_out |= finished.summary.timed_out
        ended = run.started.started_ms + finished.summary.elapsed_ms
        summary.elapsed_ms = max(summary.elapsed_ms, ended - first.started_ms)
        summary.facts.update(finished.summary.facts)
    yield RunFinished(summary=summary, scopes=Scopes() if several else scopes, error=error or None)


def _moved(run: LoggedRun, call: Call, *, several: bool) -> Call:
    item = replace(call.item, id=item_id(run.collection, call))
    path = (run.started.collection.name, *call.path) if several else call.path
    return replace(call, item=item, path=path)


def item_id(collection: str, call: Call) -> str:
    """Return the id of a call's item among those of several collections."""
    return f"{collection}#{call.item.id}"
