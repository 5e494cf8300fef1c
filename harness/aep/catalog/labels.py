"""Dataset Service: usage labels on datasets and their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog.datasets import Catalog
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_PATH = "/data/foundation/dataset/datasets/{id}/labels"
_KIND = "dataset-labels"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    calls = DatasetLabels(platform)
    table = (
        ("GET", calls.read),
        ("POST", calls.write),
        ("PUT", calls.write),
        ("DELETE", calls.delete),
    )
    return [Endpoint(method=method, path=_PATH, handler=handler) for method, handler in table]


class DatasetLabels:
    """Reads, writes and removes the labels of a dataset."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._catalog = platform.service(Catalog)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET …/labels`: keyed by `AEP:dataset:{id}`; the `Etag` header is for `If-Match`."""
        dataset_id = self._check(request, caller)
        body = self._platform.store.get(caller.tenant, _KIND, dataset_id)
        shown = body or {"imsOrgId": caller.tenant.org, "labels": [], "optionalLabels": []}
        return answer({f"AEP:dataset:{dataset_id}": shown}, headers={"Etag": self._etag(caller, dataset_id)})

    def write(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT` or `POST …/labels {labels, optionalLabels?}`; 412 for a stale `If-Match`."""
        dataset_id = self._check(request, caller)
        wanted = request.document()
        labels = wanted.get("labels", [])
        optional = wanted.get("optionalLabels", [])
        if not _strings(labels):
            raise problem.bad_request("labels must be an array of strings")
        if not isinstance(optional, list) or not all(
            isinstance(one, dict) and _strings(one.get("labels")) for one in optional
        ):
            raise problem.bad_request("optionalLabels must be an array of objects with labels")
        self._check_etag(request, caller, dataset_id)
        body = {"imsOrgId": caller.tenant.org, "labels": labels, "optionalLabels": optional}
        self._platform.store.put(caller.tenant, _KIND, dataset_id, body)
        status = 201 if request.method == "POST" else 200
        return answer(body, status, {"Etag": self._etag(caller, dataset_id)})

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE …/labels`."""
        dataset_id = self._check(request, caller)
        self._check_etag(request, caller, dataset_id)
        self._platform.store.delete(caller.tenant, _KIND, dataset_id)
        return answer({})

    def _check(self, request: ServedRequest, caller: Caller) -> str:
        dataset_id = request.params["id"]
        if self._catalog.dataset(caller.tenant, dataset_id) is None:
            raise problem.not_found(f"The dataset {dataset_id} does not exist")
        return dataset_id

    def _etag(self, caller: Caller, dataset_id: str) -> str:
        return str(self._platform.store.version(caller.tenant, _KIND, dataset_id))

    def _check_etag(self, request: ServedRequest, caller: Caller, dataset_id: str) -> None:
        wanted = request.headers.get("if-match", "").strip().strip('"')
        current = self._etag(caller, dataset_id)
        if wanted not in {"", "*", current}:
            raise problem.classic(
                412, "PreconditionFailedError", f"The labels have version {current}, not {wanted}"
            )


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
