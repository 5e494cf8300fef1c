"""The reference page of all options, made from the table."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from harness.options.command import Command
from harness.options.commands import COMMANDS, RUN, RUN_DEFAULTS
from harness.options.config import GROUPS, PLACES
from harness.options.option import Option, camel
from harness.options.pytest_only import PYTEST_OPTIONS
from harness.warning_kinds import KINDS

_INTRODUCTION: Final = """\
# Options

<!-- Written by `python -m harness.options`; edit the table in `harness/options/`. -->

Every option is declared once, in `harness/options/`. This page, `harness COMMAND --help`, the options of
pytest, the keywords of `harness.run()`, the names in `.newmanrc` and shell completion are made from there.

`eval "$(harness completion bash)"` lets bash complete all of it; there are scripts for zsh and fish, too.
"""

_WARNINGS: Final = """\
# Warnings

<!-- Written by `python -m harness.options`; edit the table in `harness/warning_kinds.py`. -->

What may be a mistake, and fails nothing by itself, is a warning. Each has a kind:

- `--ignore-warning KIND` tells of no warning of that kind;
- `--error-on KIND` takes those of that kind for failures, with exit code 1;
- `--strict` takes all of them for failures, but for those ignored.

The first two may be given several times. pytest has them as `--postman-ignore-warning`, `--postman-error-on`
and `--postman-strict`, and `harness.run()` as `ignore_warnings`, `error_on` and `strict`. The terminal shows
the kind behind each warning, `-r json` and `-r events` keep it as `kind`.
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([_INTRODUCTION, *_commands(COMMANDS, "harness"), *_pytest(), *_python()])


def warnings_page() -> str:
    """Return the page of the kinds of warnings as Markdown."""
    rows = [f"| `{kind}` | {_cell(meaning)} |" for kind, meaning in KINDS.items()]
    return "\n".join([_WARNINGS, "| kind | |\n|---|---|", *rows, ""])


def _commands(commands: Sequence[Command], above: str) -> Iterator[str]:
    for command in commands:
        name = f"{above} {command.name}"
        yield f"## `{name}`\n"
        yield f"{command.description or _sentence(command.help)}\n"
        if command.arguments:
            yield "| argument | |\n|---|---|"
            for argument in command.arguments:
                yield f"| {_code(argument.metavar)} | {_cell(argument.help)} |"
            yield ""
        for section in command.sections:
            if section.title:
                yield f"### {section.title[0].upper()}{section.title[1:]} (`{name}`)\n"
            if command is not RUN and section in RUN.sections:
                yield f"As for `harness run`, under “{section.title}”.\n"
                continue
            yield from _options(section.options, of_run=command is RUN)
        yield from _commands(command.tools, name)


def _options(options: Sequence[Option], *, of_run: bool) -> Iterator[str]:
    yield "| option | |" + (" `.newmanrc` |" if of_run else "")
    yield "|---|---|" + ("---|" if of_run else "")
    for option in options:
        if not option.hidden:
            row = f"| {_spelled(option)} | {_cell(option.help)}{_default(option)} |"
            known = option.key in RUN_DEFAULTS
            yield row + (f" {_code(camel(option.key)) if known else ''} |" if of_run else "")
    yield ""


def _pytest() -> Iterator[str]:
    yield "## pytest\n"
    yield "Each is given as `--postman-NAME`, or in the ini file as `postman_name`.\n"
    yield "| option | ini | |\n|---|---|---|"
    for option in PYTEST_OPTIONS.values():
        value = f" {option.shown_value}" if option.kind != "flag" else ""
        ini = f"postman_{option.name.replace('-', '_')}"
        yield f"| {_code(f'--postman-{option.name}{value}')} | {_code(ini)} | {_cell(option.help)} |"
    yield ""


def _python() -> Iterator[str]:
    yield "## Python\n"
    yield (
        "The keywords of `harness.run(collection, ...)`. `RunConfig` has the same in groups: "
        + ", ".join(f"`{group}`" for group in GROUPS if group)
        + ".\n"
    )
    yield "| keyword | in `RunConfig` | type | |\n|---|---|---|---|"
    for group, places in groupby(PLACES.items(), key=lambda item: item[1].group):
        for keyword, place in places:
            owner = f"{group}.{place.field.name}" if group else place.field.name
            told = place.setting.meaning or place.setting.options[0].help.removesuffix("; repeatable")
            yield f"| {_code(keyword)} | {_code(owner)} | {_code(str(place.field.type))} | {_cell(told)} |"
    yield ""


def _spelled(option: Option) -> str:
    value = option.shown_value
    value = f" [{value}]" if option.optional else f" {value}" if value else ""
    return _code(", ".join(option.spellings) + value)


def _default(option: Option) -> str:
    shown = option.default is not None and "default" not in option.help
    return f" (default: `{option.default}`)" if shown else ""


def _code(text: str) -> str:
    # A bar would end the cell, even in code.
    return f"`{text}`".replace("|", "\\|")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("{", "&#123;").replace("<", "&lt;").replace("**", "\\*\\*")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
