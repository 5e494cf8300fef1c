"""What pytest prints of a call that failed: short and complete."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import pytest

from harness.api import MissingCassette
from harness.cassettes.edit import pretty
from harness.cassettes.record.earlier import UnfinishedRecording
from harness.collection.v3.directory import request_stem
from harness.errors import HarnessError
from harness.pytest_plugin.options import option_value
from harness.reporters.outside_text import clean, cut, defused, reads_commands
from harness.reporters.units import counted, duration
from harness.runner.plan import Call
from harness.runner.results import CallResult
from harness.runner.rules import EXPECTATION
from harness.scripting.engine import Assertion, ScriptError
from harness.secrets.watch import Mask, Passed

_EXCERPT = 400
_LINE = 160
"""How many characters are shown of a body, and of a value or a line of a script."""

_INDENT = "\n      "
_ASSERTIONS = frozenset({"AssertionError", EXPECTATION})
_DIFF = 40
_VALUES = 10
"""How many lines of a difference, and how many variables are shown."""


@runtime_checkable
class _OfCall(Protocol):
    """A node for a call."""

    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A variable that a request used: its value, the scope that had it, and `by` what call it was set."""

    name: str
    scope: str | None
    value: str | None
    by: str = ""


class CallFailure(AssertionError):
    """A call failed; the message says how."""


class AssertionFailure(CallFailure):
    """An assertion of a call failed."""


# The reports of others tell a failure by its type, whose module means nothing to their readers.
CallFailure.__module__ = AssertionFailure.__module__ = "builtins"


def harmless(mask: Mask) -> Mask:
    """Return what makes a text fit to be printed by pytest: secrets masked, and nothing in it acts."""
    defuse = defused if reads_commands(os.environ) else str
    return Passed(mask, lambda text: defuse(clean(text)))


def failure_around(text: str, node: pytest.Item | pytest.Collector) -> BaseException:
    """Make a failure in the set-up or the end of a node, of which pytest shows the text alone."""
    return pytest.fail.Exception(f"{text}\n  rerun: {command_for(node)}", pytrace=False)


def error_text(error: HarnessError, node: pytest.Item | pytest.Collector) -> str:
    """Say what is wrong, and what to do about it in the words of this plugin's options."""
    if isinstance(error, UnfinishedRecording):
        hint = "continue it with --postman-resume=continue, or throw it away with =discard"
        return f"{error.what}\n  --> {error.where}\n  {hint}"
    if not isinstance(error, MissingCassette):
        return str(error)
    named = "" if not error.hint else " --postman-cassette FILE"
    lines = [error.what, f"  --> {error.where}"]
    if not named and Path(str(error.where)).with_suffix("").is_dir():
        lines.append("  if it is kept in parts, say in which: --postman-cassette-per=folder or =call")
    # A recording of one call alone is of use only where each has a cassette of its own.
    shared = isinstance(node, _OfCall) and not option_value(node.config, "cassette-per")
    whole = next((one for one in node.listchain() if shared and isinstance(one, pytest.File)), node)
    lines.append(f"  record one: {command_for(whole, '--postman-record')}{named}")
    if named:
        lines.append("  or name one in its companion file: `cassette: FILE`")
    return "\n".join((*lines, "  or send live: --postman-live"))


def command_for(node: pytest.Item | pytest.Collector, *options: str) -> str:
    """Return the command that runs just this: from where pytest was started, with the options given.

    Options that record, or that hold a secret, are not among them.
    """
    file, colons, rest = node.nodeid.partition("::")
    path = node.config.rootpath / file
    if path.is_dir():
        # pytest takes no names behind a folder's: what has a file to itself is named by that.
        colons = rest = ""
        own = node.call.item.file if isinstance(node, _OfCall) else None
        path = Path(own) if own is not None and request_stem(Path(own).name) is not None else path
    try:
        file = Path(os.path.relpath(path, node.config.invocation_params.dir)).as_posix()
    except ValueError:  # on another drive of Windows
        file = str(node.path)
    named = file + colons + rest
    quoted = shlex.quote(named) if "'" in named else f"'{named}'"
    return " ".join(("pytest", quoted, *given_options(node.config), *options))


