"""The commands for those who write collections: show, convert, check, set up."""

from typing import Final

from harness.options.command import FORMAT, Command, Section, headed
from harness.options.option import (
    WARNINGS,
    Argument,
    Option,
)

_PLAN: Final = (
    Option(
        name="plan",
        kind="flag",
        help="show which calls wait for which under `run --jobs`, and why",
    ),
    Option(
        name="environment",
        short="e",
        metavar="FILE",
        file=True,
        help="with --plan: the environment whose values addresses hold",
    ),
    Option(
        name="from",
        dest="recording",
        metavar="CASSETTE",
        file=True,
        help="with --plan: suggest lines for the companion that a recording speaks for; it proves none",
    ),
)

LIST: Final = Command(
    name="list",
    help="show folders and calls of a collection as a tree",
    arguments=(Argument(name="collection", metavar="COLLECTION", help="file or URL"),),
    sections=(Section(options=(*_PLAN, FORMAT)), *headed(WARNINGS)),
)

CONVERT: Final = Command(
    name="convert",
    help="write a collection in another of Postman's formats",
    description="Write a collection in another format: -o names a folder for format v3, a .json file for "
    "v2.1. What the new format cannot hold is listed with file and key.",
    arguments=(Argument(name="collection", metavar="COLLECTION", help="file or folder"),),
    sections=(
        Section(
            options=(
                Option(
                    name="output",
                    short="o",
                    required=True,
                    metavar="PATH",
                    file=True,
                    help="folder (v3) or .json file (v2.1) to write",
                ),
                Option(
                    name="with-companion",
                    kind="flag",
                    help="make scripts of the companion's extractions and expectations",
                ),
                Option(name="strict", kind="flag", help="exit code 1 when anything is lost"),
                FORMAT,
            )
        ),
    ),
)

LINT: Final = Command(
    name="lint",
    help="find mistakes in collections, environments and companions",
    description="Find mistakes in collections of all formats, environments and companions without "
    "running them. Exit code 1 when there is an error.",
    arguments=(Argument(name="paths", metavar="PATH", count="+", help="files, or folders to look through"),),
    sections=(
        Section(
            options=(
                Option(
                    name="format",
                    choices=("text", "json", "sarif", "github", "gitlab"),
                    default="text",
                    help="how findings are written",
                ),
                Option(
                    name="fail-severity",
                    choices=("error", "warning", "info"),
                    default="error",
                    help="exit code 1 from this severity on",
                ),
                Option(
                    name="baseline",
                    metavar="FILE",
                    file=True,
                    help="tell only what is not in this file, which --format json wrote",
                ),
                Option(
                    name="environment",
                    short="e",
                    metavar="FILE",
                    file=True,
                    help="environment that a run has: what nothing defines is a warning then",
                ),
                Option(name="globals", short="g", metavar="FILE", file=True, help="globals that a run has"),
                Option(
                    name="iteration-data",
                    short="d",
                    metavar="FILE",
                    file=True,
                    help="data rows that a run has: their names are defined",
                ),
            )
        ),
    ),
)

INIT: Final = Command(
    name="init",
    help="write what a project needs: companion files, a section for pytest, a file for CI",
    description="Look for collections, and write what is missing to run them in pytest and in CI: a "
    "companion file beside each, a section for pytest, a file for the CI system. No file that is there "
    "is changed; what would have to go into it is shown.",
    arguments=(
        Argument(name="paths", metavar="PATH", count="*", help="collections, or folders to look through (.)"),
    ),
    sections=(
        Section(
            options=(
                Option(
                    name="ci",
                    choices=("auto", "github", "gitlab", "azure", "jenkins", "none"),
                    default="auto",
                    help="the CI system; auto (default) takes the one that left traces, else GitHub",
                ),
                FORMAT,
            )
        ),
    ),
)

COMPANION: Final = Command(
    name="companion",
    help="what concerns companion files",
    description="Companion files say what a collection does not: what is taken out of answers, what is "
    "expected of them, set-up and teardown.",
    tools=(
        Command(
            name="schema",
            help="print the JSON Schema of companion files, with which editors complete and check them",
        ),
    ),
)
