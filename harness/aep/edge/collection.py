"""The Edge Network's data collection: events of tags (Web SDK), mobile SDKs and servers.

Sources: Adobe's guide to the Edge Network API (interactive and non-interactive data collection,
visitor identification by ECID, authentication, error handling).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from harness.aep.access.gateway import bearer
from harness.aep.edge.call import EdgeCall
from harness.aep.edge.consent_values import general, preferences
from harness.aep.edge.datastreams import Datastream, Datastreams
from harness.aep.edge.refusals import refusal, unprocessable
from harness.aep.ingestion.landing import Landing
from harness.aep.ingestion.streaming_batches import StreamingBatches
from harness.aep.problem import Problem
from harness.aep.tokens import TokenError
from harness.twin.clock import iso
from harness.twin.cross_origin import origin_headers, preflight
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_LOG = logging.getLogger("harness.aep")
_SERVER = "server.adobedc.net"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of both versions, also with a region in the path, as SDKs write it after a first answer."""
    edge = Edge(platform)
    limit = platform.settings.collection_limit_bytes
    found = []
    for version in ("v1", "v2"):
        for base in (f"/ee/{version}", f"/ee/{{region}}/{version}"):
            table = (
                ("interact", edge.interact),
                ("collect", edge.collect),
                ("identity/acquire", edge.acquire),
                ("privacy/set-consent", edge.set_consent),
            )
            for path, handler in table:
                full = f"{base}/{path}"
                found.append(
                    Endpoint(method="POST", path=full, handler=_readable(handler), door="open", limit=limit)
                )
                found.append(Endpoint(method="OPTIONS", path=full, handler=_preflight, door="open"))
    return found


def _preflight(request: ServedRequest, _: Caller) -> Response:
    """`OPTIONS` of any call: what a browser asks before it sends a body of type JSON."""
    return preflight(request.headers)


def _readable(
    handler: Callable[[ServedRequest, Caller], Response],
) -> Callable[[ServedRequest, Caller], Response]:
    """Let a page read what is wrong with its request too."""

    def answered(request: ServedRequest, caller: Caller) -> Response:
        try:
            return handler(request, caller)
        except Problem as raised:
            raised.headers.update(origin_headers(request.headers))
            raise

    answered.__doc__ = handler.__doc__
    return answered


