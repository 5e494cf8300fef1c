"""One port for `http://` and `https://`: what opens with a TLS handshake is encrypted, all else is plain."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import uvicorn

from harness.twin.first_byte import HANDSHAKE, first_byte

if TYPE_CHECKING:
    import socket

    from harness.twin.certificate import LazyCertificate

_PAUSE_S = 0.05


class PortServer(uvicorn.Server):
    """uvicorn's server, with connections taken from one listening socket.

    Runs in a loop that watches sockets (`asyncio.SelectorEventLoop`): it looks at a connection's first
    byte without taking it, for `patience_s` at most.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        certificate: LazyCertificate,
        *,
        patience_s: float,
    ) -> None:
        super().__init__(config)
        self._listener = listener
        self._certificate = certificate
        self._accepting: asyncio.Task[None] | None = None
        self._greeted: set[asyncio.Task[None]] = set()
        self._patience_s = patience_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's
        """Start the application, then take connections."""
        await super().startup(sockets=[])
        self._listener.setblocking(False)
        self._accepting = asyncio.get_running_loop().create_task(self._accept())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's
        """Take no more connections, and end those there are."""
        waiting = [self._accepting, *self._greeted]
        for task in waiting:
            if task is not None:
                task.cancel()
        self._listener.close()
        await super().shutdown()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError:
                # No file descriptor is left: some connection has to end first.
                await asyncio.sleep(_PAUSE_S)
                continue
            task = loop.create_task(self._greet(connection))
            self._greeted.add(task)
            task.add_done_callback(self._greeted.discard)

    async def _greet(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._patience_s):
                first = await first_byte(loop, connection)
            secure = self._certificate.context if first == HANDSHAKE else None
            await loop.connect_accepted_socket(self._protocol, connection, ssl=secure)
        except (OSError, asyncio.CancelledError):
            # Gone or silent (TimeoutError is an OSError), or a client that does not trust the certificate.
            connection.close()

    def _protocol(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        return kind(  # type: ignore[call-arg]  # a class of uvicorn's, chosen by its config
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
