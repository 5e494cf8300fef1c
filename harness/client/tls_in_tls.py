"""TLS inside of TLS: to an https server by way of a proxy that is itself spoken to in TLS."""

import socket
import ssl
from typing import Final

_PIECE: Final = 64 * 1024


class TlsInTls(socket.socket):
    """A socket whose bytes travel in the TLS of another; it has what a connection uses, and no more."""

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, host: str) -> None:
        super().__init__(fileno=socket.dup(outer.fileno()))
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host.rstrip("."))
        while True:
            try:
                self._inner.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                if not self._fill():
                    raise ssl.SSLEOFError(8, "the handshake was cut short") from None
            else:
                self._flush()
                return

    def settimeout(self, value: float | None) -> None:
        """Set how long reading and writing may take."""
        self._outer.settimeout(value)

    def sendall(self, data: bytes, flags: int = 0, /) -> None:  # type: ignore[override]  # noqa: ARG002
        """Write all of it."""
        view = memoryview(data)
        while view:
            view = view[self._inner.write(view[:_PIECE]) :]
            self._flush()

    def recv(self, size: int, flags: int = 0, /) -> bytes:  # noqa: ARG002 - the socket's shape
        """Read what there is, at most so many bytes; none at the end."""
        while True:
            try:
                return self._inner.read(size)
            except ssl.SSLWantReadError:
                self._flush()
                if not self._fill():
                    return b""
            except ssl.SSLZeroReturnError:
                return b""

    def close(self) -> None:
        """Close both."""
        super().close()
        self._outer.close()

    def _flush(self) -> None:
        held = self._outgoing.read()
        if held:
            self._outer.sendall(held)

    def _fill(self) -> bool:
        piece = self._outer.recv(_PIECE)
        self._incoming.write(piece)
        return bool(piece)
