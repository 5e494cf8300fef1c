"""Calls side by side: those between two that run alone, with the results and events of a run in order.

Each call begins when those it waits for are over, with variables and cookies of its own; when it is its turn
in the plan, its changes reach the run's and its events are told. Cookies cannot be foreseen: calls of a site
wait for one another until one was answered without cookies, and for good when one was not. A GET, HEAD or
OPTIONS that went out with other cookies than in order is forgotten and sent again in its turn.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import field
from itertools import takewhile
from typing import TYPE_CHECKING

from harness.lazy_dataclass import dataclass
from harness.runner.call import CallOutcome
from harness.runner.events import Event, WarningRaised
from harness.runner.order import Order, site_of
from harness.runner.plan import Plan
from harness.runner.results import RunWarning
from harness.runner.run_context import RunContext
from harness.runner.seat import Board, OutOfTurn, Seat
from harness.variables.scope import Scopes

if TYPE_CHECKING:
    from harness.variables.draws import Reserved

BeginCall = Callable[[int, RunContext, Scopes], Generator[Event, None, CallOutcome]]
"""Runs one call with a context and variables, and tells its events."""

_AHEAD = 8
"""How far calls run ahead of the one whose turn it is: so many times the number that run at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abreast:
    """How calls of a run go side by side: in what order, how many at once.

    `sites` says of each site that answered whether it sets cookies; it is learnt as the run goes on.
    """

    order: Order
    jobs: int
    sites: dict[str, bool] = field(default_factory=dict)

    def stretch(self, positions: Iterable[int]) -> tuple[int, ...]:
        """Return the first of these positions up to the next that runs alone."""
        return tuple(takewhile(lambda position: not self.order.places[position].alone, positions))


