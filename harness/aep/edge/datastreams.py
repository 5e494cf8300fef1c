"""Datastreams: where the Edge Network sends the events that a tag or a server gives it.

Adobe documents what a datastream's settings hold, not the calls that make one; the calls are those of
its metadata service. Settings: `com_adobe_experience_platform` with a sandbox and its datasets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.access.sandboxes import Sandboxes
from harness.aep.catalog.datasets import Catalog
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/metadata/namespaces/edge/datasets/datastreams/records"
_KIND = "datastream"
_PLATFORM = "com_adobe_experience_platform"
_ACCESS = ("mixed", "authenticated")
_ENVIRONMENTS = ("dev", "stage", "prod")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the configuration."""
    datastreams = platform.service(Datastreams)
    table = (
        ("GET", "", datastreams.list_all),
        ("POST", "", datastreams.create),
        ("GET", "/{id}", datastreams.read),
        ("PUT", "/{id}", datastreams.replace),
        ("DELETE", "/{id}", datastreams.delete),
    )
    return [Endpoint(method=method, path=_BASE + path, handler=handler) for method, path, handler in table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Datastream:
    """A datastream as events see it. `sandbox` is that of its datasets, by id; the first is the default."""

    id: str
    tenant: Tenant
    enabled: bool
    authenticated: bool
    event_datasets: tuple[str, ...]
    profile_datasets: tuple[str, ...] = ()


class Datastreams:
    """Datastreams of every organisation, kept in the sandbox they were made in."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def find(self, named: str) -> Datastream | None:
        """Datastream by its id, with or without an environment behind it (`ID:prod`)."""
        datastream_id, _, environment = named.partition(":")
        if environment and environment not in _ENVIRONMENTS:
            return None
        found = self._store.anywhere(_KIND, datastream_id)
        if found is None:
            return None
        data = found.body["data"]
        settings = _settings(data)
        on = settings.get("enabled", True) is True
        return Datastream(
            id=datastream_id,
            tenant=Tenant(found.tenant.org, str(settings.get("sandboxName", found.tenant.sandbox))),
            enabled=data.get("enabled", True),
            authenticated=data.get("access_type") == "authenticated",
            event_datasets=tuple(_dataset_ids(settings)) if on else (),
            profile_datasets=tuple(_dataset_ids(settings, "profile")) if on else (),
        )

    # calls

    def list_all(self, _: ServedRequest, caller: Caller) -> Response:
        """`GET …/records`."""
        found = self._store.find(caller.tenant, _KIND)
        return answer({"_embedded": {"records": found}, "_page": {"count": len(found)}})

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST …/records {data: {title, settings, enabled?, access_type?}}`, or the data by itself."""
        return answer(self._save(request, caller, None), 201)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET …/records/{id}`."""
        return answer(self._get(request, caller))

    def replace(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT …/records/{id}`."""
        return answer(self._save(request, caller, self._get(request, caller)))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE …/records/{id}`: 204."""
        self._store.delete(caller.tenant, _KIND, self._get(request, caller)["_system"]["id"])
        return empty()

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        held = self._store.get(caller.tenant, _KIND, request.params["id"])
        if held is None:
            raise problem.not_found(f"There is no datastream {request.params['id']}")
        return held

    def _save(self, request: ServedRequest, caller: Caller, held: dict[str, Any] | None) -> dict[str, Any]:
        given = request.document()
        data = given.get("data", given)
        if not isinstance(data, dict):
            raise problem.bad_request("data must be an object")
        self._check(caller, data)
        now = iso(self._platform.clock.now_ms(), millis=True)
        system = {
            "id": self._platform.ids.uuid(),
            "revision": 0,
            "createdAt": now,
            "createdBy": caller.user_id,
            **(held["_system"] if held else {}),
        }
        system |= {"revision": system["revision"] + 1, "updatedAt": now, "updatedBy": caller.user_id}
        body = {"_system": {**system, "enabled": data.get("enabled", True)}, "data": data}
        self._store.put(caller.tenant, _KIND, system["id"], body)
        return body

    def _check(self, caller: Caller, data: dict[str, Any]) -> None:
        if not isinstance(data.get("title", data.get("name")), str):
            raise problem.bad_request("title is required")
        if not isinstance(data.get("enabled", True), bool):
            raise problem.bad_request("enabled must be true or false")
        if data.get("access_type", "mixed") not in _ACCESS:
            raise problem.bad_request(f"access_type must be one of {', '.join(_ACCESS)}")
        settings = data.get("settings", {})
        own = settings.get(_PLATFORM, {}) if isinstance(settings, dict) else None
        if not isinstance(own, dict) or not isinstance(own.get("datasets", {}), dict):
            raise problem.bad_request(f"settings.{_PLATFORM} must be an object with datasets")
        sandbox = own.get("sandboxName", caller.tenant.sandbox)
        tenant = Tenant(caller.tenant.org, sandbox)
        if not isinstance(sandbox, str) or not self._platform.service(Sandboxes).exists(tenant):
            raise problem.bad_request(f"There is no sandbox {sandbox!r}")
        catalog = self._platform.service(Catalog)
        for dataset_id in (*_dataset_ids(own), *_dataset_ids(own, "profile")):
            if catalog.dataset(tenant, dataset_id) is None:
                raise problem.bad_request(f"There is no dataset {dataset_id!r} in the sandbox {sandbox}")


def _settings(data: dict[str, Any]) -> dict[str, Any]:
    found = data.get("settings", {}).get(_PLATFORM, {})
    return found if isinstance(found, dict) else {}


def _dataset_ids(settings: dict[str, Any], use: str = "event") -> list[str]:
    """Ids of the datasets for events or profiles, the primary one first.

    One may stand by itself, or several in an array.
    """
    given = (settings.get("datasets") or {}).get(use) or []
    entries = given if isinstance(given, list) else [given]
    entries = sorted(
        (one for one in entries if isinstance(one, dict)), key=lambda one: one.get("primary") is not True
    )
    return [str(one.get("datasetId")) for one in entries]
