"""One request to the Edge Network: what it brings, and what its answer hands back.

Sources: Adobe's guide to the Edge Network API (interactive and non-interactive data collection,
visitor identification by ECID, error handling), and the Web SDK, @adobe/alloy 2.33.1.
"""

from __future__ import annotations

import hashlib
import re
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from harness.aep.edge.identity_cookie import pack, unpack
from harness.aep.edge.refusals import refusal, unprocessable
from harness.twin.cross_origin import origin_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.aep.edge.datastreams import Datastream
    from harness.twin.message import ServedRequest

REGIONS = ("or2", "va6", "irl1", "ind1", "jpn3", "sgp3", "aus3")
"""Location hints of the Edge Network's regions; one in the path stays."""
_REGION = REGIONS[0]
_TARGET_REGION, _AAM_REGION = "35", 9
_YEAR_S, _CONSENT_S, _HALF_HOUR_S = 34_128_000, 15_552_000, 1800
_PLATFORM = "com_adobe_experience_platform"


class EdgeCall:
    """One request to the Edge Network, its body read."""

    def __init__(
        self,
        request: ServedRequest,
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
        self._request = request
        self._cookies = _cookies(request.headers)
        self._prefix = f"kndctr_{datastream.tenant.org.replace('@', '_')}_"
        self._identity = f"{self._prefix}identity"
        named = request.params.get("region", "")
        self._region = named if named in REGIONS else _REGION

    def headers(self) -> dict[str, str]:
        """Headers of an answer; a page of any origin may read it."""
        own = {"x-request-id": self.request_id, "x-adobe-edge": f"{self._region.upper()};{_AAM_REGION}"}
        return own | origin_headers(self._request.headers)

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
            raise unprocessable(self.request_id, self.datastream.tenant.org, *errors)
        if self.server and any(not _has_primary(self._identities(event)) for event in given):
            detail = "Each event must have an identity that is set as primary."
            raise refusal(
                "EXEG-0305-400", 400, "No primary identity set in request", detail, requestId=self.request_id
            )
        return given

    def check(self) -> None:
        """Refuse a request whose identities cannot be read, where it needs no events."""
        errors = _wrong_xdm("the request", self._body)
        for index, event in enumerate(_objects(self._body.get("events"))):
            errors.extend(_wrong_xdm(f"events[{index}]", event))
        if errors:
            raise unprocessable(self.request_id, self.datastream.tenant.org, *errors)

    def dataset_id(self) -> str | None:
        """Event dataset: the one that the request overrides with, else the datastream's own."""
        node: Any = self._body.get("meta")
        for name in ("configOverrides", _PLATFORM, "datasets", "event", "datasetId"):
            node = node.get(name) if isinstance(node, dict) else None
        if node is not None:
            if node in self.datastream.event_datasets:
                return str(node)
            raise refusal(
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
        kept = self._kept()
        found = unpack(kept.get(self._identity, ""))
        if found is not None:
            return found
        amcv = unquote(kept.get(f"AMCV_{self.datastream.tenant.org}", "")) or unquote(
            kept.get(f"AMCV_{self.datastream.tenant.org.replace('@', '%40')}", "")
        )
        match = re.search(r"MCMID\|(\d{38})", amcv)
        return None if match is None else match[1]

    def refuses_collection(self) -> bool:
        """Whether the visitor's consent, as the client keeps it, is `general=out`."""
        held = unquote(self._kept().get(f"{self._prefix}consent", ""))
        return "general=out" in held.split(";")

    def _kept(self) -> dict[str, str]:
        """Values by the names of cookies: those of the request, then those of the client's state."""
        meta = self._body.get("meta")
        state = meta.get("state") if isinstance(meta, dict) else None
        kept = dict(self._cookies)
        for entry in _objects(state.get("entries") if isinstance(state, dict) else None):
            if isinstance(entry.get("key"), str) and isinstance(entry.get("value"), str):
                kept.setdefault(entry["key"], entry["value"])
        return kept

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

    def handles(self, ecid: str | None, wanted: bool, *, consent: str | None = None) -> list[dict[str, Any]]:
        """Compose what the answer holds: identity, decisions, where to call next, what to remember."""
        found: list[dict[str, Any]] = []
        if wanted and ecid is not None:
            payload = [{"id": ecid, "namespace": {"code": "ECID"}}]
            found.append({"payload": payload, "type": "identity:result"})
        for index, event in enumerate(_objects(self._body.get("events"))):
            if _asks_for(event, "personalization") or _asks_for(self._body, "personalization"):
                found.append({"payload": [], "type": "personalization:decisions", "eventIndex": index})
        hints = (("Target", _TARGET_REGION), ("AAM", str(_AAM_REGION)), ("EdgeNetwork", self._region))
        places = [{"scope": scope, "hint": hint, "ttlSeconds": _HALF_HOUR_S} for scope, hint in hints]
        found.append({"payload": places, "type": "locationHint:result"})
        state = [{"key": f"{self._prefix}cluster", "value": self._region, "maxAge": _HALF_HOUR_S}]
        if ecid is not None:
            state.append({"key": self._identity, "value": pack(ecid), "maxAge": _YEAR_S})
        if consent is not None:
            value = f"general={consent}"
            state.append({"key": f"{self._prefix}consent", "value": value, "maxAge": _CONSENT_S})
        found.append({"payload": state, "type": "state:store"})
        return found

    def consents(self) -> list[Any]:
        """Return the consents that a request sets; 422 when there is no array of them."""
        given = self._body.get("consent")
        if not isinstance(given, list):
            raise unprocessable(self.request_id, self.datastream.tenant.org, "consent must be an array")
        return given

    def _identities(self, event: dict[str, Any]) -> dict[str, Any]:
        """Identities of an event with those of the request; the event's own come first."""
        common = self._body.get("xdm")
        found = dict((common.get("identityMap") or {}) if isinstance(common, dict) else {})
        xdm = event.get("xdm")
        found.update((xdm.get("identityMap") or {}) if isinstance(xdm, dict) else {})
        # A request that sets consent has its identities beside the consents.
        beside = self._body.get("identityMap")
        if isinstance(beside, dict) and isinstance(beside.get("ECID"), list):
            found.setdefault("ECID", beside["ECID"])
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


def _asks_for(holder: dict[str, Any], what: str) -> bool:
    query = holder.get("query")
    return isinstance(query, dict) and isinstance(query.get(what), dict)
