"""Running live beside a recording, to see whether the system still answers as it did."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from harness.api.set_up import RunSetUp
from harness.cassettes.compare.drift import DriftReport, DriftRun, open_drift
from harness.client.transport import Transport
from harness.runner.events import RunFinished
from harness.runner.results import RunWarning
from harness.variables.draws import Draws, LiveDraws


class DriftMode:
    """Requests are sent, and each answer is compared with the recorded one."""

    word = "live"

    def __init__(self, set_up: RunSetUp, cassette: str | Path) -> None:
        self._set_up = set_up
        self._run: DriftRun = open_drift(
            cassette,
            set_up.transport(),
            redactor=set_up.watch.redactor,
            ignore=set_up.config.cassette.drift_ignore,
            environment=set_up.environment_texts(),
        )

    def open(self) -> tuple[Transport, Draws]:
        """Draw again what was drawn, but the time is today's: live systems refuse old signatures."""
        return self._run.transport, LiveDraws(self._run.cassette.metadata.seed)

    def guard(self) -> AbstractContextManager[object]:
        """Guard nothing."""
        return nullcontext()

    def finish(self, finished: RunFinished, *, whole: bool) -> tuple[RunWarning, ...]:  # noqa: ARG002 - a verb of all
        """Do nothing: `report` tells what drifted."""
        return ()

    def fails(self) -> bool:
        """Leave it to the calls: drift has an exit code of its own."""
        return False

    def report(self) -> DriftReport:
        """Return what drifted, as far as the run came."""
        return self._run.report()
