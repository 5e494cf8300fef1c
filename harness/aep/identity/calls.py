"""Identity Service: the XID of an identity, and the identities linked to one.

Sources: Adobe's description of the Identity Service API, and the guides to identity mappings and
cluster history; `/cluster` and `/mapping` are the older half of it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from harness.aep.identity.edges import IdentityEdges
from harness.aep.identity.graph import IdentityGraph
from harness.aep.identity.namespaces import Namespaces
from harness.aep.problem import Problem
from harness.aep.xid import xid as xid_of
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.identity.identities import Identity
    from harness.aep.platform import Platform
    from harness.twin.message import Query

_BASE = "/data/core/identity"
_MOST = 1000
_LONGEST_NUMBER = 12
_SPELLINGS = ("nsid", "namespace", "ns")
_LISTS = ("xids", "compositeXids", "compositeXidsWithNamespace")
_CLUSTERS = uuid.uuid5(uuid.NAMESPACE_URL, "http://ns.adobe.com/identity/cluster")

_PRIVATE = ("pdg", "private graph", "private")
"""Spellings of the one graph there is, as Adobe's guides and clients write them."""


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    calls = IdentityCalls(platform)
    table = (
        ("GET", "/identity", calls.xid),
        ("GET", "/cluster/members", calls.members),
        ("POST", "/clusters/members", calls.many_members),
        ("GET", "/cluster/history", calls.history),
        ("POST", "/clusters/history", calls.many_histories),
        ("GET", "/mapping", calls.mapping),
        ("POST", "/mappings", calls.many_mappings),
        ("POST", "/v2/graph", calls.graph),
    )
    return [Endpoint(method=method, path=_BASE + path, handler=handler) for method, path, handler in table]


