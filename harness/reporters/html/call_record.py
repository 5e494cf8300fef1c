"""A call in the data of the HTML report: a short row for the lists, and a record that is opened on demand."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from harness.client.message import Exchange, Headers, Hop, Timings
from harness.lazy_dataclass import dataclass
from harness.reporters.fault import Fault, faults_of
from harness.reporters.provenance import Use
from harness.runner.results import SET_UP, CallResult
from harness.scripting.engine import ScriptRun
from harness.secrets.watch import Mask

PASSED: Final = 0
FAILED: Final = 1
SKIPPED: Final = 2

HAS_CONSOLE: Final = 1
HAS_WARNINGS: Final = 2
HAS_EXTRACTIONS: Final = 4
HAS_VISUALIZER: Final = 8

_CLIP: Final = 4000
_CHANGES: Final = 100
"""So many of the variables that a script changed are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How much of a run the report keeps. `body_bytes` bounds each body.

    Names of headers are in lower case, as are those of calls whose bodies are left out. `hides` says of a
    variable, by scope and name, that it is left out.
    """

    mask: Mask
    body_bytes: int = 1 << 20
    headers: bool = True
    hidden_headers: frozenset[str] = frozenset()
    hides: Callable[[str, str], bool] = lambda _scope, _name: False
    request_bodies: bool = True
    response_bodies: bool = True
    without_request_body: frozenset[str] = frozenset()
    without_response_body: frozenset[str] = frozenset()

    def of(self, name: str) -> "Kept":
        """Return what is kept of a call of that name."""
        name = name.lower()
        sent, received = name in self.without_request_body, name in self.without_response_body
        if not sent and not received:
            return self
        return replace(
            self,
            request_bodies=self.request_bodies and not sent,
            response_bodies=self.response_bodies and not received,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPosition:
    """Where a call belongs in the data: the numbers of its item, its row of data, its chunk, and there."""

    item: int
    round: int
    chunk: int
    slot: int


def row_of(result: CallResult, place: CallPosition, started_ms: float, kept: Kept) -> list[Any]:
    """Return the row of a call; its fields are those of `ROW` in the page's script, in that order."""
    exchange = result.exchange
    response = exchange.response if exchange is not None else None
    assertions = result.assertions
    runs = (*result.prerequest, *result.test)
    flags = HAS_CONSOLE * any(run.console for run in runs)
    flags |= HAS_WARNINGS * bool(
        result.set_up or result.warnings or (exchange is not None and exchange.warnings)
    )
    flags |= HAS_EXTRACTIONS * bool(result.extractions) | HAS_VISUALIZER * bool(result.visualizer)
    failed = next(faults_of(result), None) is not None
    request = exchange.request if exchange is not None else None
    return [
        place.item,
        result.iteration,
        FAILED if failed else SKIPPED if result.skipped is not None else PASSED,
        response.status if response is not None else 0,
        _rounded(response.elapsed_ms) if response is not None else 0,
        len(response.body) if response is not None else 0,
        round(max(result.started_ms - started_ms, 0), 1),
        _rounded(result.elapsed_ms),
        result.attempt,
        len(assertions),
        sum(one.error is not None for one in assertions),
        sum(one.skipped for one in assertions),
        place.chunk,
        place.slot,
        flags,
        request.method if request is not None else result.call.item.request.method,
        kept.mask.url(request.url if request is not None else result.call.item.request.url.raw),
        kept.mask(result.skipped or ""),
        place.round,
        _phases(result),
    ]


def _phases(result: CallResult) -> list[float]:
    """Return the milliseconds of the parts of a call, in the order of `PARTS` in the page's script."""
    response = result.exchange.response if result.exchange is not None else None
    pre, test = _elapsed(result.prerequest), _elapsed(result.test)
    if response is None:
        return [pre, 0, 0, 0, 0, 0, 0, 0, test] if pre or test else []
    if response.timings is None:
        return [pre, 0, 0, 0, 0, 0, _rounded(response.elapsed_ms), 0, test]
    return [pre, *_parts(response.timings), test]


