"""What a run changed against past ones, as lines of text after it; and the run added to the history."""

from collections.abc import Iterator
from pathlib import Path

from harness.reporters.history import Chronicle, SinceLastRun, key_of
from harness.reporters.outside_text import clean
from harness.reporters.reporter import ReporterContext
from harness.runner.events import CallFinished, Event, RunFinished, RunStarted

_SHOWN = 20


class HistoryReporter:
    """Compares a run with the history in a file; unless another reporter does, adds it to the file."""

    def __init__(self, path: Path, context: ReporterContext, *, keep: bool) -> None:
        self._chronicle = Chronicle(path)
        self._path = path
        self._context = context
        self._keep = keep
        self._iterations = 1
        self._calls = 0
        self._finished: RunFinished | None = None
        self.written: Path | None = None

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        match event:
            case RunStarted(iterations=iterations):
                self._iterations = iterations
            case CallFinished(result=result):
                if result.skipped is None:
                    key = self._context.mask.label(key_of(result, self._iterations))
                    self._chronicle.note(
                        self._calls,
                        key,
                        failed=result.failed,
                        retried=result.attempt > 1,
                        elapsed_ms=result.elapsed_ms,
                    )
                self._calls += 1
            case RunFinished():
                self._finished = event
            case _:
                pass

    def close(self) -> None:
        """Print what changed, and add the run; one that was interrupted says nothing about its calls."""
        finished, self._finished = self._finished, None
        if finished is None or finished.summary.interrupted:
            return
        if self._context.verbosity != "silent":
            for line in _lines(self._chronicle.compare(finished.summary)):
                self._context.stream.write(clean(line) + "\n")
        if self._keep:
            self._chronicle.write(finished.summary)
            self.written = self._path


def _lines(changes: SinceLastRun) -> Iterator[str]:
    for word, keys in (("newly failing", changes.newly), ("fixed", changes.fixed)):
        yield from (f"{word}: {key}" for key in keys[:_SHOWN])
        if len(keys) > _SHOWN:
            yield f"{word}: and {len(keys) - _SHOWN} more"
    for key, (failed, runs) in list(changes.flaky.items())[:_SHOWN]:
        yield f"flaky: {key} (failed in {failed} of {runs} runs)"
