"""The Edge Network's data collection: events of tags (Web SDK), mobile SDKs and servers.

Sources: Adobe's guide to the Edge Network API (interactive and non-interactive data collection,
visitor identification by ECID, authentication, error handling).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from harness.aep.access.gateway import bearer
from harness.aep.edge.datastreams import Datastream, Datastreams
from harness.aep.ingestion.landing import Landing
from harness.aep.ingestion.streaming_batches import StreamingBatches
from harness.aep.problem import Problem
from harness.aep.tokens import TokenError
from harness.twin.clock import iso
from harness.twin.message import Request, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_SERVER = "server.adobedc.net"
_REGION = "or2"
_ECID = re.compile(r"\d{38}")
_YEAR_S, _HALF_HOUR_S = 34_128_000, 1800
_PLATFORM = "com_adobe_experience_platform"


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
            )
            for path, handler in table:
                full = f"{base}/{path}"
                found.append(
                    Endpoint(method="POST", path=full, handler=_readable(handler), door="open", limit=limit)
                )
                found.append(Endpoint(method="OPTIONS", path=full, handler=_preflight, door="open"))
    return found


def _origin_headers(request: Request) -> dict[str, str]:
    """Headers by which a browser lets a page of any origin read an answer."""
    origin = request.headers.get("origin")
    if not origin:
        return {}
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "vary": "Origin",
    }


def _preflight(request: Request, _: Caller) -> Response:
    """`OPTIONS` of any call: what a browser asks before it sends a body of type JSON."""
    asked = request.headers.get("access-control-request-headers", "content-type")
    allowed = {
        "access-control-allow-methods": "POST, OPTIONS",
        "access-control-allow-headers": asked,
        "access-control-max-age": "600",
    }
    return empty(204, allowed | _origin_headers(request))


def _readable(handler: Callable[[Request, Caller], Response]) -> Callable[[Request, Caller], Response]:
    """Let a page read what is wrong with its request too."""

    def answered(request: Request, caller: Caller) -> Response:
        try:
            return handler(request, caller)
        except Problem as raised:
            raised.headers.update(_origin_headers(request))
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

    def interact(self, request: Request, _: Caller) -> Response:
        """`POST /ee/v1/interact?configId=` and `POST /ee/v2/interact?dataStreamId=`: 200 with handles."""
        call = self._open(request)
        events = call.events()
        ecid, wanted = call.ecid(), call.wants_ecid()
        if ecid is None and (wanted or not call.server):
            ecid = call.new_ecid(self._draw)
        self._take(call, events, ecid)
        handles = call.handles(ecid, wanted)
        return answer({"requestId": call.request_id, "handle": handles}, headers=call.headers())

    def collect(self, request: Request, _: Caller) -> Response:
        """`POST /ee/v2/collect`: 202, or 204 with `silent=true`; no ECID is made."""
        call = self._open(request)
        events = call.events()
        self._take(call, events, call.ecid())
        if request.query.flag("silent"):
            return empty(204, call.headers())
        return answer({"requestId": call.request_id}, 202, call.headers())

    def acquire(self, request: Request, _: Caller) -> Response:
        """`POST /ee/v1/identity/acquire`: the visitor's ECID, a new one for who has none."""
        call = self._open(request)
        call.check()
        ecid = call.ecid() or call.new_ecid(self._draw)
        handles = call.handles(ecid, wanted=True)
        return answer({"requestId": call.request_id, "handle": handles}, headers=call.headers())

    # steps

    def _open(self, request: Request) -> _Call:
        query = request.query
        request_id = query.get("requestId") or self._platform.ids.uuid()
        # 1. the datastream
        named = query.get("configId") or query.get("dataStreamId") or query.get("datastreamId") or ""
        datastream = self._datastreams.find(named)
        if datastream is None:
            detail = f"The datastream ID {named!r} referenced in your request does not exist."
            raise _problem("EXEG-0003-400", 400, "Invalid datastream ID", detail, requestId=request_id)
        if not datastream.enabled:
            detail = f"The datastream {datastream.id} is disabled."
            raise _problem("EXEG-0003-422", 422, "Disabled datastream", detail, requestId=request_id)
        # 2. who calls
        host = request.headers.get("host", "").partition(":")[0].lower()
        if datastream.authenticated or host == _SERVER:
            self._authenticate(request, datastream, request_id)
        # 3. the body
        try:
            body = request.json()
        except Problem as raised:
            raise _problem(
                "EXEG-0100-400", 400, "Invalid request", raised.body["detail"], requestId=request_id
            ) from None
        if not isinstance(body, dict):
            raise _unprocessable(request_id, datastream.tenant.org, "The request must be a JSON object")
        return _Call(request, body, datastream, request_id, server=host == _SERVER)

    def _authenticate(self, request: Request, datastream: Datastream, request_id: str) -> None:
        token = bearer(request.headers.get("authorization"))
        title = "Invalid authorization token"
        missing = [name for name in ("x-api-key", "x-gw-ims-org-id") if not request.headers.get(name)]
        if token is None or missing:
            detail = "The authorization header or another that authentication needs is missing."
            raise _problem("EXEG-0500-401", 401, title, detail, requestId=request_id)
        try:
            claims = self._platform.tokens.verify(token)
        except TokenError as error:
            code = "EXEG-0503-401" if error.expired else "EXEG-0502-401"
            detail = f"The authorization token is {'expired' if error.expired else 'invalid'}."
            raise _problem(code, 401, title, detail, requestId=request_id) from None
        if claims.org != datastream.tenant.org:
            detail = "The authorization token is of another organization."
            raise _problem("EXEG-0502-401", 401, title, detail, requestId=request_id)

    def _draw(self) -> str:
        return "".join(f"{self._platform.ids.number(0, 9_999_999_999_999_999_999):019d}" for _ in range(2))

    def _take(self, call: _Call, events: list[dict[str, Any]], ecid: str | None) -> None:
        """Bring events into the dataset; one that breaks its schema goes to the dataset's error batch."""
        stream = call.datastream
        dataset_id = call.dataset_id()
        if dataset_id is None:
            return
        target = self._landing.target(stream.tenant, dataset_id)
        if target is None:
            raise _unprocessable(call.request_id, stream.tenant.org, f"There is no dataset {dataset_id}")
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
                    continue
                self._landing.accept(
                    target,
                    record,
                    batch_id=batch_id,
                    xaction_id=f"{xaction}:{index}",
                    received_ms=received_ms,
                    streamed=True,
                )


