"""Starts a platform: in the background of a process, or as one."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from harness.twin.app import application
from harness.twin.certificate import LazyCertificate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    import uvicorn

    from harness.twin.clock import SettableClock
    from harness.twin.platform import TwinPlatform
    from harness.twin.port import PortServer
    from harness.twin.settings import TwinSettings
    from harness.twin.surface import Kind


class TwinServer:
    """A platform on 127.0.0.1, answered by a background thread of this process.

        with TwinServer(kind) as local:
            requests.get(local.base_url + "/parcels", ...)

    `port` 0 takes a free one. OSError when the port is taken. The port answers `https://` too: a client
    trusts it by `certificate_pem`, which is good for this machine, the kind's hosts and `names`.
    """

    def __init__(
        self,
        kind: Kind,
        settings: TwinSettings | None = None,
        *,
        port: int = 0,
        clock: SettableClock | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self.kind = kind
        self._served_settings = settings or kind.settings()
        self._port = port
        self._clock = clock
        self._certificate = LazyCertificate((*kind.hosts, *names))
        self._server: PortServer | None = None
        self._thread: threading.Thread | None = None
        self._served: TwinPlatform | None = None
        self._address = ""

    @property
    def running(self) -> TwinPlatform:
        """The running platform, for tests that look inside; RuntimeError before `start`."""
        if self._served is None:
            raise RuntimeError("the local platform is not started")
        return self._served

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return self.running.url

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`, where host names can be led to."""
        return self._address

    @property
    def certificate_pem(self) -> str:
        """Certificate of the port for `https://`, made on first use."""
        return self._certificate.pem

    def start(self) -> Self:
        """Listen, and return once requests are answered."""
        from harness.twin.port import PortServer

        settings = self._served_settings
        listener = _listen("127.0.0.1", self._port)
        self._address = f"127.0.0.1:{listener.getsockname()[1]}"
        platform = self._served = _platform(self.kind, settings, listener, self._clock)
        if not platform.url:
            platform.url = f"http://{self._address}"
        config = _config(self.kind, platform, settings)
        server = PortServer(config, listener, self._certificate, patience_s=settings.patience_s)
        self._server = server
        self._thread = threading.Thread(target=lambda: _serve(server), name="harness-twin", daemon=True)
        self._thread.start()
        while self._thread.is_alive() and not server.started:
            time.sleep(0.001)
        if not self._thread.is_alive():
            raise RuntimeError("the local platform did not start; its log says why")
        return self

    def stop(self) -> None:
        """End background work and stop listening. Stopping twice does nothing."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._server = self._thread = None

    def environment(self) -> dict[str, str]:
        """Variables that lead a collection to this platform."""
        return self.kind.environment(self.running)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve_kind(
    kind: Kind,
    settings: TwinSettings,
    host: str,
    port: int,
    *,
    names: Sequence[str] = (),
    started: Callable[[Any, LazyCertificate], None] | None = None,
) -> None:
    """Answer until interrupted, in this thread. `started` is called once the port is taken."""
    from harness.twin.port import PortServer

    listener = _listen(host, port)
    platform = _platform(kind, settings, listener)
    if not platform.url:
        shown = f"[{host}]" if ":" in host else host
        platform.url = f"http://{shown}:{listener.getsockname()[1]}"
    certificate = LazyCertificate((*kind.hosts, *names))
    if started is not None:
        started(platform, certificate)
    config = _config(kind, platform, settings)
    _serve(PortServer(config, listener, certificate, patience_s=settings.patience_s))


def _platform(
    kind: Kind, settings: TwinSettings, listener: socket.socket, clock: SettableClock | None = None
) -> TwinPlatform:
    """Make the platform for a port that is taken; the port is given back when that fails."""
    try:
        return kind.assemble(settings, clock)
    except BaseException:
        listener.close()
        raise


def _serve(server: PortServer) -> None:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(server.serve())


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off for sockets that say they are TCP: without it, an answer on a
    # kept connection waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def _config(kind: Kind, platform: TwinPlatform, settings: TwinSettings) -> uvicorn.Config:
    import uvicorn

    from harness.twin.guarded_protocol import protocol_class

    return uvicorn.Config(
        application(kind.surface(platform), settings),
        log_config=None,
        access_log=False,
        http=protocol_class(settings.patience_s),
        ws="none",
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