class Edge:
    """Takes events in for a datastream and answers with what was asked for: the visitor's ECID."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._datastreams = platform.service(Datastreams)
        self._landing = platform.service(Landing)
        self._batches = platform.service(StreamingBatches)

    def interact(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/v1/interact?configId=` and `POST /ee/v2/interact?dataStreamId=`: 200 with handles."""
        call = self._open(request)
        events = call.events()
        ecid, wanted = call.ecid(), call.wants_ecid()
        if ecid is None and (wanted or not call.server):
            ecid = call.new_ecid(self._draw)
        self._take(call, events, ecid)
        handles = call.handles(ecid, wanted)
        return answer({"requestId": call.request_id, "handle": handles}, headers=call.headers())

    def collect(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/v1/collect`: 204. `/ee/v2/collect`: 202, or 204 with `silent=true`. No ECID is made."""
        call = self._open(request)
        events = call.events()
        self._take(call, events, call.ecid())
        if request.query.flag("silent") or "/v1/" in request.path:
            return empty(204, call.headers())
        return answer({"requestId": call.request_id}, 202, call.headers())

    def acquire(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/v1/identity/acquire`: the visitor's ECID, a new one for who has none."""
        call = self._open(request)
        call.check()
        ecid = call.ecid() or call.new_ecid(self._draw)
        handles = call.handles(ecid, wanted=True)
        return answer({"requestId": call.request_id, "handle": handles}, headers=call.headers())

    def set_consent(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/v1/privacy/set-consent`: 200 with the state that tells the client what was decided."""
        call = self._open(request)
        consents = call.consents()
        call.check()
        try:
            decided = general(consents)
        except ValueError as error:
            raise unprocessable(call.request_id, call.datastream.tenant.org, str(error)) from None
        ecid = call.ecid() or call.new_ecid(self._draw)
        self._keep_consent(call, preferences(consents), ecid)
        handles = call.handles(ecid, call.wants_ecid(), consent=decided)
        return answer({"requestId": call.request_id, "handle": handles}, headers=call.headers())

    # steps

    def _open(self, request: ServedRequest) -> EdgeCall:
        query = request.query
        request_id = query.get("requestId") or self._platform.ids.uuid()
        # 1. the datastream
        named = query.get("configId") or query.get("dataStreamId") or query.get("datastreamId") or ""
        datastream = self._datastreams.find(named)
        if datastream is None:
            detail = f"The datastream ID {named!r} referenced in your request does not exist."
            raise refusal("EXEG-0003-400", 400, "Invalid datastream ID", detail, requestId=request_id)
        if not datastream.enabled:
            detail = f"The datastream {datastream.id} is disabled."
            raise refusal("EXEG-0003-422", 422, "Disabled datastream", detail, requestId=request_id)
        # 2. who calls
        host = request.headers.get("host", "").partition(":")[0].lower()
        # A token that is given is looked at, wherever it is sent: local addresses have no names of Adobe's.
        given = "/v2/" in request.path and "authorization" in request.headers
        server = host == _SERVER or given
        if datastream.authenticated or server:
            self._authenticate(request, datastream, request_id)
        # 3. the body
        try:
            body = request.json()
        except Problem as raised:
            raise refusal(
                "EXEG-0100-400", 400, "Invalid request", raised.body["detail"], requestId=request_id
            ) from None
        if not isinstance(body, dict):
            raise unprocessable(request_id, datastream.tenant.org, "The request must be a JSON object")
        return EdgeCall(request, body, datastream, request_id, server=server)

    def _authenticate(self, request: ServedRequest, datastream: Datastream, request_id: str) -> None:
        token = bearer(request.headers.get("authorization"))
        title = "Invalid authorization token"
        missing = [name for name in ("x-api-key", "x-gw-ims-org-id") if not request.headers.get(name)]
        if token is None or missing:
            detail = "The authorization header or another that authentication needs is missing."
            raise refusal("EXEG-0500-401", 401, title, detail, requestId=request_id)
        try:
            claims = self._platform.tokens.verify(token)
        except TokenError as error:
            code = "EXEG-0503-401" if error.expired else "EXEG-0502-401"
            detail = f"The authorization token is {'expired' if error.expired else 'invalid'}."
            raise refusal(code, 401, title, detail, requestId=request_id) from None
        if claims.org != datastream.tenant.org:
            detail = "The authorization token is of another organization."
            raise refusal("EXEG-0502-401", 401, title, detail, requestId=request_id)

    def _draw(self) -> str:
        return "".join(f"{self._platform.ids.number(0, 9_999_999_999_999_999_999):019d}" for _ in range(2))

    def _take(self, call: EdgeCall, events: list[dict[str, Any]], ecid: str | None) -> None:
        """Bring events into the dataset; one that breaks its schema goes to the dataset's error batch."""
        stream = call.datastream
        dataset_id = call.dataset_id()
        if dataset_id is None:
            return
        if call.refuses_collection():
            _LOG.info("an event for the datastream %s is left out: its visitor has opted out", stream.id)
            return
        target = self._landing.target(stream.tenant, dataset_id)
        if target is None:
            raise unprocessable(call.request_id, stream.tenant.org, f"There is no dataset {dataset_id}")
        received_ms = self._platform.clock.now_ms()
        xaction = self._platform.ids.xaction()
        with self._platform.store.transaction():
            for index, event in enumerate(events):
                record = call.record(event, ecid)
                record.setdefault("_id", self._platform.ids.uuid())
                record.setdefault("timestamp", iso(received_ms, millis=True))
                violation = target.validator.violations(record)
                batch_id = self._batches.batch_for(
                    stream.tenant, dataset_id, received_ms, good=violation is None
                )
                if violation is not None:
                    self._landing.refuse(
                        target, record, violation, batch_id=batch_id, received_ms=received_ms
                    )
                    _LOG.warning(
                        "an event for the datastream %s does not fit the schema of the dataset %s and is in"
                        " its failed batch %s: %r",
                        stream.id,
                        dataset_id,
                        batch_id,
                        _first_reason(violation),
                    )
                    continue
                self._landing.accept(
                    target,
                    record,
                    batch_id=batch_id,
                    xaction_id=f"{xaction}:{index}",
                    received_ms=received_ms,
                    streamed=True,
                )

    def _keep_consent(self, call: EdgeCall, given: dict[str, Any], ecid: str) -> None:
        """Bring preferences into the datastream's profile dataset, when its schema has a place for them."""
        stream = call.datastream
        for dataset_id in stream.profile_datasets[:1] if given else ():
            target = self._landing.target(stream.tenant, dataset_id)
            if target is None or "consents" not in target.schema.get("properties", {}):
                return
            received_ms = self._platform.clock.now_ms()
            record = {
                "_id": self._platform.ids.uuid(),
                "consents": {"metadata": {"time": iso(received_ms, millis=True)}, **given},
                "identityMap": {"ECID": [{"id": ecid, "primary": True}]},
            }
            violation = target.validator.violations(record)
            with self._platform.store.transaction():
                batch_id = self._batches.batch_for(
                    stream.tenant, dataset_id, received_ms, good=violation is None
                )
                if violation is not None:
                    self._landing.refuse(
                        target, record, violation, batch_id=batch_id, received_ms=received_ms
                    )
                    return
                self._landing.accept(
                    target,
                    record,
                    batch_id=batch_id,
                    xaction_id=f"{self._platform.ids.xaction()}:0",
                    received_ms=received_ms,
                    streamed=True,
                )


def _first_reason(violation: dict[str, Any]) -> str:
    node = violation
    while node["causingExceptions"]:
        node = node["causingExceptions"][0]
    return f"{node['pointerToViolation']}: {node['message']}"[:200]
