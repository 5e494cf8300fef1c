"""Offline, provably: while the guard stands, every connection and name look-up of the process is refused.

Python reports each of them to audit hooks before it happens
(https://docs.python.org/3/library/audit_events.html), whichever library asks for it and in whichever thread.
Python children get the same hook as they start, through `PYTHONPATH`, unless they are told to look at no such
thing (`python -I`). Other programs have none: the script engine is started without the permission to use the
network, and the runner starts no other.
"""

import json
import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import FrameType, TracebackType
from typing import Any, Final, Self
from weakref import finalize

from harness.errors import OfflineError
from harness.lazy_dataclass import dataclass

_ADDRESSED: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS: Final = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_PAIRING: Final = frozenset({"socketpair", "_fallback_socketpair"})
_INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionAttempt:
    """A connection (`connect`, `sendto`, `sendmsg`) or look-up that was refused, and of what."""

    kind: str
    target: str


class OfflineGuard:
    """Refuses connections and look-ups of the process and its children between `__enter__` and `__exit__`.

    An attempt raises `OfflineError` where it is made, and is counted in `attempts` in case somebody catches
    that. Pairs of sockets and sockets in the file system stay allowed, so do the hosts in `allowed`, by name
    or address: with `("127.0.0.1", "localhost")` a local server can be reached. `patterns` are regular
    expressions for the beginning of such a name or address. Guards may overlap in time; what any of
    them refuses is refused.
    """

    def __init__(self, *, allowed: tuple[str, ...] = (), patterns: tuple[str, ...] = ()) -> None:
        self._allowed = frozenset(host.lower() for host in allowed)
        self._patterns = tuple(re.compile(one, re.IGNORECASE) for one in patterns)
        self._attempts: list[ConnectionAttempt] = []
        self._process = os.getpid()
        self._report: Path | None = None

    @property
    def attempts(self) -> tuple[ConnectionAttempt, ...]:
        """What was refused so far, in order; what children attempted comes last."""
        return (*self._attempts, *self._told())

    def rules(self) -> str:
        """Return what a child has to know, for its environment."""
        if self._report is None:
            descriptor, name = tempfile.mkstemp(prefix="harness-offline-", suffix=".jsonl")
            os.close(descriptor)
            self._report = Path(name)
            finalize(self, _remove, name, os.getpid())
        patterns = [one.pattern for one in self._patterns]
        return json.dumps(
            {"report": str(self._report), "allowed": sorted(self._allowed), "patterns": patterns}
        )

    def _told(self) -> list[ConnectionAttempt]:
        """Read what children attempted."""
        try:
            lines = self._report.read_text("utf-8").splitlines() if self._report is not None else []
        except OSError:
            return []
        return [ConnectionAttempt(kind=kind, target=target) for kind, target in map(json.loads, lines)]

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
        attempt = ConnectionAttempt(
            kind=event.removeprefix("socket."), target=":".join(part for part in target if part)
        )
        if os.getpid() == self._process or self._report is None:
            self._attempts.append(attempt)
        else:
            # A forked child has the hook, but tells nobody what it counts.
            with self._report.open("a", encoding="utf-8") as file:
                file.write(json.dumps([attempt.kind, attempt.target]) + "\n")
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


_HOOKS_OF_CHILDREN: Final = str(Path(__file__).parent / "offline")
_RULES: Final = "HARNESS_OFFLINE"

_standing: tuple[OfflineGuard, ...] = ()
_environment: dict[str, str | None] = {}
_changing: Final = Lock()
_installed: list[Callable[[str, tuple[Any, ...]], None]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _standing:
        return
    if event in _ADDRESSED or event in _LOOK_UPS:
        if _joins_pair(sys._getframe(1)):
            return
        for guard in _standing:
            guard.refuse(event, arguments)
    elif event == "subprocess.Popen" and isinstance(arguments[3], dict):
        # It is started in an environment of its own, which is read after this.
        _tell_children(arguments[3])


def _joins_pair(caller: FrameType) -> bool:
    """Whether the library itself joins two sockets, as it does for event loops where the system cannot.

    Windows has no pairs of sockets: one listens on the machine's own address and the other connects to it.
    """
    return caller.f_code.co_name in _PAIRING and caller.f_globals is vars(socket)


def _tell_children(environment: MutableMapping[str, str]) -> None:
    """Let Python children refuse what this process refuses; what the first guard allows is allowed."""
    rules = os.environ.get(_RULES)
    if rules is not None:
        environment[_RULES] = rules
        path = environment.get("PYTHONPATH")
        if path is None or _HOOKS_OF_CHILDREN not in path.split(os.pathsep):
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, (_HOOKS_OF_CHILDREN, path)))


def _watch(guard: OfflineGuard) -> None:
    global _standing  # noqa: PLW0603 -- audit hooks are the process's own, and cannot be taken back
    with _changing:
        if not _installed:
            sys.addaudithook(_hook)
            _installed.append(_hook)
        if not _standing:
            _environment.update({name: os.environ.get(name) for name in (_RULES, "PYTHONPATH")})
            os.environ[_RULES] = guard.rules()
            _tell_children(os.environ)
        _standing = (*_standing, guard)


def _unwatch(guard: OfflineGuard) -> None:
    global _standing  # noqa: PLW0603 -- see above
    with _changing:
        _standing = tuple(one for one in _standing if one is not guard)
        if not _standing:
            for name, value in _environment.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _remove(name: str, process: int) -> None:
    """Remove a report, in the process that made it."""
    if os.getpid() == process:
        with suppress(OSError):
            Path(name).unlink()
