"""The warnings of commands that have no run to tell them in."""

import argparse
from collections.abc import Iterable

from harness.cli.terminal import Terminal
from harness.errors import ExitCode
from harness.options.output import OutputOptions
from harness.runner.results import RunWarning
from harness.warning_kinds import WarningPolicy


def policy_of(options: argparse.Namespace) -> WarningPolicy:
    """Return which warnings are told and which are failures. Raises `UsageError` for an unknown kind."""
    return OutputOptions(
        strict=options.strict,
        error_on=tuple(options.error_on),
        ignore_warnings=tuple(options.ignore_warning),
    ).policy


def tell_warnings(warnings: Iterable[RunWarning], policy: WarningPolicy, terminal: Terminal) -> ExitCode:
    """Print warnings, and return the exit code that they are worth."""
    told = policy.told(warnings)
    for one in told:
        where = f"{one.place}: " if one.place and not one.message.startswith(one.place) else ""
        terminal.err.write(f"warning: {where}{one.message} [{one.kind}]\n")
    return ExitCode.FAILED if any(map(policy.fails, told)) else ExitCode.PASSED
