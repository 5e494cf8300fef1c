"""The options of `harness load`, besides those of a run."""

from typing import Final

from harness.options.command import Section
from harness.options.option import (
    OUTPUT,
    Option,
)
from harness.options.values import port, positive

LOAD: Final = "load"

LOAD_SHAPE: Final = Section(
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

LOAD_REPORTS: Final = Section(
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
