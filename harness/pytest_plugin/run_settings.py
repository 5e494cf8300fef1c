"""What the options ask of a run: a `RunConfig` for a collection."""

from pathlib import Path
from typing import Any

import pytest

from harness.api import RunConfig
from harness.errors import UsageError
from harness.options.config import keywords_of
from harness.pytest_plugin.options import given_options, option_value


def run_config(config: pytest.Config, collection: Path, **more: Any) -> RunConfig:
    """Say how a collection is to be run: what the options ask for, the companion, then the defaults.

    `more` are keywords of `harness.run` that count instead. Raises `HarnessError` for an option that cannot
    be understood.
    """
    keywords = keywords_of(given_options(config))
    keywords["cassette_mode"] = cassette_mode(config)
    return RunConfig.of(str(collection), **{**keywords, **more})


def cassette_mode(config: pytest.Config) -> str:
    """Return what is done with cassettes: they are replayed unless something else is asked for."""
    return asked_mode(config) or "replay"


def asked_mode(config: pytest.Config) -> str | None:
    """Return what the options ask to be done with cassettes, `None` when they do not."""
    asked = {name: option_value(config, name) for name in ("live", "record", "record-mode")}
    given = [f"--postman-{name}" for name, value in asked.items() if value]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} exclude one another")
    mode = asked["record-mode"]
    return "live" if asked["live"] else "record" if asked["record"] else str(mode) if mode else None