class _Call:
    """One request, its body read."""

    def __init__(
        self,
        request: Request,
        body: dict[str, Any],
        datastream: Datastream,
        request_id: str,
        *,
        server: bool,
    ) -> None:
        self.datastream = datastream
        self.request_id = request_id
        self.server = server
        self._body = body
        self._version = 1 if "/v1/" in request.path else 2
        self._request = request
        self._cookies = _cookies(request.headers)
        self._cookie = f"kndctr_{datastream.tenant.org.replace('@', '_')}_identity"

    def headers(self) -> dict[str, str]:
        """Headers of an answer; a page of any origin may read it."""
        own = {"x-request-id": self.request_id, "x-adobe-edge": f"{_REGION.upper()};9"}
        return own | _origin_headers(self._request)

    def events(self) -> list[dict[str, Any]]:
        """Events of the request, of which there must be one; 422 says what is wrong with them."""
        given = self._body.get("events", [self._body["event"]] if "event" in self._body else [])
        errors = []
        if not isinstance(given, list) or not given:
            errors.append("events must be an array that is not empty")
            given = []
        for index, event in enumerate(given):
            errors.extend(_wrong_xdm(f"events[{index}]", event))
        errors.extend(_wrong_xdm("the request", self._body))
        if errors:
            raise _unprocessable(self.request_id, self.datastream.tenant.org, *errors)
        if self.server and any(not _has_primary(self._identities(event)) for event in given):
            detail = "Each event must have an identity that is set as primary."
            raise _problem(
                "EXEG-0305-400", 400, "No primary identity set in request", detail, requestId=self.request_id
            )
        return given

    def check(self) -> None:
        """Refuse a request whose identities cannot be read, where it needs no events."""
        errors = _wrong_xdm("the request", self._body)
        for index, event in enumerate(_objects(self._body.get("events"))):
            errors.extend(_wrong_xdm(f"events[{index}]", event))
        if errors:
            raise _unprocessable(self.request_id, self.datastream.tenant.org, *errors)

    def dataset_id(self) -> str | None:
        """Event dataset: the one that the request overrides with, else the datastream's own."""
        node: Any = self._body.get("meta")
        for name in ("configOverrides", _PLATFORM, "datasets", "event", "datasetId"):
            node = node.get(name) if isinstance(node, dict) else None
        if node is not None:
            if node in self.datastream.event_datasets:
                return str(node)
            raise _problem(
                "EXEG-0113-400",
                400,
                "Invalid configuration override",
                f"The dataset {node!r} is not among those of the datastream.",
                requestId=self.request_id,
            )
        return next(iter(self.datastream.event_datasets), None)

    def record(self, event: dict[str, Any], ecid: str | None) -> dict[str, Any]:
        """Record for the dataset: the event's XDM with what the request says of all, and the ECID."""
        common = {name: value for name, value in self._body.get("xdm", {}).items() if name != "identityMap"}
        own = {name: value for name, value in event.get("xdm", {}).items() if name != "identityMap"}
        record = {**common, **own}
        if "eventType" not in record and isinstance(event.get("type"), str):
            record["eventType"] = event["type"]
        identities = self._identities(event)
        if ecid is not None and "ECID" not in identities:
            entry = {"id": ecid, "authenticatedState": "ambiguous", "primary": not _has_primary(identities)}
            identities["ECID"] = [entry]
        if identities:
            record["identityMap"] = identities
        return record

    def ecid(self) -> str | None:
        """ECID that the request brings: in an identityMap, in a cookie, or in the client's state."""
        for event in ({}, *_objects(self._body.get("events")), *_objects([self._body.get("event")])):
            entries = self._identities(event).get("ECID")
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"]:
                    return str(entry["id"])
        meta = self._body.get("meta")
        state = meta.get("state") if isinstance(meta, dict) else None
        kept = dict(self._cookies)
        for entry in _objects(state.get("entries") if isinstance(state, dict) else None):
            if isinstance(entry.get("key"), str) and isinstance(entry.get("value"), str):
                kept.setdefault(entry["key"], entry["value"])
        found = _unpack(kept.get(self._cookie, ""))
        if found is not None:
            return found
        amcv = unquote(kept.get(f"AMCV_{self.datastream.tenant.org}", "")) or unquote(
            kept.get(f"AMCV_{self.datastream.tenant.org.replace('@', '%40')}", "")
        )
        match = re.search(r"MCMID\|(\d{38})", amcv)
        return None if match is None else match[1]

    def new_ecid(self, draw: Any) -> str:
        """Make an ECID: always the same of a first-party id, else a random one."""
        entries = self._identities(next(iter(_objects(self._body.get("events"))), {})).get("FPID")
        first = next(iter(_objects(entries)), {}).get("id") or self._cookies.get("FPID")
        if isinstance(first, str) and first:
            digest = hashlib.sha256(f"{self.datastream.tenant.org}\0{first}".encode()).hexdigest()
            return f"{int(digest, 16) % 10**38:038d}"
        return str(draw())

    def wants_ecid(self) -> bool:
        """Whether the request asks for the ECID."""
        holders = (self._body, *_objects(self._body.get("events")), *_objects([self._body.get("event")]))
        for holder in holders:
            node: Any = holder
            for name in ("query", "identity", "fetch"):
                node = node.get(name) if isinstance(node, dict) else None
            if isinstance(node, list) and "ECID" in node:
                return True
        return False

    def handles(self, ecid: str | None, wanted: bool) -> list[dict[str, Any]]:
        """Compose what the answer holds; version 1 hands the client its state as well."""
        found: list[dict[str, Any]] = []
        if wanted and ecid is not None:
            payload = [{"id": ecid, "namespace": {"code": "ECID"}}]
            found.append({"payload": payload, "type": "identity:result"})
        if self._version == 1 and ecid is not None:
            hint = [{"scope": "EdgeNetwork", "hint": _REGION, "ttlSeconds": _HALF_HOUR_S}]
            cluster = self._cookie.removesuffix("identity") + "cluster"
            state = [
                {"key": cluster, "value": _REGION, "maxAge": _HALF_HOUR_S},
                {"key": self._cookie, "value": _pack(ecid), "maxAge": _YEAR_S},
            ]
            found.append({"payload": hint, "type": "locationHint:result"})
            found.append({"payload": state, "type": "state:store"})
        return found

    def _identities(self, event: dict[str, Any]) -> dict[str, Any]:
        """Identities of an event with those of the request; the event's own come first."""
        common = self._body.get("xdm")
        found = dict((common.get("identityMap") or {}) if isinstance(common, dict) else {})
        xdm = event.get("xdm")
        found.update((xdm.get("identityMap") or {}) if isinstance(xdm, dict) else {})
        return found


