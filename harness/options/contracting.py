"""The commands about contracts: OpenAPI descriptions, and recordings as expectations and mocks."""

from typing import Final

from harness.options.cassette_tools import CASSETTE_FILES
from harness.options.command import FORMAT, Command, Section, headed
from harness.options.option import (
    CASSETTE,
    FLOW,
    LIMITS,
    NETWORK,
    OUTPUT,
    WARNINGS,
    WHAT,
    Argument,
    Option,
)
from harness.options.values import port, positive, share

COVERAGE: Final = Command(
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
)

INFER: Final = Command(
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
)

MOCK: Final = Command(
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
)
