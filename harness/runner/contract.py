"""The seam for what holds the exchanges of a run against a description of the service."""

from collections.abc import Sequence
from typing import Protocol

from harness.client.message import Exchange
from harness.lazy_dataclass import dataclass
from harness.runner.results import RunWarning
from harness.scripting.engine import Assertion


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of it: assertions of the call, and what a user should know besides."""

    assertions: tuple[Assertion, ...] = ()
    warnings: tuple[RunWarning, ...] = ()


class RunContract(Protocol):
    """Checks what the calls of a run send and are answered."""

    def check(self, position: int, exchanges: Sequence[Exchange], place: str) -> Checked:
        """Check the exchanges of one attempt of the call at a position of the plan."""
