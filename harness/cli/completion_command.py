"""`harness completion`: the script with which a shell completes commands, options and values."""

import argparse

from harness.cli.terminal import Terminal
from harness.errors import ExitCode
from harness.options.completion import script


def completion_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print the script."""
    terminal.verbatim().write(script(options.shell))
    return ExitCode.PASSED
