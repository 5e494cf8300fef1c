"""What can be told when all of a session is over: cassettes that nothing uses."""

import os
from pathlib import Path

import pytest

from harness.cassettes.file.unused import idle_cassettes
from harness.pytest_plugin.notes import add_note, notes
from harness.pytest_plugin.run_settings import run_config
from harness.reporters.units import counted
from harness.runner.results import RunWarning


def tell_idle_cassettes(session: pytest.Session) -> bool:
    """Say which cassettes nothing used, and whether that fails the session.

    Nothing can be said when a part of what there is was selected or run.
    """
    config = session.config
    seen = notes(config)
    if seen.partial or session.shouldfail or session.shouldstop or _is_narrowed(config):
        return False
    idle = idle_cassettes(
        {Path(one) for one in seen.cassettes},
        {Path(one) for one in seen.collections},
        apart={Path(one) for one in seen.apart},
    )
    if not idle:
        return False
    names = ", ".join(_shown(one) for one in idle)
    unused = RunWarning(
        kind="unused-cassette", message=f"{counted(len(idle), 'cassette')} that nothing uses: {names}"
    )
    policy = run_config(config, config.rootpath).output.policy
    for one in policy.told([unused]):
        add_note(config, one.message)
    return policy.fails(unused)


def _is_narrowed(config: pytest.Config) -> bool:
    """Whether the command line names files or tests, and not just folders."""
    folder = config.invocation_params.dir
    return any("::" in one or (folder / one).is_file() for one in config.args)


def _shown(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except ValueError:  # on another drive of Windows
        return str(path)
