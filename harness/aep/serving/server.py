"""Starts the platform: in the background of a process, or as one."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING, Self

from harness.aep.access.credentials import Credentials
from harness.aep.flow.sinks import sink_variables
from harness.aep.serving.app import create_app
from harness.aep.serving.certificate import LazyCertificate
from harness.aep.serving.composition import assemble
from harness.aep.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    import uvicorn

    from harness.aep.platform import Platform
    from harness.aep.serving.port import PortServer
    from harness.twin.clock import SettableClock


class LocalPlatform:
    """A platform on 127.0.0.1, answered by a background thread of this process.

        with LocalPlatform() as local:
            requests.get(local.base_url + "/data/foundation/schemaregistry/stats", ...)

    `port` 0 takes a free one. OSError when the port is taken. The port answers `https://` too, for
    collections that write `https://{{IMS}}/…` or Adobe's host names: a client trusts it by
    `certificate_pem`, which is good for this machine, Adobe's hosts and `names`.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        port: int = 0,
        clock: SettableClock | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self.settings = settings or Settings()
        self._port = port
        self._clock = clock
        self._certificate = LazyCertificate(names)
        self._server: PortServer | None = None
        self._thread: threading.Thread | None = None
        self._platform: Platform | None = None
        self._address = ""

    @property
    def platform(self) -> Platform:
        """The running platform, for tests that look inside; RuntimeError before `start`."""
        if self._platform is None:
            raise RuntimeError("the local platform is not started")
        return self._platform

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return self.platform.url

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
        from harness.aep.serving.port import PortServer

        listener = _listen("127.0.0.1", self._port)
        self._address = f"127.0.0.1:{listener.getsockname()[1]}"
        self._platform = _platform(self.settings, listener, self._clock)
        if not self._platform.url:
            self._platform.url = f"http://{self._address}"
        server = PortServer(
            _config(self._platform), listener, self._certificate, patience_s=self.settings.patience_s
        )
        self._server = server
        self._thread = threading.Thread(target=lambda: _serve(server), name="harness-aep", daemon=True)
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
        """Variables by the names that AEP's Postman environments use, with this platform's values."""
        return environment(self.platform)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def environment(platform: Platform) -> dict[str, str]:
    """Variables for a collection.

    `IMS` and `DCS` are host and port, as collections write `https://{{IMS}}/…`; the others hold a
    scheme. `ACCESS_TOKEN` is empty: a collection gets one by its own first call.
    """
    settings = platform.settings
    host = settings.ims_host or platform.url.partition("://")[2]
    return {
        "IMS": host,
        "IMS_URL": platform.url,
        "PLATFORM_GATEWAY": platform.url,
        "DCS": host,
        "DCS_URL": platform.url,
        "API_KEY": settings.client_id,
        "CLIENT_SECRET": settings.client_secret,
        "IMS_ORG": settings.org_id,
        "SCOPES": settings.scopes,
        "META_SCOPE": settings.metascopes,
        "TECHNICAL_ACCOUNT_ID": settings.technical_account_id,
        "PRIVATE_KEY": Credentials().private_key_pem(settings.organisation) or "",
        "SANDBOX_NAME": settings.default_sandbox,
        "OTHER_SANDBOX_NAME": next(iter(settings.development_sandboxes), ""),
        "TENANT_ID": settings.tenant_id,
        "CONTAINER_ID": "tenant",
        "ACCESS_TOKEN": "",
        **sink_variables(platform),
    }


def serve_forever(
    settings: Settings,
    host: str,
    port: int,
    *,
    names: Sequence[str] = (),
    started: Callable[[Platform, LazyCertificate], None] | None = None,
) -> None:
    """Answer until interrupted, in this thread. `started` is called once the port is taken."""
    from harness.aep.serving.port import PortServer

    listener = _listen(host, port)
    platform = _platform(settings, listener)
    if not platform.url:
        shown = f"[{host}]" if ":" in host else host
        platform.url = f"http://{shown}:{listener.getsockname()[1]}"
    certificate = LazyCertificate(names)
    if started is not None:
        started(platform, certificate)
    _serve(PortServer(_config(platform), listener, certificate, patience_s=settings.patience_s))


def _platform(settings: Settings, listener: socket.socket, clock: SettableClock | None = None) -> Platform:
    """Make the platform for a port that is taken; the port is given back when that fails."""
    try:
        return assemble(settings, clock=clock)
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


def _config(platform: Platform) -> uvicorn.Config:
    import uvicorn

    from harness.aep.serving.guarded_protocol import protocol_class

    return uvicorn.Config(
        create_app(platform.settings, platform=platform),
        log_config=None,
        access_log=False,
        http=protocol_class(platform.settings.patience_s),
        ws="none",
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
