"""What the kit has to know of a platform to answer for it: the seam between the two.

A platform is offered to the harness under a name by the entry point group `harness.platforms`; what the
entry point leads to is a `Kind`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from harness.twin import problem
from harness.twin.provenance import ASSUMED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from harness.twin.clock import SettableClock
    from harness.twin.message import ServedRequest
    from harness.twin.platform import TwinPlatform
    from harness.twin.provenance import Provenance
    from harness.twin.routing import Endpoint
    from harness.twin.settings import TwinSettings


class Surface(ABC):
    """One platform, as whoever sends a request meets it. Only `admit` has to be written.

    `modules` are the modules that answer, by the starts of their paths: each has
    `routes(platform) -> list[Endpoint]`, and is imported with the first request that may be for it.
    `services` are the names of services by the starts of their paths, for the journal, the console and the
    OpenAPI document. `pause_s` is how often `work_off` is called while nobody asks for anything.
    """

    title = "Local platform"
    description = "The calls that this platform answers."
    modules: Mapping[str, tuple[str, ...]] = {}
    services: tuple[tuple[str, str], ...] = ()
    anonymous: Any = None
    pause_s = 1.0

    def __init__(self, platform: TwinPlatform) -> None:
        self.platform = platform
        self._services: dict[str, str] = {}

    @abstractmethod
    def admit(self, request: ServedRequest, endpoint: Endpoint) -> Any:
        """Say who calls an endpoint behind the gateway; raise a Problem for one who may not."""

    def absent(self, method: str, path: str, headers: Mapping[str, str]) -> Response | None:
        """Answer for a path that no endpoint has but the service that is modelled would; None for no such."""
        del method, path, headers
        return None

    def too_large(self, endpoint: Endpoint, limit: int) -> problem.Problem:
        """Refuse a body of more than `limit` bytes, the rest of which is not read."""
        del endpoint
        raised = problem.classic(413, "PayloadTooLargeError", f"The body is larger than {limit} bytes")
        raised.headers["Connection"] = "close"
        return raised

    def provenance(self, endpoint: Endpoint, *, refused: bool = False) -> Provenance:
        """Where it is known from how an endpoint answers, or how it refuses."""
        del endpoint, refused
        return ASSUMED

    def started(self) -> None:  # noqa: B027 - most platforms have nothing to do
        """Do what is to be done before the first request."""

    def work_off(self) -> None:  # noqa: B027 - most platforms have nothing to do
        """Do what is due by the platform's clock."""

    def endpoints_of(self, module: str) -> list[Endpoint]:
        """Endpoints of one of the modules."""
        return list(import_module(module).routes(self.platform))

    def every_endpoint(self) -> list[Endpoint]:
        """Endpoints of all modules."""
        return [endpoint for module in self.modules for endpoint in self.endpoints_of(module)]

    def service_of(self, path: str) -> str:
        """Service that answers a path, by the longest start of it that is known; empty for none."""
        found = self._services.get(path)
        if found is None:
            if len(self._services) >= 4096:
                self._services.clear()
            known = [pair for pair in self.services if f"{path}/".startswith(f"{pair[0]}/")]
            found = self._services[path] = max(known, key=lambda pair: len(pair[0]), default=("", ""))[1]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of platform, as an entry point of the group `harness.platforms` offers it.

    `assemble` makes one, `surface` is how it is met, `environment` gives the variables that lead a collection
    to it. `hosts` are the names of the real service that may be led to the platform: its certificate is
    good for them.
    """

    name: str
    settings: Callable[[], TwinSettings]
    assemble: Callable[[Any, SettableClock | None], TwinPlatform]
    surface: Callable[[Any], Surface]
    environment: Callable[[Any], dict[str, str]]
    hosts: tuple[str, ...] = field(default=())
