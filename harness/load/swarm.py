"""Locust: spawns users, and joins workers to a master; the only place that knows it, and gevent.

To be imported in an interpreter whose first import was Locust: gevent replaces parts of the standard library
then, and what was imported before would go on with the old ones.
"""

import logging
import math
import subprocess
import time
from collections.abc import Callable
from typing import Any, Final

import gevent
from gevent import monkey
from locust import User, constant, runners, task
from locust.env import Environment
from locust.event import Events
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from harness.api import LiveRun
from harness.errors import EngineError, HarnessError
from harness.load.settings import LoadSettings
from harness.load.tally import Book
from harness.load.user import Ledger, PostmanUser

ALONE: Final = "this process"
"""How the report names the one that sends when there are no workers."""

_GRACE_S: Final = 5
"""How long users may take to end the call they are at."""

_LATE_MS: Final = 100.0
"""A run that is started so long after it was due was started late."""

_LOOK_S: Final = 0.2
_READY_S: Final = 0.02
_REPORT_S: Final = 0.25
_JOIN_S: Final = 60.0
_NOTHING_SENT_S: Final = 0.05

Share = tuple[int, int]
"""Which of how many workers."""


class Crew:
    """The users of this process, and what they share."""

    def __init__(self, live: LiveRun, settings: LoadSettings) -> None:
        self.live = live
        self.ledger = Ledger(live=live)
        self.problem: HarnessError | None = None
        self._settings = settings
        self._numbers = 0
        self._runs = 0
        self._arrivals = 0
        self._share: Share = (0, 1)
        self._begun: float | None = None

    def begin(self, share: Share, elapsed_s: float) -> None:
        """Begin, or go on with another share, so long after the load began."""
        self._share = share
        self._begun = time.monotonic() - elapsed_s
        if self._settings.open_model:
            self._arrivals = 0
            while (due := self._due(self._arrivals)) is not None and due < elapsed_s:
                self._arrivals += 1

    def user(self) -> PostmanUser:
        """Return a new user."""
        self._numbers += 1
        index, _ = self._share
        return PostmanUser(self.live, self.ledger, index * 1_000_003 + self._numbers)

    def run(self, user: PostmanUser, stopping: Callable[[], bool]) -> None:
        """Let a user run the collection once, when the next run is due."""
        late_ms = 0.0
        if self._settings.open_model:
            waited = self._wait(stopping)
            if waited is None:
                return
            late_ms = waited
        rows = self.live.set_up.plan.rows
        index, count = self._share
        row = rows[(index + count * self._runs) % len(rows)] if rows else {}
        self._runs += 1
        try:
            sent = user.run(row, late_ms=late_ms, stopping=stopping)
        except HarnessError as problem:
            self.problem = self.problem or problem
            sent = False
        if not sent:
            # Without anything to wait for one user would keep all others from running.
            gevent.sleep(_NOTHING_SENT_S)

    def _due(self, number: int) -> float | None:
        index, count = self._share
        return self._settings.course.arrival(index + count * number)

    def _wait(self, stopping: Callable[[], bool]) -> float | None:
        """Wait until the next arrival is due; return how late it is then in ms, `None` when none comes."""
        while self._begun is None:
            if stopping():
                return None
            gevent.sleep(_READY_S)
        due = self._due(self._arrivals)
        self._arrivals += 1
        while True:
            if stopping():
                return None
            now = time.monotonic() - self._begun
            left = math.inf if due is None else due - now
            if left <= 0:
                late_ms = -left * 1000
                self.ledger.window.start(int(now), late_ms, _LATE_MS)
                return late_ms
            gevent.sleep(min(left, _LOOK_S))


def _user_class(crew: Crew) -> type[User]:
    class CollectionUser(User):
        wait_time = constant(0)

        def on_start(self) -> None:
            self.postman = crew.user()

        @task
        def collection(self) -> None:
            crew.run(self.postman, lambda: self._state != "running")

    return CollectionUser


