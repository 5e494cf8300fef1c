"""Run any Postman collection from Python: live, recorded and replayed offline.

The public names are imported when first used, so that `import harness` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import RunResult, run
    from harness.client.message import Exchange, ResolvedRequest, Response
    from harness.collection.model import Collection, Pair, Request
    from harness.errors import ExitCode, HarnessError
    from harness.runner.results import CallResult, RunFailure, RunSummary
    from harness.scripting.engine import Assertion

__all__ = [
    "Assertion",
    "CallResult",
    "Collection",
    "Exchange",
    "ExitCode",
    "HarnessError",
    "Pair",
    "Request",
    "ResolvedRequest",
    "Response",
    "RunFailure",
    "RunResult",
    "RunSummary",
    "__version__",
    "run",
]

from harness.version import __version__

_HOMES = {
    "Assertion": "harness.scripting.engine",
    "CallResult": "harness.runner.results",
    "Collection": "harness.collection.model",
    "Exchange": "harness.client.message",
    "ExitCode": "harness.errors",
    "HarnessError": "harness.errors",
    "Pair": "harness.collection.model",
    "Request": "harness.collection.model",
    "ResolvedRequest": "harness.client.message",
    "Response": "harness.client.message",
    "RunFailure": "harness.runner.results",
    "RunResult": "harness.api",
    "RunSummary": "harness.runner.results",
    "run": "harness.api",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
