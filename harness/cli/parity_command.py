"""`harness parity`: newman or Postman CLI, beside this runner on the same collections, and what differs."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product, takewhile
from pathlib import Path
from typing import Final

from harness.cli.json_output import write_json
from harness.cli.parity_difference import ParityComparison
from harness.cli.parity_dry import DryRun, differences_of
from harness.cli.parity_inputs import others_inputs
from harness.cli.parity_mask import given_variables, mask_of
from harness.cli.parity_page import parity_page
from harness.cli.parity_row import ParityCount, ParityRow
from harness.cli.parity_side import ParitySide, run_side
from harness.cli.parser import add_options, parse
from harness.cli.rival import RIVALS, Rival
from harness.cli.table import table
from harness.cli.terminal import Terminal
from harness.cli.verdict_formats import write_page
from harness.collection.document import is_address, like_named
from harness.dialect import DIALECTS, EXACT, NEWMAN, Dialect
from harness.errors import ExitCode, InputError, UsageError
from harness.options.comparing import PARITY_OWN
from harness.reporters.units import counted
from harness.secrets.watch import Unmasked

# What the runs write is ours to say: with their values, and by themselves.
_DROPPED = {
    "-r", "--reporters", "--export-environment", "--export-globals", "--export-collection",
    "--export-cookie-jar",
}  # fmt: skip
_DROPPED_FLAGS = {"-x", "--suppress-exit-code", "--silent", "--verbose"}
_ENVIRONMENT = ("-e", "--environment")

_LAST_WORDS: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is compared: collections, each with each environment, and the options of both sides."""

    collections: tuple[str, ...]
    environments: tuple[str | None, ...]
    flags: tuple[str, ...]
    rival: Rival
    command: str
    mode: Dialect
    dry: bool
    comparison: ParityComparison


