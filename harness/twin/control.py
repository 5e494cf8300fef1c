"""Paths of the harness itself, below `/_harness`, for tests on this machine; no real service has them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.twin import problem
from harness.twin.call_log import CallLog
from harness.twin.message import ServedRequest, answer
from harness.twin.provenance import ValueSource, assumed_by_route
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.twin.platform import TwinPlatform

_END_MS = 32_503_680_000_000
"""2999 is over: dates that are reckoned from a later time are none any more."""


class Moved:
    """The platform's clock was moved: what is due by then is to be done before the answer is sent."""


def routes(platform: TwinPlatform) -> list[Endpoint]:
    """Endpoints for tests: read and move the clock, let background work end, and ask what was assumed."""
    control = Control(platform)
    table = (
        ("GET", "/_harness/health", control.health),
        ("GET", "/_harness/clock", control.clock),
        ("POST", "/_harness/clock", control.move_clock),
        ("POST", "/_harness/settle", control.settle),
        ("GET", "/_harness/provenance", control.provenance),
    )
    return [
        Endpoint(method=method, path=path, handler=handler, door="harness") for method, path, handler in table
    ]


class Control:
    """What a test may do to a platform besides calling it."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform

    def health(self, _: ServedRequest, __: object) -> Response:
        """`GET /_harness/health`."""
        return answer({"status": "up"})

    def clock(self, _: ServedRequest, __: object) -> Response:
        """`GET /_harness/clock`: `{now_ms}`."""
        return answer({"now_ms": self._platform.clock.now_ms()})

    def move_clock(self, request: ServedRequest, _: object) -> Response:
        """`POST /_harness/clock {advance_ms}` or `{now_ms}`: moves the platform's time.

        Schedules that are due by then have run when the answer comes.
        """
        wanted = request.document()
        clock = self._platform.clock
        moves = {"advance_ms": clock.advance, "now_ms": clock.set}
        chosen = [(move, wanted[name]) for name, move in moves.items() if name in wanted]
        if len(chosen) != 1 or not isinstance(chosen[0][1], int):
            raise problem.bad_request("Give advance_ms or now_ms, a whole number of milliseconds")
        move, ms = chosen[0]
        if not 0 <= (ms if "now_ms" in wanted else clock.now_ms() + ms) < _END_MS:
            raise problem.bad_request("The platform's time is from 1970 to 2999")
        move(ms)
        self._platform.events.publish(Moved())
        return answer({"now_ms": clock.now_ms()})

    def settle(self, _: ServedRequest, __: object) -> Response:
        """`POST /_harness/settle`: answers when what was accepted so far has been worked off."""
        self._platform.settle()
        return answer({"settled": True})

    def provenance(self, _: ServedRequest, __: object) -> Response:
        """`GET /_harness/provenance`: how many answers were given, by where they are known from.

        `assumed` names the calls that nobody has seen the real service answer, with how often they were
        answered, and how many of these answers were `refusals`.
        """
        counted = self._platform.service(CallLog).by_source
        sources: Counter[str] = Counter()
        for kind, count in counted.items():
            sources[kind.source.value] += count
        return answer(
            {
                "answers": sum(sources.values()),
                "sources": {one.value: sources[one.value] for one in ValueSource},
                "assumed": [
                    {"call": route, **one._asdict()} for route, one in assumed_by_route(counted).items()
                ],
            }
        )
