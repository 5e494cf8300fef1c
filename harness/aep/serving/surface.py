"""The platform as whoever sends a request meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep import problem
from harness.aep.access.gateway import admit
from harness.aep.caller import ANONYMOUS, Caller
from harness.aep.ingestion.flow_schedule import FlowSchedule
from harness.aep.ingestion.landing_queue import LandingQueue
from harness.aep.ingestion.query_words import tell_unknown_words
from harness.aep.jobs.scheduler import Scheduler
from harness.aep.serving.absent import absent
from harness.aep.serving.provenance import provenance_of
from harness.aep.serving.services import MODULES, SERVICES
from harness.twin.surface import Surface

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from harness.aep.platform import Platform
    from harness.twin.message import ServedRequest
    from harness.twin.provenance import Provenance
    from harness.twin.routing import Endpoint

_CATCH_UP_S = 0.2
_SCHEDULES_S = 1.0


class AepSurface(Surface):
    """Adobe Experience Platform's gateway, services and errors."""

    title = "Local platform"
    description = "The calls of Adobe Experience Platform that the local platform answers."
    modules = MODULES
    services = SERVICES
    anonymous = ANONYMOUS

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform)
        self._platform = platform
        self._delay_ms = platform.settings.ingest_delay_ms
        self.pause_s = min(self._delay_ms / 1000, _CATCH_UP_S) or _SCHEDULES_S

    def admit(self, request: ServedRequest, endpoint: Endpoint) -> Caller:
        """Check the headers of the gateway."""
        if request.query.pairs and self.service_of(endpoint.path) == "Batch ingestion":
            tell_unknown_words(request)
        return admit(self._platform, request, json_only=endpoint.json_only, in_sandbox=endpoint.in_sandbox)

    def absent(self, method: str, path: str, headers: Mapping[str, str]) -> Response | None:
        """501 for a call of AEP that the platform does not have; it names the service."""
        return absent(method, path, headers)

    def too_large(self, endpoint: Endpoint, limit: int) -> problem.Problem:
        """413, in the shape of the service that refuses."""
        streaming = self.service_of(endpoint.path) == "Streaming ingestion"
        return problem.too_large(limit, streaming=streaming)

    def provenance(self, endpoint: Endpoint, *, refused: bool = False) -> Provenance:
        """Look the call up in the table of what is known."""
        return provenance_of(endpoint.method, endpoint.path, refused=refused)

    def started(self) -> None:
        """Deliver what a killed platform did not."""
        if self._platform.settings.delivers_outside:
            from harness.aep.flow.activation import Activation

            self._platform.service(Activation)

    def work_off(self) -> None:
        """Pass on what landed, and run schedules, by the platform's clock."""
        if self._delay_ms:
            self._platform.service(LandingQueue).catch_up()
        self._platform.service(Scheduler).catch_up()
        self._platform.service(FlowSchedule).catch_up()
