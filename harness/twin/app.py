"""The ASGI application: reads a request, checks it, hands it to a service, renders the answer."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.routing import Mount

from harness.twin import problem
from harness.twin.call_log import CallLog
from harness.twin.message import Query, ServedRequest, answer, empty
from harness.twin.problem import Problem
from harness.twin.routing import Endpoint, Router
from harness.twin.served_files import ServedFiles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from harness.twin.provenance import Provenance
    from harness.twin.settings import TwinSettings
    from harness.twin.surface import Surface

_LOG = logging.getLogger("harness.twin")
_HEALTH = "/_harness/health"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "testclient"})
_OWN_DOORS = ("harness", "console")


@dataclass(slots=True)
class _Seen:
    """What was seen of a request by the time its answer is there."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    own: bool = False
    endpoint: Endpoint | None = None


class Dispatcher:
    """Answers every HTTP request of a platform."""

    def __init__(self, surface: Surface, settings: TwinSettings) -> None:
        self._surface = surface
        self._settings = settings
        self._platform = surface.platform
        self._log = self._platform.service(CallLog)
        self._files = ServedFiles(settings)
        self._router = Router()
        self._waiting = dict(surface.modules)

    @property
    def endpoints(self) -> list[Endpoint]:
        """All endpoints there are."""
        self._load("")
        return list(self._router.endpoints)

    def _load(self, path: str) -> None:
        """Bring in the modules that may answer a path, or all of them for an empty one."""
        wanted = [name for name, prefixes in self._waiting.items() if not path or path.startswith(prefixes)]
        for name in wanted:
            del self._waiting[name]
            for endpoint in self._surface.endpoints_of(name):
                self._router.add(endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry for a request; a websocket is refused by the server."""
        started = time.perf_counter()
        before = self._platform.store.appended
        seen = _Seen()
        response = await self._answer(scope, receive, seen)
        if not seen.own:
            query = scope["query_string"].decode("latin-1")
            store = self._platform.store
            records = (before, store.appended)
            self._log.add(
                service=self._surface.service_of(scope["path"]),
                method=scope["method"],
                target=f"{scope['path']}?{query}" if query else scope["path"],
                headers=seen.headers,
                body=seen.body,
                response=response,
                elapsed_ms=(time.perf_counter() - started) * 1000,
                records=records,
                left=store.counted(*records) if records[0] < records[1] else None,
                provenance=self._provenance(seen.endpoint, response.status_code),
                route="" if seen.endpoint is None else f"{seen.endpoint.method} {seen.endpoint.path}",
            )
        await response(scope, receive, send)

    def _provenance(self, endpoint: Endpoint | None, status: int) -> Provenance | None:
        if endpoint is None or endpoint.door in _OWN_DOORS:
            return None
        return self._surface.provenance(endpoint, refused=status >= 400)

    async def _answer(self, scope: Scope, receive: Receive, seen: _Seen) -> Response:
        try:
            return await self._serve(scope, receive, seen)
        except Problem as raised:
            if raised.body is None:
                return empty(raised.status, raised.headers)
            return answer(raised.body, raised.status, raised.headers)
        except RecursionError:
            body = problem.bad_request("The body is nested too deeply").body
            return answer(body, 400)
        except Exception:  # noqa: BLE001 - a bug of ours is answered 500, and logged
            _LOG.exception("%s %s", scope["method"], scope["path"])
            body = problem.classic(500, "InternalServerError", "An unexpected error occurred").body
            return answer(body, 500)

    async def _serve(self, scope: Scope, receive: Receive, seen: _Seen) -> Response:
        settings = self._settings
        seen.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        raw_path = scope.get("raw_path") or scope["path"].encode()
        path = raw_path.decode("latin-1").partition("?")[0]
        method = scope["method"]
        # 1. who answers
        file = self._files.answer(method, seen.headers.get("host", ""), scope["path"])
        if file is not None:
            return file
        if self._waiting:
            self._load("/_console" if path == "/" else re.sub("//+", "/", path.lower()))
        try:
            endpoint, params = self._router.match(method, path)
        except Problem as raised:
            absent = None
            if raised.status == 404:
                absent = self._surface.absent(method, scope["path"], seen.headers)
            if absent is None:
                raise
            return absent
        seen.own = endpoint.door == "console"
        seen.endpoint = endpoint
        self._surface.work_off()
        # 2. the wait and the faults that the settings ask for
        if settings.latency_ms and endpoint.door not in _OWN_DOORS:
            await asyncio.sleep(settings.latency_ms / 1000)
        self._perhaps_fail(endpoint)
        # 3. who calls: nothing is read of the body of a caller who is not let in
        headers = seen.headers
        client = scope.get("client")
        host = headers.get("host", "localhost")
        request = ServedRequest(
            method=method,
            path=scope["path"],
            params=params,
            query=Query(scope["query_string"].decode("latin-1")),
            headers=headers,
            base_url=f"{scope['scheme']}://{host}",
            remote=client[0] if client else None,
        )
        caller = self._admit(endpoint, request)
        # 4. the body, as far as it may be read
        limit = settings.body_limit_bytes if endpoint.limit is None else endpoint.limit
        refusal = self._surface.too_large
        request.body = seen.body = await _read(headers, receive, limit, lambda: refusal(endpoint, limit))
        # 5. the service
        response = endpoint.handler(request, caller)
        if inspect.isawaitable(response):
            return await response
        return response

    def _admit(self, endpoint: Endpoint, request: ServedRequest) -> Any:
        if endpoint.door == "gateway":
            return self._surface.admit(request, endpoint)
        if endpoint.door in _OWN_DOORS and not self._from_here(request):
            raise problem.classic(403, "ForbiddenError", "Only this machine may call this path")
        return self._surface.anonymous

    def _from_here(self, request: ServedRequest) -> bool:
        """Whether this machine calls, and not a page of another site that runs in its browser.

        Such a page is told by the name that it leads here by DNS, or by its origin. That the platform
        is up is no secret.
        """
        if request.remote not in _LOOPBACK:
            return False
        if request.path == _HEALTH:
            return True
        host = request.headers.get("host", "")
        names = {"localhost", "testclient", _host_name(self._platform.url.partition("://")[2])}
        if not (_is_address(_host_name(host)) or _host_name(host) in names):
            return False
        origin = request.headers.get("origin")
        return origin is None or origin.partition("://")[2].lower() == host.lower()

    def _perhaps_fail(self, endpoint: Endpoint) -> None:
        rate = self._settings.fail_rate
        if rate and endpoint.door not in _OWN_DOORS and self._platform.ids.chance() < rate:
            raised = problem.classic(503, "ServiceUnavailableError", "A fault, as asked for")
            raised.headers["Retry-After"] = "1"
            raise raised


def _host_name(authority: str) -> str:
    """Name or address without the port, in lower case."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


async def _read(
    headers: dict[str, str], receive: Receive, limit: int, refusal: Callable[[], Problem]
) -> bytes:
    """Read the body, but no more than `limit` bytes: one that is announced larger is not read."""
    announced = headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and (len(announced) > 18 or int(announced) > limit):
        raise refusal()
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400)
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise refusal()
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _catch_up(surface: Surface) -> None:
    """Work off what is due although nobody asks for anything."""
    while True:
        await asyncio.sleep(surface.pause_s)
        surface.work_off()


def application(surface: Surface, settings: TwinSettings) -> Starlette:
    """Build a platform as an ASGI application; `app.state.platform` is the platform."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        surface.started()
        catching = asyncio.create_task(_catch_up(surface))
        yield
        catching.cancel()
        surface.platform.close()

    app = Starlette(routes=[Mount("/", app=Dispatcher(surface, settings))], lifespan=lifespan)
    app.state.platform = surface.platform
    return app
