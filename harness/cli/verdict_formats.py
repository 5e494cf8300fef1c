"""Verdicts on collections as people and programs read them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from harness.adoption.verdict import UNKNOWN, Verdict, summary
from harness.adoption.verdict_page import verdict_page
from harness.cli.json_output import write_json
from harness.cli.table import table
from harness.cli.terminal import Terminal
from harness.reporters.export import write_atomically
from harness.reporters.outside_text import clean


def tell_verdicts(verdicts: Sequence[Verdict], options: argparse.Namespace, terminal: Terminal) -> None:
    """Print verdicts in the format that the options name, and write the page where they name a file."""
    if options.format == "json":
        rows = [one.as_json() for one in verdicts]
        write_json(terminal.verbatim(), rows)
    elif options.format == "html":
        terminal.verbatim().write(verdict_page(verdicts))
    else:
        _tell_text(verdicts, terminal)
    if options.output is not None:
        write_page(terminal.cwd / options.output, verdict_page(verdicts))


def write_page(path: Path, page: str) -> None:
    """Write a page into a file."""

    def put(file: IO[bytes]) -> None:
        file.write(page.encode("utf-8", "replace"))

    write_atomically(path, put)


def _tell_text(verdicts: Sequence[Verdict], terminal: Terminal) -> None:
    rows = [(one.word, one.collection, one.report, "; ".join(one.ids)) for one in verdicts]
    for line in table(("verdict", "collection", "report", "kind of difference"), rows, terminal):
        terminal.out.write(line + "\n")
    for one in verdicts:
        if not one.why and not one.line:
            continue
        whose = one.report if one.collection == UNKNOWN else one.collection
        terminal.out.write(f"\n{_in_a_line(Path(whose).name)}: {one.word}\n")
        for text in one.why:
            terminal.out.write(f"  - {_in_a_line(text)}\n")
        if one.line:
            terminal.out.write(f"  {one.line}\n")
    terminal.out.write(f"\n{summary(verdicts)}\n")


def _in_a_line(text: str) -> str:
    return " ".join(clean(text).split())
