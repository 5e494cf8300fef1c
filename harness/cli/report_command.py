"""`harness report`: reports of earlier runs."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from harness.cli.reporting import (
    DEFAULT,
    OptionsByReporter,
    close_all,
    context_of,
    idle_options,
    reporters_of,
)
from harness.cli.terminal import Terminal
from harness.cli.warnings_told import policy_of, tell_warnings
from harness.errors import ExitCode, UsageError, choices
from harness.reporters.log.joined_runs import joined, parts
from harness.reporters.log.result_file import read_results
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished, RunStarted
from harness.runner.results import CallResult
from harness.secrets.watch import SecretWatch

_BY_EXTENSION: Final[Mapping[str, str]] = {".html": "html", ".htm": "html", ".xml": "junit", ".json": "json"}


def report_command(options: argparse.Namespace, given: OptionsByReporter, terminal: Terminal) -> ExitCode:
    """Let the reporters handle the events again; a report that is made is a success, whatever it tells.

    Warnings that are to be failures are none the less: those of the run that it tells of, too.
    """
    names = [name for name in (options.reporters or "").split(",") if name]
    if options.output is not None:
        name = _reporter_for(options.output)
        names.append(name)
        given = {**given, f"{name}-export": options.output}
    names = names or [DEFAULT]
    watch = SecretWatch(redacted=True)
    context = context_of(options, terminal, watch.mask)
    reporters = reporters_of(names, given, context, history=options.history)
    policy = policy_of(options)
    worst = tell_warnings(idle_options(names, given, terminal), policy, terminal)
    try:
        for event in _events([Path(one) for one in options.results], watch):
            if isinstance(event, RunFinished) and any(map(policy.fails, event.summary.warnings)):
                worst = ExitCode.FAILED
            for reporter in reporters:
                reporter.handle(event)
    finally:
        close_all(reporters)
    for reporter in reporters:
        if reporter.written is not None and not options.silent:
            terminal.out.write(f"written to {reporter.written}\n")
    return worst


def _reporter_for(file: str) -> str:
    name = _BY_EXTENSION.get(Path(file).suffix.lower())
    if name is None:
        raise UsageError(
            f"what kind of report {file!r} is to be cannot be told by its extension",
            where="--output",
            hint=choices(Path(file).suffix, _BY_EXTENSION),
        )
    return name


def _events(paths: Sequence[Path], watch: SecretWatch) -> Iterator[Event]:
    """Read the events, and learn the secrets that each call shows: newman masks nothing."""
    for event in _results(paths):
        match event:
            case RunStarted(collection=collection):
                watch.learn_collection(collection)
            case CallFinished(result=result) | AttemptFinished(result=result):
                _learn(result, watch)
            case _:
                pass
        yield event


def _results(paths: Sequence[Path]) -> Iterator[Event]:
    if len(paths) == 1:
        return read_results(paths[0])
    runs = parts(dict.fromkeys(paths))
    return joined(runs, shards=True) if runs else iter(())


def _learn(result: CallResult, watch: SecretWatch) -> None:
    for exchange in (*(side.exchange for side in result.side), result.exchange):
        if exchange is not None:
            watch.learn_request(exchange.request)
            if exchange.response is not None:
                watch.learn_response(exchange.response)
