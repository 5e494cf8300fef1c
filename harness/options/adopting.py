"""The commands for those who come from newman with runs that they already have."""

from typing import Final

from harness.options.command import Command, Section, headed
from harness.options.option import LIMITS, NETWORK, WHAT, Argument, Option

REPORTED: Final = (
    Option(
        name="cassettes",
        metavar="FOLDER",
        default="adopted",
        file=True,
        help="where the cassettes go (default: adopted); secrets are masked in them",
    ),
    Option(
        name="format",
        choices=("text", "json", "html"),
        default="text",
        help="how the verdicts are printed",
    ),
    Option(name="output", short="o", metavar="FILE", file=True, help="write the verdicts as a page, too"),
)

ADOPT: Final = Command(
    name="adopt",
    help="tell from newman's JSON reports whether harness would do the same, offline",
    description="Make a cassette of each JSON report of newman, replay it by default and with --compat "
    "newman, and say of each collection: same, differs (and how), or cannot tell (and why). Nothing is sent. "
    "Name the inputs that newman had (-e, -d, --folder ...): its report does not hold them. Exit code 0 when "
    "all collections are the same, 1 otherwise.",
    arguments=(
        Argument(
            name="reports",
            metavar="REPORT",
            count="+",
            help="what `newman run -r json` wrote; several of one collection vote",
        ),
    ),
    sections=(
        Section(
            options=(
                Option(
                    name="collections",
                    short="c",
                    kind="list",
                    metavar="PATH",
                    file=True,
                    help="file or folder in which the collections are, found by id, then by name "
                    "(default: the working directory); repeatable",
                ),
                *REPORTED,
            )
        ),
        *headed(WHAT, LIMITS, NETWORK),
    ),
)
"""`harness adopt`."""
