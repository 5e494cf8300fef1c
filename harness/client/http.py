"""The transport that opens connections: one request, one answer, over connections that are kept.

The bytes are written by `wire`, the answer is read by `answer`, ways and proxies are `route`'s. Nothing here
changes a target, a header or their order.
"""

import os
import re
import time
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Final

from harness.client.answer import WireAnswer
from harness.client.connection import Opening, UnreadError
from harness.client.content_coding import decode
from harness.client.dial import Dialer
from harness.client.message import Failure, Headers, Response, Timings
from harness.client.pool import Pool
from harness.client.proxy import Proxies, Proxy
from harness.client.route import Route, open_connection
from harness.client.transport import HopOptions, HopRequest, TransportFailure
from harness.client.trust import Trust
from harness.client.tunnel import proxy_authorization
from harness.client.url import EncodedUrl, encode_text
from harness.client.wire import request_bytes

if TYPE_CHECKING:
    import ssl

_RouteKey = tuple[str, str, tuple[object, ...]]
_MOST_ROUTES: Final = 4096
_NO_NAME: Final = re.compile(r"[^\x21-\xff]")


class HttpTransport:
    """Sends hops over the network; connections are kept. May be used from several threads.

    `hosts` maps `host` or `host:port` to the address, or address and port, to connect to. `proxies` and
    `trust` default to the environment's.
    """

    def __init__(
        self,
        *,
        hosts: Mapping[str, str] | None = None,
        proxies: Proxies | None = None,
        trust: Trust | None = None,
    ) -> None:
        self._dialer = Dialer(hosts or {})
        self._proxies = Proxies.of(os.environ) if proxies is None else proxies
        self._trust = Trust.of(os.environ) if trust is None else trust
        self._pool = Pool()
        self._routes: dict[_RouteKey, Route] = {}
        self._contexts: dict[tuple[object, ...], ssl.SSLContext] = {}
        self._lock = Lock()

    def send(self, hop: HopRequest) -> Response:
        """Send and wait. Raises `TransportFailure` when no answer comes."""
        request, options = hop.request, hop.options
        started = time.monotonic()
        deadline = None if options.timeout_s is None else started + options.timeout_s
        url = encode_text(request.url, disabled=True)
        route = self._route(url, options)
        target = url.target
        extra: Headers = ()
        if route.forwarded and route.proxy is not None:
            target, extra = request.url, proxy_authorization(route.proxy)
        wire = request_bytes(request, target, extra)
        prepared = time.monotonic()
        while True:
            connection = self._pool.take(route)
            reused = connection is not None
            try:
                if connection is None:
                    connection = open_connection(route, self._dialer, deadline)
                ready = time.monotonic()
                answer = connection.exchange(wire, request.method, deadline)
            except BaseException as error:
                self._pool.lost()
                if connection is not None:
                    connection.close()
                if isinstance(error, UnreadError):
                    continue
                raise
            break
        if answer.reusable:
            self._pool.give(route, connection)
        else:
            self._pool.lost()
            connection.close()
        return Response(
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            body=decode(answer),
            elapsed_ms=(time.monotonic() - started) * 1000,
            wire_size=len(answer.body),
            http_version=answer.version,
            timings=_timings(
                None if reused else connection.opening,
                answer,
                started=started,
                prepared=prepared,
                ready=ready,
            ),
        )

    def close(self) -> None:
        """Close the connections that were kept."""
        self._pool.close()

    def _route(self, url: EncodedUrl, options: HopOptions) -> Route:
        """Return the way to an address under some TLS settings; the same one for the same."""
        tls: tuple[object, ...] = ()
        if url.protocol == "https:":
            tls = (
                options.verify,
                options.certificate,
                options.extra_ca,
                options.ciphers,
                options.disabled_protocols,
            )
        key = (url.protocol, url.host, tls)
        route = self._routes.get(key)
        if route is None:
            route = self._find_route(url, options, tls)
            with self._lock:
                if len(self._routes) >= _MOST_ROUTES:
                    self._routes.clear()
                route = self._routes.setdefault(key, route)
        return route

    def _find_route(self, url: EncodedUrl, options: HopOptions, tls: tuple[object, ...]) -> Route:
        secure = url.protocol == "https:"
        name = url.hostname or "localhost"
        port = _port(url)
        proxy = None
        if port is None or self._dialer.mapped(name, port) is None:
            proxy = self._proxies.for_host(url.protocol, name, port)
        if proxy is not None and proxy.problem:
            raise TransportFailure(Failure(kind="invalid", message=proxy.problem, code="ERR_INVALID_PROXY"))
        if proxy is not None and _NO_NAME.search(name):
            # A blank in what a proxy is asked for would end it there.
            message = "Request path contains unescaped characters"
            raise TransportFailure(Failure(kind="invalid", message=message, code="ERR_UNESCAPED_CHARACTERS"))
        forwarded = proxy is not None and not secure and not proxy.socks
        if port is None and not forwarded:
            raise _bad_port(url)
        return Route(
            host=name,
            port=port or 0,
            context=self._context(options, tls) if secure else None,
            proxy=proxy,
            proxy_context=self._proxy_context(options, proxy),
            forwarded=forwarded,
        )

    def _context(self, options: HopOptions, key: tuple[object, ...]) -> "ssl.SSLContext":
        from harness.client.tls import tls_context

        with self._lock:
            context = self._contexts.get(key)
            if context is None:
                context = self._contexts[key] = tls_context(options, self._trust)
            return context

    def _proxy_context(self, options: HopOptions, proxy: Proxy | None) -> "ssl.SSLContext | None":
        """Return the TLS settings for talking to a proxy: those of the run, without what a request chose."""
        if proxy is None or proxy.scheme != "https":
            return None
        plain = HopOptions(verify=options.verify, extra_ca=options.extra_ca)
        return self._context(plain, ("proxy", plain.verify, plain.extra_ca))


