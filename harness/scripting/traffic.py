"""The jobs under way in one child: who is given which message, and which of them the child is at."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from harness.lazy_dataclass import dataclass
from harness.scripting.process import EngineGone, EngineProcess


@dataclass(slots=True)
class _Lane:
    """What one job waits for. It is `idle` while its script waits for the run or for time."""

    timeout_s: float | None
    inbox: deque[dict[str, Any]] = field(default_factory=deque)
    idle: bool = False


class JobTraffic:
    """Jobs of many threads in one child, by number.

    No thread is kept for reading: of those that wait, one reads for all, so that a job that is alone reads
    its own messages itself.
    """

    def __init__(self, process: EngineProcess) -> None:
        self.process = process
        self._lanes: dict[int, _Lane] = {}
        self._lock = threading.Lock()
        # With the lock itself what need not wait takes half as long.
        self._turns = threading.Condition(self._lock)
        self._reading = False
        self._gone: EngineGone | None = None
        self._at: int | None = None

    def __len__(self) -> int:
        return len(self._lanes)

    def begin(self, number: int, timeout_s: float | None, job: str, payload: bytes) -> None:
        """Send a job, as JSON, to the child. Raises `EngineGone`, as all that follows."""
        with self._lock:
            if not self._lanes:
                self._at = number
                self.process.watch.begin(timeout_s)
            self._lanes[number] = _Lane(timeout_s)
        self._guarded(self.process.send, job, payload)

    def reply(self, number: int, message: Mapping[str, Any], payload: bytes | None = None) -> None:
        """Answer what a job asked."""
        with self._lock:
            lane = self._lanes.get(number)
            if lane is None:
                return
            lane.idle = False
            if self._at is None or self._at == number:
                self._at = number
                self.process.watch.begin(lane.timeout_s)
        self._write({**message, "n": number}, payload)

    def receive(self, number: int) -> dict[str, Any]:
        """Return the next message for a job; waits for it."""
        inbox = self._lanes[number].inbox
        while True:
            with self._lock:
                while not inbox and self._reading and self._gone is None:
                    self._turns.wait()
                if inbox:
                    return inbox.popleft()
                if self._gone is not None:
                    raise EngineGone(self._gone.reason, self._gone.culprit)
                self._reading = True
            try:
                message = self.process.read()
            except EngineGone as gone:
                self._end(gone)
            except BaseException:
                self._stop_reading()
                raise
            else:
                self._sort(message)

    def end(self, number: int) -> None:
        """Forget a job that is over."""
        with self._lock:
            self._lanes.pop(number, None)
            if self._at == number:
                self._at = None
                self._look_after()

    def abandon(self, number: int, reason: str) -> None:
        """End the child because a job cannot be finished; others that are under way learn of it."""
        self._end(EngineGone(reason, number))

    def _write(self, message: Mapping[str, Any], payload: bytes | None) -> None:
        self._guarded(self.process.write, message, payload)

    def _guarded(
        self, write: Callable[[Any, bytes | None], None], message: object, payload: bytes | None
    ) -> None:
        try:
            write(message, payload)
        except EngineGone as gone:
            self._end(gone)
            raise EngineGone(gone.reason, self._gone.culprit if self._gone else None) from gone

    def _end(self, gone: EngineGone) -> None:
        with self._lock:
            if self._gone is None:
                culprit = self._at if gone.culprit is None else gone.culprit
                self._gone = EngineGone(gone.reason, culprit)
            self._reading = False
            self._turns.notify_all()

    def _stop_reading(self) -> None:
        with self._lock:
            self._reading = False
            self._turns.notify_all()

    def _sort(self, message: dict[str, Any]) -> None:
        """Put a message where it belongs, and note what it tells of the child."""
        number = message.get("n")
        with self._lock:
            self._reading = False
            if "at" in message:
                self._at = message["at"]
                lane = self._lanes.get(message["at"])
                if lane is not None:
                    lane.idle = False
                    self.process.watch.begin(lane.timeout_s)
            elif number in self._lanes:
                self._note(number, self._lanes[number], message)
            if len(self._lanes) > 1:
                self._turns.notify_all()
        if "poke" in message:
            self._write({"poke": 1}, None)

    def _note(self, number: int, lane: _Lane, message: dict[str, Any]) -> None:
        if "asks" in message or "idle" in message:
            lane.idle = True
            wait_ms = message.get("idle")
            if len(self._lanes) == 1 and wait_ms is not None:
                self.process.watch.idle(wait_ms / 1000, lane.timeout_s)
            else:
                self._at = None if self._at == number else self._at
                self._look_after()
            if "idle" in message:
                return
        elif "ask" in message or "done" in message:
            self.process.watch.rest()
        elif "ran" in message:
            self.process.watch.begin(lane.timeout_s)
        lane.inbox.append(message)

    def _look_after(self) -> None:
        """No job is known to be at work: the child is watched as long as one could be."""
        if all(lane.idle for lane in self._lanes.values()):
            self.process.watch.rest()
        else:
            self.process.watch.begin(None)
