"""The transport that opens connections: requests' adapter and urllib3's pools, with bytes of our own.

urllib3 encodes targets again and http.client spells and orders headers its own way, so the request is written
and the answer read by `harness.client.wire`; pools, keep-alive, TLS and proxies are theirs.
"""

import errno
import os
import select
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partialmethod
from ipaddress import ip_address
from threading import Lock
from typing import Any, Final
from urllib.parse import unquote

import urllib3.exceptions
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection

from harness.client.message import Failure, Headers, Response
from harness.client.proxy import Proxies
from harness.client.tls import tls_context, tls_failure
from harness.client.transport import HopOptions, HopRequest, TransportFailure
from harness.client.url import EncodedUrl, encode_text
from harness.client.wire import Answer, AnswerReader, Hangup, decode, request_bytes

_LOCAL_PROBE_S: Final = 0.5
_RESET_WAIT_MS: Final = 250
_GAI_CODES: Final = {socket.EAI_AGAIN: "EAI_AGAIN"}
# As Node asks, not on Windows: where there is no IPv6 no name server is asked, and waited for, for an IPv6
# address.
_NAME_FLAGS: Final = 0 if os.name == "nt" else socket.AI_ADDRCONFIG

Dial = Callable[[str, int, float | None], socket.socket]


class _Parcel:
    """What travels through urllib3 in place of a body: the bytes to write, and until when to read."""

    __slots__ = ("deadline", "method", "wire")

    def __init__(self, wire: bytes, method: str, deadline: float | None) -> None:
        self.wire = wire
        self.method = method
        self.deadline = deadline


class _Unread(Exception):
    """The server had closed a kept connection before the request came: it has not seen it."""


class _Received:
    """An answer in the form that urllib3's pool expects of a response whose body is read already."""

    retries = None
    version_string = "HTTP/1.1"
    length_remaining = 0

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.status = answer.status
        self.headers: Mapping[str, str] = {}

    def get_redirect_location(self) -> bool:
        """Redirects are not the pool's business."""
        return False


class _Exchanging:
    """A connection that writes parcels and reads answers; mixed into urllib3's classes."""

    sock: socket.socket | None
    connect: Callable[[], None]
    close: Callable[[], None]

    def __init__(self, *args: Any, dial: Dial, **options: Any) -> None:
        super().__init__(*args, **options)
        self._dial = dial
        self._parcel: _Parcel | None = None
        self._served = 0

    def _new_conn(self) -> socket.socket:
        self._served = 0
        timeout: Any = getattr(self, "timeout", None)
        host: str = getattr(self, "_dns_host", "")
        port: int = getattr(self, "port", 0)
        return self._dial(host, port, timeout if isinstance(timeout, (int, float)) else None)

    def request(self, _method: str, _url: str, body: _Parcel, **_options: Any) -> None:
        """Write a parcel, connecting first when need be."""
        self._parcel = body
        if self.sock is None:
            self.connect()
        sock = self.sock
        assert sock is not None  # noqa: S101 - connect either makes one or raises
        if body.deadline is None:
            sock.settimeout(None)
        else:
            sock.settimeout(max(0.001, body.deadline - time.monotonic()))
        sock.sendall(body.wire)

    def getresponse(self) -> _Received:
        """Read the answer to the parcel that was written, all of it."""
        parcel, sock = self._parcel, self.sock
        if parcel is None or sock is None:
            raise Hangup
        reader = AnswerReader(sock, parcel.deadline)
        try:
            answer = reader.read(parcel.method)
        except (Hangup, ConnectionError) as error:
            if self._served and not reader.begun and _unread(sock, error):
                raise _Unread from error
            raise
        self._served += 1
        if not answer.reusable:
            self.close()
        return _Received(answer)


class _PlainConnection(_Exchanging, HTTPConnection):  # type: ignore[misc]  # the two answer differently
    pass


class _SecureConnection(_Exchanging, HTTPSConnection):  # type: ignore[misc]  # the two answer differently
    pass


class _SecurePool(HTTPSConnectionPool):
    """A pool that does not warn of unverified certificates: who switched the check off knows."""

    def _validate_conn(self, conn: Any) -> None:
        if conn.is_closed:
            conn.connect()


