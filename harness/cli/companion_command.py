"""`harness companion`: the JSON Schema of companion files."""

import argparse
from importlib.resources import files

from harness.cli.terminal import Terminal
from harness.errors import ExitCode


def companion_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:  # noqa: ARG001 - one tool
    """Print the schema by which the reader's tests hold the reader to it."""
    schema = files("harness.collection").joinpath("companion.schema.json")
    terminal.verbatim().write(schema.read_text(encoding="utf-8"))
    return ExitCode.PASSED
