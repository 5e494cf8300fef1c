"""The public function `run`, and the composition root behind it.

The command line and the pytest plugin are thin over it.
"""

from harness.api.config import PLATFORMS, MissingCassette, RunConfig
from harness.api.live import LiveRun
from harness.api.preparation import cassette_in_use, planned
from harness.api.result import RunResult, run

__all__ = [
    "PLATFORMS",
    "LiveRun",
    "MissingCassette",
    "RunConfig",
    "RunResult",
    "cassette_in_use",
    "planned",
    "run",
]
