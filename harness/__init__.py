"""Run any Postman collection from Python: live, recorded and replayed offline.

The public names are imported when first used, so that `import harness` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import RunResult, run
    from harness.client.message import Exchange, ResolvedRequest, Response
    from harness.collection.model import Body, Collection, FormPart, Pair, Request, Url
    from harness.dialect import EXACT, NEWMAN, POSTMAN
    from harness.errors import ExitCode, HarnessError
    from harness.runner.plan import Call
    from harness.runner.results import CallResult, RunFailure, RunSummary, RunWarning
    from harness.scripting.engine import Assertion
    from harness.variables.scope import Scope

__all__ = [
    "EXACT",
    "NEWMAN",
    "POSTMAN",
    "Assertion",
    "Body",
    "Call",
    "CallResult",
    "Collection",
    "Exchange",
    "ExitCode",
    "FormPart",
    "HarnessError",
    "Pair",
    "Request",
    "ResolvedRequest",
    "Response",
    "RunFailure",
    "RunResult",
    "RunSummary",
    "RunWarning",
    "Scope",
    "Url",
    "__version__",
    "run",
]

from harness.version import __version__

_HOMES = {
    "EXACT": "harness.dialect",
    "NEWMAN": "harness.dialect",
    "POSTMAN": "harness.dialect",
    "Assertion": "harness.scripting.engine",
    "Body": "harness.collection.model",
    "Call": "harness.runner.plan",
    "CallResult": "harness.runner.results",
    "Collection": "harness.collection.model",
    "Exchange": "harness.client.message",
    "ExitCode": "harness.errors",
    "FormPart": "harness.collection.model",
    "HarnessError": "harness.errors",
    "Pair": "harness.collection.model",
    "Request": "harness.collection.model",
    "ResolvedRequest": "harness.client.message",
    "Response": "harness.client.message",
    "RunFailure": "harness.runner.results",
    "RunResult": "harness.api",
    "RunSummary": "harness.runner.results",
    "RunWarning": "harness.runner.results",
    "Scope": "harness.variables.scope",
    "Url": "harness.collection.model",
    "run": "harness.api",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
