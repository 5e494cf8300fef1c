"""What the ways of running have in common: four verbs."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from harness.client.transport import Transport
from harness.runner.events import RunFinished
from harness.runner.results import RunWarning
from harness.variables.draws import Draws


class Mode(Protocol):
    """One way of running.

    A run calls the verbs in this order: `open`, `guard` around each step, `finish`, `fails`.
    """

    @property
    def word(self) -> str:
        """The word for reports: `live`, `record` or `replay`."""
        ...

    def open(self) -> tuple[Transport, Draws]:
        """Return what sends and what is drawn from. Raises `HarnessError` for what the user can mend."""
        ...

    def guard(self) -> AbstractContextManager[object]:
        """Return what holds while the run takes a step, but not while its consumer looks at an event."""
        ...

    def finish(self, finished: RunFinished, *, whole: bool) -> Iterable[RunWarning]:
        """Put into place what was made, add facts to the summary, and return what there is to warn of.

        `whole` says that all calls of the collection were to run.
        """
        ...

    def fails(self) -> bool:
        """Tell whether the run has failed whatever its calls did."""
        ...
