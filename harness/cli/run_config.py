"""Options of the command line as the configuration of a run."""

import argparse

from harness.api import RunConfig
from harness.cli.postman_api import PostmanApi
from harness.cli.terminal import Terminal
from harness.options.commands import RUN_DEFAULTS
from harness.options.config import keywords_of, value_of
from harness.options.option import Given
from harness.options.output import SECRET_PATTERN


def run_config(
    collection: str, given: argparse.Namespace, terminal: Terminal, *, replay: str | None = None
) -> RunConfig:
    """Say what is to be run. Options that a command does not have are as if nobody gave them."""
    values = {**RUN_DEFAULTS, **vars(given)}
    keywords = keywords_of(Given(surface="cli", values=values))
    keywords["environ"] = terminal.environ
    if not keywords.get("working_dir"):
        keywords["working_dir"] = terminal.cwd
    if replay is not None:
        keywords["replay"] = replay
    if not values["postman_api_key"]:
        return RunConfig.of(collection, **keywords)
    api = PostmanApi(key=values["postman_api_key"])
    environment = keywords.get("environment")
    if isinstance(environment, str):
        keywords["environment"] = api.read(environment, "environment")
    return RunConfig.of(api.read(collection, "collection"), **keywords)


def patterns(given: argparse.Namespace) -> dict[str, str]:
    """Return what `--secret-pattern` was given: regular expressions by name."""
    return value_of(SECRET_PATTERN, Given(surface="cli", values=vars(given))) or {}
