"""The options of commands that run a collection. newman's keep name and meaning (`newman run --help`)."""

import argparse
from collections.abc import Mapping
from typing import Any, Final

from harness.cassettes.modes import RECORD_MODES
from harness.cli.report_options import add_reporting
from harness.cli.values import endpoint, milliseconds, positive
from harness.dialect import DIALECTS, EXACT


def add_run(run: argparse.ArgumentParser) -> None:
    """Add the arguments of `harness run`."""
    run.description = "Run collections in order. Options have newman's names and meaning."
    run.add_argument("collections", nargs="+", metavar="COLLECTION", help="file or URL")
    add_inputs(run.add_argument_group("what is run"))
    add_limits(run.add_argument_group("limits"))
    _add_flow(run.add_argument_group("how it runs"))
    add_network(run.add_argument_group("network"))
    _add_cassettes(run.add_argument_group("record, replay, local platform"))
    _add_output(run.add_argument_group("output"))


def add_inputs(inputs: argparse._ArgumentGroup) -> None:
    """Add the options that say what is run: environment, data, folders, variables."""
    inputs.add_argument("-e", "--environment", metavar="FILE", help="environment file or URL")
    inputs.add_argument("-g", "--globals", metavar="FILE", help="globals file or URL")
    inputs.add_argument("-d", "--iteration-data", metavar="FILE", help="data rows, JSON or CSV")
    inputs.add_argument("-n", "--iteration-count", type=positive, metavar="N", help="how many iterations")
    inputs.add_argument(
        "--folder",
        action="append",
        default=[],
        metavar="NAME",
        help="run only this folder or request, by name or id; repeatable",
    )
    inputs.add_argument(
        "--env-var", action="append", default=[], metavar="KEY=VALUE", help="set an environment variable"
    )
    inputs.add_argument(
        "--global-var", action="append", default=[], metavar="KEY=VALUE", help="set a global variable"
    )
    inputs.add_argument(
        "--no-companion", action="store_true", help="ignore the NAME.harness.yaml beside a collection"
    )
    inputs.add_argument("--working-dir", metavar="DIR", help="where relative file bodies are (default: here)")
    inputs.add_argument("--no-insecure-file-read", action="store_true", help="read no file outside of it")
    inputs.add_argument("--allow-outside", action="store_true", help="let file bodies come from anywhere")
    inputs.add_argument(
        "--upload",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="upload FILE where the collection names NAME; repeatable",
    )
    inputs.add_argument("--platform", metavar="local", help="start a platform for the run: local")
    add_endpoints(inputs)
    inputs.add_argument(
        "--postman-api-key", metavar="KEY", help="read collections and environments from Postman, by UID"
    )
    inputs.add_argument(
        "--secret-pattern",
        action="append",
        default=[],
        metavar="NAME=REGEX",
        help="take what matches, or its first group, for a secret; repeatable",
    )


def add_limits(limits: argparse._ArgumentGroup) -> None:
    """Add the options that bound a run in time."""
    limits.add_argument(
        "--delay-request", nargs="?", type=milliseconds, metavar="MS", help="wait before each"
    )
    limits.add_argument("--timeout", nargs="?", type=milliseconds, metavar="MS", help="bound the run")
    limits.add_argument(
        "--timeout-request", nargs="?", type=milliseconds, metavar="MS", help="bound each request"
    )
    limits.add_argument(
        "--timeout-script", nargs="?", type=milliseconds, metavar="MS", help="bound each script"
    )


def add_network(network: argparse._ArgumentGroup) -> None:
    """Add the options of connections: redirects, TLS, cookies."""
    network.add_argument("--ignore-redirects", action="store_true", help="do not follow redirects")
    network.add_argument("-k", "--insecure", action="store_true", help="do not verify certificates")
    network.add_argument("--ssl-client-cert-list", metavar="FILE", help="client certificates by URL, JSON")
    network.add_argument("--ssl-client-cert", metavar="FILE", help="client certificate, PEM")
    network.add_argument("--ssl-client-key", metavar="FILE", help="its private key")
    network.add_argument("--ssl-client-passphrase", metavar="TEXT", help="the key's passphrase")
    network.add_argument("--ssl-extra-ca-certs", metavar="FILE", help="CAs to trust besides the known")
    network.add_argument("--cookie-jar", metavar="FILE", help="start with these cookies")
    network.add_argument(
        "--resolve",
        action="append",
        default=[],
        metavar="HOST[:PORT]=ADDRESS[:PORT]",
        help="connect to ADDRESS for HOST; repeatable",
    )
    network.add_argument(
        "--serve-file",
        action="append",
        default=[],
        metavar="URL=FILE",
        help="answer this address from a file; repeatable",
    )


