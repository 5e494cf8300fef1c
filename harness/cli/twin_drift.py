"""`harness drift --twin`: whether the local platform answers as a sandbox of the real service does."""

import argparse
import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from harness.api import LiveRun, RunConfig
from harness.api.address_form import as_used
from harness.api.modes.drift import DriftMode
from harness.api.preparation import collection_of
from harness.cassettes.compare.drift import DriftReport
from harness.cassettes.compare.generated_values import shape
from harness.cassettes.file.publish import write_atomically
from harness.cli.aep_journey import JOURNEY, journey_file
from harness.cli.cassette_command import ignore_of
from harness.cli.drift_rows import drift_rows
from harness.cli.failure_lines import failure_lines
from harness.cli.json_output import write_json
from harness.cli.run_config import run_config
from harness.cli.run_to_end import run_to_end
from harness.cli.table import table
from harness.cli.terminal import Terminal
from harness.errors import ExitCode, InputError, UsageError, require_extra
from harness.reporters.units import counted
from harness.runner.events import RunFinished

_FORMAT = "harness-twin-mismatches"
_VERSION = 1
_ADDRESS = re.compile(r"https?://[^/\s\"?#]+")


def twin_drift(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Run a collection against the platform, then against the sandbox, and tell and write what differs.

    The sandbox is the one that the environment `--twin` leads to; what is written has no secrets of it.
    """
    require_extra("aep", wanted="the local platform")
    from harness.aep.serving.hosts import ADOBE_HOSTS
    from harness.aep.serving.server import LocalPlatform

    collection = options.file or journey_file()
    if options.accept is not None:
        raise UsageError("nothing is accepted from a twin: its code has to change", where="--accept")
    sandbox = run_config(collection, options, terminal).but(environment=options.twin)
    if sandbox.inputs.seed is None:
        # What a run draws is to be the same on both sides, and new to a sandbox that has seen runs before.
        sandbox = sandbox.but(seed=secrets.randbelow(2**31))
    with TemporaryDirectory(prefix="harness-") as folder:
        cassette = str(Path(folder, "platform.yaml"))
        # 1. what the platform answers, in a run that knows it as no more than another environment
        with LocalPlatform() as local:
            authority = Path(folder, "platform.pem")
            authority.write_text(local.certificate_pem, encoding="utf-8")
            ended = _run(
                sandbox.but(
                    env_vars={
                        **sandbox.inputs.env_vars,
                        **as_used(local.environment(), collection_of(collection)),
                    },
                    resolve=dict.fromkeys(ADOBE_HOSTS, local.address),
                    extra_ca=str(authority),
                    record=cassette,
                )
            )[0]
        if ended.summary.interrupted:
            return ExitCode.INTERRUPTED
        # 2. what the sandbox answers to the same calls
        compared = sandbox.but(drift=cassette, drift_ignore=ignore_of(options))
        finished, report, failures = _run(compared)
    if report is None:
        raise RuntimeError("a run under drift that compares nothing")
    # 3. what differs
    unsent = sum(one.live is None for one in report.drifts)
    found = list(_mismatches(report.without_unsent(), local.address))
    as_json = options.format == "json"
    if not as_json:
        _tell(found, report, finished, failures, terminal)
    if unsent and not as_json:
        terminal.out.write(f"  {counted(unsent, 'request')} of the platform's run not sent to the sandbox\n")
    output = Path(options.output or "twin-mismatches.json")
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "collection": options.file or JOURNEY,
        "compared": report.compared,
        "mismatches": found,
    }
    try:
        write_atomically(output, [json.dumps(document, indent=2, ensure_ascii=False) + "\n"])
    except OSError as error:
        raise InputError(f"cannot write the mismatches: {error.strerror}", where=str(output)) from error
    if as_json:
        write_json(terminal.verbatim(), document | {"unsent": unsent, "written": str(output)})
    else:
        terminal.out.write(f"written to {output}\n")
    if finished.summary.interrupted:
        return ExitCode.INTERRUPTED
    if found:
        return ExitCode.DRIFT
    return ExitCode.FAILED if finished.summary.failed else ExitCode.PASSED


def _run(config: RunConfig) -> tuple[RunFinished, DriftReport | None, list[str]]:
    """Run to the end, and return its failures in lines, too; an interruption ends the run in order."""
    with LiveRun(config) as live:
        finished = run_to_end(live)
        report = live.mode.report() if isinstance(live.mode, DriftMode) else None
        failures = failure_lines(finished.summary.failures, live.mask)
    if report is not None and finished.error is not None:
        report = report.without_unsent()
    return finished, report, failures


def _mismatches(report: DriftReport, address: str) -> Iterator[dict[str, Any]]:
    """Give what differs, besides where the platform names its own address: that is no matter of rules."""
    from harness.aep.serving.provenance import provenance_of

    for drift in report.drifts:
        one = drift.recorded or drift.live
        if one is None:
            continue
        path = urlsplit(one.request.url).path
        answered = None if drift.recorded is None else drift.recorded.response
        refused = answered is not None and answered.status >= 400
        known = provenance_of(one.request.method, path, refused=refused)
        for call, request, where, here, there in drift_rows(drift):
            if address in here and _beyond_address(here) == _beyond_address(there):
                continue
            yield {
                "call": call,
                "request": request,
                "where": where,
                "platform": here,
                "sandbox": there,
                "known_from": {"source": known.source.value, "detail": known.detail},
            }


def _beyond_address(text: str) -> str:
    """Give a text's shape, all addresses in it taken for one."""
    return shape(_ADDRESS.sub("<address>", text))


def _tell(
    found: list[dict[str, Any]],
    report: DriftReport,
    finished: RunFinished,
    failure_told: list[str],
    terminal: Terminal,
) -> None:
    heads = ("call", "where", "platform", "sandbox", "known from")
    rows = [
        (
            str(one["call"] or one["request"]),
            str(one["where"]),
            str(one["platform"]),
            str(one["sandbox"]),
            str(one["known_from"]["source"]),
        )
        for one in found
    ]
    if rows:
        for line in table(heads, rows, terminal):
            terminal.out.write(line + "\n")
        terminal.out.write("\n")
    failures = finished.summary.failures
    failed = f"; {counted(len(failures), 'failure')} in the sandbox:" if failures else ""
    told = f"{counted(report.compared, 'answer')} compared, {len(found)} places differ from the sandbox"
    terminal.out.write(f"{told}{failed}\n")
    terminal.out.writelines(f"{line}\n" for line in failure_told)
    if finished.error is not None:
        terminal.out.write("  the run ended early: what it did not send is not compared\n")
