"""Base, source and target connections of Flow Service."""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING, Any

from harness.aep.flow import flow_query
from harness.aep.flow.delivery import Deliveries
from harness.aep.flow.entities import FLOW_KIND, FlowEntities, missing, unknown_reference, wrong
from harness.aep.flow.inlets import Inlet, Inlets
from harness.aep.flow.specs import (
    BASE,
    DESTINATIONS,
    EVENT_HUBS,
    KINESIS,
    PROFILE_STORE,
    STREAMING,
    AuthSpec,
    connection_spec,
)
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.wires.sinks import Destination, LocalSinks

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_MASK = "******"
_BASE_STATES = ("enabled", "disabled", "initializing")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the three kinds of connections."""
    base = platform.service(Connections)
    root = f"{BASE}/connections/{{id}}"
    return [
        *base.endpoints(),
        Endpoint(method="GET", path=f"{root}/test", handler=base.test, any_case=True),
        Endpoint(method="GET", path=f"{root}/explore", handler=base.explore, any_case=True),
        *platform.service(SourceConnections).endpoints(),
        *platform.service(TargetConnections).endpoints(),
    ]


def destination_of(base: dict[str, Any], target: dict[str, Any]) -> Destination | None:
    """Where a base and a target connection lead; None when it is neither Kinesis nor Event Hubs."""
    spec_id = target["connectionSpec"]["id"]
    params = target.get("params") or {}
    credentials = (base.get("auth") or {}).get("params") or {}
    if spec_id == KINESIS:
        return Destination(
            service="kinesis",
            place=str(params.get("region") or credentials.get("region") or ""),
            name=str(params.get("stream", "")),
            key_name=str(credentials.get("accessKeyId", "")),
            key=str(credentials.get("secretKey", "")),
        )
    if spec_id == EVENT_HUBS:
        return Destination(
            service="eventhubs",
            place=str(credentials.get("namespace", "")),
            name=str(params.get("eventHubName", "")),
            key_name=str(credentials.get("sasKeyName", "")),
            key=str(credentials.get("sasKey", "")),
        )
    return None


class _AnyConnections(FlowEntities):
    """What base, source and target connections share."""

    def spec_reference(self, body: dict[str, Any]) -> dict[str, str]:
        """`connectionSpec` of a creation; a version left out is an error only when strict."""
        spec = connection_spec(body.get("connectionSpec"))
        version = body["connectionSpec"].get("version")
        if version is None:
            if self.platform.settings.strict:
                # The message of the API reference.
                raise wrong("connectionSpec.version 'version' is required for spec info", 422)
            version = "1.0"
        return {"id": spec.id, "version": str(version)}

    def labels(self, body: dict[str, Any]) -> dict[str, Any]:
        """`name` and `description` of a creation; only the API reference demands a name."""
        found: dict[str, Any] = {}
        for name in ("name", "description"):
            if name in body:
                if not isinstance(body[name], str):
                    raise wrong(f"'{name}' must be a string.")
                found[name] = body[name]
        if not found.get("name") and self.platform.settings.strict:
            raise missing("name")
        return found

    def is_destination(self, entity: dict[str, Any]) -> bool:
        """Whether the connection is to a destination, or to the profiles that feed one."""
        return entity["connectionSpec"]["id"] in (*DESTINATIONS, PROFILE_STORE)

    def base_of(self, caller: Caller, base_id: object, spec_id: str) -> dict[str, Any]:
        """Find the base connection that a body refers to; it has to be of the same kind."""
        base = self.platform.service(Connections).find(caller, base_id)
        if base is None:
            raise unknown_reference("base connection", base_id)
        if base["connectionSpec"]["id"] != spec_id:
            raise wrong(f"The connection spec ID {spec_id} is not that of the base connection {base['id']}.")
        return base

    def inherited(self, entity: dict[str, Any]) -> dict[str, Any]:
        """Return an entity with what it inherits from its base connection."""
        base_id = entity.get("baseConnectionId")
        if base_id is None:
            return entity
        base = {"id": base_id, "connectionSpec": entity["connectionSpec"]}
        return {**entity, "inheritedAttributes": {"baseConnection": base}}

    def refuse_in_flow(self, caller: Caller, entity: dict[str, Any], member: str) -> None:
        """Raise `1447-400` when a flow has the connection."""
        for flow in self.platform.store.find(caller.tenant, FLOW_KIND):
            if entity["id"] in flow[member]:
                raise flow_query.invalid(
                    1447,
                    f"The {self.what} with the ID {entity['id']} cannot be deleted"
                    f" because the flow with the ID {flow['id']} contains it.",
                )


class Connections(_AnyConnections):
    """Base connections: authentication to a source or destination, or a streaming inlet."""

    word = "connections"
    what = "base connection"
    patchable = ("name", "description", "auth")

    def compose(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        """Check the connection spec and the authentication that it asks for."""
        del caller
        reference = self.spec_reference(body)
        spec = connection_spec(reference)
        fields = {**self.labels(body), "connectionSpec": reference, "state": _state(body)}
        fields["providerId"] = body.get("providerId", spec.provider_id)
        if spec.auth:
            fields["auth"] = self._auth(spec.id, body.get("auth"))
        elif body.get("auth") is not None:
            auth = body["auth"]
            spec.auth_spec(auth.get("specName") if isinstance(auth, dict) else auth)
        return fields

    def check_change(self, caller: Caller, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Check the authentication that a patch has made."""
        del caller
        if "auth" in old:
            new["auth"] = self._auth(old["connectionSpec"]["id"], new.get("auth"))
        elif "auth" in new:
            raise flow_query.invalid(1455, "The connection spec of this connection has no authentication.")

    def saved(self, caller: Caller, entity: dict[str, Any], old: dict[str, Any] | None) -> None:
        """Mint or change the inlet of a streaming connection, let the local sinks learn a key."""
        if entity["connectionSpec"]["id"] == STREAMING:
            self._keep_inlet(caller, entity, new=old is None)
        destination = destination_of(entity, {"connectionSpec": entity["connectionSpec"], "params": {}})
        if destination is not None:
            self.platform.service(LocalSinks).learn_key(
                destination.service,
                destination.place,
                destination.key_name,
                destination.key,
                f"{caller.tenant.org}/{caller.tenant.sandbox}/{entity['id']}",
            )

    def check_delete(self, caller: Caller, entity: dict[str, Any]) -> None:
        """Raise `1418-400` when a flow uses the connection."""
        sides = (
            (self.platform.service(SourceConnections), "sourceConnectionIds"),
            (self.platform.service(TargetConnections), "targetConnectionIds"),
        )
        flows = self.platform.store.find(caller.tenant, FLOW_KIND)
        for connections, member in sides:
            users = {
                one["id"]
                for one in connections.everything(caller)
                if one.get("baseConnectionId") == entity["id"]
            }
            if any(users & set(flow[member]) for flow in flows):
                raise flow_query.invalid(
                    1418,
                    f"The base connection with the ID {entity['id']} cannot be deleted because the"
                    " base connection is being used in one or more flows. Delete the flows first.",
                )

    def deleted(self, caller: Caller, entity: dict[str, Any]) -> None:
        """Close the inlet of a streaming connection."""
        del caller
        inlet = self._inlet(entity)
        if inlet is not None:
            self.platform.service(Inlets).remove(inlet)

    def shown(self, entity: dict[str, Any]) -> dict[str, Any]:
        """Mask secrets, and show the inlet of a streaming connection."""
        if "auth" not in entity:
            return entity
        shown = copy.deepcopy(entity)
        shown.pop("inletId", None)
        params = shown["auth"]["params"]
        for name in self._auth_spec(entity).secrets & params.keys():
            params[name] = _MASK
        inlet = self._inlet(entity)
        if inlet is not None:
            params["inletUrl"] = self.platform.service(Inlets).url(inlet)
            params["inletId"] = inlet.inlet_id
        return shown

    async def test(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /connections/{id}/test`: whether the credentials get in."""
        entity = self.get(caller, request.params["id"])
        destination = destination_of(entity, {"connectionSpec": entity["connectionSpec"]})
        result = entity["state"] == "enabled"
        if result and destination is not None:
            deliveries = self.platform.service(Deliveries)
            result = await asyncio.to_thread(deliveries.answers, destination)
        return answer({"result": result})

    def explore(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /connections/{id}/explore`: the streams or hubs that the credentials see."""
        entity = self.get(caller, request.params["id"])
        destination = destination_of(entity, {"connectionSpec": entity["connectionSpec"]})
        if destination is None:
            return answer([])
        streams = self.platform.service(LocalSinks).streams(
            destination.service, destination.account, destination.place
        )
        return answer([{"type": "file", "name": one["name"], "path": one["name"]} for one in streams])

    def _auth_spec(self, entity: dict[str, Any]) -> AuthSpec:
        return connection_spec(entity["connectionSpec"]).auth_spec(entity["auth"]["specName"])

    def _auth(self, spec_id: str, auth: Any) -> dict[str, Any]:
        if not isinstance(auth, dict):
            raise missing("auth")
        spec = connection_spec({"id": spec_id}).auth_spec(auth.get("specName"))
        params = auth.get("params")
        if not isinstance(params, dict):
            raise missing("auth.params")
        for name, shape in spec.properties.items():
            if name in params:
                _check_param(f"auth.params.{name}", params[name], shape)
        if spec_id == STREAMING and not self.platform.settings.strict:
            params = {"dataType": "xdm", **params}
        for name in spec.required:
            if not params.get(name):
                raise missing(f"auth.params.{name}")
        if spec.either and not any(params.get(name) for name in spec.either):
            raise missing(f"auth.params.{spec.either[0]}")
        return {"specName": spec.name, "params": dict(params)}

    def _keep_inlet(self, caller: Caller, entity: dict[str, Any], *, new: bool) -> None:
        params = entity["auth"]["params"]
        # The newer guide leaves both out; the server then takes the connection's name.
        params.setdefault("sourceId", entity.get("name", ""))
        params.setdefault("name", entity.get("name", ""))
        params.setdefault("authenticationRequired", False)
        inlets = self.platform.service(Inlets)
        described = {
            "name": params["name"],
            "source_id": params["sourceId"],
            "data_type": params["dataType"],
            "authentication_required": params["authenticationRequired"],
            "description": entity.get("description", ""),
        }
        inlet = self._inlet(entity)
        if inlet is not None:
            inlets.update(inlet, **described)
        elif new:
            inlet = inlets.mint(
                tenant=caller.tenant,
                connection_id=entity["id"],
                created_by=caller.user_id,
                **described,
            )
            entity["inletId"] = inlet.inlet_id
        for minted in ("inletUrl", "inletId"):
            params.pop(minted, None)
        self.platform.store.put(caller.tenant, self.kind, entity["id"], entity)

    def _inlet(self, entity: dict[str, Any]) -> Inlet | None:
        inlet_id = entity.get("inletId")
        return None if inlet_id is None else self.platform.service(Inlets).by_inlet_id(inlet_id)


class SourceConnections(_AnyConnections):
    """Source connections: what a flow reads."""

    word = "sourceConnections"
    what = "source connection"
    patchable = ("name", "description", "data", "params")

    def compose(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        """Check the connection spec and the base connection."""
        reference = self.spec_reference(body)
        fields = {**self.labels(body), "connectionSpec": reference, "state": "enabled"}
        if body.get("baseConnectionId") is not None:
            fields["baseConnectionId"] = self.base_of(caller, body["baseConnectionId"], reference["id"])["id"]
        fields.update(_data_and_params(body))
        if reference["id"] == PROFILE_STORE:
            fields["typeInfo"] = {"type": "ProfileFragments", "id": "ups"}
        return fields

    def check_change(self, caller: Caller, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Check the members that a patch has made."""
        del caller, old
        _data_and_params(new)

    def check_delete(self, caller: Caller, entity: dict[str, Any]) -> None:
        """Raise `1447-400` when a flow reads from it."""
        self.refuse_in_flow(caller, entity, "sourceConnectionIds")

    def shown(self, entity: dict[str, Any]) -> dict[str, Any]:
        """Add what is inherited."""
        return self.inherited(entity)


class TargetConnections(_AnyConnections):
    """Target connections: where a flow writes."""

    word = "targetConnections"
    what = "target connection"
    patchable = ("name", "description", "data", "params")

    def compose(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        """Check connection spec, base connection and the parameters that the spec asks for.

        Two of Adobe's tutorials write `baseConnection`; it is taken for `baseConnectionId` unless strict.
        """
        reference = self.spec_reference(body)
        fields = {**self.labels(body), "connectionSpec": reference, "state": "enabled"}
        base_id = body.get("baseConnectionId")
        if base_id is None and not self.platform.settings.strict:
            base_id = body.get("baseConnection")
        if base_id is not None:
            fields["baseConnectionId"] = self.base_of(caller, base_id, reference["id"])["id"]
        elif reference["id"] in DESTINATIONS or connection_spec(reference).is_destination:
            raise missing("baseConnectionId")
        fields.update(_data_and_params(body))
        self._check_params(caller, fields)
        return fields

    def check_change(self, caller: Caller, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Check the parameters that a patch has made."""
        del old
        _data_and_params(new)
        self._check_params(caller, new)

    def saved(self, caller: Caller, entity: dict[str, Any], old: dict[str, Any] | None) -> None:
        """Make sure the local stream or hub is there.

        At AWS and Azure it has to exist beforehand; so it has here when strict, and a delivery to one
        that does not exist fails.
        """
        del old
        base = self.platform.service(Connections).find(caller, entity.get("baseConnectionId"))
        destination = None if base is None else destination_of(base, entity)
        if destination is None or self.platform.settings.strict:
            return
        sinks = self.platform.service(LocalSinks)
        if sinks.opens(destination.service, destination.place, destination.key_name, destination.key):
            sinks.create(destination.service, destination.account, destination.place, destination.name)

    def check_delete(self, caller: Caller, entity: dict[str, Any]) -> None:
        """Raise `1447-400` when a flow writes to it."""
        self.refuse_in_flow(caller, entity, "targetConnectionIds")

    def shown(self, entity: dict[str, Any]) -> dict[str, Any]:
        """Add what is inherited."""
        return self.inherited(entity)

    def _check_params(self, caller: Caller, entity: dict[str, Any]) -> None:
        spec = connection_spec(entity["connectionSpec"])
        params = entity.get("params") or {}
        base = self.platform.service(Connections).find(caller, entity.get("baseConnectionId")) or {}
        inherited = (base.get("auth") or {}).get("params") or {}
        for name in spec.target_params:
            value = params.get(name)
            if value is None and name == "region":
                value = inherited.get("region")
            if not isinstance(value, str) or not value:
                raise missing(f"params.{name}")


def _state(body: dict[str, Any]) -> str:
    """State that a new base connection has; initializing ends at once here."""
    state = body.get("state", "enabled")
    if state not in _BASE_STATES:
        raise flow_query.invalid(
            1456, f"The state '{state}' is not valid; use one of {', '.join(_BASE_STATES)}."
        )
    return "disabled" if state == "disabled" else "enabled"


def _data_and_params(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("data", "params"):
        value = body.get(name)
        if value is not None and not isinstance(value, dict):
            raise wrong(f"'{name}' must be an object.")
        if value is not None:
            found[name] = value
    return found


def _check_param(path: str, value: Any, shape: dict[str, Any]) -> None:
    if shape["type"] == "boolean":
        if not isinstance(value, bool):
            raise wrong(f"'{path}' must be true or false.")
    elif not isinstance(value, str):
        raise wrong(f"'{path}' must be a string.")
    elif "enum" in shape and value not in shape["enum"]:
        raise wrong(f"'{path}' must be one of {', '.join(shape['enum'])}.")
