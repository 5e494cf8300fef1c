"""The commands of the command line, with the options that nothing but the command line has."""

from collections.abc import Mapping
from typing import Any, Final

from harness.options.adopting import ADOPT, SHADOW
from harness.options.cassette_tools import CASSETTE_FILES, IGNORE, RECORDED, TOOLS
from harness.options.command import FORMAT, Command, Section, headed
from harness.options.loading import LOAD_REPORTS, LOAD_SHAPE
from harness.options.only_run import HISTORY, REPORTING
from harness.options.option import (
    CASSETTE,
    FLOW,
    HEADINGS,
    LIMITS,
    NETWORK,
    OUTPUT,
    WARNINGS,
    WHAT,
    Argument,
    Option,
)
from harness.options.serving import SERVE
from harness.options.values import percent, port, positive, share

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
    Command(
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
    ),
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
    Command(
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
    ),
    ADOPT,
    SHADOW,
    Command(
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
    ),
    Command(
        name="list",
        help="show folders and calls of a collection as a tree",
        arguments=(Argument(name="collection", metavar="COLLECTION", help="file or URL"),),
        sections=(Section(options=(*_PLAN, FORMAT)), *headed(WARNINGS)),
    ),
    Command(
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
    ),
    Command(
        name="lint",
        help="find mistakes in collections, environments and companions",
        description="Find mistakes in collections of all formats, environments and companions without "
        "running them. Exit code 1 when there is an error.",
        arguments=(
            Argument(name="paths", metavar="PATH", count="+", help="files, or folders to look through"),
        ),
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
                    Option(
                        name="globals", short="g", metavar="FILE", file=True, help="globals that a run has"
                    ),
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
    ),
    Command(
        name="serve",
        help="serve the local platform, for Postman or curl",
        description="Serve the local platform until interrupted, for Postman, curl or other runs.",
        sections=SERVE,
    ),
    Command(
        name="coverage",
        help="show what of an OpenAPI description a run touches",
        description="Run a collection, or read logs of runs that were, and show which operations, statuses, "
        "parameters, media types, enum values and required members were seen.",
        arguments=(Argument(name="collection", metavar="COLLECTION", count="?", help="file or URL"),),
        sections=(
            Section(
                options=(
                    Option(
                        name="fail-under",
                        kind="list",
                        metavar="[KIND=]PERCENT",
                        help="fail below this share of operations, or of status, parameter, media, enum, "
                        "required; repeatable",
                    ),
                    Option(
                        name="events",
                        kind="list",
                        metavar="LOG",
                        file=True,
                        help="read what `-r events` wrote, instead of running; repeatable",
                    ),
                    Option(
                        name="output",
                        short="o",
                        metavar="FILE",
                        file=True,
                        help="write it as JSON, or (.html) as a page of the run",
                    ),
                    FORMAT,
                )
            ),
            *headed(WHAT, FLOW, LIMITS, NETWORK, CASSETTE),
        ),
    ),
    Command(
        name="infer",
        help="propose a companion's expectations from recordings",
        description="Propose expectations from recordings: what was the same in all answers of a call, what "
        "form it had, what was always there. Without --write or --update they are only printed. Without a "
        "CASSETTE, those companions below the working directory are taken that have one.",
        arguments=(Argument(name="files", metavar="CASSETTE", count="*"),),
        sections=(
            Section(
                options=(
                    Option(
                        name="collection",
                        metavar="COLLECTION",
                        file=True,
                        help="the collection whose companion it is (default: the one that was recorded)",
                    ),
                    Option(
                        name="write",
                        kind="flag",
                        help="write what is new into the companion beside the collection, and leave all else "
                        "as it is",
                    ),
                    Option(
                        name="update",
                        kind="flag",
                        help="write anew what was inferred before, too, and show the difference",
                    ),
                    Option(
                        name="check",
                        kind="flag",
                        help="show what --update would change; exit code 1 when that is anything",
                    ),
                    Option(name="schema", kind="flag", help="print a JSON Schema of each call's answers"),
                    Option(name="format", choices=("text", "json"), default="text", help="how it is printed"),
                )
            ),
        ),
    ),
    Command(
        name="mock",
        help="serve recordings to any client",
        description="Serve recordings over HTTP until interrupted: any client gets the answers that were "
        "recorded, what a POST made is there, and what a DELETE took away is not. The options of a run are "
        "for --run.",
        arguments=(CASSETTE_FILES,),
        sections=(
            Section(
                options=(
                    Option(
                        name="host",
                        default="127.0.0.1",
                        help="address to listen on (default: this machine only)",
                    ),
                    Option(
                        name="port",
                        read=port,
                        help="port, 0 for any free one (default 8080; with --run any free one)",
                    ),
                    Option(
                        name="run",
                        metavar="COLLECTION",
                        file=True,
                        help="run this collection against the mock: all hosts lead to it",
                    ),
                    Option(
                        name="upstream",
                        metavar="URL",
                        help="ask this live service for what is not recorded",
                    ),
                    Option(
                        name="record-mode",
                        choices=("none", "new_episodes", "all"),
                        help="with --upstream: keep nothing (none, the default), put what is new into the "
                        "first cassette (new_episodes), or ask for everything anew and keep that (all)",
                    ),
                    Option(name="latency", kind="flag", help="answer as slowly as was recorded"),
                    Option(
                        name="fault-rate",
                        read=share,
                        default=0.0,
                        metavar="SHARE",
                        help="answer this share of requests with a fault: 0.05, or 5%",
                    ),
                    Option(
                        name="status",
                        read=positive,
                        default=503,
                        metavar="CODE",
                        help="status of the faults (default 503)",
                    ),
                )
            ),
            *headed(WHAT, FLOW, LIMITS, WARNINGS, NETWORK, OUTPUT),
        ),
    ),
    Command(
        name="init",
        help="write what a project needs: companion files, a section for pytest, a file for CI",
        description="Look for collections, and write what is missing to run them in pytest and in CI: a "
        "companion file beside each, a section for pytest, a file for the CI system. No file that is there "
        "is changed; what would have to go into it is shown.",
        arguments=(
            Argument(
                name="paths", metavar="PATH", count="*", help="collections, or folders to look through (.)"
            ),
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
    ),
    Command(
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
    ),
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