def _parts(timings: Timings) -> list[float]:
    return [
        _rounded(timings.prepare_ms),
        _rounded(timings.wait_ms),
        _rounded(timings.dns_ms),
        _rounded(timings.tcp_ms),
        _rounded(timings.tls_ms),
        _rounded(timings.first_byte_ms),
        _rounded(timings.download_ms),
    ]


def _elapsed(runs: Sequence[ScriptRun]) -> float:
    return _rounded(sum(run.elapsed_ms for run in runs))


def _rounded(ms: float) -> float:
    """Keep of a duration what the page spells: whole microseconds below a millisecond, else tenths of one.

    It is cut, not rounded, as `units.duration` cuts, or 6.97 ms would be 6ms on the terminal and 7ms here.
    """
    if not ms:
        return 0
    kept = int(ms * 10) / 10 if ms >= 1 else int(ms * 1000) / 1000
    return int(kept) if kept == int(kept) else kept


def failure_of(fault: Fault, row: int, script: int | None, kept: Kept) -> list[Any]:
    """Return a failure of a row; its fields are those of `FAILURE` in the page's script."""
    error = fault.error
    position = error.position if error is not None else None
    hint = fault.failure.hint if fault.failure is not None else ""

    def clip(text: str | None) -> str | None:
        return None if text is None else kept.mask(text)[:_CLIP]

    def label(text: str | None) -> str | None:
        return None if text is None else kept.mask.label(text)[:_CLIP]

    return [
        row,
        fault.kind,
        fault.name,
        clip(f"{fault.message}: {hint}" if hint else fault.message),
        label(fault.test),
        clip(error.expected) if error is not None else None,
        clip(error.actual) if error is not None else None,
        fault.event,
        kept.mask.label(fault.label),
        script,
        position.line if position is not None else 0,
        position.column if position is not None else 0,
        label(position.text) if position is not None else "",
        fault.origin,
    ]


def record_of(result: CallResult, uses: tuple[Use, ...], kept: Kept) -> dict[str, Any]:
    """Return all that the report shows of one attempt of a call."""
    mask = kept.mask
    kept = kept.of(result.call.item.name)
    record: dict[str, Any] = {}
    steps = [_step(run, kept) for run in (*result.prerequest, *result.test)]
    if steps:
        record["steps"] = steps
    if result.exchange is not None:
        record["exchange"] = _exchange(result.exchange, kept)
    if result.side:
        record["side"] = [{"origin": one.origin} | _exchange(one.exchange, kept) for one in result.side]
    assertions = [
        [mask.label(one.name), FAILED if one.error is not None else SKIPPED if one.skipped else PASSED]
        for one in result.assertions
    ]
    if assertions:
        record["assertions"] = assertions
    console = [
        [message.level, run.script.event, mask(message.text)]
        for run in (*result.prerequest, *result.test)
        for message in run.console
    ]
    if console:
        record["console"] = console
    if result.extractions:
        record["extractions"] = [
            [one.variable, one.scope, one.expression, mask(str(one.value))] for one in result.extractions
        ]
    if uses:
        record["uses"] = [_use(use, mask) for use in uses]
    warnings = [[mask(one.message), mask.label(one.place), one.kind] for one in result.warnings]
    if result.set_up:
        warnings.insert(0, [SET_UP, "", ""])
    if warnings:
        record["warnings"] = warnings
    if result.visualizer:
        record["visualizer"] = mask(result.visualizer)
    description = result.call.item.description or result.call.item.request.description
    if description:
        record["description"] = mask.label(description)
    return record


def _use(use: Use, mask: Mask) -> list[Any]:
    """Tell a use: name, scope, value, and the row of the call that set it, how, and by what."""
    value = None if use.value is None else mask(use.value)[:_CLIP]
    told = [use.name, use.scope, value]
    return told if use.source is None else [*told, use.source.row, use.source.how, use.source.detail]