def parity_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Run both on each collection, and print what differs as one table; 1 when anything does."""
    behind, newmans = _behind(options.flags)
    asked = _asked(options, behind, newmans, terminal)
    rows: list[ParityRow] = []
    compared = ParityCount()
    for collection, environment in product(asked.collections, asked.environments):
        found, count = _compared(collection, environment, asked, terminal)
        rows += found
        compared = compared.with_more(count)
    name = asked.rival.dialect.name
    if options.output or behind.output:
        page = parity_page(rows, against=name, compared=compared)
        write_page(terminal.cwd / (options.output or behind.output), page)
    if "json" in (options.format, behind.format):
        mode = "default" if asked.mode.run.masks else asked.mode.name
        document = {"against": name, "mode": mode, "compared": compared.as_json()}
        write_json(terminal.verbatim(), {**document, "differences": [row.as_json() for row in rows]})
        return ExitCode.FAILED if rows else ExitCode.PASSED
    _tell(rows, compared, asked, terminal)
    return ExitCode.FAILED if rows else ExitCode.PASSED


def _asked(
    options: argparse.Namespace, behind: argparse.Namespace, newmans: Sequence[str], terminal: Terminal
) -> _Asked:
    more = list(takewhile(lambda word: not word.startswith("-"), newmans))
    environments, flags = _environments(_kept(newmans[len(more) :]))
    rival = RIVALS[behind.against or options.against or NEWMAN.name]
    mode = behind.mode or options.mode
    collections = (options.collection, *more)
    for collection in collections:
        parse(["run", collection, *flags])
        path = Path(terminal.cwd, collection)
        if path.suffix and not is_address(collection) and not path.exists():
            # Both would refuse it alike, and be the same in that.
            raise InputError(
                "the collection is not there", where=collection, hint=like_named(Path(collection))
            )
    return _Asked(
        collections=collections,
        environments=environments or (None,),
        flags=tuple(flags),
        rival=rival,
        command=getattr(behind, rival.option) or getattr(options, rival.option) or rival.find(terminal),
        mode=rival.dialect if mode is None else EXACT if mode == "default" else DIALECTS[mode],
        dry=behind.dry or options.dry,
        comparison=ParityComparison([_mask(text) for text in (*options.mask, *behind.mask)]),
    )


def _compared(
    collection: str, environment: str | None, asked: _Asked, terminal: Terminal
) -> tuple[list[ParityRow], ParityCount]:
    """Run both sides on one collection and one environment."""
    flags = [*asked.flags, *(("-e", environment) if environment is not None else ())]
    alone = environment is None or len(asked.environments) == 1
    named = collection if alone else f"{collection} -e {environment}"
    rival = asked.rival
    with ExitStack() as open_now:
        inputs = others_inputs(collection, flags, rival.dialect.name, terminal)
        given, others = open_now.enter_context(inputs)
        words = [asked.command, *rival.words, given, *others]
        terminal.err.write(f"running {rival.dialect.name} ...\n")
        theirs = open_now.enter_context(run_side(words, rival, terminal))
        _tell_of_no_report(theirs, rival.dialect.name, collection, flags, terminal)
        count = ParityCount.of(theirs.outcome)
        dry = DryRun(collection=collection, flags=flags, theirs=theirs, mode=asked.mode)
        if asked.dry:
            return list(differences_of(dry, named, terminal)), count
        terminal.err.write("running harness ...\n")
        with run_side(_ours(collection, flags, asked.mode), None, terminal) as ours:
            _tell_of_no_report(ours, "harness", collection, flags, terminal)
            rows = list(asked.comparison.rows(theirs.outcome, ours.outcome))
        kinds = dry.kinds(terminal) if rows and asked.mode.run.masks else {}
        mask = mask_of(collection, (theirs, ours)) if rows else Unmasked()
    return [ParityRow.of(named, row, kinds).shown(mask) for row in rows], count


def _tell_of_no_report(
    side: ParitySide, who: str, collection: str, flags: Sequence[str], terminal: Terminal
) -> None:
    """Show what a run said last that wrote no report."""
    if not side.outcome.report:
        mask = mask_of(collection, (side,), given_variables(collection, flags, terminal))
        terminal.err.write(f"{mask(side.said)[-_LAST_WORDS:]}\n")
        terminal.err.write(f"{who} wrote no report; it exited with {side.outcome.exit_code}\n")


def _tell(rows: Sequence[ParityRow], compared: ParityCount, asked: _Asked, terminal: Terminal) -> None:
    name = asked.rival.dialect.name
    if rows:
        several = len(asked.collections) * len(asked.environments) > 1
        kinds = any(row.kind for row in rows)
        heads = (*(("collection",) if several else ()), "what", "where", name, "harness")
        cells = [
            (
                *((row.collection,) if several else ()),
                *(row.what, row.where, row.theirs, row.ours),
                *((row.kind,) if kinds else ()),
            )
            for row in rows
        ]
        for line in table((*heads, *(("kind",) if kinds else ())), cells, terminal):
            terminal.out.write(line + "\n")
        terminal.out.write("\n")
    if compared.unread:
        terminal.out.write(
            "requests over HTTPS that could not be read are compared as the reports tell them, not as they "
            "were sent\n"
        )
    verdict = counted(len(rows), "difference") if rows else "the same"
    terminal.out.write(f"{verdict}: {compared.told()} of {name}'s compared\n")


def _ours(collection: str, flags: Sequence[str], mode: Dialect) -> list[str]:
    # The report of the default masks values that are to be compared; it is read here and thrown away.
    how = ["--no-mask"] if mode.run.masks else ["--compat", mode.name]
    return [sys.executable, "-m", "harness", "run", collection, *flags, *how]


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


def _environments(flags: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Part the environments, of which newman takes one at a time, from the other options."""
    found: list[str] = []
    kept: list[str] = []
    words: Iterator[str] = iter(flags)
    for word in words:
        name, equals, value = word.partition("=")
        if word in _ENVIRONMENT:
            found += [one for one in (next(words, None),) if one is not None]
        elif equals and name in _ENVIRONMENT:
            found.append(value)
        else:
            kept.append(word)
    return tuple(found), kept


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
