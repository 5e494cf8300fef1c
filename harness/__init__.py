"""Run any Postman collection from Python: live, recorded and replayed offline.

The public names are imported when first used, so that `import harness` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import RunResult, run
    from harness.errors import ExitCode, HarnessError

__all__ = ["ExitCode", "HarnessError", "RunResult", "__version__", "run"]

from harness.version import __version__

_HOMES = {
    "ExitCode": "harness.errors",
    "HarnessError": "harness.errors",
    "RunResult": "harness.api",
    "run": "harness.api",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
