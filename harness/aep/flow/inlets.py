"""Streaming inlets: the addresses records are sent to.

One store, whether an inlet was made through Flow Service's streaming connection or through the
older inlet call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from harness.aep.platform import Platform

_KIND = "inlet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlet:
    """An inlet and where it lives. `connection_id` is that of Flow Service, where there is one."""

    inlet_id: str
    tenant: Tenant
    source_id: str
    name: str
    description: str
    data_type: str
    authentication_required: bool
    connection_id: str | None
    created_ms: int
    created_by: str


class Inlets:
    """All inlets, found by their id alone: a record says nothing about its sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._cache: dict[str, Inlet | None] = {}
        self._generation = -1

    def mint(
        self,
        *,
        tenant: Tenant,
        name: str,
        source_id: str,
        data_type: str = "xdm",
        authentication_required: bool = False,
        description: str = "",
        connection_id: str | None = None,
        created_by: str = "",
    ) -> Inlet:
        """Make an inlet with a new id."""
        inlet = Inlet(
            inlet_id=self._platform.ids.hex(64),
            tenant=tenant,
            source_id=source_id,
            name=name,
            description=description,
            data_type=data_type,
            authentication_required=authentication_required,
            connection_id=connection_id,
            created_ms=self._platform.clock.now_ms(),
            created_by=created_by,
        )
        self._put(inlet)
        return inlet

    def by_inlet_id(self, inlet_id: str) -> Inlet | None:
        """Inlet by its id, or by the id of its streaming connection, which some clients send."""
        generation = self._platform.store.generation(_KIND)
        if generation != self._generation:
            self._cache.clear()
            self._generation = generation
        if inlet_id not in self._cache:
            if len(self._cache) > 10_000:
                self._cache.clear()
            self._cache[inlet_id] = self._look_up(inlet_id)
        return self._cache[inlet_id]

    def list(self, tenant: Tenant) -> list[Inlet]:
        """Inlets of a sandbox, oldest first."""
        return [_read(body) for body in self._platform.store.find(tenant, _KIND)]

    def update(self, inlet: Inlet, **changes: Any) -> Inlet:
        """Change fields of an inlet, as a PATCH of its connection does."""
        from dataclasses import replace

        changed = replace(inlet, **changes)
        self._put(changed)
        return changed

    def remove(self, inlet: Inlet) -> None:
        """Delete an inlet; what is sent to it afterwards is refused."""
        self._platform.store.delete(inlet.tenant, _KIND, inlet.inlet_id)

    def url(self, inlet: Inlet) -> str:
        """Address of the inlet on this platform."""
        return f"{self._platform.url}/collection/{inlet.inlet_id}"

    def _look_up(self, inlet_id: str) -> Inlet | None:
        found = self._platform.store.anywhere(_KIND, inlet_id)
        if found is not None:
            return _read(found.body)
        for other in self._platform.store.everywhere(_KIND):
            if other.body["connection_id"] == inlet_id:
                return _read(other.body)
        return None

    def _put(self, inlet: Inlet) -> None:
        own = {name: getattr(inlet, name) for name in Inlet.__slots__ if name != "tenant"}
        body = {**inlet.tenant._asdict(), **own}
        self._platform.store.put(inlet.tenant, _KIND, inlet.inlet_id, body)


def _read(body: dict[str, Any]) -> Inlet:
    own = {name: value for name, value in body.items() if name not in Tenant._fields}
    return Inlet(**own, tenant=Tenant(body["org"], body["sandbox"]))
