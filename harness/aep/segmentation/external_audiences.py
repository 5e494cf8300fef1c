"""Audiences that were made elsewhere: their documents, whoever describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.segmentation.segments import invalid

if TYPE_CHECKING:
    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_KIND = "externalAudience"
_ORIGINS = ("AUDIENCE_ORCHESTRATION", "AUDIENCE_MANAGER", "AUDIENCE_MATCH", "CUSTOM_UPLOAD")
_STATES = ("draft", "published", "inactive", "active")
_LONGEST_DAYS = 365
_OWN = (
    "id",
    "audienceId",
    "imsOrgId",
    "sandbox",
    "creationTime",
    "updateEpoch",
    "updateTime",
    "createdBy",
    "type",
)
_SHOWN = ("isSystem", "createEpoch", "_etag", "dependents", "dependencies", "definedOn")


class ExternalAudiences:
    """External audiences of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def all(self, tenant: Tenant) -> list[dict[str, Any]]:
        """External audiences of a sandbox, oldest first."""
        return self._store.find(tenant, _KIND)

    def get(self, tenant: Tenant, audience_id: str) -> dict[str, Any] | None:
        """Audience by the id that the platform gave it."""
        return self._store.get(tenant, _KIND, audience_id)

    def by_audience_id(self, tenant: Tenant, audience_id: str, namespace: str = "") -> dict[str, Any] | None:
        """Audience by the id that its origin gave it, in a namespace or in any."""
        for one in self.all(tenant):
            if one["audienceId"] == audience_id and namespace in ("", one["namespace"]):
                return one
        return None

    def make(self, caller: Caller, wanted: dict[str, Any]) -> dict[str, Any]:
        """Make and keep one; a Problem says what is wrong with it."""
        audience_id = wanted.get("audienceId") or self._platform.ids.uuid()
        if not isinstance(audience_id, str):
            raise invalid("'audienceId' must be a string.")
        body = _composed(wanted)
        if self.by_audience_id(caller.tenant, audience_id, body["namespace"]) is not None:
            detail = f"An audience {audience_id!r} exists in the namespace {body['namespace']!r} already"
            raise problem.classic(409, "ConflictError", detail)
        now = self._platform.clock.now_ms()
        return self.keep(
            caller.tenant,
            {
                **body,
                "id": self._platform.ids.uuid(),
                "audienceId": audience_id,
                "type": "ExternalSegment",
                "creationTime": now,
                "createdBy": caller.user_id,
            },
        )

    def change(self, caller: Caller, audience_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Make one what is wanted, but for what it is known by."""
        held = self.get(caller.tenant, audience_id)
        if held is None:
            raise problem.not_found(f"There is no audience {audience_id}")
        kept = {name: held[name] for name in _OWN if name in held}
        return self.keep(caller.tenant, {**_composed(wanted), **kept})

    def keep(self, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
        """Keep a changed document."""
        now = self._platform.clock.now_ms()
        saved = {**body, "updateTime": now, "updateEpoch": now // 1000}
        self._store.put(tenant, _KIND, saved["id"], saved)
        return saved

    def remove(self, tenant: Tenant, audience_id: str) -> None:
        """Delete one."""
        self._store.delete(tenant, _KIND, audience_id)


def _composed(wanted: dict[str, Any]) -> dict[str, Any]:
    body = {name: value for name, value in wanted.items() if name not in (*_OWN, *_SHOWN)}
    if not isinstance(body.get("name"), str) or not body["name"].strip():
        raise invalid("'name' is required.")
    origin = body.setdefault("originName", "CUSTOM_UPLOAD")
    if origin not in _ORIGINS:
        raise invalid(f"'originName' must be one of {', '.join(_ORIGINS)}.")
    state = body.setdefault("lifecycleState", "published")
    if state not in _STATES:
        raise invalid(f"'lifecycleState' must be one of {', '.join(_STATES)}.")
    namespace = body.setdefault("namespace", "CustomerAudienceUpload")
    labels = body.setdefault("labels", [])
    for name, value in (("description", body.get("description", "")), ("namespace", namespace)):
        if not isinstance(value, str):
            raise invalid(f"'{name}' must be a string.")
    if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
        raise invalid("'labels' must be an array of strings.")
    days = body.setdefault("ttlInDays", 30)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _LONGEST_DAYS:
        raise invalid(f"'ttlInDays' must be a whole number of days, at most {_LONGEST_DAYS}.")
    return body
