"""The options of the commands that work on results of earlier runs."""

import argparse

from harness.cli.values import percent
from harness.reporters.reporter import REPORTERS


def add_report(report: argparse.ArgumentParser) -> None:
    """Add the arguments of `harness report`."""
    report.description = (
        "Make reports of an earlier run, from our event log or a JSON report (newman's, too)."
    )
    report.add_argument("results", metavar="RESULTS", help="what `-r events` or `-r json` wrote")
    report.add_argument(
        "-o", "--output", metavar="FILE", help="file to write: .html, .xml (JUnit) or .json, by its extension"
    )
    report.add_argument("--history", metavar="FILE", help="compare with past runs, and keep this one")
    add_reporting(report)


def add_compare(compare: argparse.ArgumentParser) -> None:
    """Add the arguments of `harness compare`."""
    compare.description = "Compare two results, ours or newman's. Exit code 1 when calls fail newly."
    compare.add_argument("before", metavar="A", help="the earlier result")
    compare.add_argument("after", metavar="B", help="the later result")
    compare.add_argument(
        "--slower", type=percent, default=50, metavar="PERCENT", help="how much slower is told, default 50"
    )


def add_parity(parity: argparse.ArgumentParser) -> None:
    """Add the arguments of `harness parity`."""
    parity.description = (
        "Run newman and this runner (--compat newman) on a collection, and show what differs: requests, "
        "assertions, variables, exit code. Exit code 1 when anything does. Options of reporters and exports "
        "are left out."
    )
    add_parity_own(parity)
    parity.add_argument("collection", metavar="COLLECTION", help="file or URL")
    parity.add_argument(
        "flags", nargs=argparse.REMAINDER, metavar="NEWMAN-OPTION", help="newman's options, for both"
    )


def add_parity_own(parity: argparse.ArgumentParser) -> None:
    """Add the options that are not newman's; they may also stand behind the collection."""
    parity.add_argument(
        "--newman",
        metavar="FILE",
        help="newman's command (default: of PATH, else installed by npm into a cache)",
    )
    parity.add_argument(
        "--mask",
        action="append",
        default=[],
        metavar="REGEX",
        help="take what matches for the same, as values drawn at random; repeatable",
    )


def add_reporting(output: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add the options of reporters."""
    output.add_argument(
        "-r",
        "--reporters",
        nargs="?",
        const="",
        metavar="NAMES",
        help="comma-separated, default cli; there are " + ", ".join(REPORTERS),
    )
    output.add_argument("--silent", action="store_true", help="print nothing")
    output.add_argument("--quiet", action="store_true", help="print only what failed")
    output.add_argument("--verbose", action="store_true", help="print requests and responses")
    output.add_argument("--color", choices=["auto", "on", "off"], default="auto", help="colours")
    output.add_argument("--disable-unicode", action="store_true", help="plain characters only")
    output.add_argument(
        "--reporter-NAME-OPTION",
        dest="reporter_help",
        metavar="VALUE",
        help="an option of a reporter, as --reporter-json-export FILE",
    )
