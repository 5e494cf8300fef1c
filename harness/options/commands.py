"""The commands of the command line, with the options that nothing but the command line has."""

from collections.abc import Mapping
from typing import Any, Final

from harness.options.adopting import ADOPT, SHADOW
from harness.options.authoring import COMPANION, CONVERT, INIT, LINT, LIST
from harness.options.cassette_tools import TOOLS
from harness.options.command import Command, Section, headed
from harness.options.comparing import COMPARE, DRIFT, PARITY
from harness.options.contracting import COVERAGE, INFER, MOCK
from harness.options.loading import LOAD_REPORTS, LOAD_SHAPE
from harness.options.only_run import HISTORY, REPORTING
from harness.options.option import (
    HEADINGS,
    LIMITS,
    NETWORK,
    WARNINGS,
    WHAT,
    Argument,
    Option,
)
from harness.options.serving import SERVE

SHELLS: Final = ("bash", "zsh", "fish")

RUN: Final = Command(
    name="run",
    help="run collections",
    description="Run collections in order. Options have newman's names and meaning.",
    arguments=(Argument(name="collections", metavar="COLLECTION", count="+", help="file or URL"),),
    sections=headed(*HEADINGS),
)

COMMANDS: Final = (
    RUN,
    DRIFT,
    Command(
        name="load",
        help="run a collection as load, on Locust",
        description="Run a collection again and again by many users at once, each with variables and cookies "
        "of its own, and measure. Exit code 1 when a threshold does not hold.",
        arguments=(Argument(name="collection", metavar="COLLECTION", help="file or URL"),),
        sections=(LOAD_SHAPE, *headed(WHAT, LIMITS, NETWORK), LOAD_REPORTS),
    ),
    Command(
        name="cassette",
        help="show and edit recordings",
        description="Show and edit recordings. Cassettes are YAML, or JSON by extension.",
        tools=TOOLS,
    ),
    Command(
        name="report",
        help="make reports of earlier runs",
        description="Make reports of an earlier run, from our event log or a JSON report (newman's, too). Of "
        "several results, as those of shards, one report is made.",
        arguments=(
            Argument(
                name="results", metavar="RESULTS", count="+", help="what `-r events` or `-r json` wrote"
            ),
        ),
        sections=(
            Section(
                options=(
                    Option(
                        name="output",
                        short="o",
                        metavar="FILE",
                        file=True,
                        help="file to write: .html, .xml (JUnit) or .json, by its extension",
                    ),
                    HISTORY,
                    *REPORTING,
                )
            ),
            *headed(WARNINGS),
        ),
    ),
    COMPARE,
    ADOPT,
    SHADOW,
    PARITY,
    LIST,
    CONVERT,
    LINT,
    Command(
        name="serve",
        help="serve the local platform, for Postman or curl",
        description="Serve the local platform until interrupted, for Postman, curl or other runs.",
        sections=SERVE,
    ),
    COVERAGE,
    INFER,
    MOCK,
    INIT,
    COMPANION,
    Command(
        name="completion",
        help="print what lets a shell complete commands, options and values",
        description="Print a script for a shell, which completes commands, options and their values with it: "
        'eval "$(harness completion bash)".',
        arguments=(Argument(name="shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS)),),
    ),
)
"""All commands in the order of the help."""

RUN_OPTIONS: Final[Mapping[str, Option]] = {
    option.key: option for option in reversed([*RUN.options]) if option.key != "reporter_help"
}
"""The options of a run by the key of their value; of several that set the same thing the first."""

RUN_DEFAULTS: Final[Mapping[str, Any]] = {key: option.unset for key, option in RUN_OPTIONS.items()}
"""What each option of a run is when nobody gives it."""
