"""A small platform over the kit: parcels that are handed in, and arrive after an hour."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from harness.twin import control, openapi, problem
from harness.twin.console import plain
from harness.twin.message import ServedRequest, answer
from harness.twin.platform import TwinPlatform
from harness.twin.provenance import Provenance, ValueSource
from harness.twin.routing import Endpoint
from harness.twin.settings import TwinSettings
from harness.twin.surface import Kind, Surface
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.twin.clock import SettableClock

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelArrived:
    tenant: Tenant
    parcel: dict[str, Any]


class Parcels:
    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform
        platform.events.subscribe(ParcelArrived, self._note)

    def hand_in(self, request: ServedRequest, tenant: Tenant) -> Response:
        """`POST /parcels {to}`: hand a parcel in."""
        wanted = request.document()
        if not isinstance(wanted.get("to"), str):
            raise problem.bad_request("to must be a text")
        now = self._platform.clock.now_ms()
        parcel = {
            "id": self._platform.ids.hex(8),
            "to": wanted["to"],
            "state": "on its way",
            "due_ms": now + HOUR_MS,
        }
        self._platform.store.put(tenant, "parcel", parcel["id"], parcel)
        return answer(parcel, 201)

    def read(self, request: ServedRequest, tenant: Tenant) -> Response:
        """`GET /parcels/{id}`: where a parcel is."""
        found = self._platform.store.get(tenant, "parcel", request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no parcel {request.params['id']}")
        return answer(found)

    def work_off(self) -> None:
        for tenant, parcel in self._platform.store.everywhere("parcel"):
            if parcel["state"] == "on its way" and parcel["due_ms"] <= self._platform.clock.now_ms():
                self._platform.events.publish(ParcelArrived(tenant=tenant, parcel=parcel))

    def _note(self, event: ParcelArrived) -> None:
        self._platform.store.put(
            event.tenant, "parcel", event.parcel["id"], {**event.parcel, "state": "there"}
        )


class ParcelSurface(Surface):
    title = "Parcel office"
    services = (("/parcels", "Parcels"),)
    modules = MappingProxyType({__name__: ("/",)})

    def admit(self, request: ServedRequest, endpoint: Endpoint) -> Tenant:
        del endpoint
        customer = request.headers.get("x-customer", "")
        if not customer:
            raise problem.classic(401, "UnauthorizedError", "The header x-customer is missing")
        return Tenant(customer)

    def provenance(self, endpoint: Endpoint, *, refused: bool = False) -> Provenance:
        del endpoint
        if refused:
            return Provenance(source=ValueSource.ASSUMED, detail="nobody was refused yet")
        return Provenance(source=ValueSource.OBSERVED, detail="2026-05-04, at the counter")

    def work_off(self) -> None:
        self.platform.service(Parcels).work_off()

    def endpoints_of(self, module: str) -> list[Endpoint]:
        return [*super().endpoints_of(module), *plain.routes(self), self._document()]

    def _document(self) -> Endpoint:
        def read(request: ServedRequest, _: object) -> Response:
            """`GET /openapi.json`: this description."""
            return answer(openapi.description(self, request.base_url, openapi.Shapes()))

        return Endpoint(method="GET", path="/openapi.json", handler=read, door="open")


def routes(platform: TwinPlatform) -> list[Endpoint]:
    parcels = platform.service(Parcels)
    return [
        Endpoint(method="POST", path="/parcels", handler=parcels.hand_in),
        Endpoint(method="GET", path="/parcels/{id}", handler=parcels.read),
        *control.routes(platform),
    ]


def assemble(settings: TwinSettings, clock: SettableClock | None = None) -> TwinPlatform:
    return TwinPlatform(settings, clock=clock)


KIND = Kind(
    name="parcels",
    settings=TwinSettings,
    assemble=assemble,
    surface=ParcelSurface,
    environment=lambda platform: {"PARCELS": platform.url},
    hosts=("parcels.example.com",),
)
