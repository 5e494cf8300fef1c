"""`harness parity`: newman or Postman CLI, beside this runner on the same collection, and what differs."""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.adoption.recording_proxy import RecordingProxy
from harness.cli.json_output import write_json
from harness.cli.parity_difference import ParityComparison
from harness.cli.parity_outcome import ParityOutcome, outcome_of
from harness.cli.parser import add_options, parse
from harness.cli.rival import RIVALS, Rival
from harness.cli.table import table
from harness.cli.terminal import Terminal
from harness.collection.load import whole_collection
from harness.dialect import NEWMAN
from harness.errors import ExitCode, UsageError
from harness.options.commands import PARITY_OWN
from harness.reporters.units import counted

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_NO_PROXIES = ("NO_PROXY", "no_proxy")
# What the runs write is ours to say: with their values, and by themselves.
_DROPPED = {
    "-r", "--reporters", "--export-environment", "--export-globals", "--export-collection",
    "--export-cookie-jar",
}  # fmt: skip
_DROPPED_FLAGS = {"-x", "--suppress-exit-code", "--silent", "--verbose"}


def parity_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Run both, one after the other, and print what differs as a table; 1 when anything does."""
    behind, newmans = _behind(options.flags)
    flags = _kept(newmans)
    comparison = ParityComparison([_mask(text) for text in (*options.mask, *behind.mask)])
    parse(["run", options.collection, *flags])
    rival = RIVALS[behind.against or options.against or NEWMAN.name]
    if Path(terminal.cwd, whole_collection(options.collection)).is_dir():
        what = "does not read folders" if rival.exports else "writes no report of a folder"
        raise UsageError(
            f"{rival.dialect.name} {what} of format v3",
            where=options.collection,
            hint="parity compares files of format v2; `harness convert` makes one",
        )
    named = getattr(behind, rival.option) or getattr(options, rival.option) or rival.find(terminal)
    ours_command = [sys.executable, "-m", "harness", "run"]
    compat = ["--compat", rival.dialect.name]
    sides: list[ParityOutcome] = []
    for name, words, more, own in (
        (rival.dialect.name, [named, *rival.words], [], rival),
        ("harness", ours_command, compat, replace(rival, reports=(), homeless=False)),
    ):
        terminal.err.write(f"running {name} ...\n")
        sides.append(_run([*words, options.collection, *flags, *more], own, terminal))
        if not sides[-1].report:
            terminal.err.write(f"{name} wrote no report; it exited with {sides[-1].exit_code}\n")
    theirs, ours = sides
    rows = list(comparison.rows(theirs, ours))
    if "json" in (options.format, behind.format):
        _write_document(rows, theirs, rival, terminal)
        return ExitCode.FAILED if rows else ExitCode.PASSED
    if rows:
        for line in table(("what", "where", rival.dialect.name, "harness"), rows, terminal):
            terminal.out.write(line + "\n")
        terminal.out.write("\n")
    if theirs.tunnels or ours.tunnels:
        terminal.out.write(
            "requests over HTTPS are compared as the reports tell them, not as they were sent\n"
        )
    told = (
        counted(len(theirs.requests), "request"),
        counted(len(theirs.assertions), "assertion"),
        counted(len(theirs.variables), "variable"),
    )
    verdict = counted(len(rows), "difference") if rows else "the same"
    terminal.out.write(f"{verdict}: {', '.join(told)} of {rival.dialect.name}'s compared\n")
    return ExitCode.FAILED if rows else ExitCode.PASSED


def _write_document(
    rows: Sequence[tuple[str, ...]], theirs: ParityOutcome, rival: Rival, terminal: Terminal
) -> None:
    counts = {
        "requests": len(theirs.requests),
        "assertions": len(theirs.assertions),
        "variables": len(theirs.variables),
    }
    differences = [dict(zip(("what", "where", "theirs", "ours"), row, strict=True)) for row in rows]
    document = {"against": rival.dialect.name, "compared": counts, "differences": differences}
    write_json(terminal.out, document)


def _behind(flags: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Part our own options, behind the collection, from newman's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    add_options(parser, PARITY_OWN)
    try:
        return parser.parse_known_args(flags)
    except argparse.ArgumentError as error:
        raise UsageError(str(error), hint="see: harness parity --help") from error


def _mask(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise UsageError(f"{expression!r} is no regular expression: {error}", where="--mask") from error


def _kept(flags: Sequence[str]) -> list[str]:
    """Return newman's options without those that say where reports and exports go."""
    kept: list[str] = []
    position = 0
    while position < len(flags):
        flag = flags[position]
        position += 1
        if flag in _DROPPED:
            position += 1
        elif flag not in _DROPPED_FLAGS and flag.partition("=")[0] not in _DROPPED:
            kept.append(flag)
    return kept


def _run(command: Sequence[str], rival: Rival, terminal: Terminal) -> ParityOutcome:
    with TemporaryDirectory(prefix="harness-parity-") as name, RecordingProxy() as proxy:
        folder = Path(name)
        environ = {
            key: value
            for key, value in terminal.environ.items()
            if not key.startswith("HARNESS_VAR_") and key not in _NO_PROXIES
        }
        environ |= dict.fromkeys(_PROXIES, proxy.url)
        environ |= rival.environ(folder)
        done = subprocess.run(
            [*command, *rival.arguments(folder)],
            env=environ,
            cwd=terminal.cwd,
            capture_output=True,
            check=False,
        )
        made = outcome_of(
            folder, exit_code=done.returncode, requests=proxy.requests, tunnels=len(proxy.tunnels)
        )
        if not made.report:
            terminal.err.write((done.stderr or done.stdout).decode("utf-8", "replace")[-2000:] + "\n")
        return made
