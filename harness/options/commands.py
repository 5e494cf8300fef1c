"""The commands of the command line, with the options that nothing but the command line has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.options.config import options_on
from harness.options.network import EVENTHUBS, KINESIS
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
from harness.options.output import SECRET_PATTERN
from harness.options.values import milliseconds, moment, percent, port, positive, share, whole
from harness.reporters.reporter import REPORTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Options under a heading; an empty title is for those of the command itself."""

    title: str = ""
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command, or, with `tools`, a family of them: `harness cassette show`."""

    name: str
    help: str
    description: str = ""
    arguments: tuple[Argument, ...] = ()
    sections: tuple[Section, ...] = ()
    tools: tuple["Command", ...] = ()

    @property
    def options(self) -> Iterator[Option]:
        """All options in the order of the help."""
        for section in self.sections:
            yield from section.options


_REPORTING: Final = (
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
_HISTORY: Final = Option(
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
        name="rerun-failed",
        heading=FLOW,
        metavar="LOG",
        file=True,
        help="run only what failed in this result, with what it needs",
    ),
    Option(
        name="suppress-exit-code", short="x", heading=FLOW, kind="flag", help="exit with 0 whatever happened"
    ),
    *_REPORTING,
    _HISTORY,
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
        name="share-variables",
        heading=WHAT,
        kind="flag",
        help="let each collection go on with the environment and globals of the one before",
    ),
)
"""What the command line can ask of a run besides its configuration."""


def _headed(*headings: str) -> tuple[Section, ...]:
    """Return the options of a run that stand under some headings."""
    options = (*options_on("cli"), *ONLY_RUN)
    return tuple(
        Section(title=heading, options=tuple(one for one in options if one.heading == heading))
        for heading in headings
    )


_CASSETTE_FILE: Final = Argument(name="file", metavar="CASSETTE")
_CASSETTE_FILES: Final = Argument(name="files", metavar="CASSETTE", count="+")
_RECORDED: Final = Argument(
    name="collection",
    metavar="COLLECTION",
    count="?",
    help="file or URL (default: the collection that was recorded)",
)
_IGNORE: Final = (
    Option(
        name="ignore",
        kind="list",
        metavar="POINTER",
        help="let this differ: body/createdAt, body/items/*/id, body/**/etag, headers/x-trace; repeatable",
    ),
    Option(name="all-headers", kind="flag", help="compare dates, request ids and the like, too"),
    Option(name="exact", kind="flag", help="compare what systems make up, too: UUIDs, times, digests"),
)
_OUTPUT_CASSETTE: Final = Option(
    name="output", short="o", required=True, metavar="CASSETTE", file=True, help="file to write"
)
_SECRETS: Final = (
    Option(
        name="environment",
        short="e",
        metavar="FILE",
        file=True,
        help="environment whose secret values are not to be there",
    ),
    SECRET_PATTERN,
)

_TOOLS: Final = (
    Command(
        name="show",
        help="print a cassette for people",
        arguments=(_CASSETTE_FILE,),
        sections=(
            Section(
                options=(
                    Option(name="call", metavar="TEXT", help="only calls whose path contains this"),
                    Option(name="no-bodies", kind="flag", help="leave headers and bodies out"),
                )
            ),
        ),
    ),
    Command(
        name="diff",
        help="compare two cassettes; exit code 1 when they differ",
        arguments=(Argument(name="old", metavar="OLD"), Argument(name="new", metavar="NEW")),
        sections=(Section(options=_IGNORE),),
    ),
    Command(
        name="merge",
        help="make one cassette of several",
        arguments=(
            Argument(
                name="files", metavar="CASSETTE", count="+", help="of equal requests the later file counts"
            ),
        ),
        sections=(Section(options=(_OUTPUT_CASSETTE,)),),
    ),
    Command(
        name="prune",
        help="replay a collection and drop what it does not use",
        arguments=(_CASSETTE_FILE, _RECORDED),
        sections=(
            Section(options=(Option(name="dry-run", kind="flag", help="only say what would be dropped"),)),
            *_headed(WHAT, WARNINGS),
        ),
    ),
    Command(
        name="scan",
        help="look for secrets; exit code 1 when there are",
        arguments=(_CASSETTE_FILES,),
        sections=(Section(options=_SECRETS), *_headed(WARNINGS)),
    ),
    Command(
        name="redact",
        help="take secrets out, or finish an interrupted recording",
        arguments=(Argument(name="file", metavar="CASSETTE|JOURNAL"),),
        sections=(
            Section(
                options=(
                    Option(
                        name="output",
                        short="o",
                        metavar="FILE",
                        file=True,
                        help="write here and leave the file as it is",
                    ),
                    *_SECRETS,
                )
            ),
            *_headed(WARNINGS),
        ),
    ),
    Command(
        name="import-har",
        help="make a cassette of a browser's HAR",
        arguments=(Argument(name="file", metavar="HAR"),),
        sections=(Section(options=(_OUTPUT_CASSETTE, *_SECRETS)), *_headed(WARNINGS)),
    ),
    Command(
        name="export-har",
        help="write a cassette as HAR",
        arguments=(_CASSETTE_FILE,),
        sections=(
            Section(
                options=(
                    Option(
                        name="output",
                        short="o",
                        metavar="HAR",
                        file=True,
                        help="file to write (default: print it)",
                    ),
                )
            ),
        ),
    ),
)

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
)
"""The options of `parity` that are not newman's; they may also stand behind the collection."""