def add_endpoints(group: argparse._ArgumentGroup) -> None:
    """Add where the local platform delivers its exports."""
    group.add_argument(
        "--kinesis",
        type=endpoint,
        metavar="URL",
        help="let the local platform export to Kinesis there: https://kinesis.{region}.amazonaws.com,"
        " LocalStack, moto (default: streams of its own)",
    )
    group.add_argument(
        "--eventhubs",
        type=endpoint,
        metavar="URL",
        help="let it export to Event Hubs there: https://{namespace}.servicebus.windows.net",
    )


def _add_flow(flow: argparse._ArgumentGroup) -> None:
    flow.add_argument(
        "--rerun-failed", metavar="LOG", help="run only what failed in this result, with what it needs"
    )
    flow.add_argument(
        "--bail",
        nargs="?",
        const="failure",
        metavar="failure|folder",
        help="stop at the first failure (`folder`: only when a folder is not found)",
    )
    flow.add_argument("-x", "--suppress-exit-code", action="store_true", help="exit with 0 whatever happened")
    flow.add_argument(
        "--compat",
        choices=list(DIALECTS),
        default=EXACT.name,
        help="whose requests, results, exports and exit codes: those of newman 6, those of Postman CLI, "
        "or exact ones (default), with nothing left out",
    )
    flow.add_argument("--strict", action="store_true", help="warnings fail the run")
    flow.add_argument("--seed", type=int, metavar="N", help="draw random values from this seed")


def _add_cassettes(cassettes: argparse._ArgumentGroup) -> None:
    cassettes.add_argument("--record", metavar="FILE", help="record this run into a cassette")
    cassettes.add_argument("--replay", metavar="FILE", help="answer from a cassette, without any network")
    cassettes.add_argument(
        "--record-mode",
        choices=RECORD_MODES,
        metavar="|".join(RECORD_MODES),
        help="vcrpy's word for what becomes of the cassette named by --record",
    )
    cassettes.add_argument(
        "--resume", action="store_const", const="continue", help="go on with an interrupted recording"
    )
    cassettes.add_argument(
        "--discard",
        dest="resume",
        action="store_const",
        const="discard",
        help="throw an interrupted recording away",
    )
    cassettes.add_argument(
        "--expire",
        metavar="AGE=warn|fail|record",
        help="what becomes of a replay from older recordings: 30d=warn, 12h=fail, 90d=record",
    )
    cassettes.add_argument(
        "--replay-latency", action="store_true", help="let recorded answers take as long as they took"
    )
    cassettes.add_argument(
        "--match-on", metavar="PARTS", help="what of a request a replay compares, default method,url,body"
    )
    cassettes.add_argument(
        "--match-repeats", action="store_true", help="let the last of equal answers be given again and again"
    )
    cassettes.add_argument(
        "--match-order", action="store_true", help="refuse an answer whose turn has not come"
    )


def _add_output(output: argparse._ArgumentGroup) -> None:
    add_reporting(output)
    output.add_argument("--history", metavar="FILE", help="compare with past runs, and keep this one")
    output.add_argument("--export-environment", metavar="FILE", help="write the environment at the end")
    output.add_argument("--export-globals", metavar="FILE", help="write the globals at the end")
    output.add_argument("--export-collection", metavar="FILE", help="write the collection at the end")
    output.add_argument("--export-cookie-jar", metavar="FILE", help="write the cookies at the end")
    output.add_argument(
        "--export-secrets", action="store_true", help="write secret variables in clear into exports"
    )


def _parser() -> argparse.ArgumentParser:
    run = argparse.ArgumentParser(add_help=False)
    add_run(run)
    return run


_PARSER: Final = _parser()

RUN_DEFAULTS: Final[Mapping[str, Any]] = {
    name: value
    for name, value in vars(_PARSER.parse_args(["-"])).items()
    if name not in {"collections", "reporter_help"}
}
"""What each option of a run is when nobody gives it."""

VALUED: Final = frozenset(
    name for action in _PARSER._actions if action.nargs is None for name in action.option_strings
)
"""The options that take one value."""

OPTION_NAMES: Final = frozenset(name for action in _PARSER._actions for name in action.option_strings)
"""All options of a run, as they are written."""

RUN_ACTIONS: Final[Mapping[str, argparse.Action]] = {
    action.dest: action for action in reversed(_PARSER._actions)
}
"""What the parser does with each option; of several that set the same thing the first."""
