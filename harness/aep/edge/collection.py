"""The Edge Network's data collection: events of tags (Web SDK), mobile SDKs and servers.

Sources: AdobeDocs/data-collection-apis (interact, collect, authentication, troubleshooting, media).
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from harness.aep.access.gateway import bearer
from harness.aep.edge import media
from harness.aep.edge.call import EdgeCall, readable
from harness.aep.edge.consent_values import ConsentError, general, preferences
from harness.aep.edge.datastreams import Datastream, Datastreams
from harness.aep.edge.refusals import refusal, unprocessable
from harness.aep.edge.request_body import read_body
from harness.aep.ingestion.landing import Landing
from harness.aep.ingestion.streaming_batches import StreamingBatches
from harness.aep.problem import Problem
from harness.aep.tokens import TokenError
from harness.twin.clock import iso
from harness.twin.cross_origin import preflight
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.message import ServedRequest

_LOG = logging.getLogger("harness.aep")
_SERVER = "server.adobedc.net"
_TOKEN = re.compile(r"[\w-]+(\.[\w-]+){2}")
"""Form of a token of IMS: a JSON Web Token, three words in Base64 for addresses."""


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of both versions, also with a region in the path, as SDKs write it after a first answer."""
    edge = Edge(platform)
    limit = platform.settings.collection_limit_bytes
    table = [
        (f"{version}/{path}", handler)
        for version in ("v1", "v2")
        for path, handler in (
            ("interact", edge.interact),
            ("collect", edge.collect),
            ("identity/acquire", edge.acquire),
            ("privacy/set-consent", edge.set_consent),
        )
    ]
    table += [(f"va/v1/{media.START}", edge.start_media), ("va/v1/{action}", edge.follow_media)]
    found = []
    for path, handler in table:
        for full in (f"/ee/{path}", f"/ee/{{region}}/{path}"):
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
            raised.headers.update(readable(request.headers))
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
        self._media = media.MediaSessions(platform)

    def interact(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/v1/interact?configId=` and `POST /ee/v2/interact?datastreamId=`: 200 with handles.

        207 when the event starts the session of a media player and is not complete.
        """
        call = self._open(request)
        return self._interact(call, call.events())

    def collect(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/v1/collect`: 204. `/ee/v2/collect`: 202, or 204 with `silent=true`. No ECID is drawn."""
        call = self._open(request)
        second = "/v2/" in request.path
        events = call.events(primary=second)
        self._take(call, events, call.ecid() or call.seeded_ecid())
        return call.answer(None, 202 if second and not request.query.flag("silent") else 204)

    def acquire(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/v1/identity/acquire`: the visitor's ECID, a new one for who has none."""
        call = self._open(request)
        call.check()
        ecid = call.ecid() or call.new_ecid(self._draw)
        return call.answer(call.handles(self._identities(call, ecid), told={"ECID", *call.wanted()}))

    def set_consent(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/v1/privacy/set-consent`: 200 with the state that tells the client what was decided."""
        call = self._open(request)
        consents = call.consents()
        call.check()
        try:
            decided = general(consents)
        except ConsentError as error:
            raise unprocessable(call.report, *error.errors) from None
        ecid = call.ecid() or call.new_ecid(self._draw)
        self._keep_consent(call, preferences(consents), ecid)
        return call.answer(call.handles(self._identities(call, ecid), told=call.wanted(), consent=decided))

    def start_media(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/va/v1/sessionStart?configId=`: 200 with the id of a new session, 207 without it."""
        call = self._open(request)
        events = call.events()
        for event in events:
            self._media.check_type(call, media.START, event.get("xdm", {}))
        return self._interact(call, events)

    def follow_media(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ee/va/v1/{action}?configId=`: 204, for what a media player tells of its session."""
        action = request.params["action"]
        call = self._open(request)
        if action not in media.DETAILS:
            raise self._media.no_such_call(call, action)
        events = call.events()
        self._media.follow(call, action, events)
        if self._has_place(call, "mediaCollection"):
            self._take(call, events, call.ecid())
        return call.answer(None, 204)

    # steps

    def _open(self, request: ServedRequest) -> EdgeCall:
        query = request.query
        # What a client gives as the request's id is the start of the answer's.
        given = query.get("requestId") or request.headers.get("x-request-id") or self._platform.ids.uuid()
        report: dict[str, Any] = {"requestId": f"{given}-{self._platform.ids.hex(16)}"}
        # 1. the datastream
        named = query.get("configId") or query.get("dataStreamId") or query.get("datastreamId")
        if not named:
            name = "datastreamId" if "/v2/" in request.path else "configId"
            raise refusal("0002-400", report, name=name)
        report["configId"] = named
        datastream = self._datastreams.find(named)
        if datastream is None:
            raise refusal("0003-400", report, id=named)
        report["orgId"] = datastream.tenant.org
        if not datastream.enabled:
            raise refusal("0004-422", report, id=named)
        # 2. who calls
        host = request.headers.get("host", "").partition(":")[0].lower()
        # A token that is given is looked at, wherever it is sent: local addresses have no names of Adobe's.
        vouched = "/v2/" in request.path and "authorization" in request.headers
        server = host == _SERVER or vouched
        if datastream.authenticated or server:
            self._authenticate(request, datastream, report)
        # 3. the body
        return EdgeCall(request, read_body(request, report), datastream, report, server=server)

    def _authenticate(self, request: ServedRequest, datastream: Datastream, report: dict[str, Any]) -> None:
        token = bearer(request.headers.get("authorization"))
        missing = [name for name in ("x-api-key", "x-gw-ims-org-id") if not request.headers.get(name)]
        if token is None or missing or not _TOKEN.fullmatch(token):
            raise refusal("0500-401", report)
        try:
            claims = self._platform.tokens.verify(token)
        except TokenError as error:
            raise refusal("0503-401" if error.expired else "0502-401", report) from None
        if claims.org != datastream.tenant.org:
            raise refusal("0502-401", report)

    def _interact(self, call: EdgeCall, events: list[dict[str, Any]]) -> Response:
        ecid = call.ecid()
        if ecid is None and ("ECID" in call.wanted() or not call.server):
            ecid = call.new_ecid(self._draw)
        self._take(call, events, ecid or call.seeded_ecid())
        begun, errors = self._media.begin(call, events)
        handles = [*begun, *call.handles(self._identities(call, ecid), told=call.wanted())]
        return call.answer(handles, 207 if errors else 200, errors=errors, warnings=call.warnings())

    def _draw(self) -> str:
        return "".join(f"{self._platform.ids.number(0, 9_999_999_999_999_999_999):019d}" for _ in range(2))

    def _identities(self, call: EdgeCall, ecid: str | None) -> dict[str, str | None]:
        """Ids of the visitor by namespace; `CORE` is known where the third-party domain was called."""
        core = call.shared_id(self._draw) if "CORE" in call.wanted() and call.state.third_party else None
        return {"ECID": ecid, "CORE": core}

    def _take(self, call: EdgeCall, events: list[dict[str, Any]], ecid: str | None) -> None:
        """Bring events into the dataset; one that breaks its schema goes to the dataset's error batch."""
        stream = call.datastream
        dataset_id = call.dataset_id()
        if dataset_id is None:
            return
        if call.state.opted_out():
            _LOG.info("an event for the datastream %s is left out: its visitor has opted out", stream.id)
            return
        target = self._landing.target(stream.tenant, dataset_id)
        if target is None:
            raise refusal("0010-422", call.report, id=dataset_id)
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

    def _has_place(self, call: EdgeCall, field: str) -> bool:
        """Whether the schema of the event dataset has a field of this name."""
        dataset_id = call.dataset_id()
        target = self._landing.target(call.datastream.tenant, dataset_id) if dataset_id else None
        return target is not None and field in target.schema.get("properties", {})

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
