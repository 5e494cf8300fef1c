"""Paths of the harness itself, below `/_harness`, for tests on this machine; AEP has none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep import problem
from harness.aep.jobs.scheduler import Scheduler
from harness.twin.message import Request, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform


_END_MS = 32_503_680_000_000
"""2999 is over: dates that are reckoned from a later time are none any more."""


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints for tests: mint a token, read and move the clock, let background work end."""
    control = Control(platform)
    table = (
        ("GET", "/_harness/health", control.health),
        ("POST", "/_harness/token", control.token),
        ("GET", "/_harness/clock", control.clock),
        ("POST", "/_harness/clock", control.move_clock),
        ("POST", "/_harness/settle", control.settle),
    )
    return [
        Endpoint(method=method, path=path, handler=handler, door="harness") for method, path, handler in table
    ]


class Control:
    """What a test may do to a platform besides calling AEP."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def health(self, _: Request, __: Caller) -> Response:
        """`GET /_harness/health`."""
        return answer({"status": "up"})

    def token(self, request: Request, _: Caller) -> Response:
        """`POST /_harness/token {client_id?, ttl_s?}`: a token, expired at once with `ttl_s: 0`."""
        wanted = request.document() if request.body.strip() else {}
        settings = self._platform.settings
        ttl_s = wanted.get("ttl_s", settings.token_ttl_s)
        if not isinstance(ttl_s, int) or isinstance(ttl_s, bool):
            raise problem.bad_request("ttl_s must be a whole number of seconds")
        client_id = wanted.get("client_id", settings.client_id)
        for organisation in settings.organisations:
            if organisation.client_id == client_id:
                token = self._platform.tokens.issue(organisation, ttl_s=ttl_s)
                return answer({"access_token": token, "token_type": "bearer", "expires_in": ttl_s})
        raise problem.bad_request(f"There is no client {client_id!r}")

    def clock(self, _: Request, __: Caller) -> Response:
        """`GET /_harness/clock`: `{now_ms}`."""
        return answer({"now_ms": self._platform.clock.now_ms()})

    def move_clock(self, request: Request, _: Caller) -> Response:
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
        self._platform.service(Scheduler).catch_up()
        return answer({"now_ms": clock.now_ms()})

    def settle(self, _: Request, __: Caller) -> Response:
        """`POST /_harness/settle`: answers when what was accepted so far has been worked off."""
        self._platform.settle()
        return answer({"settled": True})
