"""What the options ask of a run: a `RunConfig` for a collection."""

from pathlib import Path
from typing import Any

import pytest

from harness.api import RunConfig
from harness.errors import UsageError
from harness.pytest_plugin.options import file_option, option_value
from harness.variables.environment import parse_assignment


def run_config(config: pytest.Config, collection: Path, **more: Any) -> RunConfig:
    """Say how a collection is to be run: what the options ask for, the companion, then the defaults.

    Raises `HarnessError` for an option that cannot be understood.
    """
    settings: dict[str, Any] = {
        "environment": file_option(config, "environment"),
        "globals": file_option(config, "globals"),
        "data": file_option(config, "data"),
        "iterations": _number(config, "iteration-count"),
        "env_vars": _assignments(config, "env-var"),
        "global_vars": _assignments(config, "global-var"),
        "platform": option_value(config, "platform"),
        "cassette": file_option(config, "cassette"),
        "cassette_mode": cassette_mode(config),
        "resume": option_value(config, "resume"),
        "timeout_request_ms": _number(config, "timeout-request") or 0,
        "verify": False if option_value(config, "insecure") else None,
    }
    return RunConfig(collection=str(collection), **{**settings, **more})


def cassette_mode(config: pytest.Config) -> str:
    """Return what is done with cassettes: they are replayed unless something else is asked for."""
    asked = {name: option_value(config, name) for name in ("live", "record", "record-mode")}
    given = [f"--postman-{name}" for name, value in asked.items() if value]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} exclude one another")
    mode = asked["record-mode"]
    return "live" if asked["live"] else "record" if asked["record"] else str(mode or "replay")


def _assignments(config: pytest.Config, name: str) -> dict[str, str]:
    return dict(parse_assignment(text, f"--postman-{name}") for text in option_value(config, name))


def _number(config: pytest.Config, name: str) -> int | None:
    value = option_value(config, name)
    if value is None:
        return None
    try:
        number = int(value)
    except ValueError:
        number = -1
    if number < 0:
        raise UsageError(f"--postman-{name} needs a number, not {value!r}")
    return number
