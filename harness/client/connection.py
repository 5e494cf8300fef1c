"""One connection to a server or proxy: opened, asked, kept, and found out when the server has left it."""

import errno
import select
import socket
import time
from typing import Final

from harness.client.answer import AnswerReader, Hangup, WireAnswer
from harness.client.message import Failure
from harness.client.transport import TransportFailure
from harness.lazy_dataclass import dataclass

_RESET_WAIT_MS: Final = 250
_POLLS: Final = hasattr(select, "poll")


class UnreadError(Exception):
    """The server had closed a kept connection before the request came: it has not seen it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How long the phases of opening a connection took, in seconds. `tcp_s` includes a proxy's hand-shake."""

    dns_s: float = 0.0
    tcp_s: float = 0.0
    tls_s: float = 0.0


class Connection:
    """A socket with what was sent and read on it. For one thread at a time.

    `served` counts the answers that came: a request may be repeated only where one did. `opening` is what it
    took to open.
    """

    __slots__ = ("_poll", "_secure", "_timed", "opening", "served", "sock")

    def __init__(self, sock: socket.socket, opening: Opening, *, secure: bool = False) -> None:
        self.sock = sock
        self._secure = secure
        self.opening = opening
        self.served = 0
        self._timed = True
        self._poll = None
        if _POLLS:
            self._poll = select.poll()
            self._poll.register(sock, select.POLLIN | select.POLLERR | select.POLLHUP)

    def stale(self) -> bool:
        """Whether a kept connection has something to read: its end, or what nobody asked for."""
        try:
            if self._poll is not None:
                return bool(self._poll.poll(0))
            return bool(select.select([self.sock], [], [], 0)[0])
        except (OSError, ValueError):
            return True

    def exchange(self, wire: bytes, method: str, deadline: float | None) -> WireAnswer:
        """Write a request and read its answer.

        Raises `UnreadError` when the request may be sent again on another connection, and otherwise
        `TransportFailure`; after any of them the connection is of no use.
        """
        sock = self.sock
        if deadline is not None:
            sock.settimeout(max(0.001, deadline - time.monotonic()))
            self._timed = True
        elif self._timed:
            sock.settimeout(None)
            self._timed = False
        reader = AnswerReader(sock, deadline)
        try:
            # Not sent again when this fails, not even on a kept connection: the server may have seen a part.
            sock.sendall(wire)
            try:
                answer = reader.read(method)
            except (Hangup, ConnectionError) as error:
                if self.served and not reader.begun and self._unread(error):
                    raise UnreadError from error
                raise
        except TimeoutError:
            failure = Failure(kind="timeout", message="ESOCKETTIMEDOUT", code="ESOCKETTIMEDOUT")
            raise TransportFailure(failure) from None
        except (Hangup, OSError) as error:
            raise TransportFailure(_reset(error, secure=self._secure)) from None
        self.served += 1
        return answer

    def close(self) -> None:
        """Give the socket back."""
        self.sock.close()

    def _unread(self, error: Exception) -> bool:
        """Tell whether a server that ended a kept connection had closed it before it read the request.

        It resets the connection then; after a request that it read there is just the end. Between two calls
        newman takes so long that Node has seen the end before the second; we are faster than some servers.
        """
        if isinstance(error, ConnectionError):
            return True
        if not _POLLS:
            return False
        reset = select.poll()
        reset.register(self.sock, 0)
        return bool(reset.poll(_RESET_WAIT_MS))


def _reset(error: BaseException, *, secure: bool) -> Failure:
    if secure:
        from harness.client.tls_failure import alert

        told = alert(error)
        if told is not None:
            return told
    if isinstance(error, Hangup):
        return Failure(kind="reset", message="socket hang up", code="ECONNRESET")
    code = errno.errorcode.get(getattr(error, "errno", 0) or 0, "ECONNRESET")
    verb = "write" if code == "EPIPE" else "read"
    return Failure(kind="reset", message=f"{verb} {code}", code=code)
