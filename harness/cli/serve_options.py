"""The options of `harness serve`."""

import argparse
from datetime import UTC, datetime

from harness.cli.run_options import add_endpoints
from harness.cli.values import milliseconds, port


def add_serve(serve: argparse.ArgumentParser) -> None:
    """Add the arguments of `harness serve`."""
    serve.description = "Serve the local platform until interrupted, for Postman, curl or other runs."
    where = serve.add_argument_group("where")
    where.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    where.add_argument("--port", type=port, default=8080, help="port, 0 for any free one; http and https")
    where.add_argument(
        "--environment", metavar="FILE", help="write a Postman environment that leads to the platform"
    )
    where.add_argument(
        "--certificate", metavar="FILE", help="write the certificate that https clients have to trust"
    )
    where.add_argument(
        "--serve-file",
        action="append",
        default=[],
        metavar="URL=FILE",
        help="answer URL with FILE for hosts that are mapped here; repeatable",
    )
    state = serve.add_argument_group("state")
    state.add_argument("--data", metavar="FILE", help="keep the state in this file")
    state.add_argument("--tenant", metavar="ID", help="tenant id of the organisation")
    state.add_argument("--org", metavar="ID", help="id of the organisation, ending in @AdobeOrg")
    add_endpoints(serve.add_argument_group("exports"))
    behaviour = serve.add_argument_group("behaviour")
    behaviour.add_argument("--seed", type=int, metavar="N", help="draw ids and faults from this seed")
    behaviour.add_argument(
        "--clock", type=moment, metavar="TIME", help="start the platform's clock then (2024-05-15T12:00:00Z)"
    )
    behaviour.add_argument(
        "--latency", type=milliseconds, default=0, metavar="MS", help="let every answer take that long"
    )
    behaviour.add_argument(
        "--ingest-delay",
        type=milliseconds,
        default=0,
        metavar="MS",
        help="let it take that long until what was ingested is in profiles, segments and exports",
    )
    behaviour.add_argument(
        "--fail", type=share, default=0.0, metavar="RATE", help="answer this share of calls 503: 0.05, 5%%"
    )
    behaviour.add_argument(
        "--strict", action="store_true", help="refuse what the services tolerate in old collections"
    )


def share(text: str) -> float:
    """Read a share of one: `0.05`, or `5%`."""
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share: 0 to 1, or 0% to 100%")
    return number


def moment(text: str) -> int:
    """Read a time as milliseconds since 1970: ISO 8601, in UTC unless it says otherwise, or that number."""
    if text.isdecimal():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2024-05-15T12:00:00Z") from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
