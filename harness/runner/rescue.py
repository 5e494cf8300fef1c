"""Sending a call again that failed: `--retry`."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from harness.client.message import Failure, Response
from harness.lazy_dataclass import dataclass
from harness.runner.results import CallResult

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""Methods that do no more when they are sent twice (RFC 9110, section 9.2.2)."""

_UNSENT: Final = frozenset({"refused", "dns"})
"""Failures after which the server has seen nothing of the request, so that any method may follow."""

_PASSING: Final = frozenset({"refused", "dns", "timeout", "reset", "protocol"})
"""Failures that may be over the next time; the others stay for as long as nobody mends them."""

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 8.0
LONGEST_ASKED_WAIT_S: Final = 60.0
"""So long a call waits at most because its answer asks for that with `Retry-After`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescue:
    """How often a failed call is sent again, and whether that goes for methods that are not idempotent."""

    times: int = 0
    unsafe: bool = False

    def again(self, result: CallResult, made: int) -> bool:
        """Whether a call is to be sent again, after `made` times that it was."""
        if made >= self.times or not result.failed or result.exchange is None:
            return False
        failure = result.exchange.failure
        if failure is not None and failure.kind not in _PASSING:
            return False
        return self.unsafe or _harmless(result, failure)

    def wait_s(self, made: int, result: CallResult | None = None) -> float:
        """Return the wait before the next time, in seconds: twice as long each time, or as the answer asked.

        Both are bounded.
        """
        own = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(made, 10))
        exchange = result.exchange if result is not None else None
        answer = exchange.response if exchange is not None else None
        asked = _asked_s(answer) if answer is not None else 0.0
        return max(own, min(asked, LONGEST_ASKED_WAIT_S))


def _harmless(result: CallResult, failure: Failure | None) -> bool:
    """Whether nothing happens twice, neither by the call nor by what its scripts sent."""
    own = result.exchange
    unsent = failure is not None and failure.kind in _UNSENT and not _answered(result)
    if own is not None and not unsent and own.request.method.upper() not in IDEMPOTENT:
        return False
    return all(side.exchange.request.method.upper() in IDEMPOTENT for side in result.side)


def _answered(result: CallResult) -> bool:
    """Whether any request of the call itself was answered, as one that redirected to a dead host was."""
    return result.exchange is not None and bool(result.exchange.hops)


def _asked_s(answer: Response) -> float:
    """Return how many seconds an answer asks to wait (RFC 9110, section 10.2.3); 0 if it does not say.

    A date is taken from the answer's own clock.
    """
    asked = (answer.header("retry-after") or "").strip()
    if re.fullmatch(r"[0-9]+", asked):
        return float(asked)
    until, now = _moment(asked), _moment(answer.header("date") or "")
    return (until - now).total_seconds() if until is not None and now is not None else 0.0


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
