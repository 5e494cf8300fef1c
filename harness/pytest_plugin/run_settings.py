"""What the options ask of a run: a `RunConfig` for a collection."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.api import RunConfig
from harness.errors import UsageError
from harness.pytest_plugin.options import file_option, option_value, pairs_option
from harness.variables.environment import parse_assignment

if TYPE_CHECKING:
    from harness.cassettes.replay.match import MatchRule


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
        "cassette_per": option_value(config, "cassette-per") or "collection",
        "allowed_hosts": tuple(_patterns(config)),
        "resume": option_value(config, "resume"),
        "expire": option_value(config, "expire"),
        "replay_latency": bool(option_value(config, "replay-latency")),
        "match": _match_rule(config),
        "strict": bool(option_value(config, "strict")),
        "seed": _number(config, "seed"),
        "secret_patterns": pairs_option(config, "secret-pattern"),
        "files": pairs_option(config, "upload", files=True),
        "working_dir": file_option(config, "working-dir"),
        "allow_outside": bool(option_value(config, "allow-outside")),
        "delay_ms": _number(config, "delay-request") or 0,
        "timeout_request_ms": _number(config, "timeout-request") or 0,
        "timeout_script_ms": _number(config, "timeout-script"),
        "follow_redirects": False if option_value(config, "ignore-redirects") else None,
        "verify": False if option_value(config, "insecure") else None,
        "client_cert": file_option(config, "ssl-client-cert"),
        "client_key": file_option(config, "ssl-client-key"),
        "client_passphrase": option_value(config, "ssl-client-passphrase"),
        "client_cert_list": file_option(config, "ssl-client-cert-list"),
        "extra_ca": file_option(config, "ssl-extra-ca-certs"),
        "cookie_jar": file_option(config, "cookie-jar"),
        "resolve": pairs_option(config, "resolve"),
        "serve_files": pairs_option(config, "serve-file", files=True),
    }
    return RunConfig(collection=str(collection), **{**settings, **more})


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


def _match_rule(config: pytest.Config) -> "MatchRule | None":
    on, repeats, order = (option_value(config, f"match-{name}") for name in ("on", "repeats", "order"))
    if not (on or repeats or order):
        return None
    from harness.cassettes.replay.match import DEFAULT, MatchRule

    parts = tuple(part.strip() for part in on.split(",")) if on else DEFAULT
    return MatchRule(on=parts, repeats=bool(repeats), strict_order=bool(order))


def _patterns(config: pytest.Config) -> list[str]:
    patterns: list[str] = option_value(config, "allowed-hosts")
    for one in patterns:
        try:
            re.compile(one)
        except re.error as error:
            raise UsageError(f"--postman-allowed-hosts is no regular expression: {one!r}: {error}") from None
    return patterns


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