class Swarm:
    """A load in this process: alone, as a master of workers, or as a worker."""

    def __init__(self, crew: Crew, settings: LoadSettings) -> None:
        # What a worker that is killed has not reported is lost: it reports often.
        runners.WORKER_REPORT_INTERVAL = _REPORT_S
        # What it would warn of, as of many users at once, is what was asked for.
        logging.getLogger("locust").setLevel(logging.ERROR)
        self._crew = crew
        self._settings = settings
        self.book = Book()
        self.lost: list[str] = []
        self.problem: HarnessError | None = None
        self._events: Any = Events()  # type: ignore[no-untyped-call]
        self._environment = Environment(
            user_classes=[_user_class(crew)], events=self._events, stop_timeout=_GRACE_S
        )
        self._children: list[subprocess.Popen[bytes]] = []
        self._shared: list[str] = []

    def work(self) -> None:
        """Be a worker until the master ends the load, or is gone."""
        crew = self._crew
        runner = WorkerRunner(self._environment, self._settings.host, self._settings.port)
        self._environment.runner = runner

        def report(client_id: str, data: dict[str, Any]) -> None:  # noqa: ARG001 - Locust's names
            data["harness"] = crew.ledger.take()
            if crew.problem is not None:
                data["problem"] = [crew.problem.what, str(crew.problem.where), crew.problem.hint]

        def share(msg: Any, **_: Any) -> None:
            index, count, elapsed_s = msg.data["share"]
            crew.begin((index, count), elapsed_s)

        def stopped(**_: Any) -> None:
            last: dict[str, Any] = {}
            report(runner.client_id, last)
            runner.send_message("last", last)
            # Locust would wait as long again before it heeds the master's word to quit.
            self._environment.stop_timeout = 0

        self._events.report_to_master.add_listener(report)
        self._events.test_stop.add_listener(stopped)
        runner.register_message("share", share)
        runner.greenlet.join()

    def run(self, *, interrupted: Callable[[], bool], progress: Callable[[Book, float, int], None]) -> float:
        """Run the load to its end, and return how many seconds it took.

        `progress` is told each second of what was counted, the seconds so far, and the users there are.
        """
        runner = self._runner()
        try:
            if isinstance(runner, MasterRunner) and not self._gather(runner, interrupted):
                return 0.0
            return self._drive(runner, interrupted, progress)
        finally:
            runner.quit()
            self._see_off()

    def _see_off(self) -> None:
        """Let the workers that were started here end what they started, and see that they are gone."""
        last = time.monotonic() + _GRACE_S
        for child in self._children:
            try:
                child.wait(max(0.0, last - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdin is not None:
                child.stdin.close()

    def _runner(self) -> LocalRunner | MasterRunner:
        settings = self._settings
        if settings.role == "alone":
            alone = LocalRunner(self._environment)
            self._environment.runner = alone
            return alone
        host = "127.0.0.1" if settings.command else "*"
        try:
            master = MasterRunner(self._environment, host, settings.port)
        except Exception as error:
            raise EngineError(
                f"cannot wait for workers on port {settings.port}: {error}", hint="name another --master-port"
            ) from error
        self._environment.runner = master

        def reported(client_id: str, data: dict[str, Any]) -> None:
            if "harness" in data:
                self.book.take_in(self._name(client_id), data["harness"])
            if "problem" in data and self.problem is None:
                what, where, hint = data["problem"]
                self.problem = HarnessError(what, where=where, hint=hint)

        def last(msg: Any, **_: Any) -> None:
            reported(msg.node_id, msg.data)

        self._events.worker_report.add_listener(reported)
        master.register_message("last", last)
        if settings.command:
            for _ in range(settings.workers):
                self._children.append(
                    subprocess.Popen([*settings.command, str(master.server.port)], stdin=subprocess.PIPE)
                )
        return master

    def _name(self, client_id: str) -> str:
        if client_id not in self._shared:
            self._shared.append(client_id)
        return f"worker {self._shared.index(client_id) + 1}"

    def _gather(self, runner: MasterRunner, interrupted: Callable[[], bool]) -> bool:
        """Wait for the workers; tell whether the load can begin."""
        wanted = self._settings.workers
        begun = time.monotonic()
        while len(runner.clients.ready) < wanted:
            gevent.sleep(_LOOK_S)
            if interrupted():
                return False
            gone = [child for child in self._children if child.poll() is not None]
            if gone:
                raise EngineError(f"a worker ended before the load began, with code {gone[0].returncode}")
            if self._children and time.monotonic() - begun > _JOIN_S:
                raise EngineError(f"the workers did not start within {_JOIN_S:g} s")
        return True

    def _drive(
        self,
        runner: LocalRunner | MasterRunner,
        interrupted: Callable[[], bool],
        progress: Callable[[Book, float, int], None],
    ) -> float:
        settings, crew, book = self._settings, self._crew, self.book
        target, told = 0, -1
        if settings.open_model:
            # Runs that are due while the users are still being made would begin late.
            target = settings.users
            self._make_users(runner, target, interrupted)
        book.begun = time.time()
        begun = time.monotonic()
        there = self._share_out(runner, 0.0) if isinstance(runner, MasterRunner) else []
        crew.begin((0, 1), 0.0)
        while (elapsed := time.monotonic() - begun) < settings.course.seconds and not interrupted():
            wanted = self._wanted(elapsed)
            if wanted != target:
                target = wanted
                runner.start(target, spawn_rate=float(max(target, 100)))
            if isinstance(runner, MasterRunner):
                there = self._look_after(runner, there, elapsed)
                if not there:
                    break
            else:
                self.problem = crew.problem
            if self.problem is not None:
                break
            if int(elapsed) != told:
                told = int(elapsed)
                self._note(runner, elapsed, progress)
            gevent.sleep(min(_LOOK_S, max(0.0, settings.course.seconds - elapsed)))
        seconds = time.monotonic() - begun
        runner.stop()
        if isinstance(runner, LocalRunner):
            self.book.take_in(ALONE, self._crew.ledger.take())
        return seconds

    def _make_users(
        self, runner: LocalRunner | MasterRunner, count: int, interrupted: Callable[[], bool]
    ) -> None:
        """Make users that wait for the load to begin."""
        last = time.monotonic() + _JOIN_S
        runner.start(count, spawn_rate=float(max(count, 100)))
        while runner.user_count < count and time.monotonic() < last and not interrupted():
            if self.problem is not None or self._crew.problem is not None:
                return
            gevent.sleep(_READY_S)

    def _wanted(self, elapsed: float) -> int:
        """Return how many users there are to be by now."""
        if self._settings.open_model:
            return self._settings.users
        return max(1, math.ceil(self._settings.course.level(elapsed)))

    def _note(
        self,
        runner: LocalRunner | MasterRunner,
        elapsed: float,
        progress: Callable[[Book, float, int], None],
    ) -> None:
        if isinstance(runner, LocalRunner):
            self.book.take_in(ALONE, self._crew.ledger.take())
        count = runner.user_count
        self.book.users(time.time(), count)
        progress(self.book, elapsed, count)

    def _share_out(self, runner: MasterRunner, elapsed: float) -> list[str]:
        """Tell each worker which share of rows and arrivals is its own."""
        there = sorted(_there(runner))
        for index, client_id in enumerate(there):
            self._name(client_id)
            runner.send_message("share", {"share": [index, len(there), elapsed]}, client_id)
        return there

    def _look_after(self, runner: MasterRunner, there: list[str], elapsed: float) -> list[str]:
        now = _there(runner)
        lost = [client_id for client_id in there if client_id not in now]
        if not lost:
            return there
        self.lost += [f"{self._name(client_id)}" for client_id in lost]
        return self._share_out(runner, elapsed) if now else []


def in_a_thread(listen: Callable[[], None]) -> None:
    """Call something in a thread of the system, where it may wait without holding up the users."""
    start: Callable[[Callable[[], None], tuple[()]], int]
    start = monkey.get_original("_thread", "start_new_thread")
    start(listen, ())


def _there(runner: MasterRunner) -> set[str]:
    return {
        client.id for client in runner.clients.all if client.state not in {"missing", "stopped", "stopping"}
    }
