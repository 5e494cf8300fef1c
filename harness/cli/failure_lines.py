"""The failures of a run whose answers are compared, in a few lines below what the comparison says."""

from collections.abc import Sequence
from typing import Final

from harness.runner.results import RunFailure
from harness.secrets.watch import Mask

_SHOWN: Final = 10


def failure_lines(failures: Sequence[RunFailure], mask: Mask) -> list[str]:
    """Return a line for each of the first failures, and one that counts those left out."""
    lines = [f"  {mask(str(failure))}" for failure in failures[:_SHOWN]]
    if len(failures) > _SHOWN:
        lines.append(f"  and {len(failures) - _SHOWN} more")
    return lines
