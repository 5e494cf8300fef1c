"""Running against the network as it is."""

from contextlib import AbstractContextManager, nullcontext

from harness.api.set_up import RunSetUp
from harness.client.transport import Transport
from harness.runner.events import RunFinished
from harness.runner.results import RunWarning
from harness.runner.rows import AHEAD
from harness.variables.draws import Draws, LiveDraws


class LiveMode:
    """Requests are sent, and nothing of them is kept."""

    word = "live"

    def __init__(self, set_up: RunSetUp) -> None:
        self._set_up = set_up

    def open(self) -> tuple[Transport, Draws]:
        """Send over the network, and draw anew."""
        return self._set_up.transport(), LiveDraws(
            self._set_up.config.inputs.seed, iterations=AHEAD * self._set_up.config.limits.jobs
        )

    def guard(self) -> AbstractContextManager[object]:
        """Guard nothing."""
        return nullcontext()

    def finish(self, finished: RunFinished, *, whole: bool) -> tuple[RunWarning, ...]:  # noqa: ARG002 - a verb of all
        """Do nothing: there is nothing to put into place."""
        return ()

    def fails(self) -> bool:
        """Leave it to the calls."""
        return False
