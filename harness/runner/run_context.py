"""What every call of a run stands on."""

import time
from collections.abc import Callable
from dataclasses import field
from typing import Any

from harness.client.cookies import CookieJar
from harness.client.files import FilePolicy
from harness.client.session import Session
from harness.collection.model import Request
from harness.dialect import EXACT, Dialect
from harness.lazy_dataclass import dataclass
from harness.runner.contract import RunContract
from harness.runner.plan import Call
from harness.runner.results import CallResult
from harness.scripting.engine import ScriptEngine
from harness.variables.draws import Draws
from harness.variables.scope import Scopes
from harness.warning_kinds import WarningPolicy


def _no_packages(name: str) -> list[str]:  # noqa: ARG001 - the seam's shape
    return []


def as_it_came(result: CallResult) -> CallResult:
    """Return a result as it is: nothing is known of it before."""
    return result


def _as_it_is(call: Call, request: Request) -> Request:  # noqa: ARG001 - the seam's shape
    return request


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What every call of a run stands on.

    `engine` is `None` when no call has a script; `engines` makes another for a request that a script runs
    while its own engine waits, `depth` of them deep; `calls` are those it may run. `sleep` waits so many
    seconds, or does not when replaying.
    `wait_for_timers` says whether timers of scripts wait. `platform` is the name of the platform the run
    is against, `None` for any other target. `amend` may change a request between its pre-request scripts and
    the resolution of its names. `deprecated` are names that scripts were warned of, once a run;
    `policy` says which warnings are told. `contract` checks what is sent and answered, if anything does.
    `turn` waits until all calls before this one are over, where calls run side by side. `settle` may tell
    what came of a call as less than a failure.
    """

    collection: str
    session: Session
    jar: CookieJar
    files: FilePolicy
    scopes: Scopes
    draws: Draws
    engine: ScriptEngine | None
    engines: Callable[[], ScriptEngine] | None = None
    depth: int = 0
    calls: tuple[Call, ...] = ()
    sleep: Callable[[float], None] = time.sleep
    packages: Callable[[str], str | list[str]] = _no_packages
    vault: dict[str, Any] = field(default_factory=dict)
    platform: str | None = None
    dialect: Dialect = EXACT
    timeout_script_s: float | None = None
    auth_memory: dict[int, dict[str, Any]] = field(default_factory=dict)
    wait_for_timers: bool = True
    amend: Callable[[Call, Request], Request] = _as_it_is
    deprecated: set[str] = field(default_factory=set)
    turn: Callable[[], None] | None = None
    policy: WarningPolicy = field(default_factory=WarningPolicy)
    contract: RunContract | None = None
    settle: Callable[[CallResult], CallResult] = as_it_came
