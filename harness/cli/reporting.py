"""The reporters of a command, from its options."""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, get_args

from harness.cli.terminal import Terminal
from harness.dialect import EXACT, Dialect
from harness.errors import HarnessError
from harness.reporters.outside_text import clean
from harness.reporters.reporter import (
    REPORTERS,
    Reporter,
    ReporterContext,
    Verbosity,
    check_option,
    create,
    find_kind,
    installed_names,
    options_of,
)
from harness.reporters.units import counted
from harness.runner.results import RunWarning
from harness.secrets.watch import Mask, Unmasked

OptionsByReporter = Mapping[str, str | bool]
"""Options of reporters by `<name>-<option>`."""

DEFAULT: Final = "cli"
_WITH_HISTORY: Final = ("html", "htmlextra")
# Beside these htmlextra draws no progress bar of its own, asked or not (newman-reporter-htmlextra, index.js).
_AT_THE_TERMINAL: Final = frozenset({"cli", "progress"})
_TELLING_PROGRESS: Final = ("cli", "json", "progress")


def context_of(
    options: argparse.Namespace, terminal: Terminal, mask: Mask, *, dialect: Dialect = EXACT
) -> ReporterContext:
    """Return what the reporters share."""
    words: tuple[Verbosity, ...] = get_args(Verbosity)
    return ReporterContext(
        stream=terminal.drawing(),
        ci=terminal.to_ci(),
        cwd=terminal.cwd,
        colour=options.color,
        unicode=not options.disable_unicode,
        verbosity=next((word for word in words if getattr(options, word, False)), "normal"),
        mask=mask,
        dialect=dialect,
        environ=terminal.environ,
    )


def reporters_of(
    names: list[str],
    given: OptionsByReporter,
    context: ReporterContext,
    *,
    history: str | None = None,
    clear: bool = False,
) -> list[Reporter]:
    """Make the reporters, each once. `history` is a file of past runs; where HTML is made, that tells it.

    `clear` shows secrets to who sits at the terminal; what writes files masks them all the same.
    Raises `UsageError` for an unknown reporter or option; dialects that are not strict pass over them.
    """
    strict = context.dialect.inputs.strict_reporters
    wanted = [name for name in dict.fromkeys(names) if strict or find_kind(name) is not None]
    bar = "htmlextra" in wanted and given.get("htmlextra-displayProgressBar")
    if bar and not any(name in wanted for name in _TELLING_PROGRESS):
        wanted.append("progress")
    if strict:
        for option in given:
            refuse_unknown(option)
    made: list[Reporter] = []
    kept = False
    for name in wanted:
        own = _options_for(name, wanted, given)
        if not strict:
            own = {option: value for option, value in own.items() if option in options_of(name)}
        if history is not None and name in _WITH_HISTORY and not kept:
            own["history"] = history
            kept = True
        seen = replace(context, mask=Unmasked()) if clear and name in _AT_THE_TERMINAL else context
        made.append(create(name, own, seen))
    if history is not None:
        from harness.reporters.terminal.history_lines import HistoryReporter

        made.append(HistoryReporter(context.cwd / history, context, keep=not kept))
    return made


def close_all(reporters: Sequence[Reporter]) -> None:
    """Close reporters; that one cannot write its report does not keep the others from theirs.

    Raises what the first that failed raised.
    """
    first: HarnessError | OSError | None = None
    for reporter in reporters:
        try:
            reporter.close()
        except (HarnessError, OSError) as error:
            first = first or error
    if first is not None:
        raise first


def tell_together(collections: Sequence[str], failed: Sequence[str], context: ReporterContext) -> None:
    """Say on the terminal what came of several collections: the report above is that of the last alone."""
    from harness.reporters.terminal.colours import wrap
    from harness.reporters.terminal.style import style_of

    if context.verbosity == "silent":
        return
    style = style_of({}, context)
    count = counted(len(collections), "collection")
    if failed:
        named = ", ".join(dict.fromkeys(map(clean, failed)))
        told, colour = f"{style.signs.failed} {count}, {len(failed)} failed: {named}", "red"
    else:
        told, colour = f"{style.signs.passed} {count} passed", "green"
    lines = "\n  ".join(wrap(told, None if style.width is None else max(style.width - 2, 16)))
    context.stream.write(f"\n{style.ink(lines, colour, 'bold')}\n")


def tell_written(reporters: Sequence[Reporter], terminal: Terminal) -> None:
    """Say where reports are, beside what may be read by a program on the other stream."""
    for file in (reporter.written for reporter in reporters):
        if file is not None:
            terminal.err.write(f"written to {_near(file, terminal.cwd)}\n")


def _near(file: Path, cwd: Path) -> Path:
    """Name a file from where the command runs, when it is below."""
    return file.relative_to(cwd) if file.is_relative_to(cwd) else file


def refuse_unknown(given: str) -> None:
    """Raise `UsageError` for an option that no reporter has, whether the reporter is in use or not."""
    if any(given in kind.options for kind in REPORTERS.values()):
        return
    ours = _reporter_of(given, REPORTERS)
    if ours is not None and given.removeprefix(f"{ours}-") in REPORTERS[ours].options:
        return
    known = _reporter_of(given, (*REPORTERS, *installed_names()))
    name = given.partition("-")[0] if known is None else known
    check_option(name, given.removeprefix(name).removeprefix("-"))


def _reporter_of(given: str, names: Iterable[str]) -> str | None:
    """Return the reporter whose option it is, by the longest name that fits."""
    return max((name for name in names if given.startswith(f"{name}-")), key=len, default=None)


def idle_options(
    names: list[str], given: OptionsByReporter, terminal: Terminal, *, dialect: Dialect = EXACT
) -> Iterator[RunWarning]:
    """Warn of options of reporters that change nothing here, and note those that never do.

    Some dialects say nothing of those whose reporter is not in use.
    """
    for name in REPORTERS if dialect.reports.idle_options else ():
        options = [f"--reporter-{one}" for one in given if one.startswith(f"{name}-")]
        if options and name not in names:
            text = f"{', '.join(options)} changes nothing: add {name} to -r for this reporter"
            yield RunWarning(kind="idle-option", message=text)
    for name in dict.fromkeys(name for name in names if name in REPORTERS):
        own = _options_for(name, names, given)
        for option, reason in REPORTERS[name].idle.items():
            if option in own:
                terminal.err.write(f"note: --reporter-{name}-{option} changes nothing: {reason}\n")


def _options_for(name: str, names: list[str], given: OptionsByReporter) -> dict[str, str | bool]:
    """Return a reporter's options; one without a reporter's name is for all that know it, as in newman."""
    known = options_of(name)
    own = {
        option.removeprefix(f"{name}-"): value
        for option, value in given.items()
        if option.startswith(f"{name}-")
    }
    others = tuple(f"{other}-" for other in names)
    general = {
        option: value for option, value in given.items() if option in known and not option.startswith(others)
    }
    return {**own, **general}
