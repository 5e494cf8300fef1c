"""One HTML report of all collections that a session runs, whichever of xdist's workers runs them.

Each run writes its events into a log of its own as they happen; when the session is over, or was interrupted,
the report is made of the logs there are.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from harness.api import LiveRun
from harness.errors import HarnessError
from harness.pytest_plugin.notes import add_note
from harness.pytest_plugin.options import option_value
from harness.reporters.log.events_log import EventsLog, read_events
from harness.reporters.reporter import ReporterContext, create
from harness.reporters.units import counted
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished, RunStarted
from harness.runner.plan import Call
from harness.runner.results import RunSummary
from harness.runner.tally import count
from harness.variables.scope import Scopes

_FOLDER: Final = pytest.StashKey[Path]()
_INPUT: Final = "postman_logs"


def report_file(config: pytest.Config) -> Path | None:
    """Return where the report goes, `None` when none is asked for."""
    file = option_value(config, "html")
    return None if file is None else config.invocation_params.dir / file


def prepare_worker(config: pytest.Config, workerinput: dict[str, object]) -> None:
    """Tell a worker of xdist where the logs go."""
    workerinput[_INPUT] = str(_log_folder(config))


def new_log(config: pytest.Config, live: LiveRun, collection: str) -> EventsLog | None:
    """Open the log of a run, when there is to be a report. `collection` is the id of its node."""
    if report_file(config) is None:
        return None
    descriptor, name = tempfile.mkstemp(suffix=".jsonl", dir=_log_folder(config))
    os.close(descriptor)
    Path(name).with_suffix(".id").write_text(collection, "utf-8")
    context = ReporterContext(stream=sys.stdout, cwd=Path(), mask=live.mask)
    return EventsLog({"export": name}, context)


def anchor_of(collection: str, call: Call, iteration: int) -> str:
    """Return what leads to a call within the report."""
    return f"#call={iteration}:{quote(_item_id(collection, call), safe='')}"


def write_report(config: pytest.Config) -> bool:
    """Write the report and say where it is, or why it is not. Return whether it is there, or not wanted."""
    file = report_file(config)
    if file is None or _FOLDER not in config.stash:
        return True
    runs = _runs(config.stash[_FOLDER])
    if not runs:
        return True
    reporter = create(
        "html", {"export": str(file)}, ReporterContext(stream=sys.stdout, cwd=config.invocation_params.dir)
    )
    try:
        try:
            for event in _together(runs):
                reporter.handle(event)
        finally:
            reporter.close()
    except (HarnessError, OSError) as error:
        add_note(config, f"the report is not written: {error}")
        return False
    add_note(config, f"report: {reporter.written}")
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The log of a run: of which node, and how it began."""

    collection: str
    log: Path
    started: RunStarted


def _log_folder(config: pytest.Config) -> Path:
    given = getattr(config, "workerinput", {}).get(_INPUT)
    if given is not None:
        return Path(given)
    if _FOLDER not in config.stash:
        folder = Path(tempfile.mkdtemp(prefix="harness-"))
        config.stash[_FOLDER] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    return config.stash[_FOLDER]


def _runs(folder: Path) -> list[_Run]:
    """Return the runs that began, in that order."""
    found: list[_Run] = []
    for log in sorted(folder.glob("*.jsonl")):
        started = next(read_events(log), None)
        if isinstance(started, RunStarted):
            collection = log.with_suffix(".id").read_text("utf-8")
            found.append(_Run(collection=collection, log=log, started=started))
    return sorted(found, key=lambda run: run.started.started_ms)


def _together(runs: list[_Run]) -> Iterator[Event]:
    """Tell several runs as one; where they are of several collections, these are the outermost folders."""
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


def _moved(run: _Run, call: Call, *, several: bool) -> Call:
    item = replace(call.item, id=_item_id(run.collection, call))
    path = (run.started.collection.name, *call.path) if several else call.path
    return replace(call, item=item, path=path)


def _item_id(collection: str, call: Call) -> str:
    return f"{collection}#{call.item.id}"
