"""Catalog: the views of datasets, their files, and their last batches.

Sources: the appendix of Adobe's Catalog guide; `lastBatches` as the client aepp 0.6.0 calls it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog import datasets as catalog
from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.listing import listed
from harness.aep.ingestion.batches import Batches
from harness.twin.message import Query, ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.routing import Handler

_OTHER_OBJECTS = ("account", "connection", "connector")
_STATES = ("success", "inactive", "replay")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of views, files and last batches, and of objects of which there are none here.

    Each kind of object is found under the word in plural and in singular.
    """
    views = DatasetViews(platform)
    table: list[tuple[str, Handler]] = [("lastBatches", views.last_batches)]
    for one, all_of_them, single in (
        ("dataSetFile", views.all_files, views.one_file),
        ("dataSetView", views.all_views, views.one_view),
        *((word, views.none, views.not_one) for word in _OTHER_OBJECTS),
    ):
        for word in (f"{one}s", one):
            table += [(word, all_of_them), (f"{word}/{{id}}", single)]
    for word in ("dataSets", "dataSet"):
        table += [
            (f"{word}/{{id}}/views", views.views),
            (f"{word}/{{id}}/views/{{view}}", views.view),
            (f"{word}/{{id}}/views/{{view}}/files", views.files),
        ]
    return [
        Endpoint(method="GET", path=f"{catalog.BASE}/{path}", handler=handler, any_case=True)
        for path, handler in table
    ]


class DatasetViews:
    """Each dataset has one view, which holds a file for each batch that succeeded."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._catalog = platform.service(Catalog)
        self._batches = platform.service(Batches)

    def views(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/dataSets/{id}/views`: keyed by id."""
        return answer(listed([_view(self._dataset(request, caller))], request.query))

    def view(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/dataSets/{id}/views/{view}`: an object with one key."""
        dataset = self._of_view(request, caller)
        return answer(listed([_view(dataset)], request.query, single=True))

    def all_views(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/dataSetViews`: the views of all datasets, keyed by id."""
        return answer(listed([_view(one) for one in self._catalog.datasets(caller.tenant)], request.query))

    def one_view(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/dataSetViews/{id}`: an object with one key."""
        found = [_view(one) for one in self._catalog.datasets(caller.tenant)]
        return answer(listed(_only(found, "view", request), request.query, single=True))

    def last_batches(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/lastBatches?dataSetId=&lastBatchStatus=`: the newest batch of each dataset."""
        state = request.query.get("lastBatchStatus")
        if state and state not in _STATES:
            raise problem.bad_request(f"lastBatchStatus must be one of {', '.join(_STATES)}")
        wanted = request.query.get("dataSetId")
        newest: dict[str, dict[str, Any]] = {}
        for batch in self._batches.all(caller.tenant):
            fits = not state or batch["status"] == state or (state == "replay" and "replay" in batch)
            if fits:
                newest[batch["relatedObjects"][0]["id"]] = batch
        found = [
            (batch["id"], self._batches.shown(caller.tenant, batch))
            for dataset_id, batch in newest.items()
            if not wanted or dataset_id in wanted.split(",")
        ]
        return answer(listed(found, _without(request.query, {"dataSetId", "lastBatchStatus"})))

    def none(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /catalog/accounts|connections|connectors`: objects that sources once had; none."""
        return answer(listed([], request.query))

    def not_one(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /catalog/accounts/{id}` and its like: 404."""
        raise problem.not_found(f"There is no object {request.params['id']}")

    def files(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/dataSets/{id}/views/{view}/files`: one file for each batch that succeeded."""
        dataset = self._of_view(request, caller)
        return answer(listed(self._files_of(caller, {dataset["id"]: dataset}), request.query))

    def all_files(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/dataSetFiles?dataSetId=`: the files of all datasets, or of some, keyed by id."""
        wanted = request.query.get("dataSetId")
        datasets = {
            one["id"]: one
            for one in self._catalog.datasets(caller.tenant)
            if not wanted or one["id"] in wanted.split(",")
        }
        rest = _without(request.query, {"dataSetId"})
        return answer(listed(self._files_of(caller, datasets), rest))

    def one_file(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/dataSetFiles/{id}`: an object with one key."""
        datasets = {one["id"]: one for one in self._catalog.datasets(caller.tenant)}
        found = _only(self._files_of(caller, datasets), "file", request)
        return answer(listed(found, request.query, single=True))

    def _files_of(
        self, caller: Caller, datasets: dict[str, dict[str, Any]]
    ) -> list[tuple[str, dict[str, Any]]]:
        found = []
        for batch in self._batches.all(caller.tenant):
            dataset = datasets.get(batch["relatedObjects"][0]["id"])
            if dataset is not None and batch["status"] == "success":
                names = ("imsOrg", "createdUser", "createdClient", "updatedUser", "created", "updated")
                body = {
                    "id": f"{batch['id']}-1",
                    "batchId": batch["id"],
                    "dataSetViewId": dataset["viewId"],
                    "version": "1.0.0",
                    **{name: batch[name] for name in names},
                }
                found.append((body["id"], body))
        return found

    def _dataset(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        found = self._catalog.dataset(caller.tenant, request.params["id"])
        if found is None:
            raise problem.not_found(f"The dataset {request.params['id']} does not exist")
        return found

    def _of_view(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        dataset = self._dataset(request, caller)
        if request.params["view"] != dataset["viewId"]:
            raise problem.not_found(f"The dataset has no view {request.params['view']}")
        return dataset


def _only(
    found: list[tuple[str, dict[str, Any]]], what: str, request: ServedRequest
) -> list[tuple[str, dict[str, Any]]]:
    wanted = request.params["id"]
    held = [one for one in found if one[0] == wanted]
    if not held:
        raise problem.not_found(f"There is no {what} {wanted}")
    return held


def _without(query: Query, names: set[str]) -> Query:
    """Leave out parameters that are no members of the objects listed."""
    rest = Query("")
    rest.pairs = [pair for pair in query.pairs if pair[0] not in names]
    return rest


def _view(dataset: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    names = ("imsOrg", "version", "created", "updated", "createdClient", "createdUser", "updatedUser", "name")
    view_id = str(dataset["viewId"])
    body = {
        **{name: dataset[name] for name in names if name in dataset},
        "id": view_id,
        "dataSetId": dataset["id"],
        "isLookup": False,
        "files": dataset["files"],
    }
    return view_id, body