def given_options(config: pytest.Config) -> list[str]:
    """Return those of the options given on the command line that say what is run, and against what."""
    found: list[str] = []
    # A worker of xdist knows its own arguments, which are others.
    given = getattr(config, "workerinput", {}).get("mainargv", config.invocation_params.args)
    arguments = iter(given)
    for argument in arguments:
        name, equals, value = str(argument).partition("=")
        if name not in _REPEATED:
            continue
        if _REPEATED[name] and not equals:
            value = str(next(arguments, ""))
        found.append(f"{name}={shlex.quote(value)}" if _REPEATED[name] else name)
    return found


_REPEATED: Final[Mapping[str, bool]] = {
    "--postman-live": False,
    "--postman-upstream": False,
    "--postman-insecure": False,
    "--postman-strict": False,
    "--postman-cassette": True,
    "--postman-cassette-per": True,
    "--postman-environment": True,
    "--postman-globals": True,
    "--postman-data": True,
    "--postman-iteration-count": True,
    "--postman-platform": True,
}
"""The options that a command to run something again repeats, and whether they have a value."""


def describe(result: CallResult, mask: Mask) -> list[tuple[str, object]]:
    """List a call's facts for the reports of others, as JUnit properties."""
    exchange = result.exchange
    if exchange is None:
        return []
    facts: list[tuple[str, object]] = [
        ("postman_method", exchange.request.method),
        ("postman_url", mask.url(exchange.request.url)),
    ]
    if exchange.response is not None:
        facts += [
            ("postman_status", exchange.response.status),
            ("postman_time_ms", round(exchange.response.elapsed_ms)),
        ]
    return facts


def call_text(
    result: CallResult, mask: Mask, *, bodies: bool = False, origins: Sequence[Origin] = ()
) -> str | None:
    """Say all that failed in a call, then what was sent and answered, and where values came from.

    `None` when nothing failed. `origins` are the variables that the request used.
    """
    lines = [*_problems(result, mask), *_failed_assertions(result, mask)]
    if not lines:
        return None
    lines += _context(result, mask, bodies=bodies)
    if origins:
        lines.append("  values:")
        lines += (f"    {_short(_value(one, mask))}" for one in origins[:_VALUES])
        if len(origins) > _VALUES:
            lines.append(f"    and {len(origins) - _VALUES} more")
    return "\n".join(lines)


def failure_text(result: CallResult, mask: Mask, *, bodies: bool = False) -> str | None:
    """Say what failed in a call besides its assertions; `None` when nothing did."""
    problems = [*_problems(result, mask)]
    if not problems:
        return None
    return "\n".join((*problems, *_context(result, mask, bodies=bodies)))


def _problems(result: CallResult, mask: Mask) -> Iterator[str]:
    """Say what failed in a call besides its assertions."""
    if result.unreadable is not None:
        yield f"{result.unreadable.message}\n  --> {result.unreadable.place}"
    exchanges = (*(side.exchange for side in result.side), result.exchange)
    for one in (one.failure for one in exchanges if one is not None and one.failure is not None):
        yield cut(mask(f"{one.message}\n  {_in_our_options(one.hint)}" if one.hint else one.message))
    for run in (*result.prerequest, *result.test):
        errors = (*((run.error,) if run.error else ()), *run.losses)
        where = f"{run.script.event} script of {run.label or 'the collection'}"
        for error in errors:
            yield f"{_thrown(error, mask)}\n  in the {mask.label(where)}"


def _failed_assertions(result: CallResult, mask: Mask) -> Iterator[str]:
    """Say which assertions of a call failed, each with what was expected and what there was."""
    failed = [one for one in result.assertions if one.error is not None]
    if failed:
        names = ", ".join(mask.label(one.name) for one in failed)
        yield _short(f"{len(failed)} of {counted(len(result.assertions), 'assertion')} failed: {names}")
    for one in failed:
        if one.error is not None:
            thrown = _thrown(one.error, mask).replace("\n", "\n  ")
            if one.error.name in _ASSERTIONS:
                thrown = thrown.removeprefix(f"{one.error.name}: ")
            yield f"  {_short(mask.label(one.name))}: {thrown}"


def _value(origin: Origin, mask: Mask) -> str:
    """Tell a variable with its value, and who set it."""
    told = mask.label(origin.name)
    if origin.value is None:
        return f"{told} has no value"
    where = origin.scope or "variable"
    by = f", {mask.label(origin.by)}" if origin.by else ""
    return f"{told} = {mask(origin.value)} ({where}{by})"