_SERVE: Final = (
    Section(
        title="where",
        options=(
            Option(
                name="host", default="127.0.0.1", help="address to listen on (default: this machine only)"
            ),
            Option(name="port", read=port, default=8080, help="port, 0 for any free one; http and https"),
            Option(
                name="environment",
                metavar="FILE",
                file=True,
                help="write a Postman environment that leads to the platform",
            ),
            Option(
                name="certificate",
                metavar="FILE",
                file=True,
                help="write the certificate that https clients have to trust",
            ),
            Option(
                name="serve-file",
                kind="list",
                metavar="URL=FILE",
                file=True,
                help="answer URL with FILE for hosts that are mapped here; repeatable",
            ),
        ),
    ),
    Section(
        title="state",
        options=(
            Option(name="data", metavar="FILE", file=True, help="keep the state in this file"),
            Option(name="tenant", metavar="ID", help="tenant id of the organisation"),
            Option(name="org", metavar="ID", help="id of the organisation, ending in @AdobeOrg"),
        ),
    ),
    Section(title="exports", options=(KINESIS, EVENTHUBS)),
    Section(
        title="behaviour",
        options=(
            Option(name="seed", read=whole, metavar="N", help="draw ids and faults from this seed"),
            Option(
                name="clock",
                read=moment,
                metavar="TIME",
                help="start the platform's clock then (2024-05-15T12:00:00Z)",
            ),
            Option(
                name="latency",
                read=milliseconds,
                default=0,
                metavar="MS",
                help="let every answer take that long",
            ),
            Option(
                name="ingest-delay",
                read=milliseconds,
                default=0,
                metavar="MS",
                help="let it take that long until what was ingested is in profiles, segments and exports",
            ),
            Option(
                name="fail",
                read=share,
                default=0.0,
                metavar="RATE",
                help="answer this share of calls 503: 0.05, 5%",
            ),
            Option(name="strict", kind="flag", help="refuse what the services tolerate in old collections"),
        ),
    ),
)

LOAD: Final = "load"

_LOAD: Final = Section(
    title=LOAD,
    options=(
        Option(
            name="users",
            read=positive,
            metavar="N",
            help="users side by side (default 1); with --rate the most there are",
        ),
        Option(
            name="rate",
            metavar="N/s",
            help="runs of the collection that begin each second, whatever is answered (200/s, 30/min); "
            "a run that waits for a free user waits on the clock",
        ),
        Option(name="ramp", metavar="TIME", help="time in which the load grows to its level: 30s, 5m"),
        Option(name="duration", metavar="TIME", help="how long the load lasts, the ramp included"),
        Option(
            name="profile",
            metavar="fixed|ramp-up|spike|peak|FILE",
            default="fixed",
            file=True,
            help="how the load goes over time, or a YAML file of stages",
        ),
        Option(
            name="threshold",
            kind="list",
            metavar="RULE",
            help="fail unless this holds: p95<500ms, failed<1%, 'Folder / Call: p99<1s'; repeatable",
        ),
        Option(
            name="processes", read=positive, default=1, metavar="N", help="processes that send (default 1)"
        ),
        Option(name="master", kind="flag", help="lead workers on other machines, and send nothing"),
        Option(name="worker", kind="flag", help="send what a master on another machine asks for"),
        Option(
            name="expect-workers",
            read=positive,
            default=1,
            metavar="N",
            help="how many workers a master waits for (default 1)",
        ),
        Option(
            name="master-host", default="127.0.0.1", metavar="HOST", help="where the master of a worker is"
        ),
        Option(name="master-port", read=port, metavar="PORT", help="port of the master (default 5557)"),
    ),
)
_LOAD_REPORTS: Final = Section(
    title=OUTPUT,
    options=(
        Option(
            name="reporters",
            short="r",
            heading=OUTPUT,
            metavar="NAMES",
            help="comma-separated, default cli; there are cli, html, json, junit, csv",
        ),
        Option(
            name="baseline",
            metavar="FILE",
            file=True,
            help="compare in HTML with the load.json of an earlier load",
        ),
        Option(name="silent", heading=OUTPUT, kind="flag", help="print nothing"),
        Option(
            name="reporter-NAME-export",
            heading=OUTPUT,
            dest="reporter_help",
            metavar="FILE",
            help="where a report is written, as --reporter-json-export FILE (default load.json)",
        ),
    ),
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
)

