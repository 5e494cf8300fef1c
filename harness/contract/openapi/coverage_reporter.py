"""Coverage of a run, for the reports that tell it."""

from harness.contract.openapi.coverage import Coverage
from harness.contract.openapi.operation import Description
from harness.contract.openapi.operation_match import OperationFinder
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished


class CoverageReporter:
    """Takes the coverage of a run, and puts it into the summary before other reporters see that."""

    written = None

    def __init__(self, description: Description, finder: OperationFinder) -> None:
        self._coverage = Coverage(description)
        self._finder = finder

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        match event:
            case AttemptFinished(result=result) | CallFinished(result=result):
                self._coverage.take(result, self._finder)
            case RunFinished(summary=summary):
                summary.coverage = self._coverage.report()
            case _:
                pass

    def close(self) -> None:
        """Do nothing: the reports are others'."""
