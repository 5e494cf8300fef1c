"""The command line's options. newman's keep their names and meaning (newman 6, `newman run --help`)."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from harness import __version__
from harness.cassettes.modes import RECORD_MODES
from harness.errors import UsageError


class Parser(argparse.ArgumentParser):
    """An argument parser that reports a mistake as a `UsageError` instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        raise UsageError(message, hint=f"see: {self.prog} --help")


def split_reporter_options(
    argv: Sequence[str],
) -> tuple[list[str], dict[str, str | bool]]:
    """Take `--reporter-<name>-<option> [value]` out of the arguments: the rest, and the options found.

    As in newman the names are open, so that reporters can have options of their own. An option without a
    value is `True`.
    """
    rest: list[str] = []
    found: dict[str, str | bool] = {}
    position = 0
    while position < len(argv):
        argument = argv[position]
        position += 1
        if not argument.startswith("--reporter-"):
            rest.append(argument)
            continue
        name, equals, value = argument.removeprefix("--reporter-").partition("=")
        if equals:
            found[name] = value
        elif position < len(argv) and not argv[position].startswith("-"):
            found[name] = argv[position]
            position += 1
        else:
            found[name] = True
    return rest, found


def build_parser() -> Parser:
    """Build the parser of the `harness` command."""
    parser = Parser(
        prog="harness",
        description="Run any Postman collection, record it, replay it offline, and see what happened.",
        allow_abbrev=False,
    )
    parser.add_argument("-v", "--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_run(commands.add_parser("run", help="run collections", allow_abbrev=False))
    _add_list(commands.add_parser("list", help="show folders and calls of a collection as a tree"))
    _add_serve(commands.add_parser("serve", help="serve the local platform, for Postman or curl"))
    return parser


def _add_run(run: argparse.ArgumentParser) -> None:
    run.description = "Run collections in order. Options have newman's names and meaning."
    run.add_argument("collections", nargs="+", metavar="COLLECTION", help="file or URL")
    inputs = run.add_argument_group("what is run")
    inputs.add_argument("-e", "--environment", metavar="FILE", help="environment file or URL")
    inputs.add_argument("-g", "--globals", metavar="FILE", help="globals file or URL")
    inputs.add_argument("-d", "--iteration-data", metavar="FILE", help="data rows, JSON or CSV")
    inputs.add_argument("-n", "--iteration-count", type=_positive, metavar="N", help="how many iterations")
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
    _add_flow(run.add_argument_group("how it runs"))
    _add_network(run.add_argument_group("network"))
    _add_cassettes(run.add_argument_group("record, replay, local platform"))
    _add_output(run.add_argument_group("output"))


def _add_flow(flow: argparse._ArgumentGroup) -> None:
    flow.add_argument(
        "--bail",
        nargs="?",
        const="failure",
        metavar="failure|folder",
        help="stop at the first failure (`folder`: only when a folder is not found)",
    )
    flow.add_argument("--delay-request", type=_milliseconds, default=0, metavar="MS", help="wait before each")
    flow.add_argument("--timeout", type=_milliseconds, default=0, metavar="MS", help="bound the run")
    flow.add_argument(
        "--timeout-request", type=_milliseconds, default=0, metavar="MS", help="bound each request"
    )
    flow.add_argument(
        "--timeout-script", type=_milliseconds, default=None, metavar="MS", help="bound each script"
    )
    flow.add_argument("-x", "--suppress-exit-code", action="store_true", help="exit with 0 whatever happened")
    flow.add_argument(
        "--compat",
        choices=["newman"],
        help="newman's requests, results, exports and exit codes to the letter",
    )
    flow.add_argument("--strict", action="store_true", help="warnings fail the run")


def _add_network(network: argparse._ArgumentGroup) -> None:
    network.add_argument("--ignore-redirects", action="store_true", help="do not follow redirects")
    network.add_argument("-k", "--insecure", action="store_true", help="do not verify certificates")
    network.add_argument("--ssl-client-cert-list", metavar="FILE", help="client certificates by URL, JSON")
    network.add_argument("--ssl-client-cert", metavar="FILE", help="client certificate, PEM")
    network.add_argument("--ssl-client-key", metavar="FILE", help="its private key")
    network.add_argument("--ssl-client-passphrase", metavar="TEXT", help="the key's passphrase")
    network.add_argument("--ssl-extra-ca-certs", metavar="FILE", help="CAs to trust besides the known")
    network.add_argument("--cookie-jar", metavar="FILE", help="start with these cookies")
    network.add_argument("--export-cookie-jar", metavar="FILE", help="write the cookies at the end")
    network.add_argument(
        "--working-dir", metavar="DIR", help="where relative file bodies are (default: here)"
    )
    network.add_argument("--no-insecure-file-read", action="store_true", help="read no file outside of it")
    network.add_argument("--allow-outside", action="store_true", help="let file bodies come from anywhere")
    network.add_argument(
        "--resolve",
        action="append",
        default=[],
        metavar="HOST[:PORT]=ADDRESS[:PORT]",
        help="connect to ADDRESS for HOST; repeatable",
    )


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
    cassettes.add_argument("--platform", metavar="local", help="start a platform for the run: local")
    cassettes.add_argument("--seed", type=int, metavar="N", help="draw random values from this seed")


def _add_output(output: argparse._ArgumentGroup) -> None:
    output.add_argument(
        "-r", "--reporters", default=None, metavar="NAMES", help="comma-separated, default cli"
    )
    output.add_argument("--export-environment", metavar="FILE", help="write the environment at the end")
    output.add_argument("--export-globals", metavar="FILE", help="write the globals at the end")
    output.add_argument("--export-collection", metavar="FILE", help="write the collection at the end")
    output.add_argument(
        "--export-secrets", action="store_true", help="write secret variables in clear into exports"
    )
    output.add_argument("--silent", action="store_true", help="print nothing")
    output.add_argument("--verbose", action="store_true", help="print requests and responses")
    output.add_argument("--color", choices=["auto", "on", "off"], default="auto", help="colours")
    output.add_argument("--disable-unicode", action="store_true", help="plain characters only")
    output.add_argument(
        "--reporter-NAME-OPTION",
        dest="reporter_help",
        metavar="VALUE",
        help="an option of a reporter, as --reporter-json-export FILE",
    )


def _add_list(listing: argparse.ArgumentParser) -> None:
    listing.add_argument("collection", metavar="COLLECTION", help="file or URL")


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=_port, default=8080, help="port, 0 for any free one")
    serve.add_argument(
        "--environment", metavar="FILE", help="write a Postman environment that leads to the platform"
    )
    serve.add_argument("--data", metavar="FILE", help="keep the state in this file")


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _milliseconds(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of milliseconds")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 0 to 65535")
    return int(text)


def _run_defaults() -> dict[str, Any]:
    run = argparse.ArgumentParser(add_help=False)
    _add_run(run)
    defaults = vars(run.parse_args(["-"]))
    return {name: value for name, value in defaults.items() if name not in {"collections", "reporter_help"}}


RUN_DEFAULTS: Final[Mapping[str, Any]] = _run_defaults()
"""What each option of a run is when nobody gives it."""


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, dict[str, str | bool]]:
    """Parse the arguments: the options, and the reporters' options by `<name>-<option>`."""
    rest, reporter_options = split_reporter_options(argv)
    if "--help" in rest or "-h" in rest:
        reporter_options = {}
    return build_parser().parse_args(rest), reporter_options
