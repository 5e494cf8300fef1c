"""A pipe that ends a child when the process that started it is gone, however busy the child is.

A child that reads its input sees that it ends; one whose script loops does not. Linux can send a signal when
the other end of a pipe is closed, and an end of a process that was killed is closed as well. Elsewhere
such a child goes on until it is ended by hand.
"""

import os
import signal
import sys
import threading


class Lifeline:
    """One pipe. `inherited` are the descriptors that the child has to be started with."""

    def __init__(self) -> None:
        # A number that is closed twice may be somebody else's file by then.
        self._closing = threading.Lock()
        self._theirs, self._ours = os.pipe() if sys.platform == "linux" else (-1, -1)

    @property
    def inherited(self) -> tuple[int, ...]:
        """The end that the child holds, where there is one."""
        return (self._theirs,) if self._theirs >= 0 else ()

    def tie(self, pid: int) -> None:
        """Let the child's life depend on this process; its end of the pipe is its own from here on."""
        if sys.platform != "linux" or self._theirs < 0:
            return
        import fcntl

        fcntl.fcntl(self._theirs, fcntl.F_SETOWN, pid)
        fcntl.fcntl(self._theirs, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(self._theirs, fcntl.F_SETFL, fcntl.fcntl(self._theirs, fcntl.F_GETFL) | fcntl.FASYNC)
        os.close(self._theirs)
        self._theirs = -1

    def close(self) -> None:
        """Let go of both ends; a child that is tied ends with it. Threads may ask for it at once."""
        with self._closing:
            ends = self._theirs, self._ours
            self._theirs = self._ours = -1
        for end in ends:
            if end >= 0:
                os.close(end)