SHELLS: Final = ("bash", "zsh", "fish")

RUN: Final = Command(
    name="run",
    help="run collections",
    description="Run collections in order. Options have newman's names and meaning.",
    arguments=(Argument(name="collections", metavar="COLLECTION", count="+", help="file or URL"),),
    sections=_headed(*HEADINGS),
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
            _RECORDED,
        ),
        sections=(
            Section(
                options=(
                    *_IGNORE,
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
                )
            ),
            *_headed(WHAT, LIMITS, WARNINGS, NETWORK),
        ),
    ),
    Command(
        name="load",
        help="run a collection as load, on Locust",
        description="Run a collection again and again by many users at once, each with variables and cookies "
        "of its own, and measure. Exit code 1 when a threshold does not hold.",
        arguments=(Argument(name="collection", metavar="COLLECTION", help="file or URL"),),
        sections=(_LOAD, *_headed(WHAT, LIMITS, NETWORK), _LOAD_REPORTS),
    ),
    Command(
        name="cassette",
        help="show and edit recordings",
        description="Show and edit recordings. Cassettes are YAML, or JSON by extension.",
        tools=_TOOLS,
    ),
    Command(
        name="report",
        help="make reports of an earlier run",
        description="Make reports of an earlier run, from our event log or a JSON report (newman's, too).",
        arguments=(Argument(name="results", metavar="RESULTS", help="what `-r events` or `-r json` wrote"),),
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
                    _HISTORY,
                    *_REPORTING,
                )
            ),
            *_headed(WARNINGS),
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
                )
            ),
            *_headed(WARNINGS),
        ),
    ),
    Command(
        name="parity",
        help="compare this runner with newman or Postman CLI on a collection",
        description="Run newman or Postman CLI, and this runner with --compat, on a collection, and show "
        "what differs: requests, assertions, variables, exit code. Exit code 1 when anything does. Options "
        "of reporters and exports are left out.",
        arguments=(
            Argument(name="collection", metavar="COLLECTION", help="file or URL"),
            Argument(
                name="flags",
                metavar="NEWMAN-OPTION",
                count="...",
                help="options of the other runner, for both",
            ),
        ),
        sections=(Section(options=PARITY_OWN),),
    ),
    Command(
        name="list",
        help="show folders and calls of a collection as a tree",
        arguments=(Argument(name="collection", metavar="COLLECTION", help="file or URL"),),
        sections=(Section(options=_PLAN), *_headed(WARNINGS)),
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
        sections=_SERVE,
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
                    Option(name="output", short="o", metavar="FILE", file=True, help="write it as JSON"),
                )
            ),
            *_headed(WHAT, FLOW, LIMITS, NETWORK, CASSETTE),
        ),
    ),
    Command(
        name="mock",
        help="serve recordings to any client",
        description="Serve recordings over HTTP until interrupted: any client gets the answers that were "
        "recorded, what a POST made is there, and what a DELETE took away is not.",
        arguments=(_CASSETTE_FILES,),
        sections=(
            Section(
                options=(
                    Option(
                        name="host",
                        default="127.0.0.1",
                        help="address to listen on (default: this machine only)",
                    ),
                    Option(
                        name="port", read=port, default=8080, help="port, 0 for any free one (default 8080)"
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