def _wrong_xdm(where: str, holder: Any) -> list[str]:
    """Say what is wrong with the `xdm` of an event, or of the request for all of its events."""
    xdm = holder.get("xdm", {}) if isinstance(holder, dict) else None
    if not isinstance(xdm, dict):
        return [f"{where} must be an object with an object 'xdm'"]
    identities = xdm.get("identityMap", {})
    if not isinstance(identities, dict):
        return [f"{where}: xdm.identityMap must be an object"]
    return [
        f"{where}: xdm.identityMap.{code} must be an array of objects, each with a string 'id'"
        for code, entries in identities.items()
        if not isinstance(entries, list)
        or not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in entries)
    ]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _has_primary(identities: dict[str, Any]) -> bool:
    return any(
        entry.get("primary") in (True, "true") for one in identities.values() for entry in _objects(one)
    )


def _cookies(headers: Mapping[str, str]) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _pack(ecid: str) -> str:
    return base64.urlsafe_b64encode(ecid.encode()).decode().rstrip("=")


def _unpack(value: str) -> str | None:
    try:
        text = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return text if _ECID.fullmatch(text) else None


def _problem(code: str, status: int, title: str, detail: str, **report: Any) -> Problem:
    body = {
        "type": f"https://ns.adobe.com/aep/errors/{code}",
        "status": status,
        "title": title,
        "detail": detail,
        "report": report,
    }
    return Problem(status, body, {"content-type": "application/problem+json"})


def _unprocessable(request_id: str, org: str, *errors: str) -> Problem:
    return _problem(
        "EXEG-0104-422",
        422,
        "Unprocessable entity",
        "Invalid request (report attached). Please check your input and try again.",
        errors=list(errors),
        requestId=request_id,
        orgId=org,
    )
