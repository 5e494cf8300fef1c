"""One HTML report of all collections that a session runs, whichever of xdist's workers runs them.

Each run writes its events into a log of its own as they happen; when the session is over, or was interrupted,
the report is made of the logs there are.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from harness.api import LiveRun
from harness.errors import HarnessError
from harness.pytest_plugin.notes import add_note
from harness.pytest_plugin.options import option_value
from harness.reporters.log.events_log import EventsLog
from harness.reporters.log.joined_runs import LoggedRun, begun, item_id, joined
from harness.reporters.reporter import ReporterContext, create
from harness.runner.plan import Call

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
    return f"#call={iteration}:{quote(item_id(collection, call), safe='')}"


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
            for event in joined(runs):
                reporter.handle(event)
        finally:
            reporter.close()
    except (HarnessError, OSError) as error:
        add_note(config, f"the report is not written: {error}")
        return False
    add_note(config, f"report: {reporter.written}")
    return True


def _log_folder(config: pytest.Config) -> Path:
    given = getattr(config, "workerinput", {}).get(_INPUT)
    if given is not None:
        return Path(given)
    if _FOLDER not in config.stash:
        folder = Path(tempfile.mkdtemp(prefix="harness-"))
        config.stash[_FOLDER] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    return config.stash[_FOLDER]


def _runs(folder: Path) -> list[LoggedRun]:
    """Return the runs that began, in that order."""
    logs = [(log.with_suffix(".id").read_text("utf-8"), log) for log in sorted(folder.glob("*.jsonl"))]
    return begun(logs)
