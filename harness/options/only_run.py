"""Options that nothing but the command line has of a run, and those of its reports."""

from typing import Final

from harness.options.option import (
    CASSETTE,
    FLOW,
    OUTPUT,
    WHAT,
    Option,
)
from harness.options.values import portion
from harness.reporters.reporter import REPORTERS

REPORTING: Final = (
    Option(
        name="reporters",
        short="r",
        heading=OUTPUT,
        optional=True,
        bare="",
        metavar="NAMES",
        help="comma-separated, default cli; there are " + ", ".join(REPORTERS),
    ),
    Option(name="silent", heading=OUTPUT, kind="flag", help="print nothing"),
    Option(name="quiet", heading=OUTPUT, kind="flag", help="print only what failed"),
    Option(name="verbose", heading=OUTPUT, kind="flag", help="print requests and responses"),
    Option(name="color", heading=OUTPUT, choices=("auto", "on", "off"), default="auto", help="colours"),
    Option(name="disable-unicode", heading=OUTPUT, kind="flag", help="plain characters only"),
    Option(
        name="reporter-NAME-OPTION",
        heading=OUTPUT,
        dest="reporter_help",
        metavar="VALUE",
        help="an option of a reporter, as --reporter-json-export FILE",
    ),
)

HISTORY: Final = Option(
    name="history",
    heading=OUTPUT,
    metavar="FILE",
    file=True,
    help="compare with past runs, and keep this one",
)

ONLY_RUN: Final = (
    Option(
        name="postman-api-key",
        heading=WHAT,
        metavar="KEY",
        help="read collections and environments from Postman, by UID",
    ),
    Option(
        name="watch",
        heading=FLOW,
        kind="flag",
        help="run again whenever collection, companion, environment, data or replayed cassette changes",
    ),
    Option(
        name="rerun-failed",
        heading=FLOW,
        metavar="LOG",
        file=True,
        help="run only what failed in this result, with what it needs",
    ),
    Option(
        name="shard",
        heading=FLOW,
        metavar="I/N",
        read=portion,
        help="run the Ith of N parts, by the times in --history: one for each of N machines",
    ),
    Option(
        name="suppress-exit-code", short="x", heading=FLOW, kind="flag", help="exit with 0 whatever happened"
    ),
    *REPORTING,
    HISTORY,
    Option(
        name="export-environment",
        heading=OUTPUT,
        metavar="FILE",
        file=True,
        help="write the environment at the end",
    ),
    Option(
        name="export-globals", heading=OUTPUT, metavar="FILE", file=True, help="write the globals at the end"
    ),
    Option(
        name="export-collection",
        heading=OUTPUT,
        metavar="FILE",
        file=True,
        help="write the collection at the end",
    ),
    Option(
        name="export-cookie-jar",
        heading=OUTPUT,
        metavar="FILE",
        file=True,
        help="write the cookies at the end",
    ),
    Option(
        name="export-secrets",
        heading=OUTPUT,
        kind="flag",
        help="change nothing: exports hold their values in clear",
        hidden=True,
    ),
    Option(
        name="export-masked",
        heading=OUTPUT,
        kind="flag",
        help="hide secrets in the exports of environment, globals and cookies",
    ),
    Option(
        name="no-mask",
        heading=OUTPUT,
        kind="flag",
        help="show secrets on the terminal, not in files; refused where CI is set",
    ),
    Option(
        name="isolate",
        heading=CASSETTE,
        kind="flag",
        help="with --replay, on Linux: run in a network namespace of its own, which has no way out",
    ),
    Option(
        name="share-variables",
        heading=WHAT,
        kind="flag",
        help="let each collection go on with the environment and globals of the one before",
    ),
)
"""What the command line can ask of a run besides its configuration."""
