"""Connections that are kept between requests, by where they lead. May be used from several threads."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from harness.client.connection import Connection
from harness.client.route import Route

_MOST_PER_ROUTE: Final = 32
_MOST: Final = 128


class Pool:
    """Idle connections; the one that was used last is used first, the oldest go when there are too many.

    As many are kept as were in use at once, if these were more: hundreds of users of a load would connect
    anew for each request otherwise.
    """

    def __init__(self) -> None:
        self._in_use = 0
        self._most_in_use = 0
        self._idle: OrderedDict[Route, list[Connection]] = OrderedDict()
        self._count = 0
        self._lock = Lock()

    def take(self, route: Route) -> Connection | None:
        """Take out a connection that is still good; `None` when there is none, and one has to be made.

        Whoever takes gives one back, or says that it is `lost`.
        """
        with self._lock:
            self._in_use += 1
            self._most_in_use = max(self._most_in_use, self._in_use)
        while True:
            with self._lock:
                kept = self._idle.get(route)
                if not kept:
                    return None
                connection = kept.pop()
                self._count -= 1
            if not connection.stale():
                return connection
            connection.close()

    def give(self, route: Route, connection: Connection) -> None:
        """Put a connection in, for whoever wants to go there next."""
        spare: list[Connection] = []
        with self._lock:
            self._in_use -= 1
            kept = self._idle.setdefault(route, [])
            self._idle.move_to_end(route)
            kept.append(connection)
            self._count += 1
            if len(kept) > max(_MOST_PER_ROUTE, self._most_in_use):
                spare.append(kept.pop(0))
            elif self._count > max(_MOST, self._most_in_use):
                spare.append(self._oldest())
            self._count -= len(spare)
        for one in spare:
            one.close()

    def lost(self) -> None:
        """Note that a connection that was taken, or was to be made, is no more."""
        with self._lock:
            self._in_use -= 1

    def _oldest(self) -> Connection:
        """Take out the connection that was idle for longest, from the route that was used least lately."""
        for route, kept in list(self._idle.items()):
            if kept:
                return kept.pop(0)
            del self._idle[route]
        raise AssertionError

    def close(self) -> None:
        """Close all that are kept."""
        with self._lock:
            kept = [connection for idle in self._idle.values() for connection in idle]
            self._idle.clear()
            self._count = 0
        for connection in kept:
            connection.close()
