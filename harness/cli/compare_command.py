"""`harness compare`: what changed from one result to another."""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.cli.json_output import write_json
from harness.cli.table import table
from harness.cli.terminal import Terminal
from harness.cli.warnings_told import policy_of
from harness.errors import ExitCode
from harness.reporters.comparison import compare_results, outcomes
from harness.reporters.log.result_file import read_results
from harness.reporters.units import counted
from harness.runner.events import Event, RunFinished
from harness.runner.results import RunWarning


def compare_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print the changes as a table; calls that fail newly decide the exit code, and warnings if asked for."""
    before = outcomes(read_results(Path(options.before)))
    warnings: list[RunWarning] = []
    after = outcomes(_noting(warnings, read_results(Path(options.after))))
    failing_warnings = sum(map(policy_of(options).fails, warnings))
    changes = compare_results(before, after, slower_percent=options.slower)
    failing = sum(outcome.failed for outcome in after.values())
    newly = sum(change.kind == "newly failing" for change in changes)
    code = ExitCode.FAILED if newly or failing_warnings else ExitCode.PASSED
    if options.format == "json":
        listed = [
            {"kind": one.kind, "call": list(one.key[0]), "iteration": one.key[1], "detail": one.detail}
            for one in changes
        ]
        counts = {"compared": len(after), "failing": failing, "newlyFailing": newly}
        write_json(terminal.verbatim(), {**counts, "failingWarnings": failing_warnings, "changes": listed})
        return code
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
    told = f"{counted(len(after), 'call')} compared, {failing} failing, {newly} of them newly"
    terminal.out.write(told + "\n")
    if failing_warnings:
        terminal.out.write(f"{counted(failing_warnings, 'warning')} of the later result taken for failures\n")
    return code


def _noting(warnings: list[RunWarning], events: Iterable[Event]) -> Iterator[Event]:
    """Hand events on, and note what a run warned of."""
    for event in events:
        if isinstance(event, RunFinished):
            warnings += event.summary.warnings
        yield event
