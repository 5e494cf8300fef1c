"""`harness drift`: whether the live system still answers as it did when it was recorded."""

import argparse
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from harness.api import LiveRun
from harness.api.modes.drift import DriftMode
from harness.cassettes.compare.drift import Drift, DriftReport, accept
from harness.cassettes.compare.drift_page import drift_page
from harness.cassettes.edit import save
from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import Cassette
from harness.cassettes.file.publish import write_atomically
from harness.cli.cassette_command import collection_of, ignore_of
from harness.cli.drift_rows import drift_rows
from harness.cli.failure_lines import failure_lines
from harness.cli.json_output import write_json
from harness.cli.run_config import run_config
from harness.cli.run_to_end import run_to_end
from harness.cli.table import table
from harness.cli.terminal import Terminal
from harness.cli.warnings_told import tell_warnings
from harness.client.message import ResolvedRequest
from harness.errors import ExitCode, InputError, UsageError
from harness.reporters.units import counted
from harness.runner.events import RunFinished
from harness.secrets.byte_text import as_text

_LEFT_OVER: Final = re.compile(r"\{\{([^{}]+)\}\}")


def drift_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Run live, print what drifted, and write what is accepted; what is left decides the exit code."""
    if options.twin is not None:
        from harness.cli.twin_drift import twin_drift

        return twin_drift(options, terminal)
    if options.file is None:
        raise UsageError("drift compares with a recording: name its cassette", where="CASSETTE")
    cassette = load(Path(options.file))
    config = run_config(collection_of(cassette, options.collection), options, terminal)
    config = config.but(drift=options.file, drift_ignore=ignore_of(options))
    with LiveRun(config) as live:
        finished = run_to_end(live)
        if not isinstance(live.mode, DriftMode):
            raise RuntimeError("a run under drift that compares nothing")
        report = live.mode.report()
        redactor = live.set_up.watch.redactor
        failures = failure_lines(finished.summary.failures, live.mask)
    summary = finished.summary
    if finished.error is not None:
        report = report.without_unsent()
    if options.format != "json":
        _tell(report, finished, failures, terminal)
    undefined = _tell_undefined(report, cassette, terminal)
    warned = tell_warnings(summary.warnings, config.output.policy, terminal)
    if options.output is not None:
        _write_page(Path(options.output), report, cassette)
    chosen = [one for one in report.drifts if _is_chosen(one, options.accept or ())]
    accepted = [] if summary.interrupted or undefined else [one for one in chosen if not _fails_now(one)]
    if accepted:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        save(accept(cassette, accepted, recorded_at=now), Path(options.file), redactor)
    if options.format == "json":
        _write_document(report, finished, accepted, terminal)
    elif chosen:
        terminal.out.write(f"accepted into {options.file}: {len(accepted)} of {len(report.drifts)}\n")
        if summary.interrupted:
            terminal.out.write("  nothing is accepted of an interrupted run\n")
        elif undefined:
            terminal.out.write("  nothing is accepted of a run that lacks variables\n")
        elif len(accepted) < len(chosen):
            left = counted(len(chosen) - len(accepted), "recorded answer")
            terminal.out.write(f"  {left} kept: their requests got no answer\n")
    if summary.interrupted:
        return ExitCode.INTERRUPTED
    if undefined and options.output is None:
        # Whoever asked for the page gets the comparison, such as it is.
        return ExitCode.USAGE
    if len(accepted) < len(report.drifts):
        return ExitCode.DRIFT
    return ExitCode.FAILED if summary.failed else warned


def _tell(
    report: DriftReport, finished: RunFinished, failure_told: Sequence[str], terminal: Terminal
) -> None:
    rows = [
        (call or request, *places) for drift in report.drifts for call, request, *places in drift_rows(drift)
    ]
    if rows:
        for line in table(("call", "where", "recorded", "live"), rows, terminal):
            terminal.out.write(line + "\n")
        terminal.out.write("\n")
    told = f"{counted(report.compared, 'answer')} compared, {len(report.drifts)} drifted"
    failures = finished.summary.failures
    failed = f"; {counted(len(failures), 'failure')} in the run:" if failures else ""
    terminal.out.write(f"{told}{failed}\n")
    terminal.out.writelines(f"{line}\n" for line in failure_told)
    if finished.error is not None:
        terminal.out.write("  the run ended early: what it did not send is not compared\n")


def _write_document(
    report: DriftReport, finished: RunFinished, accepted: Sequence[Drift], terminal: Terminal
) -> None:
    places = [
        dict(zip(("call", "request", "where", "recorded", "live"), row, strict=True))
        for drift in report.drifts
        for row in drift_rows(drift)
    ]
    document = {
        "compared": report.compared,
        "drifted": len(report.drifts),
        "complete": finished.error is None,
        "failures": len(finished.summary.failures),
        "accepted": len(accepted),
        "places": places,
    }
    write_json(terminal.verbatim(), document)


def _tell_undefined(report: DriftReport, cassette: Cassette, terminal: Terminal) -> bool:
    """Say which variables have no value that had one in the recording, and which; tell whether there are any.

    What was sent without them is no answer to what was recorded.
    """
    # An undefined variable in a host is written in lower case.
    recorded = {name.lower(): (name, value) for name, value in cassette.metadata.environment.items()}
    names: dict[str, None] = {}
    for drift in report.drifts:
        if drift.live is not None:
            then = set() if drift.recorded is None else set(_left_over(drift.recorded.request))
            names |= dict.fromkeys(name for name in _left_over(drift.live.request) if name not in then)
    for found in names:
        name, value = recorded.get(found.lower(), (found, None))
        had = f"; it was recorded with {value}" if value else ""
        terminal.err.write(f"error: variable {{{{{name}}}}} is not defined in this run{had}\n")
    if names:
        terminal.err.write(
            "  pass the environment that it was recorded with (-e FILE), or use --platform local\n"
        )
    return bool(names)


def _left_over(request: ResolvedRequest) -> list[str]:
    """Return the variables that a request was sent with in place of their values."""
    texts = (unquote(request.url), *(value for _, value in request.headers), as_text(request.body or b""))
    return [name for text in texts for name in _LEFT_OVER.findall(text)]


def _is_chosen(drift: Drift, texts: Sequence[str]) -> bool:
    one = drift.recorded or drift.live
    return one is not None and any(text in " / ".join(one.context.call) for text in texts)


def _fails_now(one: Drift) -> bool:
    """Tell whether an answer was recorded where none comes: a system that is down is no new answer."""
    recorded, live = one.recorded, one.live
    return (
        recorded is not None and recorded.response is not None and live is not None and live.response is None
    )


def _write_page(path: Path, report: DriftReport, cassette: Cassette) -> None:
    rows = [row for drift in report.drifts for row in drift_rows(drift)]
    page = drift_page(rows, cassette=cassette, compared=report.compared, drifted=len(report.drifts))
    try:
        write_atomically(path, [page])
    except OSError as error:
        raise InputError(f"cannot write the page: {error.strerror}", where=str(path)) from error
