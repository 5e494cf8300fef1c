"""Catalog beside its objects: several requests in one, values of fields, tags, credentials.

Source: Adobe's description of the Catalog API and its guide to multiple requests in a single call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog import datasets as catalog
from harness.aep.catalog.datasets import Catalog, dry_run
from harness.aep.catalog.listing import listed
from harness.aep.ingestion.batch_calls import BatchCalls
from harness.aep.ingestion.batches import Batches
from harness.aep.problem import Problem
from harness.twin.message import Query, ServedRequest, answer
from harness.twin.routing import Endpoint, Router
from harness.twin.store import encode

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_MOST = 100
_TEMPLATE = re.compile(r"<<([^<>.]+)\.([^<>]+)>>")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of Catalog's root, and those that look across its objects."""
    calls = CatalogRequests(platform)
    table = (
        ("GET", catalog.BASE, calls.overview),
        ("POST", catalog.BASE, calls.several),
        ("GET", f"{catalog.BASE}/batches/uniques/{{field}}", calls.uniques),
        ("GET", f"{catalog.BASE}/dataSets/{{id}}/credentials", calls.credentials),
        ("GET", f"{catalog.BASE}/tags/{{namespace...}}", calls.tags),
    )
    return [
        Endpoint(method=method, path=path, handler=handler, any_case=True) for method, path, handler in table
    ]


class _Undone(Exception):
    """A sub-request failed, so that what those before it changed is undone."""


class CatalogRequests:
    """Calls that concern several objects of Catalog."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._catalog = platform.service(Catalog)
        self._batches = platform.service(Batches)
        self._calls = BatchCalls(platform)

    def overview(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog`: datasets and batches, keyed by id, each as its own list shows it."""
        tenant = caller.tenant
        datasets = [(one["id"], self._catalog.shown(tenant, one)) for one in self._catalog.datasets(tenant)]
        batches = [(one["id"], self._batches.shown(tenant, one)) for one in self._batches.all(tenant)]
        return answer(listed([*datasets, *batches], request.query))

    def several(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /catalog [{id, resource, method, body}]`: each in order; what one changes, all undo.

        With `Pragma: validate-only` nothing is kept of what would have been.
        """
        wanted = request.json()
        if not isinstance(wanted, list) or not wanted or len(wanted) > _MOST:
            raise problem.bad_request(f"The body must be an array of one to {_MOST} requests")
        answers: list[dict[str, Any]] = []
        values: dict[str, Any] = {}
        router = self._router()
        try:
            with self._platform.store.transaction():
                for item in wanted:
                    done = self._one(request, caller, router, item, values)
                    answers.append(done)
                    if done["code"] >= 400 and item["method"].upper() != "GET":
                        raise _Undone
                if dry_run(request):
                    raise _Undone
        except _Undone:
            pass
        return answer(answers)

    def uniques(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/batches/uniques/{field}`: the values of a field, with the filters of a list."""
        field = request.params["field"]
        found = self._calls.selected(request, caller)
        values: list[Any] = []
        for body in found.values():
            held = body.get(field)
            for value in held if isinstance(held, list) else [held]:
                if value is not None and value not in values:
                    values.append(value)
        return answer(values)

    def credentials(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/dataSets/{id}/credentials`: where the files are; here nothing opens them."""
        dataset = self._dataset(request, caller)
        path = f"{request.base_url}/data/foundation/export/batches"
        return answer({"dataSetId": dataset["id"], "path": path, "credentials": {}})

    def tags(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/tags/{tagNamespace}`: objects with the tag by their kind, and its values."""
        name = request.params["namespace"]
        found: dict[str, dict[str, list[str]]] = {}
        kinds = (
            ("dataSets", self._catalog.datasets(caller.tenant)),
            ("batches", self._batches.all(caller.tenant)),
        )
        for kind, bodies in kinds:
            for body in bodies:
                for value in (body.get("tags") or {}).get(name) or []:
                    found.setdefault(kind, {}).setdefault(str(value), []).append(f"@/{kind}/{body['id']}")
        return answer(found)

    # parts

    def _dataset(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        found = self._catalog.dataset(caller.tenant, request.params["id"])
        if found is None:
            raise problem.not_found(f"The dataset {request.params['id']} does not exist")
        return found

    def _router(self) -> Router:
        from harness.aep.ingestion import batch_calls

        router = Router()
        for endpoint in (*catalog.routes(self._platform), *batch_calls.routes(self._platform)):
            if endpoint.path.startswith(catalog.BASE):
                router.add(endpoint)
        return router

    def _one(
        self, request: ServedRequest, caller: Caller, router: Router, item: Any, values: dict[str, Any]
    ) -> dict[str, Any]:
        if not isinstance(item, dict) or not all(
            isinstance(item.get(name), str) for name in ("id", "resource", "method")
        ):
            raise problem.bad_request("Every request has an id, a resource and a method")
        method = item["method"].upper()
        if method not in _METHODS:
            raise problem.bad_request(f"method must be one of {', '.join(_METHODS)}")
        resource = _filled(item["resource"], values)
        path, _, query = resource.partition("?")
        headers = {str(key).lower(): str(value) for key, value in _members(item.get("headers"))}
        body = item.get("body")
        try:
            endpoint, params = router.match(method, f"{catalog.BASE}/{path.lstrip('/')}")
            inner = ServedRequest(
                method=method,
                path=f"{catalog.BASE}/{path.lstrip('/')}",
                params=params,
                query=Query(query),
                headers={"content-type": "application/json", **headers},
                body=b"" if body is None else _filled(encode(body), values).encode(),
                base_url=request.base_url,
                remote=request.remote,
            )
            response = endpoint.handler(inner, caller)
        except Problem as raised:
            return {"id": item["id"], "code": raised.status, "body": raised.body}
        content = getattr(response, "body", b"")
        shown = ServedRequest(method="GET", path="", params={}, query=Query(""), headers={}, body=content)
        document = shown.json() if content else None
        values[item["id"]] = document
        return {"id": item["id"], "code": getattr(response, "status_code", 200), "body": document}


def _members(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _filled(text: str, values: dict[str, Any]) -> str:
    """Fill in `<<request.attribute>>`; of an answer that is a reference, `id` is the id in it."""

    def value_of(match: re.Match[str]) -> str:
        document = values.get(match[1])
        if isinstance(document, list) and document and match[2] == "id":
            return str(document[0]).rpartition("/")[2]
        node = document
        for word in match[2].split("."):
            node = node.get(word) if isinstance(node, dict) else None
        if isinstance(node, str | int | float):
            return str(node)
        raise problem.bad_request(f"{match[0]} names no value of an earlier request")

    return _TEMPLATE.sub(value_of, text)
