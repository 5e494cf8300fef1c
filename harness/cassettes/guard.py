"""Offline, provably: while the guard stands, every connection and name look-up of the process is refused.

Python reports each of them to audit hooks before it happens (https://docs.python.org/3/library/audit_events.html),
whichever library asks for it and in whichever thread. Child processes have no such hook: the script engine is
started without the permission to use the network, and the runner starts no other.
"""

import re
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Final, Self

from harness.errors import OfflineError

_ADDRESSED: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS: Final = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A connection (`connect`, `sendto`, `sendmsg`) or look-up that was refused, and of what."""

    kind: str
    target: str


class OfflineGuard:
    """Refuses connections and look-ups of the whole process between `__enter__` and `__exit__`.

    An attempt raises `OfflineError` where it is made, and is counted in `attempts` in case somebody catches
    that. Sockets within the machine's file system stay allowed, and so do the hosts in `allowed`, by name or
    address: with `("127.0.0.1", "localhost")` a local server can be reached. `patterns` are regular
    expressions for the beginning of such a name or address. Guards may overlap in time; what any of
    them refuses is refused.
    """

    def __init__(self, *, allowed: tuple[str, ...] = (), patterns: tuple[str, ...] = ()) -> None:
        self._allowed = frozenset(host.lower() for host in allowed)
        self._patterns = tuple(re.compile(one, re.IGNORECASE) for one in patterns)
        self._attempts: list[Attempt] = []

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """What was refused so far, in order."""
        return tuple(self._attempts)

    def __enter__(self) -> Self:
        _watch(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _unwatch(self)

    def refuse(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Judge one event. Raises `OfflineError` unless it is allowed."""
        target = _target(event, arguments)
        if target is None or target[0].lower() in self._allowed:
            return
        if any(one.match(target[0]) for one in self._patterns):
            return
        attempt = Attempt(
            kind=event.removeprefix("socket."), target=":".join(part for part in target if part)
        )
        self._attempts.append(attempt)
        raise OfflineError(
            f"a connection was attempted while offline: {attempt.kind} {attempt.target}",
            hint="a replay answers from its cassette alone; run live, or record what is missing",
        )


def _target(event: str, arguments: tuple[Any, ...]) -> tuple[str, str] | None:
    """Return host and port of an event; `None` when it does not leave the machine's file system."""
    if event in _LOOK_UPS:
        host = arguments[0]
        if isinstance(host, tuple):
            host = host[0]
        # Without a host the machine's own addresses are asked for, to listen on.
        return (_text(host), "") if host else None
    opened, address = arguments[0], arguments[1]
    if opened.family not in _INTERNET or not isinstance(address, tuple):
        return None
    return _text(address[0]), str(address[1])


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


_standing: tuple[OfflineGuard, ...] = ()
_changing: Final = Lock()
_installed: list[Callable[[str, tuple[Any, ...]], None]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _standing and (event in _ADDRESSED or event in _LOOK_UPS):
        for guard in _standing:
            guard.refuse(event, arguments)


def _watch(guard: OfflineGuard) -> None:
    global _standing  # noqa: PLW0603 -- audit hooks are the process's own, and cannot be taken back
    with _changing:
        if not _installed:
            sys.addaudithook(_hook)
            _installed.append(_hook)
        _standing = (*_standing, guard)


def _unwatch(guard: OfflineGuard) -> None:
    global _standing  # noqa: PLW0603 -- see above
    with _changing:
        _standing = tuple(one for one in _standing if one is not guard)
