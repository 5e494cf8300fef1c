"""The options of `harness serve`."""

from typing import Final

from harness.options.command import Section
from harness.options.network import EVENTHUBS, KINESIS
from harness.options.option import (
    Option,
)
from harness.options.values import milliseconds, moment, port, share, whole

SERVE: Final = (
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
