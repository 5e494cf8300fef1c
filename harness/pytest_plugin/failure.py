"""What pytest prints of a call that failed: short and complete."""

from collections.abc import Callable

from harness.runner.results import CallResult
from harness.scripting.engine import Assertion, ScriptError

Mask = Callable[[str], str]

_EXCERPT = 600


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
        where = f"{run.script.event} script of {run.label or 'the collection'}"
        problems += (_thrown(error, where) for error in (*((run.error,) if run.error else ()), *run.losses))
    if not problems:
        return None
    return "\n".join((_head(result, mask), *(mask(problem) for problem in problems)))


def assertion_text(result: CallResult, assertion: Assertion, mask: Mask) -> str:
    """Say what an assertion expected, where it stands, and what was answered."""
    lines = [_head(result, mask), f"✗ {assertion.name}"]
    if assertion.error is not None:
        lines.append(mask(_thrown(assertion.error, "")))
    response = result.exchange.response if result.exchange else None
    if response is not None:
        text = response.body[: _EXCERPT + 1].decode("utf-8", "replace")
        lines.append("  response: " + mask(text[:_EXCERPT]) + ("…" if len(text) > _EXCERPT else ""))
    return "\n".join(lines)


def _head(result: CallResult, mask: Mask) -> str:
    place = " / ".join(result.call.path)
    if result.iteration:
        place += f" (iteration {result.iteration + 1})"
    exchange = result.exchange
    if exchange is None:
        return place
    line = f"{place}\n  {exchange.request.method} {mask(exchange.request.url)}"
    if exchange.response is None:
        return line
    response = exchange.response
    return f"{line} -> {response.status} {response.reason} ({response.elapsed_ms:.0f} ms)"


def _thrown(error: ScriptError, where: str) -> str:
    lines = [f"  {error.name}: {error.message}" + (f"  in the {where}" if where else "")]
    if error.position is not None:
        lines.append(f"  line {error.position.line}: {error.position.text.strip()}")
    if error.expected is not None or error.actual is not None:
        lines += [f"    expected: {error.expected}", f"    actual:   {error.actual}"]
    return "\n".join(lines)
