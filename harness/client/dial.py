"""TCP connections: how a host is looked up and reached; in Node's words when it is not."""

import errno
import os
import socket
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

from harness.client.message import Failure
from harness.client.transport import TransportFailure
from harness.lazy_dataclass import dataclass

_LOCAL_PROBE_S: Final = 0.5
_NOBODY: Final = "nothing listens there: start the service, or look at host and port in the URL"
_UNKNOWN: Final = "no name server knows this host: look how it is written, and whether there is a network"
_GAI_CODES: Final = {socket.EAI_AGAIN: "EAI_AGAIN"}
# As Node asks, not on Windows: where there is no IPv6 no name server is asked, and waited for, for an IPv6
# address.
_NAME_FLAGS: Final = 0 if os.name == "nt" else socket.AI_ADDRCONFIG


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialed:
    """A connected socket, and how long the name server and the other side took, in seconds."""

    sock: socket.socket
    dns_s: float
    tcp_s: float


class Dialer:
    """Connects to hosts; `hosts` maps `host` or `host:port` to the address, or address and port, to use.

    What `*` is mapped to is for all other hosts.
    """

    def __init__(self, hosts: Mapping[str, str]) -> None:
        self._hosts = {host.lower(): address for host, address in hosts.items()}

    def mapped(self, host: str, port: int) -> str | None:
        """Return the address that a host is mapped to."""
        if not self._hosts:
            return None
        name = _plain(host)
        return self._hosts.get(f"{name}:{port}") or self._hosts.get(name) or self._hosts.get("*")

    def dial(self, host: str, port: int, deadline: float | None) -> Dialed:
        """Connect to a host, by its mapped address where there is one. Raises `TransportFailure`."""
        mapped = self.mapped(host, port)
        if mapped is not None:
            return _connect(*_address(mapped, port), deadline)
        name = _plain(host)
        if name == "localhost" or name.endswith(".localhost"):
            # RFC 6761 section 6.3; IPv6 first, as in Postman.
            try:
                return _connect("::1", port, _sooner(deadline, time.monotonic() + _LOCAL_PROBE_S))
            except (OSError, TransportFailure):
                return _connect("127.0.0.1", port, deadline)
        return _connect(name, port, deadline)


def look_up(host: str, port: int, *, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[Any]:
    """Return what `getaddrinfo` finds for a host. Raises `TransportFailure` in Node's words."""
    try:
        flags = 0 if _is_address(host) else _NAME_FLAGS
        return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=flags)
    except (socket.gaierror, UnicodeError) as error:
        code = _GAI_CODES.get(error.errno or 0, "ENOTFOUND") if isinstance(error, OSError) else "ENOTFOUND"
        raise TransportFailure(not_found(host, code)) from None


def not_found(host: str, code: str = "ENOTFOUND") -> Failure:
    """Say that a host has no address, and why that may be when it still holds a variable."""
    hint = _UNKNOWN
    if "{{" in host or "}}" in host:
        hint = "the host holds a variable that is not defined; set it with --env-var NAME=VALUE"
    return Failure(kind="dns", message=f"getaddrinfo {code} {host}", code=code, hint=hint)


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _sooner(one: float | None, other: float) -> float:
    return other if one is None else min(one, other)


def _address(mapped: str, port: int) -> tuple[str, int]:
    """Read `ADDRESS[:PORT]`; an IPv6 address has brackets when a port follows it."""
    host, colon, given = mapped.rpartition(":")
    if colon and given.isdigit() and (":" not in host or host.endswith("]")):
        return host.strip("[]"), int(given)
    return mapped.strip("[]"), port


def _connect(host: str, port: int, deadline: float | None) -> Dialed:
    """Connect to the first address that lets us. Raises `TransportFailure` in Node's words."""
    begun = time.monotonic()
    found = look_up(host, port)
    known = time.monotonic()
    problem: TransportFailure | None = None
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            if deadline is not None:
                sock.settimeout(max(0.001, deadline - time.monotonic()))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            sock.close()
            failure = Failure(kind="timeout", message="ETIMEDOUT", code="ETIMEDOUT")
            problem = problem or TransportFailure(failure)
        except OSError as error:
            sock.close()
            code = errno.errorcode.get(error.errno or 0, "ECONNREFUSED")
            peer: tuple[Any, ...] = address
            message = f"connect {code} {peer[0]}:{peer[1]}"
            hint = _NOBODY if code == "ECONNREFUSED" else ""
            problem = TransportFailure(Failure(kind="refused", message=message, code=code, hint=hint))
        except BaseException:
            sock.close()
            raise
        else:
            return Dialed(sock=sock, dns_s=known - begun, tcp_s=time.monotonic() - known)
    raise problem or TransportFailure(not_found(host))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
