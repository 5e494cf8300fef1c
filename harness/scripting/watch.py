"""Ends the child process when a script's time is over, or its memory has grown too large."""

import threading
import time
from collections.abc import Callable

from harness.scripting.engine import EngineLimits
from harness.scripting.memory import resident_bytes

_PERIOD_S = 0.05
_PARK_AFTER_S = 1.0


class Watch:
    """A thread that looks at the child now and then while scripts run.

    Scripts come by the thousand and most last less than a look apart, so telling the thread of one costs
    an assignment; it is woken only when it has nothing to do for a while and sleeps.
    """

    def __init__(self, pid: int, limits: EngineLimits, end: Callable[[str], None]) -> None:
        self._pid = pid
        self._limits = limits
        self._end = end
        self._limit: tuple[float, str] | None = None
        self._closed = False
        self._parked = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="script-watch", daemon=True)
        self._thread.start()

    def begin(self, timeout_s: float | None) -> None:
        """Allow a script that begins its timeout, or `limits.busy_s` of work at a time without one."""
        limits = self._limits
        if timeout_s is None:
            self._allow(limits.busy_s, f"the script kept the engine busy for {limits.busy_s:g} s")
        else:
            # The child ends what waits; only a script that never lets go is ended from here.
            self._allow(timeout_s + limits.grace_s, "sandbox: synchronous script execution timeout")

    def idle(self, wait_s: float, timeout_s: float | None) -> None:
        """Allow a script that waits for a timer, which is no work, more time; its timeout goes on."""
        if timeout_s is None:
            busy_s = self._limits.busy_s
            self._allow(wait_s + busy_s, f"the script kept the engine busy for {busy_s:g} s")

    def rest(self) -> None:
        """No script runs, or the run itself is at work for one."""
        self._limit = None

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._wake.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _allow(self, seconds: float, reason: str) -> None:
        self._limit = (time.monotonic() + seconds, reason)
        if self._parked:
            self._parked = False
            self._wake.set()

    def _loop(self) -> None:
        last = time.monotonic()
        while not self._closed:
            limit = self._limit
            now = time.monotonic()
            if limit is not None:
                last = now
                if self._exceeded(now, limit):
                    return
            elif now - last > _PARK_AFTER_S:
                self._park()
                last = time.monotonic()
                continue
            self._wake.wait(_PERIOD_S)

    def _park(self) -> None:
        self._wake.clear()
        self._parked = True
        # A script may have begun between the last look and the line above.
        if self._limit is None and not self._closed:
            self._wake.wait()
        self._parked = False
        if not self._closed:
            self._wake.clear()

    def _exceeded(self, now: float, limit: tuple[float, str]) -> bool:
        if now > limit[0]:
            self._end(limit[1])
            return True
        if resident_bytes(self._pid) > self._limits.memory_mb * 1_048_576:
            self._end(f"the script used more than {self._limits.memory_mb} MB of memory")
            return True
        return False
