"""What pytest prints of a call that failed: short and complete."""

from collections.abc import Callable

import pytest

from harness.runner.results import CallResult
from harness.scripting.engine import Assertion, ScriptError

Mask = Callable[[str], str]

_EXCERPT = 500


class CallFailure(Exception):
    """A call failed; the message says how."""


class AssertionFailure(CallFailure):
    """An assertion of a call failed."""


def failure_around(text: str, node: pytest.Item | pytest.Collector) -> BaseException:
    """Make a failure in the set-up or the end of a node, of which pytest shows the text alone."""
    return pytest.fail.Exception(f"{text}\n  rerun: pytest '{node.nodeid}'", pytrace=False)


def describe(result: CallResult, mask: Mask) -> list[tuple[str, object]]:
    """List a call's facts for the reports of others, as JUnit properties."""
    exchange = result.exchange
    if exchange is None:
        return []
    facts: list[tuple[str, object]] = [
        ("postman_method", exchange.request.method),
        ("postman_url", mask(exchange.request.url)),
    ]
    if exchange.response is not None:
        facts += [
            ("postman_status", exchange.response.status),
            ("postman_time_ms", round(exchange.response.elapsed_ms)),
        ]
    return facts


def failure_text(result: CallResult, mask: Mask, *, bodies: bool = False) -> str | None:
    """Say what failed in a call besides its assertions; `None` when nothing did."""
    problems: list[str] = []
    exchanges = (*(side.exchange for side in result.side), result.exchange)
    problems += (one.failure.message for one in exchanges if one is not None and one.failure is not None)
    for run in (*result.prerequest, *result.test):
        errors = (*((run.error,) if run.error else ()), *run.losses)
        where = f"{run.script.event} script of {run.label or 'the collection'}"
        problems += (f"{_thrown(error)}\n  in the {where}" for error in errors)
    if not problems:
        return None
    return mask("\n".join((*problems, *_context(result, bodies=bodies))))


def assertion_text(result: CallResult, assertion: Assertion, mask: Mask, *, bodies: bool = False) -> str:
    """Say what an assertion expected, where it stands, and what was answered; with `bodies`, all of it."""
    lines = [_thrown(assertion.error) if assertion.error is not None else assertion.name]
    lines += _context(result, bodies=bodies)
    return mask("\n".join(lines))


def assertions_text(result: CallResult, mask: Mask) -> str | None:
    """Say in short which assertions of a call failed; `None` when none did."""
    failed = [one for one in result.assertions if one.error is not None]
    if not failed:
        return None
    lines = [f"{len(failed)} of {len(result.assertions)} assertions failed"]
    lines += (f"  {one.name}: {_clipped(one.error.message)}" for one in failed if one.error is not None)
    return mask("\n".join(lines))


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
    line = " / ".join(result.call.path)
    if result.skipped is not None:
        return f"{line}: skipped, {result.skipped}"
    exchange = result.exchange
    if exchange is not None:
        line += f": {exchange.request.method} {exchange.request.url}"
        if exchange.response is not None:
            line += f" -> {exchange.response.status} {exchange.response.reason}"
    failed = sum(one.error is not None for one in result.assertions)
    return mask(line + (f", {failed} assertions failed" if failed else ""))


def _context(result: CallResult, *, bodies: bool) -> list[str]:
    """Say which call it was, and what it sent and got."""
    place = " / ".join(result.call.path)
    lines = [f"  --> {place}" + (f", iteration {result.iteration + 1}" if result.iteration else "")]
    exchange = result.exchange
    if exchange is None:
        return lines
    line = f"  {exchange.request.method} {exchange.request.url}"
    response = exchange.response
    if response is not None:
        line += f" -> {response.status} {response.reason} ({response.elapsed_ms:.0f} ms)"
    lines.append(line)
    if bodies and exchange.request.body:
        lines.append("  request: " + _indented(exchange.request.body.decode("utf-8", "replace")))
    if response is not None:
        text = response.body.decode("utf-8", "replace")
        lines.append("  response: " + (_indented(text) if bodies else _clipped(text)))
    return lines


def _thrown(error: ScriptError) -> str:
    lines = [f"{error.name}: {error.message}"]
    if error.position is not None:
        lines.append(f"  line {error.position.line}: {error.position.text.strip()}")
    if error.expected is not None or error.actual is not None:
        lines.append(f"    expected: {_clipped(str(error.expected))}")
        lines.append(f"    actual:   {_clipped(str(error.actual))}")
    return "\n".join(lines)


def _clipped(text: str) -> str:
    """Cut a long text, and set its lines below one another."""
    return _indented(text[:_EXCERPT] + (f"… ({len(text)} characters)" if len(text) > _EXCERPT else ""))


def _indented(text: str) -> str:
    return "\n      ".join(text.splitlines())
