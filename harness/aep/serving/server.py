"""Starts the platform: in the background of a process, or as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from harness.aep.serving.kind import KIND
from harness.aep.settings import Settings
from harness.twin.server import TwinServer, serve_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.aep.platform import Platform
    from harness.twin.certificate import LazyCertificate
    from harness.twin.clock import SettableClock


class LocalPlatform(TwinServer):
    """A platform on 127.0.0.1, answered by a background thread of this process.

        with LocalPlatform() as local:
            requests.get(local.base_url + "/data/foundation/schemaregistry/stats", ...)

    The port answers `https://` too, for collections that write `https://{{IMS}}/…` or Adobe's host names.
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
        super().__init__(KIND, self.settings, port=port, clock=clock, names=names)

    @property
    def platform(self) -> Platform:
        """The running platform, for tests that look inside; RuntimeError before `start`."""
        return cast("Platform", self.running)


def serve_forever(
    settings: Settings,
    host: str,
    port: int,
    *,
    names: Sequence[str] = (),
    started: Callable[[Platform, LazyCertificate], None] | None = None,
) -> None:
    """Answer until interrupted, in this thread. `started` is called once the port is taken."""
    serve_kind(KIND, settings, host, port, names=names, started=started)
