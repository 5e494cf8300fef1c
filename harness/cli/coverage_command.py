"""`harness coverage`: what of an OpenAPI description a run touches."""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.api import LiveRun
from harness.cassettes.file.publish import write_atomically
from harness.cli.json_output import write_json
from harness.cli.run_config import run_config
from harness.cli.table import table
from harness.cli.terminal import Terminal
from harness.contract.openapi.coverage import KINDS, Coverage
from harness.contract.openapi.operation import load_description
from harness.contract.openapi.operation_match import OperationFinder
from harness.errors import ExitCode, InputError, UsageError, choices
from harness.reporters.log.result_file import read_results
from harness.reporters.reporter import Reporter, ReporterContext, create
from harness.reporters.units import counted, percent
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished
from harness.runner.results import Covered
from harness.secrets.watch import Mask, Unmasked


def coverage_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Run the collection, or read runs that were; print what was seen, and fail below what is asked for."""
    if options.openapi is None:
        raise UsageError("coverage is of an OpenAPI description: name it", where="--openapi")
    least = dict(map(_least, options.fail_under))
    if not options.events and options.collection is None:
        raise UsageError("name a collection to run, or logs of runs that were (--events)", where="COLLECTION")
    description = load_description(options.openapi)
    finder = OperationFinder(description.operations, description.file, options.openapi_server or ())
    page = options.output is not None and options.output.lower().endswith((".html", ".htm"))
    if page and len(options.events) > 1:
        raise UsageError(
            "a page shows one run", where="--events", hint="name one log, or write JSON: -o FILE.json"
        )
    coverage = Coverage(description)
    failures = 0
    reporter: Reporter | None = None
    try:
        for event, mask in _events(options, terminal):
            if page and reporter is None:
                context = ReporterContext(stream=terminal.out, cwd=terminal.cwd, mask=mask)
                reporter = create("html", {"export": options.output}, context)
            match event:
                case CallFinished(result=result):
                    failures += result.failed
                    coverage.take(result, finder)
                case AttemptFinished(result=result):
                    coverage.take(result, finder)
                case RunFinished(summary=summary):
                    summary.coverage = coverage.report()
                case _:
                    pass
            if reporter is not None:
                reporter.handle(event)
    finally:
        if reporter is not None:
            reporter.close()
    report = coverage.report()
    if options.format == "json":
        write_json(terminal.verbatim(), _document(report))
    else:
        _tell(report, terminal)
    if options.output is not None and not page:
        _write(Path(options.output), report)
    below = [one for one in report if one.percent < least.get(one.kind, 0)]
    for one in below:
        wanted = percent(least[one.kind] / 100)
        terminal.err.write(
            f"error: {percent(one.percent / 100)} of {one.kind} is covered, less than {wanted}\n"
        )
    if failures:
        terminal.err.write(f"error: {counted(failures, 'call')} failed\n")
    return ExitCode.FAILED if below or failures else ExitCode.PASSED


def _events(options: argparse.Namespace, terminal: Terminal) -> Iterator[tuple[Event, Mask]]:
    """Yield events, each with what hides the secrets of its run; a log has none to hide."""
    if options.events:
        for file in options.events:
            for event in read_results(Path(file)):
                yield event, Unmasked()
        return
    with LiveRun(run_config(options.collection, options, terminal)) as live:
        for event in live.events():
            yield event, live.mask


def _least(text: str) -> tuple[str, float]:
    """Read `80`, which is of operations, or `enum=60`."""
    kind, equals, number = text.rpartition("=")
    kind = kind if equals else "operation"
    if kind not in KINDS:
        raise UsageError(f"there is no coverage of {kind!r}", where="--fail-under", hint=choices(kind, KINDS))
    try:
        wanted = float(number.removesuffix("%"))
    except ValueError:
        wanted = -1.0
    if not 0 <= wanted <= 100:
        raise UsageError(f"{number!r} is no percentage", where="--fail-under", hint="0 to 100")
    return kind, wanted


def _tell(report: tuple[Covered, ...], terminal: Terminal) -> None:
    rows = [
        (one.kind, str(one.declared), str(one.seen), percent(one.percent / 100), _missing(one.missing))
        for one in report
    ]
    for line in table(("what", "declared", "seen", "covered", "not seen"), rows, terminal):
        terminal.out.write(line + "\n")


def _missing(names: tuple[str, ...]) -> str:
    """Name one that was not seen, and count the others: a list of them would be cut in its middle."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else ""


def _document(report: tuple[Covered, ...]) -> Mapping[str, object]:
    return {
        one.kind: {
            "declared": one.declared,
            "seen": one.seen,
            "percent": round(one.percent, 2),
            "missing": list(one.missing),
        }
        for one in report
    }


def _write(path: Path, report: tuple[Covered, ...]) -> None:
    try:
        write_atomically(path, [json.dumps(_document(report), ensure_ascii=False, indent=2) + "\n"])
    except OSError as error:
        raise InputError(f"cannot write the coverage: {error.strerror}", where=str(path)) from error
