"""The first byte of a connection, looked at and left there: it tells `https://` from `http://`."""

from __future__ import annotations

import asyncio
import contextlib
import socket

HANDSHAKE = b"\x16"
"""Content type of the record that opens a TLS connection (RFC 8446, section 5.1)."""


async def first_byte(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> bytes:
    """Return the first byte of a connection and leave it there; empty when the other side left.

    The loop has to watch sockets (`asyncio.SelectorEventLoop`).
    """
    while True:
        with contextlib.suppress(BlockingIOError):
            return connection.recv(1, socket.MSG_PEEK)
        arrived = loop.create_future()

        def wake(arrived: asyncio.Future[None] = arrived) -> None:
            loop.remove_reader(connection)
            arrived.set_result(None)

        loop.add_reader(connection, wake)
        try:
            await arrived
        except asyncio.CancelledError:
            loop.remove_reader(connection)
            raise