def _step(run: ScriptRun, kept: Kept) -> list[Any]:
    """Tell a script's run: event, whose it is, milliseconds, checks, failed ones, error, and what it changed.

    A change is told as scope, name, value before and after, `None` where there was none.
    """
    mask = kept.mask
    changes = [one for one in run.changes if not kept.hides(one.scope, one.name)]
    error = run.error or run.untested

    def told(value: str | None) -> str | None:
        return None if value is None else mask(value)[:_CLIP]

    return [
        run.script.event,
        mask.label(run.label),
        _rounded(run.elapsed_ms),
        len(run.assertions),
        sum(one.error is not None for one in run.assertions),
        "" if error is None else mask(f"{error.name}: {error.message}")[:_CLIP],
        [[one.scope, mask.label(one.name), told(one.before), told(one.after)] for one in changes[:_CHANGES]],
        max(len(changes) - _CHANGES, 0),
    ]


def attempt_of(result: CallResult, failures: list[list[Any]], kept: Kept) -> dict[str, Any]:
    """Return an earlier attempt: its numbers, its failures, and all that is told of the last one."""
    response = result.exchange.response if result.exchange is not None else None
    told = {
        "attempt": result.attempt,
        "status": response.status if response is not None else 0,
        "elapsed": _rounded(result.elapsed_ms),
        "failures": failures,
    }
    return told | record_of(result, (), kept)


def _exchange(exchange: Exchange, kept: Kept) -> dict[str, Any]:
    sent, response = exchange.request, exchange.response
    told: dict[str, Any] = {"method": sent.method, "url": kept.mask.url(sent.url)}
    told["headers"] = _headers(sent.headers, kept)
    if sent.body:
        told["body"] = _body(sent.body, kept, wanted=kept.request_bodies)
    if response is not None:
        told["response"] = {
            "status": response.status,
            "reason": kept.mask(response.reason),
            "version": response.http_version,
            "elapsed": _rounded(response.elapsed_ms),
            "wire": response.wire_size,
            "headers": _headers(response.headers, kept),
            "body": _body(response.body, kept, wanted=kept.response_bodies),
        }
        if response.timings is not None:
            told["response"]["phases"] = _parts(response.timings)
            told["response"]["reused"] = response.timings.reused
    if exchange.failure is not None:
        failure = exchange.failure
        told["failure"] = {"kind": failure.kind, "message": kept.mask(failure.message), "code": failure.code}
    if len(exchange.hops) > 1:
        told["hops"] = [_hop(hop, kept) for hop in exchange.hops]
    if exchange.cookies:
        told["cookies"] = [
            [one.name, kept.mask(one.value), one.domain, one.path, one.secure, one.http_only]
            for one in exchange.cookies
        ]
    if exchange.warnings:
        told["warnings"] = [kept.mask(one) for one in exchange.warnings]
    return told


def _hop(hop: Hop, kept: Kept) -> list[Any]:
    """Tell a hop: method, URL, status and reason, where it led to if it was a redirect, milliseconds."""
    response = hop.response
    location = response.header("location") or ""
    return [
        hop.request.method,
        kept.mask.url(hop.request.url),
        response.status,
        kept.mask(response.reason),
        kept.mask.url(location),
        _rounded(response.elapsed_ms),
    ]


def _headers(headers: Headers, kept: Kept) -> list[list[str]]:
    if not kept.headers:
        return []
    names = [key for key, _ in headers if key.lower() not in kept.hidden_headers]
    values = [value for key, value in headers if key.lower() not in kept.hidden_headers]
    return [list(pair) for pair in zip(names, kept.mask.texts(values), strict=True)]


def _body(body: bytes, kept: Kept, *, wanted: bool) -> Mapping[str, Any]:
    """Tell a body: `size` is that of the whole, `cut` says that only the first part is kept."""
    told: dict[str, Any] = {"size": len(body)}
    if not wanted:
        told["omitted"] = True
        return told
    text = body.decode("utf-8", "surrogateescape")
    masked = kept.mask(text)
    part = masked.encode("utf-8", "surrogateescape") if masked != text else body
    if len(part) > kept.body_bytes:
        part = part[: kept.body_bytes]
        told["cut"] = True
    try:
        told["text"] = part.decode()
    except UnicodeDecodeError as error:
        if told.get("cut") and error.end == len(part):
            told["text"] = part[: error.start].decode()
        else:
            told["base64"] = base64.b64encode(part).decode()
    return told
