"""One of several calls that run side by side: its own variables and cookies until it is its turn."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from harness.collection.model import Variable
from harness.lazy_dataclass import dataclass
from harness.runner.events import AttemptFinished, CallFinished, Event
from harness.runner.order import OrderedCall, site_of
from harness.runner.results import CallResult
from harness.runner.run_context import RunContext
from harness.variables.draws import CallDraws, Draws, Reserved
from harness.variables.scope import Scope, Scopes, ScopeSnapshot

if TYPE_CHECKING:
    from harness.client.cookies import CookieJar
    from harness.runner.call import CallOutcome


class OutOfTurn(Exception):
    """A call is not to go on: the run is over, or what it saw is not what it would have seen in order."""


@dataclass(slots=True, kw_only=True)
class ForkedScopes(Scopes):
    """Scopes of a call that runs beside others. A name that nobody foresaw is looked up in its turn."""

    names: frozenset[str]
    turn: Callable[[], None]
    landed_on: tuple[ScopeSnapshot, ...] | None = None

    def checkpoint(self) -> tuple[ScopeSnapshot, ...]:
        """Return all variables as they stand, to be given to `go_back`."""
        self.landed_on = None
        return Scopes.checkpoint(self)

    def go_back(self, checkpoint: tuple[ScopeSnapshot, ...]) -> None:
        """Go back; when it has been the call's turn since, to what the calls before it left then."""
        Scopes.go_back(self, checkpoint if self.landed_on is None else self.landed_on)

    def find(self, key: str) -> tuple[Scope, Variable] | None:
        """Return the variable that wins for a name, with its scope."""
        if key not in self.names and not key.startswith("$"):
            self.turn()
        return Scopes.find(self, key)


class ReservedDraws:
    """The reserved draws of one call; further attempts draw when it is the call's turn."""

    def __init__(self, reserved: Reserved, draws: Draws, turn: Callable[[], None]) -> None:
        self._reserved = reserved
        self._draws = draws
        self._turn = turn
        self._used = False

    def begin(self) -> None:
        """Tell that the call has drawn, now that it is its turn; one that was skipped has not."""
        if self._used:
            self._reserved.begin()

    def call(self, path: Sequence[str], iteration: int, attempt: int) -> CallDraws:
        """Return the draws of one attempt of one call."""
        if not self._used:
            self._used = True
            return self._reserved.draws()
        self._turn()
        return self._draws.call(path, iteration, attempt)

    def reserve(self, path: Sequence[str], iteration: int) -> Reserved:
        """Reserve the draws of another call."""
        return self._draws.reserve(path, iteration)


@dataclass(slots=True, kw_only=True)
class Board:
    """What the seats of a stretch share: whose turn it is, and the run's own variables and cookies.

    `head` is the position whose turn it is. `closed` says that no call is to go on. `changed` are the hosts
    whose cookies each call that is over has changed. All of it, and of what a
    seat says of itself, changes under the lock of `news`.
    """

    context: RunContext
    scopes: Scopes
    head: int = -1
    running: int = 0
    closed: bool = False
    changed: dict[int, frozenset[str]] = field(default_factory=dict)
    news: threading.Condition = field(default_factory=threading.Condition)


class Seat:
    """One call among those that run side by side.

    `base` are the seats whose variables and cookies it began with, besides those of the run; `missed` the
    earlier positions that were not over then.
    """

    def __init__(
        self,
        board: Board,
        position: int,
        place: OrderedCall,
        reserved: Reserved,
        *,
        base: tuple["Seat", ...],
        missed: tuple[int, ...],
    ) -> None:
        self.position = position
        self.place = place
        self.base = base
        self.missed = missed
        self._reserved = reserved
        self.events: list[Event] = []
        self.outcome: CallOutcome | None = None
        self.problem: BaseException | None = None
        self.over = False
        self.landed = False
        self.again = False
        self.changed: frozenset[str] = frozenset()
        self._board = board
        context = board.context
        self._draws = ReservedDraws(reserved, context.draws, self.turn)
        self.jar: CookieJar = context.jar.fork(*(one.jar for one in base))
        self.scopes = _fork(board.scopes, base, place.names, self.turn)
        self._mark()
        self.context: RunContext = replace(
            context,
            session=context.session.with_jar(self.jar),
            jar=self.jar,
            draws=self._draws,
            deprecated=set(),
            turn=self.turn,
        )

    def turn(self) -> None:
        """Wait until all calls before this one are over; it goes on with what they left."""
        board = self._board
        with board.news:
            if self.landed:
                return
            board.running -= 1
            board.news.notify_all()
            while board.head != self.position and not board.closed:
                board.news.wait()
            board.running += 1
            if board.closed or self.again or (self.place.repeats and self.stale()):
                self.again = True
                raise OutOfTurn
            self.land()

    def stale(self) -> bool:
        """Whether calls it did not wait for changed cookies that it got, or a seat it began with is void."""
        if any(one.again for one in self.base):
            return True
        if self.place.site is None:
            return False
        asked = {site_of(host) for host in self.jar.asked}
        changed = self._board.changed
        return any(asked & set(map(site_of, changed.get(position, ()))) for position in self.missed)

    def land(self) -> None:
        """Make its changes in the run's own variables and cookies, and go on with these."""
        context = self._board.context
        if not self.landed:
            self.landed = True
            self._draws.begin()
        self.scopes.landed_on = self._board.scopes.checkpoint()
        for own, run, (version, before) in zip(self.scopes, self._board.scopes, self._marks, strict=True):
            run.take_over(own, version, before)
            own.restore(run.snapshot())
        self._mark()
        self.changed |= self.jar.changed
        context.jar.settle(self.jar)

    def finish(self) -> None:
        """Note what it changed, now that it is over."""
        self.changed |= self.jar.changed
        self._board.changed[self.position] = self.changed
        self.over = True

    def told(self) -> list[Event]:
        """Return its events; a name that was warned of before is not warned of again."""
        known = self._board.context.deprecated
        twice = known & self.context.deprecated
        known |= self.context.deprecated
        return [without_known(event, twice) for event in self.events] if twice else self.events

    def _mark(self) -> None:
        self._marks: list[tuple[int, ScopeSnapshot]] = [
            (scope.version, scope.snapshot()) for scope in self.scopes
        ]

    def changes_into(self, scopes: Scopes) -> None:
        """Make its changes in the scopes of a seat that begins with them."""
        for own, other, (version, before) in zip(self.scopes, scopes, self._marks, strict=True):
            other.take_over(own, version, before)


def _fork(
    scopes: Scopes, base: Iterable[Seat], names: frozenset[str], turn: Callable[[], None]
) -> ForkedScopes:
    forked = ForkedScopes(
        local=scopes.local.copy(),
        data=scopes.data.copy(),
        environment=scopes.environment.copy(),
        collection=scopes.collection.copy(),
        globals=scopes.globals.copy(),
        names=names,
        turn=turn,
    )
    for one in base:
        one.changes_into(forked)
    return forked


def without_known(event: Event, names: set[str]) -> Event:
    """Take the warnings of deprecated names out of an event that were given before."""
    match event:
        case CallFinished(result=result) | AttemptFinished(result=result):
            return replace(event, result=_unwarned(result, names))
        case _:
            return event


def _unwarned(result: CallResult, names: set[str]) -> CallResult:
    kept = tuple(
        one
        for one in result.warnings
        if one.kind != "deprecated-name" or not any(one.message.startswith(f'"{name}" ') for name in names)
    )
    return replace(result, warnings=kept)