def _in_our_options(hint: str) -> str:
    """Spell the option of a hint as pytest has it."""
    return hint.replace("--env-var ", "--postman-env-var ")


def assertion_text(result: CallResult, assertion: Assertion, mask: Mask, *, bodies: bool = False) -> str:
    """Say what an assertion expected, where it stands, and what was answered; with `bodies`, all of it."""
    thrown = assertion.error
    lines = [_thrown(thrown, mask) if thrown is not None else mask.label(assertion.name)]
    lines += _context(result, mask, bodies=bodies)
    return "\n".join(lines)


def setup_text(result: CallResult, mask: Mask) -> str | None:
    """Say why a call that others stand on is of no use to them; `None` when it is.

    An assertion of its scripts may fail: the calls selected say whether that matters.
    """
    text = failure_text(result, mask)
    if text is not None:
        return text
    failed = next((one for one in result.expectations if one.error is not None), None)
    return None if failed is None else assertion_text(result, failed, mask)


def request_line(result: CallResult, mask: Mask) -> str:
    """Tell a call in one line: its path, what was sent, what was answered."""
    line = mask.label(" / ".join(result.call.path))
    if result.skipped is not None:
        return f"{line}: skipped, {mask(result.skipped)}"
    exchange = result.exchange
    if exchange is not None:
        line += f": {exchange.request.method} {cut(mask.url(exchange.request.url))}"
        if exchange.response is not None:
            line += mask(f" -> {exchange.response.status} {exchange.response.reason}")
    failed = sum(one.error is not None for one in result.assertions)
    return line + (f", {counted(failed, 'assertion')} failed" if failed else "")


def _context(result: CallResult, mask: Mask, *, bodies: bool) -> list[str]:
    """Say which call it was, and what it sent and got."""
    place = mask.label(" / ".join(result.call.path))
    lines = [f"  --> {place}" + (f", iteration {result.iteration + 1}" if result.iteration else "")]
    exchange = result.exchange
    if exchange is None:
        return lines
    line = f"  {exchange.request.method} {cut(mask.url(exchange.request.url))}"
    response = exchange.response
    if response is not None:
        line += mask(f" -> {response.status} {response.reason}") + f" ({duration(response.elapsed_ms)})"
    lines.append(line)
    if bodies and exchange.request.body:
        shown = pretty(exchange.request.body, exchange.request.header("content-type") or "")
        lines.append("  request: " + mask(_INDENT.join(shown)))
    if response is not None:
        text = mask(response.body.decode("utf-8", "replace"))
        if bodies:
            text = mask(_INDENT.join(pretty(response.body, response.header("content-type") or "")))
        else:
            text = _clipped(mask(text), "; -vv shows all")
        if text:
            lines.append(f"  response: {text}")
    return lines


def _thrown(error: ScriptError, mask: Mask) -> str:
    lines = [f"{error.name}: {cut(mask(error.message))}"]
    if error.position is not None:
        lines.append(f"  line {error.position.line}: {_short(mask.label(error.position.text.strip()))}")
    if error.expected is not None or error.actual is not None:
        lines += _difference(mask(str(error.expected)), mask(str(error.actual)))
    return "\n".join(lines)


def _difference(expected: str, actual: str) -> Iterator[str]:
    """Set side by side what fits a line, and show line by line what differs in the rest."""
    if "\n" not in expected and "\n" not in actual:
        yield f"    expected: {_clipped(expected)}"
        yield f"    actual:   {_clipped(actual)}"
        return
    yield "    - expected  + actual"
    lines = [line for line in ndiff(expected.split("\n"), actual.split("\n")) if line[0] != "?"]
    yield from (f"    {_short_line(line)}" for line in lines[:_DIFF])
    if len(lines) > _DIFF:
        yield f"    ({len(lines) - _DIFF} more lines)"


def _clipped(text: str, more: str = "") -> str:
    """Cut a long text, and set its lines below one another."""
    cut = len(text) > _EXCERPT
    return _indented(text[:_EXCERPT] + (f"… ({len(text)} characters{more})" if cut else ""))


def _short(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LINE else f"{line[:_LINE]}…"


def _short_line(line: str) -> str:
    """Cut a line that is too long, and leave its indentation as it is."""
    line = line.rstrip()
    return line if len(line) <= _LINE else f"{line[:_LINE]}…"


def _indented(text: str) -> str:
    return _INDENT.join(text.splitlines())
