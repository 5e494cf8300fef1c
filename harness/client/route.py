"""Where a request's bytes go: to a server, by a proxy, in TLS or not; and how such a connection is opened."""

import socket
import time
from typing import TYPE_CHECKING

from harness.client.connection import Connection, Opening
from harness.client.dial import Dialed, Dialer
from harness.client.message import Failure
from harness.client.proxy import Proxy
from harness.client.transport import TransportFailure
from harness.client.tunnel import ask_for_tunnel, dial_socks, refused_by
from harness.lazy_dataclass import dataclass

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """A way to a server. `context` is that of its TLS, `None` for plain text; equal only to itself.

    `forwarded` says that an HTTP proxy is asked for the whole address; `proxy_context` is for a proxy that is
    itself spoken to in TLS.
    """

    host: str
    port: int
    context: "ssl.SSLContext | None" = None
    proxy: Proxy | None = None
    proxy_context: "ssl.SSLContext | None" = None
    forwarded: bool = False


def open_connection(route: Route, dialer: Dialer, deadline: float | None) -> Connection:
    """Open a connection. Raises `TransportFailure`."""
    proxy = route.proxy
    if proxy is None:
        dialed = dialer.dial(route.host, route.port, deadline)
    elif proxy.socks:
        dialed = dial_socks(proxy, route.host, route.port, deadline)
    else:
        dialed = _through(route, proxy, dialer, deadline)
    sock, tls_s = dialed.sock, 0.0
    if route.context is not None:
        begun = time.monotonic()
        sock = _secured(sock, route.context, route.host, deadline)
        tls_s = time.monotonic() - begun
    opening = Opening(dns_s=dialed.dns_s, tcp_s=dialed.tcp_s, tls_s=tls_s)
    return Connection(sock, opening, secure=route.context is not None)


def _secured(
    sock: socket.socket, context: "ssl.SSLContext", host: str, deadline: float | None
) -> socket.socket:
    from harness.client.tls import secured

    return secured(sock, context, host, deadline)


def _through(route: Route, proxy: Proxy, dialer: Dialer, deadline: float | None) -> Dialed:
    """Connect to an HTTP proxy, and by it to the server unless the proxy is to forward."""
    begun = time.monotonic()
    try:
        dialed = dialer.dial(proxy.host, proxy.port, deadline)
    except TransportFailure as problem:
        if problem.failure.kind == "timeout":
            raise
        raise refused_by(proxy, problem.failure.message) from None
    sock = dialed.sock
    try:
        if route.proxy_context is not None:
            sock = _secured(sock, route.proxy_context, proxy.host, deadline)
        if not route.forwarded:
            ask_for_tunnel(sock, proxy, route.host, route.port, deadline)
    except TimeoutError:
        sock.close()
        failure = Failure(kind="timeout", message="ESOCKETTIMEDOUT", code="ESOCKETTIMEDOUT")
        raise TransportFailure(failure) from None
    except BaseException:
        sock.close()
        raise
    return Dialed(sock=sock, dns_s=dialed.dns_s, tcp_s=time.monotonic() - begun - dialed.dns_s)
