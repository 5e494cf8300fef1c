"""One request to the Edge Network: what it brings, and what its answer hands back.

Sources: AdobeDocs/data-collection-apis (Edge Network API), Adobe's guide to first-party device ids, and
the Web SDK, @adobe/alloy 2.33.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from harness.aep.edge.client_state import ClientState, objects, seeded_ecid
from harness.aep.edge.refusals import refusal, unprocessable, warning
from harness.twin.cross_origin import origin_headers
from harness.twin.message import answer, empty

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from harness.aep.edge.datastreams import Datastream
    from harness.twin.message import ServedRequest

REGIONS = ("or2", "va6", "irl1", "ind1", "jpn3", "sgp3", "aus3")
"""Location hints of the Edge Network's regions; one in the path stays."""
_REGION = REGIONS[0]
_TARGET_REGION, _AAM_REGION = "35", 9
_HINT_AGE_S = 1800
_PLATFORM = "com_adobe_experience_platform"
_READABLE = "Retry-After, X-Adobe-Edge, X-Request-ID"
"""Headers that a page of another site may read: the Web SDK takes the region of `getIdentity` from one."""


class EdgeCall:
    """One request to the Edge Network, its body read. `server` is true for one that says who sends it."""

    def __init__(
        self,
        request: ServedRequest,
        body: dict[str, Any],
        datastream: Datastream,
        report: dict[str, Any],
        *,
        server: bool,
    ) -> None:
        self.datastream = datastream
        self.report = report
        self.server = server
        self.state = ClientState(request, body, datastream.tenant.org, report)
        self._body = body
        self._headers = request.headers
        named = request.params.get("region", "")
        self._region = named if named in REGIONS else _REGION
        self._cookies: list[str] = []
        self._shared: str | None = None

    # what it brings

    def events(self, *, primary: bool = False) -> list[dict[str, Any]]:
        """Events of the request, of which there must be one; a refusal says what is wrong with them.

        With `primary`, each must have a primary identity, or its client an ECID.
        """
        given = self._body.get("events", [self._body["event"]] if "event" in self._body else [])
        errors = []
        if not isinstance(given, list) or not given:
            errors.append("events must be an array that is not empty")
            given = []
        for index, event in enumerate(given):
            errors.extend(_wrong_xdm(f"events[{index}]", event))
        errors.extend(_wrong_xdm("the request", self._body))
        if errors:
            raise unprocessable(self.report, *errors)
        kept = self.state.ecid()
        for index, event in enumerate(given):
            identities = self._identities(event)
            self._check_identities(index, identities)
            # Of several ids one has to be marked; an ECID stands for itself where no server vouches for it.
            marked = _has_primary(identities) or kept is not None
            if not marked and (primary or self.server or ("FPID" in identities and "ECID" not in identities)):
                raise refusal("0306-400", {**self.report, "eventIndex": index})
        return given

    def check(self) -> None:
        """Refuse a request whose identities cannot be read, where it needs no events."""
        errors = _wrong_xdm("the request", self._body)
        for index, event in enumerate(objects(self._body.get("events"))):
            errors.extend(_wrong_xdm(f"events[{index}]", event))
        if errors:
            raise unprocessable(self.report, *errors)
        self._check_identities(0, self._identities({}))

    def dataset_id(self) -> str | None:
        """Event dataset: the one that the request overrides with, else the datastream's own."""
        node: Any = self._body.get("meta")
        for name in ("configOverrides", _PLATFORM, "datasets", "event", "datasetId"):
            node = node.get(name) if isinstance(node, dict) else None
        if node is None:
            return next(iter(self.datastream.event_datasets), None)
        if node in self.datastream.event_datasets:
            return str(node)
        error = f"The dataset {node!r} is not among those of the datastream"
        raise refusal("0113-400", {"errors": [error], **self.report})

    def record(self, event: dict[str, Any], ecid: str | None) -> dict[str, Any]:
        """Record for the dataset: the event's XDM with what the request says of all, and the ECID.

        A first-party id has given the ECID, and is not kept.
        """
        common = {name: value for name, value in self._body.get("xdm", {}).items() if name != "identityMap"}
        own = {name: value for name, value in event.get("xdm", {}).items() if name != "identityMap"}
        record = {**common, **own}
        if "eventType" not in record and isinstance(event.get("type"), str):
            record["eventType"] = event["type"]
        identities = self._identities(event)
        if ecid is not None:
            identities.pop("FPID", None)
            if "ECID" not in identities:
                primary = not _has_primary(identities)
                identities["ECID"] = [{"id": ecid, "authenticatedState": "ambiguous", "primary": primary}]
        if identities:
            record["identityMap"] = identities
        return record

    def ecid(self) -> str | None:
        """ECID that the request brings: in an identityMap, else in what its client keeps."""
        for event in self._holders():
            for entry in objects(self._identities(event).get("ECID")):
                if entry.get("id"):
                    return str(entry["id"])
        return self.state.ecid()

    def seeded_ecid(self) -> str | None:
        """ECID that a first-party id gives, of the identityMap before that of the cookie."""
        for event in self._holders():
            for entry in objects(self._identities(event).get("FPID")):
                return seeded_ecid(self.datastream.tenant.org, str(entry["id"]))
        held = self.state.first_party_id()
        return seeded_ecid(self.datastream.tenant.org, held) if held and _is_uuid4(held) else None

    def new_ecid(self, draw: Callable[[], str]) -> str:
        """Make an ECID: of a first-party id or of the id that all sites share always the same."""
        seeded = self.seeded_ecid()
        if seeded is not None:
            return seeded
        if not self.state.third_party:
            return draw()
        return seeded_ecid(self.datastream.tenant.org, self.shared_id(draw))

    def shared_id(self, draw: Callable[[], str]) -> str:
        """Id of the namespace CORE, which all sites share by a cookie of the third-party domain."""
        if self._shared is None:
            self._shared = self.state.third_party_id() or draw()
            self._cookies.append(self.state.third_party_cookie(self._shared))
        return self._shared

    def wanted(self) -> set[str]:
        """Namespaces whose ids the request asks for."""
        found: set[str] = set()
        for holder in (self._body, *self._holders()):
            node: Any = holder
            for name in ("query", "identity", "fetch"):
                node = node.get(name) if isinstance(node, dict) else None
            found.update(one for one in (node if isinstance(node, list) else ()) if isinstance(one, str))
        return found

    def consents(self) -> list[Any]:
        """Return the consents that a request sets; 422 when there is no array of them."""
        given = self._body.get("consent")
        if not isinstance(given, list):
            raise unprocessable(self.report, "consent must be an array")
        return given

    # what it hands back

    def handles(
        self, identities: dict[str, str | None], *, told: set[str], consent: str | None = None
    ) -> list[dict[str, Any]]:
        """Compose what the answer holds: identities, decisions, where to call next, what to remember.

        `identities` are ids by namespace, of which those in `told` are named.
        """
        found: list[dict[str, Any]] = []
        payload = [
            {"id": value, "namespace": {"code": code}}
            for code, value in identities.items()
            if value is not None and code in told
        ]
        if payload:
            found.append({"payload": payload, "type": "identity:result"})
        for index, event in enumerate(objects(self._body.get("events"))):
            if _asks_for(event, "personalization") or _asks_for(self._body, "personalization"):
                found.append({"payload": [], "type": "personalization:decisions", "eventIndex": index})
        hints = (("Target", _TARGET_REGION), ("AAM", str(_AAM_REGION)), ("EdgeNetwork", self._region))
        places = [{"scope": scope, "hint": hint, "ttlSeconds": _HINT_AGE_S} for scope, hint in hints]
        found.append({"payload": places, "type": "locationHint:result"})
        entries = self.state.entries(region=self._region, ecid=identities["ECID"], consent=consent)
        if self.state.writes_cookies:
            self._cookies += self.state.as_cookies(entries)
        else:
            found.append({"payload": self.state.as_handle(entries), "type": "state:store"})
        return found

    def answer(
        self, handles: list[dict[str, Any]] | None, status: int = 200, **beside: list[dict[str, Any]]
    ) -> Response:
        """Build the answer with its handles, and the lists beside them that are not empty."""
        body: dict[str, Any] = {"requestId": self.report["requestId"]}
        if handles is not None:
            body["handle"] = handles
        body.update((name, value) for name, value in beside.items() if value)
        response = (
            empty(204, self._own_headers()) if status == 204 else answer(body, status, self._own_headers())
        )
        for cookie in self._cookies:
            response.headers.append("set-cookie", cookie)
        return response

    def warnings(self) -> list[dict[str, Any]]:
        """Tell that the events were left out, where the visitor wants that."""
        return [warning("0301-200", self.report)] if self.state.opted_out() else []

    def _own_headers(self) -> dict[str, str]:
        """Headers of an answer; a page of any origin may read it, and what the Web SDK looks for in them."""
        edge = f"{self._region.upper()};{_AAM_REGION}"
        return {"x-request-id": self.report["requestId"], "x-adobe-edge": edge} | readable(self._headers)

    def _holders(self) -> tuple[dict[str, Any], ...]:
        """Return what may hold identities or a query: the request by itself, and each of its events."""
        return ({}, *objects(self._body.get("events")), *objects([self._body.get("event")]))

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

    def _check_identities(self, index: int, identities: dict[str, Any]) -> None:
        """Refuse an id that is empty, and one of the Edge Network's own namespaces in another form."""
        for namespace, entries in identities.items():
            for entry in objects(entries):
                value = entry.get("id")
                if value == "":
                    raise refusal("0305-400", self.report, id=value, namespace=namespace)
                if namespace == "FPID" and not _is_uuid4(value):
                    raise refusal("0308-400", self.report, index=index, id=value, namespace=namespace)


def readable(headers: Any) -> dict[str, str]:
    """Headers by which a page of any origin may read an answer, and those of its headers that it may see."""
    found = origin_headers(headers)
    return found | {"access-control-expose-headers": _READABLE} if found else found


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


def _has_primary(identities: dict[str, Any]) -> bool:
    return any(
        entry.get("primary") in (True, "true") for one in identities.values() for entry in objects(one)
    )


def _is_uuid4(value: Any) -> bool:
    try:
        return str(UUID(str(value))) == str(value).lower() and UUID(str(value)).version == 4
    except ValueError:
        return False


def _asks_for(holder: dict[str, Any], what: str) -> bool:
    query = holder.get("query")
    return isinstance(query, dict) and isinstance(query.get(what), dict)
