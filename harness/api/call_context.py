"""What the calls of a run share: session, files, scopes, script engine."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from harness.api.certificate_list import certificates_of
from harness.api.network import verifies
from harness.api.script_packages import ScriptPackages
from harness.api.set_up import RunSetUp
from harness.api.shown_secrets import learn_exchanges
from harness.client.files import FilePolicy
from harness.client.session import Session, SessionOptions
from harness.client.transport import Transport
from harness.collection.document import is_address
from harness.runner.baseline import fails_late
from harness.runner.plan import calls_of
from harness.runner.results import CallResult
from harness.runner.run_context import RunContext, as_it_came
from harness.scripting.engine import ScriptEngine
from harness.variables.draws import Draws

DEFAULT_SCRIPT_TIMEOUT_MS: Final = 30_000
"""How long a script may take when nobody says; newman lets it go on for ever."""


def call_context(set_up: RunSetUp, transport: Transport, draws: Draws, *, waits: bool) -> RunContext:
    """Return the context of a run's calls.

    `waits` says whether time passes, as it does unless answers are played.
    """
    config = set_up.config
    timeout = config.limits.timeout_script_ms
    if timeout is None:
        timeout = DEFAULT_SCRIPT_TIMEOUT_MS if config.dialect.run.script_timeout else 0

    engine = _engine(set_up)
    return RunContext(
        collection=set_up.collection.name,
        session=Session(transport, jar=set_up.jar, options=_session_options(set_up)),
        jar=set_up.jar,
        files=_file_policy(set_up),
        scopes=set_up.scopes,
        draws=draws,
        engine=engine,
        # A request that a script runs is a job of its own beside the script's.
        engines=None if engine is None else lambda: engine,
        calls=calls_of(set_up.collection),
        sleep=time.sleep if waits else _no_sleep,
        platform=set_up.platform,
        dialect=config.dialect,
        packages=ScriptPackages(set_up.collection.file),
        timeout_script_s=timeout / 1000 or None,
        wait_for_timers=waits,
        policy=config.output.policy,
        contract=set_up.contract,
        settle=_settling(set_up),
    )


def _settling(set_up: RunSetUp) -> Callable[[CallResult], CallResult]:
    """Return what takes known failures out of a result; what is written down of them holds no secret."""
    baseline = set_up.baseline
    if baseline is None:
        return as_it_came

    def settle(result: CallResult) -> CallResult:
        if fails_late(result):
            learn_exchanges(set_up, result)
        return baseline.settle(result)

    return settle


def _engine(set_up: RunSetUp) -> ScriptEngine | None:
    if not any(call.scripts for call in set_up.plan.calls):
        return None
    from harness.scripting.deno import DenoEngine

    engine: ScriptEngine = DenoEngine()
    set_up.stack.callback(engine.close)
    return engine


def _file_policy(set_up: RunSetUp) -> FilePolicy:
    """Say which files requests may upload: those in the working directory and beside the collection."""
    inputs, file = set_up.config.inputs, set_up.collection.file
    answers = set_up.config.dialect.inputs
    folder = Path(inputs.working_dir or ".")
    beside = (Path(file).parent,) if file and not is_address(file) else ()
    policy = FilePolicy(
        working_dir=folder,
        allow_outside=inputs.allow_outside,
        also=beside if answers.files_beside_collection and inputs.files_beside else (),
        links_kept=answers.file_links_kept,
        instead={name: Path(path) for name, path in inputs.files.items()},
    )
    if answers.relative_dir_is_empty and inputs.working_dir is not None and not inputs.allow_outside:
        # newman compares absolute paths with the directory as given: in a relative one nothing lies.
        return replace(policy, none=not folder.is_absolute())
    return policy


def _session_options(set_up: RunSetUp) -> SessionOptions:
    config = set_up.config
    return SessionOptions(
        timeout_s=config.limits.timeout_request_ms / 1000 or None,
        verify=verifies(config),
        follow_redirects=config.network.follow_redirects,
        certificates=certificates_of(config),
        extra_ca=set_up.network.extra_ca,
        encodes_client=config.network.oauth2_encodes_client,
        answers=config.dialect.run,
    )


def _no_sleep(seconds: float) -> None:
    """Do not wait: a replay has no reason to."""
