"""Reports of a command that runs several collections: each file holds all of them.

While the collections run, what is printed is printed, and the events of each go into a log; when all are
over, the reports that are files are made of the logs.
"""

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.reporters.log.events_log import EventsLog
from harness.reporters.log.joined_runs import begun, joined
from harness.reporters.reporter import Reporter, ReporterContext


class JointReports:
    """Keeps the logs of the runs until their reports are made; a folder of its own goes with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="harness-")
        self._logs: list[tuple[str, Path]] = []

    def log(self, collection: str, context: ReporterContext) -> Reporter:
        """Return what writes the events of a run of that collection, with its secrets masked."""
        path = Path(self._folder.name, f"{len(self._logs)}.jsonl")
        self._logs.append((collection, path))
        return EventsLog({"export": str(path)}, context)

    def tell(self, reporters: list[Reporter]) -> None:
        """Let reporters handle the events of all runs; without a run that began there is nothing to tell."""
        runs = begun((collection, path) for collection, path in self._logs if path.exists())
        for event in joined(runs) if runs else ():
            for reporter in reporters:
                reporter.handle(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()
