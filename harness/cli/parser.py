"""The command line's parser, and what newman's reporters make of its arguments."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

from harness.errors import UsageError, choices
from harness.options.command import Command
from harness.options.commands import COMMANDS, RUN
from harness.options.option import Option
from harness.version import __version__

_VALUED: Final = frozenset(
    name
    for option in RUN.options
    if option.kind != "flag" and not option.optional
    for name in option.spellings
)
"""The options of a run that take one value."""

_SPELLINGS: Final = frozenset({"-h", "--help"}.union(*(option.spellings for option in RUN.options)))
"""All options of a run, as they are written."""


_INSTEAD: Final[Mapping[str, str]] = {
    "--mock": "start the mock server before the run and name its address with --env-var, "
    "or record its answers once with --record and run from them with --replay",
    "--simulate": "record the answers with --record and run from them with --replay and --replay-latency; "
    "the local platform makes faults of its own (harness serve --fail, --latency)",
}
"""Options of Postman CLI that have no counterpart of the same name, and what does their work here."""


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
        """Raise what argparse would print.

        It asks for all that is left of the arguments (`...`), too, which may be nothing.
        """
        for action in self._actions:
            if action.nargs == argparse.REMAINDER and action.metavar:
                message = message.replace(f", {action.metavar}", "")
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
        name = argument.partition("=")[0]
        if name in _INSTEAD:
            raise UsageError(f"{name} is an option of Postman CLI alone", hint=_INSTEAD[name])
        options = [name for action in self._actions for name in action.option_strings]
        from difflib import get_close_matches

        near = get_close_matches(name, options, n=1)
        if not near and len(name) == 2:
            # `-q` is how many commands spell `--quiet`.
            near = [one for one in options if one.startswith(f"-{name}")][:1]
        also = f"did you mean {near[0]!r}? " if near else ""
        what = f"there is no option {argument!r}" if argument.startswith("-") else f"{argument!r} is too much"
        raise UsageError(what, hint=f"{also}see: {self.prog} --help")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            name = "/".join(action.option_strings) or action.metavar or action.dest
            if not action.option_strings:
                what = str(name).lower()
                raise ValueRefused(
                    f"there is no {what} {value!r}", hint=choices(value, map(str, action.choices))
                )
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
        dashed = value.startswith("-") and name not in _SPELLINGS | {"--"}
        if argument == "--":
            return [*joined, argument, *argv[position:]]
        if argument not in _VALUED or not following:
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


def build_parser(argv: Sequence[str] = ()) -> Parser:
    """Build the parser of the `harness` command.

    With the command at the head of `argv` it knows that command alone, which is all that parsing `argv`
    needs: most of the time that a small run takes would go into the options of the other commands.
    """
    parser = Parser(
        prog="harness",
        description="Run any Postman collection, record it, replay it offline, and see what happened.",
        allow_abbrev=False,
    )
    parser.add_argument("-v", "--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    named = [command for command in COMMANDS if command.name in argv[:1]]
    _add_commands(commands, named or COMMANDS)
    return parser


def _add_commands(below: Any, commands: Sequence[Command]) -> None:
    for command in commands:
        description = {"description": _escaped(command.description)} if command.description else {}
        parser = below.add_parser(command.name, help=command.help, allow_abbrev=False, **description)
        for argument in command.arguments:
            named = {"choices": argument.choices} if argument.choices else {}
            parser.add_argument(
                argument.name,
                nargs=argument.count,
                metavar=argument.metavar,
                help=_escaped(argument.help) or None,
                **named,
            )
        for section in command.sections:
            add_options(
                parser.add_argument_group(section.title) if section.title else parser, section.options
            )
        if command.tools:
            _add_commands(parser.add_subparsers(dest="tool", metavar="TOOL", required=True), command.tools)


def add_options(parser: argparse.ArgumentParser | argparse._ArgumentGroup, options: Iterable[Option]) -> None:
    """Add options of the table to a parser, or to a group of one."""
    for option in options:
        parser.add_argument(*option.spellings, **_argparse(option))


def _argparse(option: Option) -> dict[str, Any]:
    """Say in argparse's words what an option takes."""
    words: dict[str, Any] = {
        "dest": option.key,
        "help": argparse.SUPPRESS if option.hidden else _escaped(option.help),
        "default": option.unset,
    }
    if option.kind == "flag":
        if isinstance(option.const, bool):
            return {**words, "action": "store_true"}
        return {**words, "action": "store_const", "const": option.const}
    if option.kind == "list":
        words["action"] = "append"
    if option.optional:
        words |= {"nargs": "?", "const": option.bare}
    if option.choices is not None and option.metavar == "":
        words["metavar"] = "|".join(option.choices)
    elif option.metavar:
        words["metavar"] = option.metavar
    return {**words, "choices": option.choices, "type": option.read, "required": option.required}


def _escaped(text: str) -> str:
    """Escape what argparse would fill in."""
    return text.replace("%", "%%")


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, dict[str, str | bool]]:
    """Parse the arguments: the options, and the reporters' options by `<name>-<option>`."""
    if argv[:1] == ["shadow"]:
        # What follows is another command's.
        return build_parser(argv).parse_args(argv), {}
    rest, reporter_options = split_reporter_options(argv)
    if rest[:1] == ["run"]:
        rest = _with_dashed_values(rest)
    if "--help" in rest or "-h" in rest:
        reporter_options = {}
    return build_parser(rest).parse_args(rest), reporter_options
