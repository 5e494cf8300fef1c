"""Requests that a script has under way at the same time, with the same effects whatever comes back first."""

import threading
from collections.abc import Callable
from dataclasses import replace

from harness.client.build import BuiltRequest
from harness.client.cookies import CookieJar
from harness.client.message import Exchange
from harness.client.session import Session
from harness.client.transport import HopContext
from harness.lazy_dataclass import dataclass


@dataclass(slots=True, kw_only=True)
class _Seat:
    """One request among those sent together: the cookies as they stood, and whether it is over."""

    jar: CookieJar
    over: threading.Event


class SideBySide:
    """Requests that set out together on a clock that stands still.

    Each sees the cookies as they stood when they set out, recordings and replays take them in the order in
    which they were asked for, and their cookies reach the jar in that order when all are over.
    """

    def __init__(self, session: Session, context: HopContext, count: int) -> None:
        self._session = session
        self._context = context
        self._seats = [_Seat(jar=session.jar.fork(), over=threading.Event()) for _ in range(count)]
        self._left = count
        self._lock = threading.Lock()

    def sender(self, place: int, built: BuiltRequest) -> Callable[[], Exchange]:
        """Return what sends the request at a place, counted from 0."""

        def send() -> Exchange:
            seat = self._seats[place]
            outer = self._context.turn

            def turn() -> None:
                if outer is not None:
                    outer()
                self._await(place)

            context = replace(self._context, turn=turn)
            try:
                return self._session.with_jar(seat.jar).exchange(built, context=context)
            finally:
                seat.over.set()
                self._finish()

        return send

    def _await(self, place: int) -> None:
        for seat in self._seats[:place]:
            seat.over.wait()

    def _finish(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                for seat in self._seats:
                    self._session.jar.join(seat.jar)
