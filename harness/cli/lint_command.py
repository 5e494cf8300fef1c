"""`harness lint`: what is wrong with collections, environments and companions, without running them."""

import argparse

from harness.cli.lint_formats import FORMATS
from harness.cli.terminal import Terminal
from harness.errors import ExitCode
from harness.linting.lint import lint, read_baseline
from harness.linting.rule import SEVERITIES


def lint_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print what was found; exit code 1 when something is as severe as the user cares about."""
    known = read_baseline(options.baseline) if options.baseline else frozenset()
    given = [file for file in (options.environment, options.globals) if file]
    findings = [
        one
        for one in lint(
            options.paths,
            environments=given,
            data=options.iteration_data,
            certain=bool(options.environment),
        )
        if one.fingerprint not in known
    ]
    written = FORMATS[options.format](findings)
    if written:
        # Annotations are commands of our own, in which strangers' text is escaped.
        stream = terminal.to_ci() if options.format == "github" else terminal.verbatim()
        stream = terminal.out if options.format == "text" else stream
        stream.write(written + "\n")
    severe = SEVERITIES[: SEVERITIES.index(options.fail_severity) + 1]
    return ExitCode.FAILED if any(one.severity in severe for one in findings) else ExitCode.PASSED
