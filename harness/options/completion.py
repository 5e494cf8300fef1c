"""Scripts with which shells complete commands, options and values, made from the table."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from harness.options.command import Command
from harness.options.commands import COMMANDS
from harness.options.option import Option

PROGRAMS: Final = ("harness", "postman-harness")
"""The names under which the command is installed."""


def script(shell: str) -> str:
    """Return the script for one of `SHELLS`."""
    return "\n".join(_SCRIPTS[shell]()) + "\n"


def _walk(commands: Sequence[Command] = COMMANDS, above: str = "") -> Iterator[tuple[str, Command]]:
    """Yield each command with all its words: `cassette show`."""
    for command in commands:
        words = f"{above} {command.name}".strip()
        yield words, command
        yield from _walk(command.tools, words)


def _shown(command: Command) -> list[Option]:
    return [option for option in command.options if not option.hidden and option.key != "reporter_help"]


def _words_of(command: Command) -> list[str]:
    """Return what may follow a command besides files."""
    tools = [tool.name for tool in command.tools]
    values = [value for argument in command.arguments for value in argument.choices or ()]
    return [
        *tools,
        *values,
        *(spelling for option in _shown(command) for spelling in option.spellings),
        "--help",
    ]


def _bash() -> Iterator[str]:
    yield '# Completion of harness for bash. Use it: eval "$(harness completion bash)"'
    yield "_harness() {"
    yield '    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command="" word'
    yield '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield '        case "$command/$word" in'
    for words, _ in _walk():
        above, _, name = words.rpartition(" ")
        yield f'            "{above}/{name}") command="{words}" ;;'
    yield "        esac"
    yield "    done"
    yield '    case "$command/$previous" in'
    for words, command in _walk():
        for option in _shown(command):
            if option.kind == "flag" or option.optional:
                continue
            places = "|".join(f'"{words}/{spelling}"' for spelling in option.spellings)
            yield f"        {places}) {_bash_reply(option)}; return ;;"
    yield "    esac"
    yield '    case "$command" in'
    top = " ".join([*(command.name for command in COMMANDS), "--help", "--version"])
    yield f'        "") COMPREPLY=($(compgen -W "{top}" -- "$current")) ;;'
    for words, command in _walk():
        files = "" if command.tools or any(one.choices for one in command.arguments) else " -f"
        # What begins with a dash is no file.
        yield (
            f'        "{words}") COMPREPLY=($(compgen -W "{" ".join(_words_of(command))}" -- "$current"))'
            + (f'; [[ $current == -* ]] || COMPREPLY=($(compgen{files} -- "$current"))' if files else "")
            + " ;;"
        )
    yield "    esac"
    yield "}"
    yield f"complete -o filenames -F _harness {' '.join(PROGRAMS)}"


def _bash_reply(option: Option) -> str:
    if option.choices:
        return f'COMPREPLY=($(compgen -W "{" ".join(option.choices)}" -- "$current"))'
    return 'COMPREPLY=($(compgen -f -- "$current"))' if option.file and not option.pairs else "COMPREPLY=()"


def _zsh() -> Iterator[str]:
    yield f"#compdef {' '.join(PROGRAMS)}"
    yield '# Completion of harness for zsh. Use it: eval "$(harness completion zsh)"'
    for words, command in _walk():
        yield f"_harness_{_function(words)}() {{"
        if command.tools:
            yield from _zsh_commands(command.tools, words)
        else:
            specs = [one for option in _shown(command) for one in _zsh_option(option)]
            for number, argument in enumerate(command.arguments, 1):
                place = "*" if argument.count in {"+", "..."} else str(number)
                reply = f"({' '.join(argument.choices)})" if argument.choices else "_files"
                specs.append(f"{place}:{_zsh_text(argument.metavar)}:{reply}")
            yield "    _arguments -s \\"
            yield " \\\n".join(f"        {_quoted(spec)}" for spec in specs)
        yield "}"
    yield "_harness() {"
    yield from _zsh_commands(COMMANDS, "")
    yield "}"
    yield f"compdef _harness {' '.join(PROGRAMS)}"


def _zsh_commands(commands: Sequence[Command], above: str) -> Iterator[str]:
    told = " ".join(f'{command.name}\\:"{_zsh_text(command.help)}"' for command in commands)
    yield "    local line state"
    yield f"    _arguments -C {_quoted(f'1:command:(({told}))')} {_quoted('*::argument:->rest')}"
    yield "    case $state/$line[1] in"
    for command in commands:
        yield f"        rest/{command.name}) _harness_{_function(f'{above} {command.name}')} ;;"
    yield "    esac"


def _zsh_option(option: Option) -> Iterator[str]:
    again = "*" if option.kind == "list" else ""
    value = ""
    if option.kind != "flag":
        reply = f"({' '.join(option.choices)})" if option.choices else "_files" if option.file else " "
        value = f":{':' if option.optional else ''}{_zsh_text(option.shown_value)}:{reply}"
    for spelling in option.spellings:
        yield f"{again}{spelling}[{_zsh_text(option.help)}]{value}"


def _zsh_text(text: str) -> str:
    return re.sub(r"([\[\]:\\\"`$()])", r"\\\1", text)


def _fish() -> Iterator[str]:
    yield "# Completion of harness for fish. Use it: harness completion fish | source"
    for program in PROGRAMS:
        first = f"complete -c {program} -n __fish_use_subcommand -f"
        yield f"{first} -l version -d {_quoted('print the version')}"
        for command in COMMANDS:
            yield f"{first} -a {command.name} -d {_quoted(command.help)}"
            yield from _fish_command(program, command, f"__fish_seen_subcommand_from {command.name}")


def _fish_command(program: str, command: Command, seen: str) -> Iterator[str]:
    names = " ".join(tool.name for tool in command.tools)
    for tool in command.tools:
        none = _quoted(f"{seen}; and not __fish_seen_subcommand_from {names}")
        yield f"complete -c {program} -n {none} -f -a {tool.name} -d {_quoted(tool.help)}"
        yield from _fish_command(program, tool, f"{seen}; and __fish_seen_subcommand_from {tool.name}")
    for argument in command.arguments:
        if argument.choices:
            yield f"complete -c {program} -n {_quoted(seen)} -f -a {_quoted(' '.join(argument.choices))}"
    for option in _shown(command):
        words = [f"complete -c {program} -n {_quoted(seen)}"]
        words += [f"-s {option.short}"] if option.short else []
        words += [f"-l {name}" for name in (option.name, *option.aliases)]
        if option.kind != "flag" and not option.optional:
            words.append("-r" if option.file else "-x")
        if option.choices:
            words.append(f"-a {_quoted(' '.join(option.choices))}")
        yield " ".join([*words, f"-d {_quoted(option.help)}"])


def _function(words: str) -> str:
    return words.strip().replace(" ", "_").replace("-", "_")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


_SCRIPTS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
