"""`harness run`: collections through `harness.api`, events to reporters, the outcome to an exit code."""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from harness.api import LiveRun, RunConfig
from harness.cli.joint_reports import JointReports, writes_a_file
from harness.cli.newmanrc import configured
from harness.cli.parser import ValueRefused
from harness.cli.reporting import DEFAULT, close_all, context_of, reporters_of, tell_written, warn_of_idle
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.dialect import DIALECTS, Dialect
from harness.errors import ExitCode, HarnessError, UsageError, choices
from harness.reporters.reporter import REPORTERS
from harness.reporters.units import counted
from harness.runner.events import RunFinished
from harness.runner.run import Step
from harness.variables.environment import export_scope
from harness.version import __version__

_FILES: Final = (
    "environment", "globals", "iteration_data", "working_dir", "cookie_jar", "ssl_client_cert_list",
    "ssl_client_cert", "ssl_client_key", "ssl_client_passphrase", "ssl_extra_ca_certs",
    "export_environment", "export_globals", "export_collection", "export_cookie_jar",
)  # fmt: skip


def run_command(
    options: argparse.Namespace, reporter_options: Mapping[str, str | bool], terminal: Terminal
) -> ExitCode:
    """Run the collections one after another; the gravest outcome is the exit code."""
    dialect = DIALECTS[options.compat]
    if not dialect.inputs.zero_times:
        _refuse_zero(options)
    options, reporter_options = configured(options, reporter_options, terminal)
    if not dialect.inputs.empty_name_is_a_file:
        options = _without_empty(options)
    if len(options.collections) > 1 and not dialect.inputs.many_collections:
        terminal.err.write(f"note: {dialect.name} would run {options.collections[0]} alone\n")
    files = [name for name in _reporter_names(options, dialect) if writes_a_file(name)]
    with JointReports() as joint:
        worst = ExitCode.PASSED
        for collection in options.collections:
            try:
                together = joint if files and len(options.collections) > 1 else None
                code = _run_one(collection, options, reporter_options, terminal, together)
            except HarnessError as error:
                terminal.err.write(f"error: {error}\n")
                code = error.exit_code
            worst = max(worst, code)
            if code is ExitCode.INTERRUPTED:
                break
        if files and len(options.collections) > 1:
            _report_together(joint, files, options, reporter_options, terminal)
    if options.suppress_exit_code:
        return ExitCode.PASSED
    return ExitCode.FAILED if dialect.run.one_failure_code and worst is not ExitCode.PASSED else worst


def _run_one(
    collection: str,
    options: argparse.Namespace,
    reporter_options: Mapping[str, str | bool],
    terminal: Terminal,
    joint: JointReports | None,
) -> ExitCode:
    config = run_config(collection, options, terminal)
    chosen: frozenset[Step] | None = None
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
        history = options.history if joint is None else None
        reporters = reporters_of(told, reporter_options, context, history=history)
        if joint is not None:
            reporters.append(joint.log(collection, context))
        warn_of_idle(names, reporter_options, terminal, dialect=config.dialect)
        events = live.events(chosen=chosen)
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
        for line in live.platform_notes():
            terminal.err.write(f"{line}\n")
        _export(live, options)
        return live.exit_code(finished.summary)


def _reporter_names(options: argparse.Namespace, dialect: Dialect) -> list[str]:
    named = options.reporters
    if dialect.inputs.strict_reporters:
        named = named or DEFAULT
    return [name for name in (DEFAULT if named is None else named).split(",") if name]


def _report_together(
    joint: JointReports,
    names: list[str],
    options: argparse.Namespace,
    given: Mapping[str, str | bool],
    terminal: Terminal,
) -> None:
    """Make the reports that are files of all the collections; what the logs hold is masked already."""
    context = context_of(options, terminal, str, dialect=DIALECTS[options.compat])
    reporters = reporters_of(names, given, context, history=options.history)
    try:
        joint.tell(reporters)
    finally:
        close_all(reporters)
        if not options.silent:
            tell_written(reporters, terminal)


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
        if name not in REPORTERS:
            terminal.err.write(
                f'{dialect.name}: could not find "{name}" reporter\n  {choices(name, REPORTERS)}\n'
            )


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


def _export(live: LiveRun, options: argparse.Namespace) -> None:
    """Write the exports that were asked for."""
    dialect = DIALECTS[options.compat]
    clear = options.export_secrets or not dialect.run.masks
    exported_at = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    for path, scope in (
        (options.export_environment, live.scopes.environment),
        (options.export_globals, live.scopes.globals),
    ):
        if path is not None:
            document = export_scope(
                scope,
                exported_at=exported_at.replace("+00:00", "Z"),
                exported_using=f"harness/{__version__}",
                keeps_types=dialect.reports.exported_types,
                mask=None if clear else live.mask,
            )
            _write(path, document, f"newman-{scope.name}.json")
    if options.export_collection is not None:
        _write(options.export_collection, live.collection.source, "newman-collection.json")
    if options.export_cookie_jar is not None:
        _write(options.export_cookie_jar, live.jar.to_json(), "newman-cookie-jar.json")


def _write(path: str, document: Mapping[str, Any], default_name: str) -> None:
    """Write a document as newman does: into the folder named, or as the file named."""
    target = Path(path)
    try:
        if target.is_dir():
            stamp = datetime.now(UTC).strftime("%Y-%m-%d-%H-%M-%S-%f")[:-3]
            stem, _, suffix = default_name.rpartition(".")
            target = target / f"{stem}-{stamp}0.{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        # What UTF-8 cannot hold, half a surrogate pair, is escaped as JSON.stringify escapes it.
        text = json.dumps(document, indent=2, ensure_ascii=False)
        target.write_text(text, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot write the export: {reason}", where=path) from error
