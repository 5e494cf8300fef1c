"""Running a collection to its end, and what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self, Unpack

from harness.api.live import LiveRun
from harness.collection.model import Collection
from harness.errors import ExitCode
from harness.options.config import RunConfig
from harness.options.keywords import RunKeywords
from harness.reporters.units import counted, failed_told
from harness.runner.events import CallFinished, RunFinished
from harness.runner.results import CallResult, RunFailure, RunSummary
from harness.variables.scope import Scopes

_SHOWN: Final = 160


class RunResult:
    """What came of a run: numbers and variables in memory, the calls with their exchanges on disk.

    `failures` are what failed, in order, with the values of secrets hidden; each as text is one line.
    """

    def __init__(
        self,
        *,
        summary: RunSummary,
        scopes: Scopes,
        calls: Sequence[CallResult],
        exit_code: ExitCode,
        failures: Sequence[RunFailure] = (),
    ) -> None:
        self.summary = summary
        self.failures = tuple(failures)
        self.scopes = scopes
        self.exit_code = exit_code
        self._calls = calls

    @classmethod
    def of(cls, live: LiveRun, finished: RunFinished, calls: Sequence[CallResult]) -> Self:
        """Build the result of a run that ended."""
        summary = finished.summary
        return cls(
            summary=summary,
            scopes=finished.scopes,
            calls=calls,
            exit_code=live.exit_code(summary),
            failures=[_masked(failure, live.mask) for failure in summary.failures],
        )

    def __repr__(self) -> str:
        counts = f"{counted(len(self._calls), 'call')}, {counted(self.summary.assertions.total, 'assertion')}"
        if self.passed:
            return f"<RunResult: passed, {counts}>"
        # pytest shows this, shortened, where `assert result.passed` fails: the first failure comes first.
        first = f": {_short(str(self.failures[0]))}" if self.failures else ""
        return f"<RunResult: {failed_told(self.summary)}{first}; {counts}>"

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return self.exit_code is ExitCode.PASSED

    @property
    def calls(self) -> Sequence[CallResult]:
        """The results of all calls in the order they ran, each read from disk when asked for."""
        return self._calls

    @property
    def environment(self) -> dict[str, Any]:
        """The environment's variables as the run left them."""
        return {variable.key: variable.value for variable in self.scopes.environment if not variable.disabled}


def run(collection: str | Path | Collection | Mapping[str, Any], **options: Unpack[RunKeywords]) -> RunResult:
    """Run a collection and return what came of it.

    The usual options: `environment`, `globals` and `data` (paths, addresses or mappings), `folders`,
    `env_vars`, `iterations`, `record`, `replay`, `platform`; `docs/reference/options.md` tells them all. A
    failed assertion or request is in the result, not raised. Raises `HarnessError` for what the user can
    mend: a file that cannot be read, an option that makes no sense.
    """
    config = RunConfig.of(collection, **options)
    with LiveRun(config) as live:
        from harness.runner.spool import Spool

        calls = Spool(live.set_up.plan.calls)
        finished: RunFinished | None = None
        for event in live.events():
            match event:
                case CallFinished(result=result):
                    calls.append(result)
                case RunFinished():
                    finished = event
                case _:
                    pass
        if finished is None:
            raise RuntimeError("the run told no end")
        if live.set_up.baseline is not None and config.output.update_baseline:
            from harness.api.baseline_file import write_baseline

            write_baseline(config.output, live.set_up.baseline, finished.summary, whole=live.whole)
        return RunResult.of(live, finished, calls)


def _masked(failure: RunFailure, mask: Callable[[str], str]) -> RunFailure:
    return replace(failure, message=mask(failure.message))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
