"""`harness run`: collections through `harness.api`, events to reporters, the outcome to an exit code."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.api import LiveRun, RunConfig
from harness.cli.exports import write_exports
from harness.cli.newmanrc import configured
from harness.cli.parser import ValueRefused
from harness.cli.reporting import (
    DEFAULT,
    close_all,
    context_of,
    idle_options,
    reporters_of,
    tell_together,
    tell_written,
)
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.cli.warnings_told import tell_warnings
from harness.dialect import DIALECTS, Dialect
from harness.errors import ExitCode, HarnessError, UsageError
from harness.options.stand_in import StandIn
from harness.reporters.reporter import find_kind, unknown_hint, writes_a_file
from harness.reporters.units import counted
from harness.runner.events import RunFinished
from harness.runner.results import RunSummary
from harness.runner.run import Step
from harness.secrets.watch import Unmasked
from harness.variables.environment import export_scope
from harness.variables.scope import Scope

_PAGES: Final = frozenset({"html", "htmlextra"})
"""The reporters that tell the coverage of a description."""

if TYPE_CHECKING:
    from harness.api.sharding import Portion
    from harness.cli.joint_reports import JointReports

_FILES: Final = (
    "environment", "globals", "iteration_data", "working_dir", "cookie_jar", "ssl_client_cert_list",
    "ssl_client_cert", "ssl_client_key", "ssl_client_passphrase", "ssl_extra_ca_certs",
    "export_environment", "export_globals", "export_collection", "export_cookie_jar",
)  # fmt: skip


# Of many calls whose requests are not in a cassette the first ones are named.
_MISSES_TOLD: Final = 5


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
    files = [name for name in _reporter_names(options, dialect) if writes_a_file(name)]
    shared: dict[str, Any] = {}
    runs: Sequence[tuple[str, Portion | None]] = [(one, None) for one in options.collections]
    if options.shard is not None:
        from harness.cli.shard import shard_of

        runs = shard_of(options, terminal).collections
    with _joint_reports() if files and len(runs) > 1 else nullcontext() as joint:
        worst = ExitCode.PASSED
        failed: list[str] = []
        for collection, portion in runs:
            try:
                code = _run_one(
                    collection,
                    options,
                    reporter_options,
                    terminal,
                    joint,
                    shared,
                    portion=portion,
                    stand_in=stand_in,
                )
            except HarnessError as error:
                terminal.err.write(f"error: {error}\n")
                code = error.exit_code
            worst = max(worst, code)
            if code is not ExitCode.PASSED:
                failed.append(collection)
            if code is ExitCode.INTERRUPTED:
                break
        if len(runs) > 1 and dialect.reports.additions and DEFAULT in _reporter_names(options, dialect):
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


def _run_one(
    collection: str,
    options: argparse.Namespace,
    reporter_options: Mapping[str, str | bool],
    terminal: Terminal,
    joint: "JointReports | None",
    shared: dict[str, Any],
    *,
    portion: "Portion | None",
    stand_in: StandIn | None,
) -> ExitCode:
    config = run_config(collection, options, terminal)
    if stand_in is not None:
        config = config.but(stand_in=stand_in)
    if shared:
        # The values that the command line set are in what the run before left.
        inputs = replace(config.inputs, **shared, env_vars={}, global_vars={})
        config = replace(config, inputs=inputs)
    chosen: frozenset[Step] | None = None
    set_up: frozenset[Step] = frozenset()
    if portion is not None:
        set_up = portion.set_up
        chosen = None if portion.whole else portion.steps | set_up
    if options.rerun_failed is not None:
        chosen = _rerun(Path(options.rerun_failed), config, terminal)
        if not chosen:
            return ExitCode.PASSED
    with LiveRun(config) as live:
        names = _reporter_names(options, config.dialect)
        context = context_of(options, terminal, live.mask, dialect=config.dialect)
        if not config.dialect.inputs.strict_reporters:
            _warn_of_unknown(names, config.dialect, terminal)
        told = names if joint is None else [name for name in names if not writes_a_file(name)]
        # The history that shards are dealt out by has to be the same for all of them: none adds to it.
        history = options.history if joint is None and options.shard is None else None
        reporters = reporters_of(told, reporter_options, context, history=history, clear=options.no_mask)
        if joint is not None:
            reporters.append(joint.log(collection, context))
        if (contract := live.set_up.contract) is not None and not _PAGES.isdisjoint(told):
            from harness.contract.openapi.coverage_reporter import CoverageReporter

            reporters.insert(0, CoverageReporter(contract.description, contract.finder))
        idle = idle_options(names, reporter_options, terminal, dialect=config.dialect)
        warned = tell_warnings(idle, config.output.policy, terminal)
        events = live.events(chosen=chosen, set_up=set_up)
        finished: RunFinished | None = None
        try:
            while True:
                try:
                    event = next(events, None)
                    if event is None:
                        break
                    for reporter in reporters:
                        reporter.handle(event)
                    if isinstance(event, RunFinished):
                        finished = event
                except KeyboardInterrupt:
                    # The run ends in order: calls that always run are run, and reports are written.
                    event = events.throw(KeyboardInterrupt())
                    for reporter in reporters:
                        reporter.handle(event)
        finally:
            close_all(reporters)
            if joint is None and not options.silent:
                tell_written(reporters, terminal)
        if finished is None:
            raise RuntimeError("the run told no end")
        for line in live.set_up.network.told():
            terminal.err.write(f"{line}\n")
        if live.set_up.baseline is not None:
            _settle_baseline(live, finished.summary, terminal, whole=chosen is None and live.whole)
        write_exports(live, options, terminal)
        if options.share_variables:
            left = live.set_up.scopes
            shared |= {"environment": _left(left.environment), "globals": _left(left.globals)}
        if finished.summary.misses:
            _tell_misses(finished.summary, live.mask, terminal)
        return max(live.exit_code(finished.summary), warned)


def _settle_baseline(live: LiveRun, summary: RunSummary, terminal: Terminal, *, whole: bool) -> None:
    """Write the baseline when that is asked, and say what of it no longer occurs."""
    baseline, output = live.set_up.baseline, live.set_up.config.output
    if baseline is None or output.baseline is None:
        return
    gone = baseline.gone(summary, whole=whole, ignored=output.ignore_warnings)
    if output.update_baseline:
        from harness.api.baseline_file import write_baseline

        new = write_baseline(output, baseline, summary, whole=whole)
        terminal.err.write(f"baseline: {output.baseline}: {new} new, {len(gone)} taken out\n")
        return
    met = len(baseline.met(summary))
    if met:
        terminal.err.write(f"baseline: {counted(met, 'known finding')} did not count\n")
    for one in gone:
        told = live.mask(f"{one} ({baseline.known[one]})")
        terminal.err.write(f"baseline: no longer occurs: {told}; --update-baseline takes it out\n")


def _tell_misses(summary: RunSummary, mask: Callable[[str], str], terminal: Terminal) -> None:
    """Say on stderr which requests the cassette has no answer for, whatever the reporters tell."""
    missed = list(dict.fromkeys(" / ".join(one.path) for one in summary.failures if one.cause == "miss"))
    more = f" and {len(missed) - _MISSES_TOLD} more" if len(missed) > _MISSES_TOLD else ""
    told = mask(", ".join(missed[:_MISSES_TOLD]))
    requests = counted(summary.misses, "request")
    terminal.err.write(f"not in the cassette: {requests}{f' of {told}' if told else ''}{more}\n")


def _reporter_names(options: argparse.Namespace, dialect: Dialect) -> list[str]:
    named = options.reporters
    if dialect.inputs.strict_reporters:
        named = named or DEFAULT
    return [name for name in (DEFAULT if named is None else named).split(",") if name]


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


def _left(scope: Scope) -> dict[str, Any]:
    """Return the variables as a run left them, for the next one to begin with."""
    return export_scope(scope, exported_at="", exported_using="", mask=None)


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


def _warn_of_unknown(names: Sequence[str], dialect: Dialect, terminal: Terminal) -> None:
    """Say which reporters there are not, as newman does, which goes on without them."""
    for name in names:
        if find_kind(name) is None:
            terminal.err.write(f'{dialect.name}: could not find "{name}" reporter\n  {unknown_hint(name)}\n')


def _rerun(log: Path, config: RunConfig, terminal: Terminal) -> frozenset[Step]:
    """Choose the steps that failed in a result, with those they need, and say how many they are."""
    from harness.cli.rerun import failed_steps

    failed, needed = failed_steps(log, config)
    if not failed:
        terminal.err.write(f"nothing to run again: no call of {config.collection} failed in {log}\n")
    else:
        told = f" with {counted(len(needed), 'call')} that they need" if needed else ""
        terminal.err.write(f"running {counted(len(failed), 'failed call')} again{told}\n")
    return failed | needed
