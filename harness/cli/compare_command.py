"""`harness compare`: what changed from one result to another."""

import argparse
from pathlib import Path

from harness.cli.table import table
from harness.cli.terminal import Terminal
from harness.errors import ExitCode
from harness.reporters.comparison import compare_results, outcomes
from harness.reporters.log.result_file import read_results
from harness.reporters.units import counted


def compare_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print the changes as a table; calls that fail newly decide the exit code."""
    before = outcomes(read_results(Path(options.before)))
    after = outcomes(read_results(Path(options.after)))
    changes = compare_results(before, after, slower_percent=options.slower)
    iterations = len({iteration for _, iteration in (*before, *after)})
    rows = []
    for change in changes:
        path, iteration = change.key
        name = " / ".join(path)
        rows.append(
            (change.kind, f"{name} [iteration {iteration + 1}]" if iterations > 1 else name, change.detail)
        )
    if rows:
        for line in table(("change", "call", "detail"), rows, terminal):
            terminal.out.write(line + "\n")
        terminal.out.write("\n")
    failing = sum(outcome.failed for outcome in after.values())
    newly = sum(change.kind == "newly failing" for change in changes)
    told = f"{counted(len(after), 'call')} compared, {failing} failing, {newly} of them newly"
    terminal.out.write(told + "\n")
    return ExitCode.FAILED if newly else ExitCode.PASSED
