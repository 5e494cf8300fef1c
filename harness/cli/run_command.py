"""`harness run`: collections through `harness.api`, events to reporters, the outcome to an exit code."""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from harness.cli.collection_run import CollectionRuns, reporter_names
from harness.cli.newmanrc import configured
from harness.cli.parser import ValueRefused
from harness.cli.reporting import DEFAULT, close_all, context_of, reporters_of, tell_together, tell_written
from harness.cli.terminal import Terminal
from harness.dialect import DIALECTS
from harness.errors import ExitCode, HarnessError, UsageError
from harness.options.stand_in import StandIn
from harness.reporters.reporter import writes_a_file
from harness.secrets.watch import Unmasked

if TYPE_CHECKING:
    from harness.api.sharding import Portion
    from harness.cli.joint_reports import JointReports

_FILES: Final = (
    "environment", "globals", "iteration_data", "working_dir", "cookie_jar", "ssl_client_cert_list",
    "ssl_client_cert", "ssl_client_key", "ssl_client_passphrase", "ssl_extra_ca_certs",
    "export_environment", "export_globals", "export_collection", "export_cookie_jar",
)  # fmt: skip


def run_command(
    options: argparse.Namespace,
    reporter_options: Mapping[str, str | bool],
    terminal: Terminal,
    stand_in: StandIn | None = None,
) -> ExitCode:
    """Run the collections one after another; the gravest outcome is the exit code.

    With `stand_in` they ask that server in place of their hosts.
    """
    dialect = DIALECTS[options.compat]
    if not dialect.inputs.zero_times:
        _refuse_zero(options)
    options, reporter_options = configured(options, reporter_options, terminal)
    _refuse_mask(options, terminal)
    if options.isolate:
        if options.replay is None:
            raise UsageError(
                "only a replay needs no network",
                where="--isolate",
                hint="give the recording with --replay FILE, or leave --isolate out",
            )
        from harness.cli.isolation import isolate

        isolate()
    if not dialect.inputs.empty_name_is_a_file:
        options = _without_empty(options)
    if options.watch:
        from harness.cli.watching import watch

        return watch(lambda: _run_all(options, reporter_options, terminal, stand_in), options, terminal)
    return _run_all(options, reporter_options, terminal, stand_in)


def _run_all(
    options: argparse.Namespace,
    reporter_options: Mapping[str, str | bool],
    terminal: Terminal,
    stand_in: StandIn | None,
) -> ExitCode:
    """Run all collections, and return the gravest outcome."""
    dialect = DIALECTS[options.compat]
    if len(options.collections) > 1 and not dialect.inputs.many_collections:
        terminal.err.write(f"note: {dialect.name} would run {options.collections[0]} alone\n")
    files = [name for name in reporter_names(options, dialect) if writes_a_file(name)]
    runs: Sequence[tuple[str, Portion | None]] = [(one, None) for one in options.collections]
    if options.shard is not None:
        from harness.cli.shard import shard_of

        runs = shard_of(options, terminal).collections
    with _joint_reports() if files and len(runs) > 1 else nullcontext() as joint:
        each = CollectionRuns(
            options=options,
            reporter_options=reporter_options,
            terminal=terminal,
            joint=joint,
            stand_in=stand_in,
        )
        worst = ExitCode.PASSED
        failed: list[str] = []
        for collection, portion in runs:
            try:
                code = each.run(collection, portion)
            except HarnessError as error:
                terminal.err.write(f"error: {error}\n")
                code = error.exit_code
            worst = max(worst, code)
            if code is not ExitCode.PASSED:
                failed.append(collection)
            if code is ExitCode.INTERRUPTED:
                break
        if len(runs) > 1 and dialect.reports.additions and DEFAULT in reporter_names(options, dialect):
            tell_together(
                [name for name, _ in runs], failed, context_of(options, terminal, Unmasked(), dialect=dialect)
            )
        if joint is not None:
            _report_together(joint, files, options, reporter_options, terminal)
    if options.suppress_exit_code:
        return ExitCode.PASSED
    return ExitCode.FAILED if dialect.run.one_failure_code and worst is not ExitCode.PASSED else worst


def _joint_reports() -> "JointReports":
    # A single collection does without, and reading logs takes long to load.
    from harness.cli.joint_reports import JointReports

    return JointReports()


def _report_together(
    joint: "JointReports",
    names: list[str],
    options: argparse.Namespace,
    given: Mapping[str, str | bool],
    terminal: Terminal,
) -> None:
    """Make the reports that are files of all the collections; what the logs hold is masked already."""
    context = context_of(options, terminal, Unmasked(), dialect=DIALECTS[options.compat])
    history = options.history if options.shard is None else None
    reporters = reporters_of(names, given, context, history=history)
    try:
        joint.tell(reporters)
    finally:
        close_all(reporters)
        if not options.silent:
            tell_written(reporters, terminal)


def _refuse_mask(options: argparse.Namespace, terminal: Terminal) -> None:
    """Refuse to show secrets where nobody is at the terminal: logs of CI are read by many."""
    if options.no_mask and terminal.environ.get("CI", "").lower() not in {"", "0", "false"}:
        raise UsageError(
            "--no-mask shows secrets to a person at a terminal, and CI is set",
            where="--no-mask",
            hint="leave it out: masks say which secret they stand for",
        )


def _refuse_zero(options: argparse.Namespace) -> None:
    """Refuse what newman's command line refuses: it takes no 0 for a time."""
    for name in ("delay_request", "timeout", "timeout_request", "timeout_script"):
        if getattr(options, name) == 0:
            raise ValueRefused(f"--{name.replace('_', '-')} has to be above 0", hint="leave it out for none")


def _without_empty(options: argparse.Namespace) -> argparse.Namespace:
    """Return the options as newman takes them, for which a file without a name (`-e "$UNSET"`) is none."""
    empty = {name: None for name in _FILES if getattr(options, name) == ""}
    return argparse.Namespace(**{**vars(options), **empty})
