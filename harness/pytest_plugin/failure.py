"""What pytest prints of a call that failed: short and complete."""

from collections.abc import Callable

from harness.runner.results import CallResult
from harness.scripting.engine import Assertion, ScriptError

Mask = Callable[[str], str]

_EXCERPT = 500


class CallFailure(Exception):
    """A call failed otherwise than by an assertion; the message says how."""


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


def failure_text(result: CallResult, mask: Mask) -> str | None:
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
    return mask("\n".join((*problems, *_context(result))))


def assertion_text(result: CallResult, assertion: Assertion, mask: Mask) -> str:
    """Say what an assertion expected, where it stands, and what was answered."""
    lines = [_thrown(assertion.error) if assertion.error is not None else assertion.name]
    lines += _context(result)
    response = result.exchange.response if result.exchange else None
    if response is not None:
        lines.append("  response: " + _clipped(response.body[: 2 * _EXCERPT].decode("utf-8", "replace")))
    return mask("\n".join(lines))


def _context(result: CallResult) -> list[str]:
    """Say which call it was, and what it sent and got."""
    place = " / ".join(result.call.path)
    lines = [f"  --> {place}" + (f", iteration {result.iteration + 1}" if result.iteration else "")]
    exchange = result.exchange
    if exchange is not None:
        line = f"  {exchange.request.method} {exchange.request.url}"
        if exchange.response is not None:
            response = exchange.response
            line += f" -> {response.status} {response.reason} ({response.elapsed_ms:.0f} ms)"
        lines.append(line)
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
    cut = text[:_EXCERPT] + (f"… ({len(text)} characters)" if len(text) > _EXCERPT else "")
    return "\n      ".join(cut.splitlines())
