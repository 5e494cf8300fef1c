"""Profile Access: profiles and events of an identity, one or many at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.profile import event_pages
from harness.aep.profile.memberships import Memberships, written
from harness.aep.profile.merge_policies import PROFILE
from harness.aep.profile.profiles import Profiles, ProfileView
from harness.aep.projection import project
from harness.aep.xid import xid as xid_of
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.identity.identities import Identity
    from harness.aep.platform import Platform
    from harness.aep.profile.event_pages import EventQuery

BASE = "/data/core/ups/access/entities"
EVENT = "_xdm.context.experienceevent"
_BUSINESS = ("_xdm.context.account", "_xdm.context.opportunity")
_SCHEMAS = (PROFILE, EVENT, *_BUSINESS)
_MOST_IDENTITIES = 50
_XID = re.compile(r"[A-Za-z0-9_-]{20,40}")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    access = platform.service(ProfileAccess)
    table = (("GET", access.read), ("POST", access.read_many), ("DELETE", access.delete))
    return [Endpoint(method=method, path=BASE, handler=handler) for method, handler in table]


class ProfileAccess:
    """Look-ups and deletion."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._profiles = platform.service(Profiles)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /access/entities`: a profile, or the events of one."""
        query = request.query
        schema = _schema(query.get("schema.name"))
        policy = self._policy(caller, query.get("mergePolicyId"))
        if schema in _BUSINESS:
            # Their classes are not among those of the local platform, so there is none of them.
            raise problem.ups(404)
        if schema == PROFILE:
            entity_id, namespace = _given(query.get("entityId"), query.get("entityIdNS"))
            xid = self._xid(caller, entity_id, namespace)
            computed = (query.get("withCA") or "").lower() != "false"
            view = None if xid is None else self._view(caller, xid, policy, computed=computed)
            if xid is None or view is None:
                raise problem.ups(404)
            fields = _fields(query.get("fields"))
            return answer({xid: self._entity(caller, xid, view, fields)})
        # The partner collection of 2020 names the profile by entityId, the guides by relatedEntityId.
        _check_related(query.get("relatedSchema.name"))
        related = query.get("relatedEntityId") or query.get("entityId")
        entity_id, namespace = _given(related, query.get("relatedEntityIdNS") or query.get("entityIdNS"))
        asked = event_pages.parse_query(query)
        xid = self._xid(caller, entity_id, namespace)
        xids = () if xid is None else self._profiles.xids(caller.tenant, xid, policy)
        if xid is None or not xids:
            raise problem.ups(404)
        return answer(self._events(caller, xid, xids, asked, request.query.raw))

    def read_many(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /access/entities`: an identity that is not known gives an empty entity."""
        body = request.document()
        schema = body.get("schema")
        name = _schema(schema.get("name") if isinstance(schema, dict) else None)
        identities = body.get("identities")
        if not isinstance(identities, list) or not identities:
            raise problem.ups(400, "'identities' must be a non-empty array.")
        policy = self._policy(caller, body.get("mergePolicyId"))
        fields = body.get("fields")
        if fields is not None and not (
            isinstance(fields, list) and all(isinstance(one, str) for one in fields)
        ):
            raise problem.ups(400, "'fields' must be an array of strings.")
        asked = event_pages.parse_body(body)
        related = body.get("relatedSchema")
        _check_related(related.get("name") if isinstance(related, dict) else related)
        found: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        for given in identities:
            xid, start = self._named(caller, given)
            try:
                if name in _BUSINESS:
                    found[xid] = _nobody(xid)
                elif name == PROFILE:
                    view = self._view(caller, xid, policy, computed=body.get("withCA") is not False)
                    found[xid] = (
                        _nobody(xid) if view is None else self._entity(caller, xid, view, fields or [])
                    )
                else:
                    xids = self._profiles.xids(caller.tenant, xid, policy)
                    found[xid] = self._events(caller, xid, xids, asked.starting(start), None)
            except problem.Problem as raised:
                errors.append({"xid": xid, "error": raised.body})
        return answer(errors, 207) if errors else answer(found)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /access/entities`: 202; for profiles only."""
        query = request.query
        if _schema(query.get("schema.name")) != PROFILE:
            raise problem.ups(400, f"Only entities of {PROFILE} can be deleted.")
        entity_id, namespace = _given(query.get("entityId"), query.get("entityIdNS"))
        xid = self._xid(caller, entity_id, namespace)
        cluster = None if xid is None else self._profiles.graph.cluster_of(caller.tenant, xid)
        if xid is None or cluster is None:
            raise problem.ups(404)
        memberships = self._platform.service(Memberships)
        for member in self._profiles.graph.members(caller.tenant, cluster):
            memberships.forget(caller.tenant, f"none/{member}")
        memberships.forget(caller.tenant, f"pdg/{cluster}")
        self._profiles.delete(caller.tenant, xid)
        return empty(202)

    # parts

    def _policy(self, caller: Caller, policy_id: Any) -> dict[str, Any]:
        policy = self._profiles.policy(caller.tenant, policy_id)
        if policy is None:
            raise problem.ups(400, f"There is no merge policy {policy_id!r}.")
        return policy

    def _xid(self, caller: Caller, entity_id: str, namespace: str | None) -> str | None:
        """XID of an identity that is known; without a namespace the id has to be an XID itself."""
        xid = entity_id if namespace is None else xid_of(caller.tenant.org, namespace, entity_id)
        if namespace is None and _XID.fullmatch(entity_id) is None:
            raise problem.ups(400, "'entityIdNS' is required unless 'entityId' is an XID.")
        known = self._profiles.graph.cluster_of(caller.tenant, xid)
        return None if known is None else xid

    def _named(self, caller: Caller, given: Any) -> tuple[str, str | None]:
        """XID of an identity of a bulk request, and where its page of events starts."""
        if not isinstance(given, dict):
            raise problem.ups(400, "An identity must be an object.")
        entity_id = given.get("entityId") or given.get("relatedEntityId")
        if not isinstance(entity_id, str) or not entity_id:
            raise problem.ups(400, "An identity must have 'entityId' or 'relatedEntityId'.")
        space = given.get("entityIdNS") or given.get("relatedEntityIdNS")
        code = space.get("code") if isinstance(space, dict) else space
        start = given.get("start")
        if isinstance(code, str) and code:
            return xid_of(caller.tenant.org, code, entity_id), start
        if _XID.fullmatch(entity_id) is None:
            raise problem.ups(400, "'entityIdNS.code' is required unless the id is an XID.")
        return entity_id, start

    def _view(
        self, caller: Caller, xid: str, policy: dict[str, Any], *, computed: bool
    ) -> ProfileView | None:
        """Show a profile with data; too large a graph is the 422 of the API reference.

        `computed` tells whether it has its computed attributes: `withCA=false` leaves them out.
        """
        xids = self._profiles.xids(caller.tenant, xid, policy)
        if len(xids) > _MOST_IDENTITIES:
            raise problem.ups(
                422,
                f'UPS-MRG-1000001:Identities cannot be retrieved for XID - "{xid}" for graph type "pdg"',
                "Status Code - 422 : message Too many related identities",
            )
        view = self._profiles.view(caller.tenant, xid, policy, computed=computed)
        if view is None:
            return None
        known = view.sources or self._profiles.has_other_data(caller.tenant, view)
        return view if known else None

    def _entity(self, caller: Caller, xid: str, view: ProfileView, fields: list[str]) -> dict[str, Any]:
        held = self._platform.service(Memberships).held(caller.tenant, view.key)
        entity = {**view.entity, "identityMap": view.identity_map}
        if held:
            entity["segmentMembership"] = written(held)
        if fields:
            entity = project(entity, [one for one in fields if one != "identities"])
        if "identities" in fields:
            entity["identities"] = [_identity(one) for one in view.identities]
        return {
            "entityId": xid,
            "mergePolicy": {"id": view.policy["id"]},
            "sources": list(view.sources),
            "tags": list(view.tags),
            "identityGraph": list(view.xids),
            "entity": entity,
            "lastModifiedAt": iso(view.last_modified_ms),
        }

    def _events(
        self, caller: Caller, xid: str, xids: tuple[str, ...], asked: EventQuery, raw: str | None
    ) -> dict[str, Any]:
        found = self._profiles.events(caller.tenant, xids)
        return event_pages.page(found, asked, xid=xid, raw=raw)


def _schema(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise problem.ups(400, "'schema.name' is required.")
    if name not in _SCHEMAS:
        raise problem.ups(400, f"'schema.name' must be one of {', '.join(_SCHEMAS)}, not {name!r}.")
    return name


def _check_related(name: Any) -> None:
    if name not in (None, "", PROFILE):
        raise problem.ups(400, f"'relatedSchema.name' must be {PROFILE}, not {name!r}.")


def _given(entity_id: str | None, namespace: str | None) -> tuple[str, str | None]:
    if not entity_id:
        raise problem.ups(400, "'entityId' is required.")
    return entity_id, namespace or None


def _fields(text: str | None) -> list[str]:
    return [field.strip() for field in (text or "").split(",") if field.strip()]


def _identity(identity: Identity) -> dict[str, Any]:
    return {"id": identity.value, "namespace": {"code": identity.namespace.lower()}}


def _nobody(xid: str) -> dict[str, Any]:
    return {"entityId": xid, "sources": [""], "entity": {}, "lastModifiedAt": iso(0)}