class IdentityCalls:
    """Look-ups in the identity graph. An identity that nobody has sent is a cluster of its own."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._graph = platform.service(IdentityGraph)
        self._edges = platform.service(IdentityEdges)
        self._namespaces = platform.service(Namespaces)

    def xid(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /identity/identity?namespace|nsid=&id=`: `{xid}`, whether the identity is known or not."""
        query = request.query
        named = {name: query.get(name) for name in ("namespace", "nsid", "ns") if query.get(name)}
        return answer({"xid": self._composite(caller, {**named, "id": query.get("id")})})

    def members(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /identity/cluster/members?xid=`, or with namespace and id."""
        asked = _named(request.query)
        stitch = self._stitches(request.query.get("graph-type"))
        clusters, unprocessed = self._clusters(caller, [asked], stitch=stitch)
        return _members(clusters, unprocessed)

    def many_members(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /identity/clusters/members {xids|compositeXids, graph-type?}`: at most 1000."""
        body = request.document()
        asked = self._asked(body, *_LISTS)
        clusters, unprocessed = self._clusters(caller, asked, stitch=self._stitches(body.get("graph-type")))
        return _members(clusters, unprocessed, **_unprocessed(unprocessed))

    def history(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /identity/cluster/history?xid=`, or with namespace and id."""
        self._stitches(request.query.get("graph-type"))
        return self._histories(caller, [_named(request.query)])

    def many_histories(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /identity/clusters/history {xids|compositeXids, graph-type?}`: at most 1000."""
        body = request.document()
        self._stitches(body.get("graph-type"))
        return self._histories(caller, self._asked(body, *_LISTS))

    def mapping(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /identity/mapping?xid=&targetNs=`, or with namespace and id."""
        query = request.query
        stitch = self._stitches(query.get("graph-type"))
        return self._mappings(caller, [_named(query)], query.get("targetNs"), stitch=stitch)

    def many_mappings(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /identity/mappings {xids|compositeXids, targetNs?, graph-type?}`: at most 1000."""
        body = request.document()
        stitch = self._stitches(body.get("graph-type"))
        return self._mappings(caller, self._asked(body, *_LISTS), body.get("targetNs"), stitch=stitch)

    def graph(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /identity/v2/graph {xids|composite_xids, projection_type?}`: members, or graphs."""
        body = request.document()
        asked = self._asked(body, "xids", "composite_xids")
        projection = body.get("projection_type", "set")
        if projection not in ("set", "graph"):
            raise _invalid("Graph Request Invalid - projection types available are [graph|set].")
        meta = body.get("require_edge_meta_data") is True
        graphs: list[dict[str, Any]] = []
        unprocessed: list[Any] = []
        for one in asked:
            try:
                xid, write = self._read(caller, one)
            except Problem:
                unprocessed.append(one)
                continue
            name = "xid" if isinstance(one, str) else "composite_xid"
            xids = self._cluster(caller, xid)
            found: dict[str, Any] = {name: one}
            if projection == "set":
                found["members"] = [write(member) for member in xids]
            else:
                times = self._edges.seen(caller.tenant, xids)
                found["vertices"] = [
                    {name: write(member), "last_updated_ts": times.get(member, 0)} for member in xids
                ]
                found["edges"] = [
                    {
                        f"{name}_pair": [write(edge.one), write(edge.other)],
                        "first_established_ts": edge.first_ms,
                        "last_established_ts": edge.last_ms,
                        **(
                            {"dataset_ids": list(edge.datasets), "batch_ids": list(edge.batches)}
                            if meta
                            else {}
                        ),
                    }
                    for edge in self._edges.among(caller.tenant, xids)
                ]
            graphs.append(found)
        return answer(
            {
                "version": "2.0",
                "graphs": graphs,
                "unprocessed_composite_xids": unprocessed,
                "algo_type": "STITCH_ALL",
            }
        )

    # parts

    def _histories(self, caller: Caller, asked: list[Any]) -> Response:
        found: list[dict[str, Any]] = []
        unprocessed: list[Any] = []
        for one in asked:
            try:
                xid, _ = self._read(caller, one)
            except Problem:
                unprocessed.append(one)
                continue
            moves = [
                {
                    "clusterId": str(uuid.uuid5(_CLUSTERS, f"{caller.tenant.org}/{cluster}")),
                    "cRecordedTS": str(at),
                }
                for cluster, at in self._graph.history(caller.tenant, xid)
            ]
            composite = {} if isinstance(one, str) else {"compositeXid": one}
            found.append({"xid": xid, **composite, "clusterHistory": moves})
        return answer({"version": 1, "xidsClusterHistory": found, **_unprocessed(unprocessed)})

    def _mappings(self, caller: Caller, asked: list[Any], target: Any, *, stitch: bool) -> Response:
        """Identities of a cluster in one namespace, that of the identity itself unless another is named.

        204 when there is none at all.
        """
        wanted = None if target in (None, "", "0", 0) else self._space(caller, target)
        found: list[dict[str, Any]] = []
        unprocessed: list[Any] = []
        for one in asked:
            try:
                xid, write = self._read(caller, one)
            except Problem:
                unprocessed.append(one)
                continue
            own = self._graph.identity(caller.tenant, xid)
            code = wanted or ("" if own is None else own.namespace)
            others = [member for member in self._cluster(caller, xid) if member != xid] if stitch else []
            times = self._edges.seen(caller.tenant, [xid, *others])
            name = "xid" if isinstance(one, str) else "compositeXid"
            mapping = [
                {name: write(member), "lastAssociationTime": str(times.get(member, 0))}
                for member in others
                if self._is_of(caller, member, code)
            ]
            found.append({name: one, "mapping": mapping})
        if not unprocessed and not any(one["mapping"] for one in found):
            return empty(204)
        return answer({"version": 1, "mappings": found, **_unprocessed(unprocessed)})

    def _is_of(self, caller: Caller, xid: str, code: str) -> bool:
        identity = self._graph.identity(caller.tenant, xid)
        return identity is not None and identity.namespace.lower() == code.lower()

    def _space(self, caller: Caller, named: Any) -> str:
        """Code of a namespace that is named by number or by code."""
        text = str(named)
        held = None
        if text.isdecimal() and len(text) < _LONGEST_NUMBER:
            held = self._namespaces.by_id(caller.tenant, int(text))
        held = held or self._namespaces.by_code(caller.tenant, text)
        if held is None:
            raise _invalid(f"The provided namespace={text} is invalid.")
        return str(held["code"])

    def _clusters(
        self, caller: Caller, asked: list[Any], *, stitch: bool
    ) -> tuple[list[dict[str, Any]], list[Any]]:
        clusters: list[dict[str, Any]] = []
        unprocessed: list[Any] = []
        for one in asked:
            try:
                xid, write = self._read(caller, one)
            except Problem:
                unprocessed.append(one)
                continue
            xids = self._cluster(caller, xid) if stitch else [xid]
            name = "xid" if isinstance(one, str) else "compositeXid"
            clusters.append({name: one, "members": [write(member) for member in xids]})
        return clusters, unprocessed

    def _cluster(self, caller: Caller, xid: str) -> list[str]:
        cluster = self._graph.cluster_of(caller.tenant, xid)
        return [xid] if cluster is None else self._graph.members(caller.tenant, cluster)

    def _read(self, caller: Caller, asked: Any) -> tuple[str, Any]:
        """XID that is asked for, and how members are to be written: as the asker wrote that one."""
        if isinstance(asked, str) and asked:
            return asked, lambda xid: xid
        xid = self._composite(caller, asked)
        spelling = next(name for name in _SPELLINGS if name in asked)

        def write(member: str) -> dict[str, Any]:
            identity = self._graph.identity(caller.tenant, member)
            if identity is None:
                return {key: asked[key] for key in (spelling, "id")}
            return {spelling: self._spelled(caller, identity, spelling), "id": identity.value}

        return xid, write

    def _spelled(self, caller: Caller, identity: Identity, spelling: str) -> Any:
        held = self._namespaces.by_code(caller.tenant, identity.namespace)
        if held is None:
            return identity.namespace
        return held["id"] if spelling == "nsid" else held["code"]

    def _composite(self, caller: Caller, asked: Any) -> str:
        value = asked.get("id") if isinstance(asked, dict) else None
        if not isinstance(value, str) or not value:
            raise _invalid("Please provide a valid namespace and id in your request.")
        held = None
        code = asked.get("namespace") or asked.get("ns")
        number = asked.get("nsid")
        if isinstance(code, str):
            held = self._namespaces.by_code(caller.tenant, code)
        elif str(number).isdecimal() and len(str(number)) < _LONGEST_NUMBER:
            held = self._namespaces.by_id(caller.tenant, int(str(number)))
        if held is None:
            raise _invalid(
                f"The provided namespace={code or number} and id={value} is invalid."
                " Please provide a valid namespace and id in your request."
            )
        return xid_of(caller.tenant.org, held["code"], value)

    @staticmethod
    def _asked(body: dict[str, Any], *names: str) -> list[Any]:
        found = next((body[name] for name in names if name in body), None)
        if not isinstance(found, list) or not found:
            raise _invalid(f"One of {' and '.join(names)} is required.")
        if len(found) > _MOST:
            raise _invalid(f"At most {_MOST} identities can be asked for, not {len(found)}.")
        return found

    @staticmethod
    def _stitches(graph_type: Any) -> bool:
        """Whether the private graph is asked for, as it is where nothing else is."""
        named = str(graph_type or "private").lower().replace("+", " ")
        if named in _PRIVATE:
            return True
        if named == "none":
            return False
        raise _invalid(f"The graph {graph_type!r} is not here; use pdg or none.")


def _named(query: Query) -> Any:
    """Identity that a query names: by namespace and id where both are there, else by XID."""
    spaces = {name: query.get(name) for name in (*_SPELLINGS, "nsId") if query.get(name)}
    if query.get("id") and spaces:
        if "nsId" in spaces:
            spaces["nsid"] = spaces.pop("nsId")
        return {**spaces, "id": query.get("id")}
    if not query.get("xid"):
        raise _invalid("Give xid, or namespace or nsid with id.")
    return query.get("xid")


def _members(clusters: list[dict[str, Any]], unprocessed: list[Any], **more: Any) -> Response:
    return answer(
        {
            "version": "1.1.0",
            "clusters": clusters,
            "unprocessedRecords": unprocessed,
            **more,
            "algo_type": "STITCH_ALL",
        }
    )


def _unprocessed(given: list[Any]) -> dict[str, list[Any]]:
    return {
        "unprocessedXids": [one for one in given if isinstance(one, str)],
        "unprocessedNids": [one for one in given if not isinstance(one, str)],
    }


def _invalid(detail: str) -> Problem:
    # The description of the API has `detail` for some calls and `description` for others.
    return Problem(400, {"title": "InvalidInput", "status": 400, "detail": detail, "description": detail})
