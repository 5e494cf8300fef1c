"""uvicorn's protocol with bounds: a head that is too large or too slow, and a body that stops coming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

MOST_HEAD_BYTES = 65_536


class GuardedProtocol(HttpToolsProtocol):
    """A connection whose client cannot hold it, or fill memory, without sending whole requests.

    uvicorn bounds none of this: a client that sends a byte a minute keeps its connection for ever.
    `wait_s` is how long a head may take, and a body may pause. A request that arrives at once costs
    no timer.
    """

    wait_s = 30.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Begin to wait for a head."""
        self._stage: Literal["head", "body", "between"] = "head"
        self._head_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in pieces, so that a head is measured before more of it is kept."""
        for start in range(0, len(data), MOST_HEAD_BYTES):
            piece = data[start : start + MOST_HEAD_BYTES]
            if self._stage != "body":
                self._head_bytes += len(piece)
            super().data_received(piece)
            if self.transport.is_closing():
                return
            if self._stage == "head" and self._head_bytes >= MOST_HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")
                return
        self._arm()

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        self._stage = "head"
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that a body, perhaps empty, follows."""
        self._stage = "body"
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._stage = "between"
        super().on_message_complete()

    def _arm(self) -> None:
        if self._stage == "between":
            self._disarm()
        elif self._stage == "body":
            self._disarm()
            self._timer = self.loop.call_later(self.wait_s, self._expire)
        elif self._timer is None:
            self._timer = self.loop.call_later(self.wait_s, self._expire)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        if self._stage == "head":
            self._refuse(b"408 Request Timeout")
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()


def protocol_class(wait_s: float) -> type[Any]:
    """Return the protocol with a patience of its own."""
    return type("GuardedProtocol", (GuardedProtocol,), {"wait_s": wait_s})
