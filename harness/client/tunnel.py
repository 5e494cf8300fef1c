"""Ways through a proxy: CONNECT for TLS (RFC 9110 section 9.3.6), SOCKS for all."""

import socket
import time
from base64 import b64encode
from typing import Final

from harness.client.answer import AnswerReader, Hangup
from harness.client.dial import Dialed, look_up
from harness.client.message import Failure, Headers
from harness.client.proxy import Proxy
from harness.client.transport import TransportFailure

# How long a SOCKS proxy is waited for when a request has no limit, in seconds.
_PATIENCE_S: Final = 120.0


def proxy_authorization(proxy: Proxy) -> Headers:
    """Return the header that shows a proxy who asks."""
    if proxy.user is None:
        return ()
    pair = f"{proxy.user}:{proxy.password}".encode("utf-8", "surrogatepass")
    return (("Proxy-Authorization", "Basic " + b64encode(pair).decode()),)


def refused_by(proxy: Proxy, why: object, hint: str = "") -> TransportFailure:
    """Say that a proxy does not let us through; in newman's words."""
    source = proxy.source or "the environment"
    hint = hint or f"the proxy is {proxy.address}, from {source}; hosts in NO_PROXY are reached without it"
    message = f"tunneling socket could not be established, {why}"
    return TransportFailure(Failure(kind="refused", message=message, code="ECONNRESET", hint=hint))


def ask_for_tunnel(sock: socket.socket, proxy: Proxy, host: str, port: int, deadline: float | None) -> None:
    """Ask an HTTP proxy for a tunnel to a host. Raises `TransportFailure` when there is none."""
    name = f"[{host}]" if ":" in host else host
    fields = (("Host", f"{name}:{port}"), *proxy_authorization(proxy))
    lines = [f"CONNECT {name}:{port} HTTP/1.1", *(f"{key}: {value}" for key, value in fields)]
    wire = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogatepass")
    try:
        sock.settimeout(None if deadline is None else max(0.001, deadline - time.monotonic()))
        sock.sendall(wire)
        # As to HEAD: what follows the head is the other side's.
        answer = AnswerReader(sock, deadline).read("HEAD")
    except (Hangup, ConnectionError) as error:
        raise refused_by(proxy, str(error) or "socket hang up") from None
    if answer.status == 407:
        hint = f"the proxy wants to know who asks: set {proxy.source} to http://USER:PASSWORD@HOST:PORT"
        raise refused_by(proxy, "statusCode=407", hint)
    if not 200 <= answer.status < 300:
        raise refused_by(proxy, f"statusCode={answer.status}")


def dial_socks(proxy: Proxy, host: str, port: int, deadline: float | None) -> Dialed:
    """Connect to a host through a SOCKS proxy. Raises `TransportFailure`."""
    from python_socks import ProxyError, ProxyTimeoutError, ProxyType
    from python_socks.sync import Proxy as Socks

    begun = time.monotonic()
    remote = proxy.scheme in {"socks4a", "socks5h"}
    target = host if remote else _first_address(host, port, only_ipv4=proxy.scheme == "socks4")
    known = time.monotonic()
    left = _PATIENCE_S if deadline is None else max(0.001, deadline - known)
    kind = ProxyType.SOCKS4 if proxy.scheme in {"socks4", "socks4a"} else ProxyType.SOCKS5
    socks = Socks(kind, proxy.host, proxy.port, proxy.user, proxy.password or None, rdns=remote)
    try:
        sock = socks.connect(target, port, timeout=left)
    except (ProxyTimeoutError, TimeoutError):
        raise TransportFailure(Failure(kind="timeout", message="ETIMEDOUT", code="ETIMEDOUT")) from None
    except (ProxyError, OSError, ValueError) as error:
        raise refused_by(proxy, str(error)) from None
    sock.settimeout(None)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Dialed(sock=sock, dns_s=known - begun, tcp_s=time.monotonic() - known)


def _first_address(host: str, port: int, *, only_ipv4: bool) -> str:
    """Look a name up here, as `socks4` and `socks5` mean it."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return "127.0.0.1"
    found = look_up(name, port, family=socket.AF_INET if only_ipv4 else socket.AF_UNSPEC)
    return str(found[0][4][0])
