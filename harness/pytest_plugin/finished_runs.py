"""Runs that came to their end within the session, kept open for the tests that start there."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from harness.api import LiveRun, RunResult
from harness.reporters.reporter import Reporter
from harness.runner.events import CallFinished, RunFinished
from harness.runner.results import CallResult
from harness.runner.spool import Spool


class EndedRuns:
    """The runs of a session by collection. Those it holds are closed with it."""

    def __init__(self) -> None:
        self._held: list[LiveRun] = []
        self._results: dict[Path, RunResult] = {}

    def find(self, collection: Path) -> RunResult | None:
        """Return what came of a collection, when it was run as a whole."""
        return self._results.get(collection)

    def keep(
        self, collection: Path, live: LiveRun, finished: RunFinished, calls: Sequence[CallResult]
    ) -> RunResult:
        """Keep a run that ended, and all it is against: the local platform goes on until the session ends."""
        result = RunResult.of(live, finished, calls)
        self._results[collection] = result
        self._held.append(live)
        return result

    def run(self, collection: Path, live: LiveRun, log: Reporter | None = None) -> RunResult:
        """Run a collection to its end, and keep it. All events are told to `log`."""
        calls = Spool(live.set_up.plan.calls)
        finished: RunFinished | None = None
        try:
            for event in live.events():
                if log is not None:
                    log.handle(event)
                if isinstance(event, CallFinished):
                    calls.append(event.result)
                elif isinstance(event, RunFinished):
                    finished = event
        except BaseException:
            live.close()
            raise
        finally:
            if log is not None:
                log.close()
        if finished is None:
            raise RuntimeError("the run told no end")
        return self.keep(collection, live, finished, calls)

    def close(self) -> None:
        """Close all runs."""
        while self._held:
            self._held.pop().close()


_ENDED: Final = pytest.StashKey[EndedRuns]()


def ended_runs(config: pytest.Config) -> EndedRuns:
    """Return the session's runs; they are closed when the session is."""
    if _ENDED not in config.stash:
        runs = EndedRuns()
        config.stash[_ENDED] = runs
        config.add_cleanup(runs.close)
    return config.stash[_ENDED]