def _timings(
    opening: Opening | None, answer: WireAnswer, *, started: float, prepared: float, ready: float
) -> Timings:
    """Return the phases of a hop; `opening` is `None` for a connection that was kept."""
    if opening is None:
        return Timings(
            prepare_ms=(prepared - started) * 1000,
            wait_ms=(ready - prepared) * 1000,
            first_byte_ms=(answer.first_byte_at - ready) * 1000,
            download_ms=(answer.complete_at - answer.first_byte_at) * 1000,
            reused=True,
        )
    opened_s = opening.dns_s + opening.tcp_s + opening.tls_s
    return Timings(
        prepare_ms=(prepared - started) * 1000,
        wait_ms=(ready - prepared - opened_s) * 1000,
        dns_ms=opening.dns_s * 1000,
        tcp_ms=opening.tcp_s * 1000,
        tls_ms=opening.tls_s * 1000,
        first_byte_ms=(answer.first_byte_at - ready) * 1000,
        download_ms=(answer.complete_at - answer.first_byte_at) * 1000,
    )


def _port(url: EncodedUrl) -> int | None:
    """Return the port of an address; `None` when what is written there is none."""
    if not url.port:
        return 443 if url.protocol == "https:" else 80
    port = int(url.port) if url.port.isdecimal() and len(url.port) < 10 else -1
    return port if 0 <= port < 65536 else None


def _bad_port(url: EncodedUrl) -> TransportFailure:
    message = f"Port should be >= 0 and < 65536. Received type string ('{url.port}')."
    hint = ""
    if "{{" in (url.port or ""):
        hint = "the port holds a variable that is not defined; set it with --env-var NAME=VALUE"
    code, name = "ERR_SOCKET_BAD_PORT", "RangeError"
    return TransportFailure(Failure(kind="invalid", message=message, code=code, name=name, hint=hint))
