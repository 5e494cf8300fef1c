"""The command line's parser, and what newman's reporters make of its arguments."""

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from harness import __version__
from harness.cli.cassette_options import add_cassette
from harness.cli.drift_options import add_drift
from harness.cli.report_options import add_compare, add_parity, add_report
from harness.cli.run_options import OPTION_NAMES, VALUED, add_run
from harness.cli.serve_options import add_serve
from harness.errors import UsageError, choices


class ValueRefused(UsageError):
    """The value of an option is not of the kind that it takes."""


class Parser(argparse.ArgumentParser):
    """An argument parser that reports a mistake as a `UsageError` instead of leaving the process."""

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        try:
            return super()._get_value(action, arg_string)
        except argparse.ArgumentError as error:
            raise ValueRefused(str(error), hint=f"see: {self.prog} --help") from None

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        raise UsageError(message, hint=f"see: {self.prog} --help")

    def parse_known_args(  # type: ignore[override]  # the overloads say no more than this
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse; what a command does not know is an error here, where its own options are known."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self._refuse(unknown[0])
        return known, unknown

    def _refuse(self, argument: str) -> NoReturn:
        options = [name for action in self._actions for name in action.option_strings]
        near = get_close_matches(argument.partition("=")[0], options, n=1)
        also = f"did you mean {near[0]!r}? " if near else ""
        what = f"there is no option {argument!r}" if argument.startswith("-") else f"{argument!r} is too much"
        raise UsageError(what, hint=f"{also}see: {self.prog} --help")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            name = "/".join(action.option_strings) or action.metavar or action.dest
            raise ValueRefused(f"{name} cannot be {value!r}", hint=choices(value, map(str, action.choices)))


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


def _with_dashed_values(argv: Sequence[str]) -> list[str]:
    """Join an option of `run` and the value behind it that begins with a dash, which argparse would refuse.

    As in newman what follows an option is its value; here only unless it is an option, too.
    """
    joined: list[str] = []
    position = 0
    while position < len(argv):
        argument, following = argv[position], argv[position + 1 : position + 2]
        position += 1
        value = following[0] if following else ""
        name = value.partition("=")[0] if value.startswith("--") else value
        dashed = value.startswith("-") and name not in OPTION_NAMES | {"--"}
        if argument == "--":
            return [*joined, argument, *argv[position:]]
        if argument not in VALUED or not following:
            joined.append(argument)
            continue
        position += 1
        if dashed:
            joined.append(f"{argument}={value}" if argument.startswith("--") else argument + value)
        elif value.startswith("-"):
            joined.append(argument)
            position -= 1
        else:
            joined += (argument, value)
    return joined


def build_parser() -> Parser:
    """Build the parser of the `harness` command."""
    parser = Parser(
        prog="harness",
        description="Run any Postman collection, record it, replay it offline, and see what happened.",
        allow_abbrev=False,
    )
    parser.add_argument("-v", "--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    add_run(commands.add_parser("run", help="run collections", allow_abbrev=False))
    add_drift(
        commands.add_parser(
            "drift", help="compare live answers with a recording; exit code 5 on drift", allow_abbrev=False
        )
    )
    add_cassette(commands.add_parser("cassette", help="show and edit recordings", allow_abbrev=False))
    add_report(commands.add_parser("report", help="make reports of an earlier run", allow_abbrev=False))
    add_compare(commands.add_parser("compare", help="compare the results of two runs", allow_abbrev=False))
    add_parity(
        commands.add_parser(
            "parity", help="compare this runner with newman on a collection", allow_abbrev=False
        )
    )
    _add_list(
        commands.add_parser(
            "list", help="show folders and calls of a collection as a tree", allow_abbrev=False
        )
    )
    add_serve(
        commands.add_parser("serve", help="serve the local platform, for Postman or curl", allow_abbrev=False)
    )
    return parser


def _add_list(listing: argparse.ArgumentParser) -> None:
    listing.add_argument("collection", metavar="COLLECTION", help="file or URL")


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, dict[str, str | bool]]:
    """Parse the arguments: the options, and the reporters' options by `<name>-<option>`."""
    rest, reporter_options = split_reporter_options(argv)
    if rest[:1] == ["run"]:
        rest = _with_dashed_values(rest)
    if "--help" in rest or "-h" in rest:
        reporter_options = {}
    return build_parser().parse_args(rest), reporter_options
