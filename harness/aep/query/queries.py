"""Queries: what was asked for, and how it ended.

Source: Adobe's guide to the Query Service API. A query has ended by the time it is read; the answer to its
creation still says SUBMITTED.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.access.sandboxes import Sandboxes
from harness.aep.catalog.datasets import Catalog
from harness.aep.query.moments import QueryMoments
from harness.aep.query.pages import REFERENCED, listed
from harness.aep.query.statements import read_statement
from harness.aep.query.templates import QueryTemplates
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

BASE = "/data/foundation/query"
KIND = "query"
_TABLE = "adobe/pqs/table"
_DATASETS = "/data/foundation/catalog/dataSets"
_FAILED = "58000"
_ASKED = (
    "dbName",
    "sql",
    "name",
    "description",
    "templateId",
    "queryParameters",
    "insertIntoParameters",
    "ctasParameters",
)


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of queries, and the parameters of a connection."""
    queries = platform.service(Queries)
    table = (
        ("GET", "/connection_parameters", queries.connection_parameters),
        ("GET", "/queries", queries.list_all),
        ("POST", "/queries", queries.create),
        ("GET", "/queries/{id}", queries.read),
        ("PATCH", "/queries/{id}", queries.change),
        ("DELETE", "/queries/{id}", queries.delete),
    )
    return [Endpoint(method=method, path=BASE + path, handler=handler) for method, path, handler in table]


class Queries:
    """Queries of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._moments = platform.service(QueryMoments)

    def connection_parameters(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /connection_parameters`: of the PostgreSQL protocol, which nothing here speaks."""
        token = request.headers.get("authorization", "").partition(" ")[2]
        name = caller.tenant.org.partition("@")[0].lower()
        return answer(
            {
                "username": caller.tenant.org,
                "dbName": f"{self._sandbox(caller)}:all",
                "host": f"{name}.platform-query.adobe.io",
                "version": 1,
                "port": 80,
                "token": token,
                "compressedToken": token,
                "websocketHost": f"{name}.platform-query-ws.adobe.io",
            }
        )

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /queries`: a page; those that were deleted are left out unless they are asked for."""
        found = self._store.find(caller.tenant, KIND)
        if (request.query.get("excludeSoftDeleted") or "true").lower() != "false":
            found = [one for one in found if not one.get("isSoftDeleted")]
        return answer(listed(found, request.query, "queries", f"{BASE}/queries", only_equal=None))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /queries`: 202 with the query as it begins."""
        asked = checked(self._platform, caller, request.document())
        ended = self.run(caller.tenant, caller.user_id, asked, client="API")
        # Which datasets it reads is known when it has begun.
        links = {name: one for name, one in ended["_links"].items() if name != REFERENCED}
        return answer({**ended, "state": "SUBMITTED", "errors": [], "elapsedTime": 0, "_links": links}, 202)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /queries/{id}`."""
        return answer(self._held(request, caller))

    def change(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /queries/{id} {op: cancel|soft_delete}`: 202; what has ended stays as it is."""
        held = self._held(request, caller)
        wanted = request.document().get("op")
        if wanted == "cancel":
            return _accepted("Query cancel request received")
        if wanted != "soft_delete":
            raise problem.bad_request("op must be cancel or soft_delete")
        deleted = {**held, "isSoftDeleted": True, "updated": self._moments.next(caller.tenant)}
        self._store.put(caller.tenant, KIND, held["id"], deleted)
        return _accepted("Query soft delete request received")

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /queries/{id}`: 202."""
        self._store.delete(caller.tenant, KIND, self._held(request, caller)["id"])
        return _accepted("Deleted")

    def run(
        self, tenant: Tenant, user_id: str, asked: dict[str, Any], *, client: str, **more: Any
    ) -> dict[str, Any]:
        """Keep a query with how it ended, and give it."""
        statement = read_statement(asked["sql"])
        tables = {
            str(name).lower(): str(dataset["id"])
            for dataset in self._platform.service(Catalog).datasets(tenant)
            for name in (dataset.get("tags") or {}).get(_TABLE) or ()
        }
        read = [tables[name.lower()] for name in statement.reads if name.lower() in tables]
        writes = "ctasParameters" in asked or "insertIntoParameters" in asked
        mistake = statement.mistake(tables)
        if mistake is None and writes:
            mistake = "the local platform carries out no statement that writes"
        created = self._moments.next(tenant)
        query_id = self._platform.ids.uuid()
        link = f"{BASE}/queries/{query_id}"
        body = {
            "isInsertInto": statement.inserts or "insertIntoParameters" in asked,
            "request": asked,
            "clientId": None,
            "state": "SUCCESS" if mistake is None else "FAILED",
            "rowCount": 0,
            "errors": []
            if mistake is None
            else [{"code": _FAILED, "message": f"Query execution failed: {mistake}", "errorType": "USER"}],
            "isCTAS": statement.makes_table or "ctasParameters" in asked,
            "version": 1,
            "id": query_id,
            "elapsedTime": 1,
            "updated": created,
            "client": client,
            "effectiveSQL": asked["sql"],
            "userId": user_id,
            "created": created,
            "_links": {
                "self": {"href": link, "method": "GET"},
                "soft_delete": {"href": link, "method": "PATCH", "body": '{ "op": "soft_delete"}'},
                "cancel": {"href": link, "method": "PATCH", "body": '{ "op": "cancel"}'},
                **({REFERENCED: [{"id": one, "href": f"{_DATASETS}/{one}"} for one in read]} if read else {}),
            },
            **more,
        }
        self._store.put(tenant, KIND, query_id, body)
        return body

    def _held(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        found = self._store.get(caller.tenant, KIND, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no query {request.params['id']}")
        return found

    def _sandbox(self, caller: Caller) -> str:
        return str(self._platform.service(Sandboxes).describe(caller.tenant)["sandboxName"])


def checked(platform: Platform, caller: Caller, wanted: Any) -> dict[str, Any]:
    """Return what a query asks for, with the statement of its template; a Problem says what is wrong."""
    if not isinstance(wanted, dict):
        raise problem.bad_request("A query must be an object")
    asked = {name: wanted[name] for name in _ASKED if wanted.get(name) is not None}
    if not isinstance(asked.get("dbName"), str) or not asked["dbName"]:
        raise problem.bad_request("dbName is required")
    for name in ("name", "description", "templateId"):
        if not isinstance(asked.get(name, ""), str):
            raise problem.bad_request(f"{name} must be a string")
    for name in ("queryParameters", "insertIntoParameters", "ctasParameters"):
        if not isinstance(asked.get(name, {}), dict):
            raise problem.bad_request(f"{name} must be an object")
    if "sql" not in asked and "templateId" in asked:
        template = platform.service(QueryTemplates).get(caller.tenant, asked["templateId"])
        if template is None:
            raise problem.not_found(f"There is no query template {asked['templateId']}")
        asked["sql"] = template["sql"]
    if not isinstance(asked.get("sql"), str) or not asked["sql"].strip():
        raise problem.bad_request("sql or templateId is required")
    return asked


def _accepted(message: str) -> Response:
    return answer({"message": message, "statusCode": 202}, 202)
