"""The commands that compare: a run with its recording, two results, this runner with another."""

from typing import Final

from harness.options.cassette_tools import IGNORE, RECORDED
from harness.options.command import FORMAT, Command, Section, headed
from harness.options.option import (
    LIMITS,
    NETWORK,
    WARNINGS,
    WHAT,
    Argument,
    Option,
)
from harness.options.values import percent

PARITY_OWN: Final = (
    Option(
        name="newman",
        metavar="FILE",
        file=True,
        help="newman's command (default: of PATH, else installed by npm into a cache)",
    ),
    Option(
        name="postman",
        metavar="FILE",
        file=True,
        help="Postman CLI's command (default: of PATH); it runs signed out, and uploads nothing",
    ),
    Option(
        name="against",
        choices=("newman", "postman"),
        help="what is compared with: newman (default), or Postman CLI, for files of format v2",
    ),
    Option(
        name="mask",
        kind="list",
        metavar="REGEX",
        help="take what matches for the same, as values drawn at random; repeatable",
    ),
    Option(
        name="mode",
        choices=("default", "newman", "postman"),
        help="in which way this runner runs: by default, or with --compat newman or postman (default: as the "
        "other runner)",
    ),
    Option(
        name="dry",
        kind="flag",
        help="run the other runner alone, and replay what it sent and got, so that nothing is sent twice",
    ),
    Option(name="output", short="o", metavar="FILE", file=True, help="write the differences as a page, too"),
    FORMAT,
)
"""The options of `parity` that are not newman's; they may also stand behind the collection."""

DRIFT: Final = Command(
    name="drift",
    help="compare live answers with a recording; exit code 5 on drift",
    description="Run the collection of a recording live, and compare the answers with those recorded. "
    "Values that systems make up (UUIDs, times, digests, long numbers) may differ.",
    arguments=(
        Argument(
            name="file",
            metavar="CASSETTE",
            count="?",
            help="recording to compare with; with --twin the collection (default: the AEP journey)",
        ),
        RECORDED,
    ),
    sections=(
        Section(
            options=(
                *IGNORE,
                Option(
                    name="twin",
                    metavar="ENV",
                    file=True,
                    help="compare the local platform with the sandbox that an environment leads to, and "
                    "write the mismatches (-o FILE, default twin-mismatches.json)",
                ),
                Option(
                    name="accept",
                    kind="list",
                    optional=True,
                    bare="",
                    metavar="CALL",
                    help="write what changed into the cassette: all of it, or (--accept=TEXT) of calls "
                    "whose path contains this; repeatable",
                ),
                Option(
                    name="output",
                    short="o",
                    metavar="FILE",
                    file=True,
                    help="write the differences as HTML, too; those of --twin as JSON",
                ),
                FORMAT,
            )
        ),
        *headed(WHAT, LIMITS, WARNINGS, NETWORK),
    ),
)

COMPARE: Final = Command(
    name="compare",
    help="compare the results of two runs",
    description="Compare two results, ours or newman's. Exit code 1 when calls fail newly.",
    arguments=(
        Argument(name="before", metavar="A", help="the earlier result"),
        Argument(name="after", metavar="B", help="the later result"),
    ),
    sections=(
        Section(
            options=(
                Option(
                    name="slower",
                    read=percent,
                    default=50,
                    metavar="PERCENT",
                    help="how much slower is told, default 50",
                ),
                FORMAT,
            )
        ),
        *headed(WARNINGS),
    ),
)

PARITY: Final = Command(
    name="parity",
    help="compare this runner with newman or Postman CLI on collections",
    description="Run newman or Postman CLI, and this runner, on each collection with each environment "
    "(-e, repeatable), and show what differs: requests, assertions, variables, exit code. Exit code 1 "
    "when anything does. Options of reporters and exports are left out.",
    arguments=(
        Argument(name="collection", metavar="COLLECTION", help="file or URL"),
        Argument(
            name="flags",
            metavar="NEWMAN-OPTION",
            count="...",
            help="further collections, then options of the other runner, for both",
        ),
    ),
    sections=(Section(options=PARITY_OWN),),
)
