"""Refuses connections and name look-ups in the Python children of a process that is offline.

Python imports a module of this name when it starts. The guard of the parent puts this folder in front of
`PYTHONPATH` and says in the environment where attempts are told and which hosts are allowed; children of
children inherit both. The module of this name that would have been imported otherwise is imported then.
"""

import errno
import json
import os
import re
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

_ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)

_PAIRING = frozenset({"socketpair", "_fallback_socketpair"})


def _refuse(told: str) -> None:
    rules = json.loads(told)
    allowed = frozenset(rules["allowed"])
    patterns = [re.compile(one, re.IGNORECASE) for one in rules["patterns"]]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event not in _ADDRESSED and event not in _LOOK_UPS:
            return
        caller = sys._getframe(1)
        if caller.f_code.co_name in _PAIRING and caller.f_globals.get("__name__") == "socket":
            return  # the library joins two sockets where the system has no pairs, as for an event loop
        target = _target(event, arguments)
        if target is None or target[0].lower() in allowed or any(one.match(target[0]) for one in patterns):
            return
        kind = event.removeprefix("socket.")
        address = ":".join(part for part in target if part)
        _tell(rules["report"], json.dumps([kind, address]) + "\n")
        raise OSError(errno.ENETUNREACH, f"a connection was attempted while offline: {kind} {address}")

    sys.addaudithook(hook)


def _tell(report: str, line: str) -> None:
    """Append to the report, in one piece; when the parent has removed it, nobody asks any more."""
    try:
        descriptor = os.open(report, os.O_WRONLY | os.O_APPEND)
    except OSError:
        return
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def _target(event: str, arguments: tuple[object, ...]) -> tuple[str, str] | None:
    import _socket

    if event in _LOOK_UPS:
        host = arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
        return (_text(host), "") if host else None
    opened, address = arguments[0], arguments[1]
    family = getattr(opened, "family", None)
    if family not in {_socket.AF_INET, _socket.AF_INET6} or not isinstance(address, tuple):
        return None
    return _text(address[0]), str(address[1])


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def _import_next() -> None:
    here = Path(__file__).resolve().parent
    others = [place for place in sys.path if Path(place).resolve() != here]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


if _rules := os.environ.get("HARNESS_OFFLINE"):
    _refuse(_rules)
_import_next()