class _Adapter(HTTPAdapter):
    """requests' adapter with pools that hold our connections."""

    def __init__(self, dial: Dial) -> None:
        # As classes, not partials: vcrpy, in whose cassettes our requests are not to be, asks whether a
        # connection is one of them.
        plain, secure = (
            type(f"{kind.__name__}To", (kind,), {"__init__": partialmethod(kind.__init__, dial=dial)})
            for kind in (_PlainConnection, _SecureConnection)
        )
        self._pools = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (_SecurePool,), {"ConnectionCls": secure}),
        }
        super().__init__(pool_connections=64, pool_maxsize=32)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:
        """Return the manager of a proxy's pools."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def pool(
        self, scheme: str, host: str, port: int, context: ssl.SSLContext | None, proxy: EncodedUrl | None
    ) -> HTTPConnectionPool:
        """Return the pool of connections to a host under some TLS settings."""
        options: dict[str, Any] = {}
        if context is not None:
            options = {"ssl_context": context, "cert_reqs": context.verify_mode}
        manager = self.poolmanager if proxy is None else self.proxy_manager_for(proxy.href)
        return manager.connection_from_host(host, port, scheme, pool_kwargs=options)


class HttpTransport:
    """Sends hops over the network; connections are kept. May be used from several threads.

    `hosts` maps `host` or `host:port` to the address, or address and port, to connect to. `proxies` default
    to the environment's.
    """

    def __init__(self, *, hosts: Mapping[str, str] | None = None, proxies: Proxies | None = None) -> None:
        self._hosts = {host.lower(): address for host, address in (hosts or {}).items()}
        self._proxies = Proxies.of(os.environ) if proxies is None else proxies
        self._adapter = _Adapter(self._dial)
        self._contexts: dict[HopOptions, ssl.SSLContext] = {}
        self._lock = Lock()

    def send(self, hop: HopRequest) -> Response:
        """Send and wait. Raises `TransportFailure` when no answer comes."""
        request, options = hop.request, hop.options
        started = time.monotonic()
        deadline = None if options.timeout_s is None else started + options.timeout_s
        url = encode_text(request.url, disabled=True)
        scheme = url.protocol[:-1]
        port = _port(url)
        led = self._mapped(url.hostname or "localhost", port) is not None
        proxy = None if led else self._proxies.for_host(url.protocol, url.hostname, port)
        context = self._context(options) if scheme == "https" else None
        forwarded = proxy is not None and scheme == "http"
        target = request.url if forwarded else url.target
        extra = _proxy_authorization(proxy) if proxy is not None and forwarded else ()
        wire = request_bytes(request, target, extra)
        name = url.hostname or "localhost"
        host = f"[{name}]" if ":" in name else name
        address = "/" if proxy is None else f"{scheme}://{host}:{port}/"
        try:
            pool = self._adapter.pool(scheme, name, port, context, proxy)
        except urllib3.exceptions.LocationParseError:
            raise TransportFailure(_unknown_host(name)) from None
        while True:
            try:
                answer = self._exchange(pool, address, _Parcel(wire, request.method, deadline))
                break
            except _Unread:
                continue
            except (Hangup, ConnectionError, urllib3.exceptions.ProtocolError) as error:
                # Not sent again, not even on a kept connection: the server may have seen it (as newman).
                raise TransportFailure(_reset(error)) from None
        body = decode(answer, request.method)
        return Response(
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            body=body,
            elapsed_ms=(time.monotonic() - started) * 1000,
            wire_size=len(answer.body),
            http_version=answer.version,
        )

    def close(self) -> None:
        """Close the connections that were kept."""
        self._adapter.close()

    def _exchange(self, pool: HTTPConnectionPool, address: str, parcel: _Parcel) -> Answer:
        left = None if parcel.deadline is None else max(0.001, parcel.deadline - time.monotonic())
        try:
            received: Any = pool.urlopen(
                parcel.method,
                address,
                body=parcel,  # type: ignore[arg-type]  # handed through to our connection
                headers={},
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=Timeout(connect=left, read=left),
            )
        except urllib3.exceptions.ProxyError as error:
            raise TransportFailure(_proxy_failure(error)) from None
        except (TimeoutError, urllib3.exceptions.TimeoutError):
            failure = Failure(kind="timeout", message="ESOCKETTIMEDOUT", code="ESOCKETTIMEDOUT")
            raise TransportFailure(failure) from None
        except (ssl.SSLError, urllib3.exceptions.SSLError) as error:
            raise TransportFailure(tls_failure(_innermost(error))) from None
        answer: Answer = received.answer
        return answer

    def _context(self, options: HopOptions) -> ssl.SSLContext:
        key = HopOptions(
            verify=options.verify,
            certificate=options.certificate,
            extra_ca=options.extra_ca,
            ciphers=options.ciphers,
            disabled_protocols=options.disabled_protocols,
        )
        with self._lock:
            context = self._contexts.get(key)
            if context is None:
                context = self._contexts[key] = tls_context(key)
            return context

    def _mapped(self, host: str, port: int) -> str | None:
        """Return the address that a host is mapped to."""
        name = host.strip("[]").rstrip(".").lower()
        return self._hosts.get(f"{name}:{port}") or self._hosts.get(name)

    def _dial(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """Connect to a host, by its mapped address where there is one."""
        mapped = self._mapped(host, port)
        if mapped is not None:
            return _connect(*_address(mapped, port), timeout)
        name = host.strip("[]").rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            # RFC 6761 section 6.3; IPv6 first, as in Postman.
            try:
                return _connect("::1", port, min(_LOCAL_PROBE_S, timeout or _LOCAL_PROBE_S))
            except (OSError, TransportFailure):
                return _connect("127.0.0.1", port, timeout)
        return _connect(name, port, timeout)


def _address(mapped: str, port: int) -> tuple[str, int]:
    """Read `ADDRESS[:PORT]`; an IPv6 address has brackets when a port follows it."""
    host, colon, given = mapped.rpartition(":")
    if colon and given.isdigit() and (":" not in host or host.endswith("]")):
        return host.strip("[]"), int(given)
    return mapped.strip("[]"), port


def _connect(host: str, port: int, timeout: float | None) -> socket.socket:
    """Connect to the first address that lets us. Raises `TransportFailure` in Node's words."""
    try:
        flags = 0 if _is_address(host) else _NAME_FLAGS
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except (socket.gaierror, UnicodeError) as error:
        code = _GAI_CODES.get(error.errno or 0, "ENOTFOUND") if isinstance(error, OSError) else "ENOTFOUND"
        failure = Failure(kind="dns", message=f"getaddrinfo {code} {host}", code=code)
        raise TransportFailure(failure) from None
    problem: TransportFailure | None = None
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(timeout)
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
            problem = TransportFailure(Failure(kind="refused", message=message, code=code))
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise problem or TransportFailure(Failure(kind="dns", message=f"getaddrinfo ENOTFOUND {host}"))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _unknown_host(name: str) -> Failure:
    return Failure(kind="dns", message=f"getaddrinfo ENOTFOUND {name}", code="ENOTFOUND")


