"""Data rows that know nothing of one another: each begins with the variables and cookies of the first.

They may run at once. Each is then run in a thread of its own, with variables and cookies of its own; their
events are told row by row, so that reports are those of a run in order.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import field, replace

from harness.lazy_dataclass import dataclass
from harness.runner.events import Event
from harness.runner.run_context import RunContext

BeginRow = Callable[[int, RunContext], Generator[Event, None, str | None]]
"""Runs a row, by its number, in a context, and returns why the run ends with it, if it does."""

AHEAD = 2
"""How far rows run ahead of the one that is told: so many times the number that run at once."""


@dataclass(slots=True, kw_only=True)
class _Row:
    """A row that has begun: its context, the events that were not told yet, and how it ended."""

    context: RunContext
    events: deque[Event] = field(default_factory=deque)
    stop: str | None = None
    problem: BaseException | None = None
    over: bool = False


class Rows:
    """The rows of a run; what they begin with is what stands in a context now."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._scopes = context.scopes.checkpoint()
        self._jar = context.jar.copy()
        self._tokens = dict(context.session.tokens)
        self._vault = dict(context.vault)
        self._news = threading.Condition()
        self._rows: dict[int, _Row] = {}
        self._running = 0
        self._full = False
        self._interrupted = False
        self._abandoned = False

    def interrupted(self) -> bool:
        """Whether rows that run at once are to begin no further call."""
        return self._interrupted

    def begin_anew(self) -> None:
        """Go back to what the first row began with."""
        context = self._context
        context.scopes.go_back(self._scopes)
        context.jar.go_back(self._jar)
        context.session.tokens.clear()
        context.session.tokens.update(self._tokens)
        context.vault.clear()
        context.vault.update(self._vault)
        context.auth_memory.clear()

    def at_once(
        self, numbers: Sequence[int], jobs: int, begin: BeginRow
    ) -> Generator[Event, None, str | None]:
        """Run rows side by side and tell their events in order; return why the run ended early, if it did.

        An interrupt, raised here or thrown in, ends the rows that began in order. The context is left as the
        last row that began left its own.
        """
        stop: str | None = None
        try:
            for place, number in enumerate(numbers):
                window = numbers[place : place + AHEAD * jobs]
                while (event := self._next(number, window, jobs, begin)) is not None:
                    try:
                        yield event
                    except KeyboardInterrupt:
                        self._interrupt()
                ended = self._rows.pop(number, None)
                if ended is None:
                    continue  # the run was over before it could begin
                self._take_over(ended.context)
                if ended.problem is not None:
                    raise ended.problem
                if ended.stop is not None:
                    stop = stop or ended.stop
                    with self._news:
                        self._full = True
        finally:
            with self._news:
                self._full = self._abandoned = True
        return stop

    def _next(self, number: int, window: Sequence[int], jobs: int, begin: BeginRow) -> Event | None:
        """Wait for the next event of a row, and begin others meanwhile; `None` when it is over."""
        while True:
            try:
                with self._news:
                    self._begin_ready(window, jobs, begin)
                    row = self._rows.get(number)
                    if row is None:
                        return None
                    if row.events:
                        event = row.events.popleft()
                        from harness.runner.seat import without_known

                        return without_known(event, self._context.deprecated)
                    if row.over:
                        return None
                    self._news.wait()
            except KeyboardInterrupt:
                self._interrupt()

    def _begin_ready(self, window: Sequence[int], jobs: int, begin: BeginRow) -> None:
        for number in window:
            if self._full or self._running >= jobs:
                return
            if number not in self._rows:
                row = self._rows[number] = _Row(context=self._own())
                self._running += 1
                threading.Thread(
                    target=self._work, args=(row, begin(number, row.context)), name="row", daemon=True
                ).start()

    def _own(self) -> RunContext:
        """Return a context of a row's own."""
        context = self._context
        scopes = context.scopes.copy()
        scopes.go_back(self._scopes)
        jar = self._jar.copy()
        session = context.session.with_jar(jar)
        session.tokens = dict(self._tokens)
        return replace(
            context,
            session=session,
            jar=jar,
            scopes=scopes,
            vault=dict(self._vault),
            auth_memory={},
            deprecated=set(),
        )

    def _work(self, row: _Row, events: Generator[Event, None, str | None]) -> None:
        """Run one row, in a thread of its own; one that nobody will tell of ends between two events."""
        try:
            while not self._abandoned:
                event = next(events)
                with self._news:
                    row.events.append(event)
                    self._news.notify_all()
            events.close()
        except StopIteration as end:
            row.stop = end.value
        except BaseException as problem:  # noqa: BLE001 - raised where the row is told
            row.problem = problem
        with self._news:
            row.over = True
            self._running -= 1
            self._news.notify_all()

    def _take_over(self, ended: RunContext) -> None:
        """Let the run stand where a row ended."""
        context = self._context
        context.scopes.go_back(ended.scopes.checkpoint())
        context.jar.go_back(ended.jar)
        context.deprecated.update(ended.deprecated)

    def _interrupt(self) -> None:
        """Let rows end in order. Raises `KeyboardInterrupt` when it is the second one."""
        if self._interrupted:
            raise KeyboardInterrupt
        self._full = self._interrupted = True
