"""Data Access: the files of a batch, good records as Parquet, refused ones as JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import Response

from harness.aep import problem
from harness.aep.batches import Batches
from harness.aep.catalog import Catalog
from harness.aep.landing import FAILED, LAKE
from harness.aep.message import Request, answer
from harness.aep.parquet import parquet
from harness.aep.registry.state import SchemaRegistry
from harness.aep.routing import Endpoint
from harness.aep.store import encode

if TYPE_CHECKING:
    from harness.aep.gateway import Caller
    from harness.aep.platform import Platform

_BASE = "/data/foundation/export"
_PART = "-1"
_PREVIEW = 100


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    access = DataAccess(platform)
    table = (
        ("/batches/{batch}/files", access.batch_files),
        ("/batches/{batch}/failed", access.failed_files),
        ("/batches/{batch}/meta", access.meta_files),
        ("/files/{file}", access.file),
        ("/datasets/{dataset}/preview", access.preview),
    )
    return [
        Endpoint(method="GET", path=_BASE + path, handler=handler, any_case=True) for path, handler in table
    ]


class DataAccess:
    """Lists files and gives their contents, made from the stored records when asked for."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._batches = platform.service(Batches)
        self._catalog = platform.service(Catalog)
        self._registry = platform.service(SchemaRegistry)

    def batch_files(self, request: Request, caller: Caller) -> Response:
        """`GET /batches/{batch}/files`: the dataset files of a batch, none when nothing landed."""
        batch = self._batch(request, caller)
        found = []
        if self._platform.store.count_records(caller.org, caller.sandbox, LAKE, batch["id"]):
            file_id = batch["id"] + _PART
            dataset_id = batch["relatedObjects"][0]["id"]
            dataset = self._catalog.dataset(caller.org, caller.sandbox, dataset_id) or {}
            found.append(
                {
                    "dataSetFileId": file_id,
                    "dataSetViewId": dataset.get("viewId", ""),
                    "version": "1.0.0",
                    "created": str(batch["created"]),
                    "updated": str(batch["updated"]),
                    "isValid": True,
                    "_links": {"self": {"href": f"{request.base_url}{_BASE}/files/{file_id}"}},
                }
            )
        return _page(request, found)

    def failed_files(self, request: Request, caller: Caller) -> Response:
        """`GET /batches/{batch}/failed[?path=…]`: the refused records, with their reasons."""
        batch = self._batch(request, caller)
        lines = "".join(
            encode(one.body) + "\n"
            for one in self._platform.store.records(caller.org, caller.sandbox, FAILED, batch["id"])
        ).encode()
        files = {"failed.json": lines} if lines else {}
        return self._listed_or_content(request, files, "application/json")

    def meta_files(self, request: Request, caller: Caller) -> Response:
        """`GET /batches/{batch}/meta[?path=…]`: what is known of a batch's uploaded files."""
        batch = self._batch(request, caller)
        uploaded = [
            {"name": one["name"], "size": one["size"]}
            for one in self._batches.files(caller.org, caller.sandbox, batch["id"])
        ]
        text = "".join(encode(one) + "\n" for one in uploaded).encode()
        return self._listed_or_content(
            request, {"input_files.json": text} if text else {}, "application/json"
        )

    def file(self, request: Request, caller: Caller) -> Response:
        """`GET|HEAD /files/{file}[?path=…]`: the parts of a dataset file, or one part's bytes."""
        file_id = request.params["file"]
        batch_id = file_id.removesuffix(_PART)
        batch = self._batches.get(caller.org, caller.sandbox, batch_id)
        if batch is None or batch_id == file_id:
            raise problem.not_found(f"The file {file_id} does not exist")
        records = [
            one.body for one in self._platform.store.records(caller.org, caller.sandbox, LAKE, batch_id)
        ]
        content = parquet(records, self._schema(caller, batch["relatedObjects"][0]["id"]))
        return self._listed_or_content(request, {f"{batch_id}.parquet": content}, "application/octet-stream")

    def preview(self, request: Request, caller: Caller) -> Response:
        """`GET /datasets/{dataset}/preview`: the first rows of a dataset."""
        dataset_id = request.params["dataset"]
        if self._catalog.dataset(caller.org, caller.sandbox, dataset_id) is None:
            raise problem.not_found(f"The dataset {dataset_id} does not exist")
        found: list[Any] = []
        for batch in self._batches.all(caller.org, caller.sandbox):
            if batch["relatedObjects"][0]["id"] == dataset_id and len(found) < _PREVIEW:
                left = _PREVIEW - len(found)
                records = self._platform.store.records(
                    caller.org, caller.sandbox, LAKE, batch["id"], limit=left
                )
                found.extend(one.body for one in records)
        return answer({"data": found})

    def _schema(self, caller: Caller, dataset_id: str) -> dict[str, Any]:
        dataset = self._catalog.dataset(caller.org, caller.sandbox, dataset_id) or {}
        schema_id = dataset.get("schemaRef", {}).get("id", "")
        return self._registry.full(caller.org, caller.sandbox, schema_id) or {}

    def _batch(self, request: Request, caller: Caller) -> dict[str, Any]:
        wanted = request.params["batch"]
        found = self._batches.get(caller.org, caller.sandbox, wanted)
        if found is None:
            raise problem.not_found(f"The batch {wanted} does not exist")
        return found

    @staticmethod
    def _listed_or_content(request: Request, files: dict[str, bytes], kind: str) -> Response:
        wanted = request.query.get("path")
        if wanted is None:
            here = f"{request.base_url}{request.path}"
            return _page(
                request,
                [
                    {
                        "name": name,
                        "length": str(len(content)),
                        "_links": {"self": {"href": f"{here}?path={quote(name, safe='')}"}},
                    }
                    for name, content in files.items()
                ],
            )
        if wanted not in files:
            raise problem.not_found(f"There is no {wanted} here")
        return Response(files[wanted], media_type=kind)


def _page(request: Request, found: list[dict[str, Any]]) -> Response:
    start = request.query.number("start", 0)
    limit = request.query.number("limit", 100, low=1)
    shown = found[start : start + limit]
    return answer({"data": shown, "_page": {"limit": limit, "count": len(shown)}})