def _port(url: EncodedUrl) -> int:
    if not url.port:
        return 443 if url.protocol == "https:" else 80
    try:
        port = int(url.port)
        if 0 <= port < 65536:
            return port
    except ValueError:
        pass
    message = f"Port should be >= 0 and < 65536. Received type string ('{url.port}')."
    code, name = "ERR_SOCKET_BAD_PORT", "RangeError"
    raise TransportFailure(Failure(kind="invalid", message=message, code=code, name=name))


def _unread(sock: socket.socket, error: Exception) -> bool:
    """Tell whether a server that ended a kept connection had closed it before it read the request.

    It resets the connection then; after a request that it read there is just the end. Between two calls
    newman takes so long that Node has seen the end before the second; we are faster than some servers.
    """
    if isinstance(error, ConnectionError):
        return True
    if not hasattr(select, "poll"):
        return False
    reset = select.poll()
    reset.register(sock, 0)
    return bool(reset.poll(_RESET_WAIT_MS))


def _proxy_authorization(proxy: EncodedUrl) -> Headers:
    if proxy.auth is None:
        return ()
    return (("Proxy-Authorization", "Basic " + b64encode(unquote(proxy.auth).encode()).decode()),)


def _innermost(error: BaseException) -> Exception:
    """Return the error of the operating system inside of urllib3's."""
    inner: BaseException = error
    while inner.args and isinstance(inner.args[0], Exception):
        inner = inner.args[0]
    return inner if isinstance(inner, Exception) else Exception(str(inner))


def _proxy_failure(error: urllib3.exceptions.ProxyError) -> Failure:
    inner = error.original_error
    if isinstance(inner, TransportFailure):
        return inner.failure
    return Failure(kind="refused", message=f"tunneling socket could not be established, {inner}")


def _reset(error: BaseException) -> Failure:
    if isinstance(error, Hangup):
        return Failure(kind="reset", message="socket hang up", code="ECONNRESET")
    inner = _innermost(error)
    code = errno.errorcode.get(getattr(inner, "errno", 0) or 0, "ECONNRESET")
    verb = "write" if code == "EPIPE" else "read"
    return Failure(kind="reset", message=f"{verb} {code}", code=code)
