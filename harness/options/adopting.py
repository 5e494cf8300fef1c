"""The commands for those who come from newman with runs that they already have."""

from dataclasses import replace
from typing import Final

from harness.options.command import Command, Section, headed
from harness.options.option import FLOW, LIMITS, NETWORK, WHAT, Argument, Option

_OF_NEWMANS_FLOW: Final = frozenset({"bail", "suppress-exit-code"})

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

NEWMANS: Final = (
    *headed(WHAT, LIMITS, NETWORK),
    *(
        replace(section, options=tuple(one for one in section.options if one.name in _OF_NEWMANS_FLOW))
        for section in headed(FLOW)
    ),
)
"""The options of a run that newman's runs may have had."""

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
        *NEWMANS,
    ),
)
"""`harness adopt`."""

SHADOW: Final = Command(
    name="shadow",
    help="run newman as it is behind a recording proxy, and tell whether harness would do the same",
    description="Run any command that runs newman, unchanged: its output and exit code are its own. What it "
    "sends is recorded on the way, HTTPS as well, and nothing is sent twice. A cassette is written, and the "
    "verdict is printed after newman's output.",
    arguments=(
        Argument(
            name="words", metavar="-- COMMAND", count="...", help="the command: newman run shop.json ..."
        ),
    ),
    sections=(Section(options=REPORTED),),
)
"""`harness shadow`."""
