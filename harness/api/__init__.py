"""The public function `run`, and the composition root behind it.

The command line and the pytest plugin are thin over it.
"""

from harness.api.live import LiveRun
from harness.api.preparation import MissingCassette, cassette_in_use, planned
from harness.api.result import RunResult, run
from harness.options.config import RunConfig
from harness.options.network import PLATFORMS

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