class Stretch:
    """A stretch of calls that is run once. `begun` are the positions that began."""

    def __init__(
        self,
        plan: Plan,
        positions: Sequence[int],
        *,
        iteration: int,
        abreast: Abreast,
        context: RunContext,
        scopes: Scopes,
        deadline: float | None,
        begin: BeginCall,
    ) -> None:
        self._plan = plan
        self._positions = positions
        self._iteration = iteration
        self._abreast = abreast
        self._deadline = deadline
        self._begin = begin
        self._board = Board(context=context, scopes=scopes)
        self._seats: dict[int, Seat] = {}
        self._begun: set[int] = set()
        self._reserved: dict[int, Reserved] = {}
        self._turn = 0

    @property
    def begun(self) -> frozenset[int]:
        """The positions of the calls that began."""
        return frozenset(self._begun)

    def run(self) -> Generator[Event, None, bool]:
        """Run the calls and tell their events in order. Returns whether all of them ran in time."""
        in_time = True
        try:
            for turn, position in enumerate(self._positions):
                self._turn = turn
                seat = self._wait_for(position)
                if seat is None:
                    in_time = False
                else:
                    yield from self._tell(seat)
                    # What it holds is not needed any more, and there may be thousands.
                    with self._board.news:
                        self._seats.pop(position, None)
                        seat.base, seat.events = (), []
                        self._reserved.pop(position, None)
        except KeyboardInterrupt:
            self._close()
            # What is over was sent: it is told before the run ends.
            for position in self._positions[self._turn + 1 :]:
                seat = self._seats.get(position)
                if seat is not None and seat.over and seat.problem is None and not seat.stale():
                    seat.land()
                    yield from seat.told()
            raise
        finally:
            self._close()
        return in_time

    def _close(self) -> None:
        with self._board.news:
            self._board.closed = True
            self._board.news.notify_all()

    def _wait_for(self, position: int) -> Seat | None:
        """Wait until a call is over, and begin others meanwhile; `None` when there was no time for it."""
        board = self._board
        with board.news:
            board.head = position
            board.news.notify_all()
            while True:
                late = self._deadline is not None and time.monotonic() > self._deadline
                if not late:
                    self._begin_ready()
                seat = self._seats.get(position)
                if seat is not None and seat.over:
                    return seat
                if seat is None and late:
                    return None
                board.news.wait()

    def _tell(self, seat: Seat) -> Generator[Event, None, None]:
        """Make a call's changes in the run's variables and cookies, and tell its events."""
        board = self._board
        with board.news:
            stale = not seat.landed and not seat.again and seat.stale()
            if stale and seat.place.repeats:
                seat.again = True
            again = seat.again
            if not again and seat.problem is None:
                seat.land()
        if again:
            yield from self._tell(self._again(seat.position))
            return
        yield from seat.told()
        if seat.problem is not None:
            raise seat.problem
        if stale:
            place = " / ".join(self._plan.calls[seat.position].path)
            warning = RunWarning(
                kind="overtaken-cookies",
                message="its cookies were changed by a call beside it, and it cannot be sent twice; "
                "`parallel: false` in the companion makes it wait",
                place=place,
            )
            for one in board.context.policy.told([warning]):
                yield WarningRaised(warning=one)

    def _again(self, position: int) -> Seat:
        """Send a call again, in its turn, as if it had not been sent."""
        board = self._board
        with board.news:
            seat = self._start(position, base=(), missed=())
            while not seat.over:
                self._begin_ready()
                board.news.wait()
        return seat

    def _begin_ready(self) -> None:
        """Begin the calls whose time has come, in the order of the plan."""
        board, jobs = self._board, self._abreast.jobs
        for position in self._window():
            if board.running >= jobs or self._ends(position):
                return
            if position not in self._seats and self._ready(position):
                self._begin_beside(position)

    def _ends(self, position: int) -> bool:
        """Whether the run ends at a call, so that none after it begins."""
        seat = self._seats.get(position)
        return seat is not None and seat.problem is not None

    def _ready(self, position: int) -> bool:
        places = self._abreast.order.places
        place = places[position]
        earlier = self._open(position)
        for on in self._abreast.order.before(position):
            seat = self._seats.get(on)
            if on in earlier and (seat is None or not seat.over or seat.again):
                return False
            if on in earlier and seat is not None and not place.repeats and not self._firm(seat):
                return False
        if place.site is None:
            return True
        clean = self._abreast.sites.get(place.site) is False
        for one in earlier:
            seat = self._seats.get(one)
            if seat is not None and seat.over and not seat.again:
                continue
            if places[one].site == place.site and (not clean or places[one].signs_in):
                return False
        return True

    def _open(self, position: int) -> list[int]:
        """Return the earlier positions whose turn has not passed."""
        return [one for one in self._window() if one < position]

    def _window(self) -> Sequence[int]:
        """Return the positions that may be under way: the one whose turn it is, and some after it."""
        return self._positions[self._turn : self._turn + _AHEAD * self._abreast.jobs]

    def _firm(self, seat: Seat) -> bool:
        """Whether a call that is over will not have to be sent again."""
        if seat.landed:
            return True
        return (
            seat.over
            and not seat.again
            and all(map(self._is_over, seat.missed))
            and not seat.stale()
            and all(map(self._firm, seat.base))
        )

    def _is_over(self, position: int) -> bool:
        seat = self._seats.get(position)
        return position < self._board.head if seat is None else seat.over

    def _begin_beside(self, position: int) -> None:
        """Begin a call with what those before it left that are over."""
        place = self._abreast.order.places[position]
        for one in self._window():
            if one <= position and one not in self._reserved:
                call = self._plan.calls[one]
                self._reserved[one] = self._board.context.draws.reserve(call.path, self._iteration)
        earlier = self._open(position)
        seats = [self._seats[one] for one in earlier if one in self._seats]
        base = tuple(
            one for one in seats if one.over and not one.again and (place.repeats or self._firm(one))
        )
        known = {one.position for one in base}
        self._start(position, base=base, missed=tuple(one for one in earlier if one not in known))

    def _start(self, position: int, *, base: tuple[Seat, ...], missed: tuple[int, ...]) -> Seat:
        seat = self._seats[position] = Seat(
            self._board,
            position,
            self._abreast.order.places[position],
            self._reserved[position],
            base=base,
            missed=missed,
        )
        self._begun.add(position)
        self._board.running += 1
        threading.Thread(target=self._work, args=(seat,), name="call", daemon=True).start()
        return seat

    def _work(self, seat: Seat) -> None:
        """Run one call, in a thread of its own."""
        board = self._board
        events = self._begin(seat.position, seat.context, seat.scopes)
        try:
            while True:
                seat.events.append(next(events))
        except StopIteration as end:
            seat.outcome = end.value
        except OutOfTurn:
            seat.again = True
        except BaseException as problem:  # noqa: BLE001 - raised where the run waits for the call
            seat.problem = problem
        with board.news:
            seat.finish()
            self._note_site(seat)
            board.running -= 1
            board.news.notify_all()

    def _note_site(self, seat: Seat) -> None:
        """Learn whether a site sets cookies; one that redirects is taken to, as when people sign in."""
        sites = self._abreast.sites
        for host in seat.changed:
            sites[site_of(host)] = True
        if seat.place.site is not None and seat.problem is None:
            exchange = seat.outcome.result.exchange if seat.outcome is not None else None
            if exchange is not None and len(exchange.hops) > 1:
                sites[seat.place.site] = True
            sites.setdefault(seat.place.site, False)
