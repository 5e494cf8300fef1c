"""Data Access: the files of a batch, good records as Parquet, refused ones as JSON lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from harness.aep import problem
from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.lake import FAILED, LAKE
from harness.aep.ingestion.batches import CORRUPT, Batches
from harness.aep.ingestion.parquet import parquet
from harness.aep.registry.state import SchemaRegistry
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.store import encode

if TYPE_CHECKING:
    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/foundation/export"
_PART = "-1"
_PREVIEW = 100
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


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

    def batch_files(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /batches/{batch}/files`: the dataset files of a batch, none when nothing landed."""
        batch = self._batch(request, caller)
        found = []
        if self._platform.store.count_records(caller.tenant, LAKE, batch["id"]):
            file_id = batch["id"] + _PART
            dataset_id = batch["relatedObjects"][0]["id"]
            dataset = self._catalog.dataset(caller.tenant, dataset_id) or {}
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

    def failed_files(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /batches/{batch}/failed[?path=…]`: the refused records, with their reasons."""
        batch = self._batch(request, caller)
        refused = self._refused(caller, batch)
        files: dict[str, bytes] = {}
        if refused:
            shown = [
                {**_without(body, "code", "file"), "_validationErrors": _validation_errors(body["_errors"])}
                for body in refused
            ]
            files = {"_SUCCESS": b"", f"part-00000-{batch['id'].lower()}-c000.json": _lines(shown)}
        return self._listed_or_content(request, files, "application/json")

    def meta_files(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /batches/{batch}/meta[?path=…]`: of a finished batch, its files and the rows with errors.

        `input_files` and `row_errors` are folders; a path below one is a file of JSON lines.
        """
        batch = self._batch(request, caller)
        folders = {
            "input_files": self._input_files(caller, batch),
            "row_errors": self._row_errors(caller, batch),
        }
        folders = {name: files for name, files in folders.items() if files}
        wanted = request.query.get("path")
        if wanted is None:
            sizes = {name: sum(map(len, files.values())) for name, files in folders.items()}
            return _page(request, [_part(request, name, name, size) for name, size in sizes.items()])
        folder, _, name = wanted.strip("/").partition("/")
        if folder not in folders:
            raise problem.not_found(f"There is no {wanted} here")
        files = folders[folder]
        if not name:
            parts = [_part(request, one, f"{folder}/{one}", len(files[one])) for one in files]
            return _page(request, parts)
        if name not in files:
            raise problem.not_found(f"There is no {wanted} here")
        return _content(request, files[name], "application/json")

    def _input_files(self, caller: Caller, batch: dict[str, Any]) -> dict[str, bytes]:
        uploaded = self._batches.files(caller.tenant, batch["id"])
        if not uploaded or batch["status"] == "loading":
            return {}
        return {"fileMetaData1.json": _lines([{"path": one["name"]} for one in uploaded])}

    def _row_errors(self, caller: Caller, batch: dict[str, Any]) -> dict[str, bytes]:
        names = {False: "conversion_errors_0.json", True: "parsing_errors_0.json"}
        rows: dict[str, list[Any]] = {}
        for body in self._refused(caller, batch):
            if "code" not in body:
                continue
            corrupt = body["code"] == CORRUPT
            record = body["record"]
            shown = dict(record) if isinstance(record, dict) else {"_corrupt_record": record}
            errors = [{"code": body["code"], "message": reason} for reason in body["_errors"]]
            shown |= {"_errors": errors, "_filename": body["file"]}
            rows.setdefault(names[corrupt], []).append(shown)
        return {name: _lines(found) for name, found in rows.items()}

    def _refused(self, caller: Caller, batch: dict[str, Any]) -> list[dict[str, Any]]:
        found = self._platform.store.records(caller.tenant, FAILED, batch["id"])
        return [one.body for one in found]

    def file(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET|HEAD /files/{file}[?path=…]`: the parts of a dataset file, or one part's bytes.

        A `Range` of one part gives those bytes alone.
        """
        file_id = request.params["file"]
        batch_id = file_id.removesuffix(_PART)
        batch = self._batches.get(caller.tenant, batch_id)
        if batch is None or batch_id == file_id:
            raise problem.not_found(f"The file {file_id} does not exist")
        records = [one.body for one in self._platform.store.records(caller.tenant, LAKE, batch_id)]
        content = parquet(records, self._schema(caller, batch["relatedObjects"][0]["id"]))
        return self._listed_or_content(request, {f"{batch_id}.parquet": content}, "application/parquet")

    def preview(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /datasets/{dataset}/preview`: the first rows of a dataset."""
        dataset_id = request.params["dataset"]
        if self._catalog.dataset(caller.tenant, dataset_id) is None:
            raise problem.not_found(f"The dataset {dataset_id} does not exist")
        found: list[Any] = []
        for batch in self._batches.all(caller.tenant):
            if batch["relatedObjects"][0]["id"] == dataset_id and len(found) < _PREVIEW:
                left = _PREVIEW - len(found)
                records = self._platform.store.records(caller.tenant, LAKE, batch["id"], limit=left)
                found.extend(one.body for one in records)
        return answer({"data": found})

    def _schema(self, caller: Caller, dataset_id: str) -> dict[str, Any]:
        dataset = self._catalog.dataset(caller.tenant, dataset_id) or {}
        schema_id = dataset.get("schemaRef", {}).get("id", "")
        return self._registry.full(caller.tenant, schema_id) or {}

    def _batch(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        wanted = request.params["batch"]
        found = self._batches.get(caller.tenant, wanted)
        if found is None:
            raise problem.not_found(f"The batch {wanted} does not exist")
        return found

    @staticmethod
    def _listed_or_content(request: ServedRequest, files: dict[str, bytes], kind: str) -> Response:
        wanted = request.query.get("path")
        if wanted is None:
            parts = [_part(request, name, name, len(content)) for name, content in files.items()]
            return _page(request, parts)
        if wanted not in files:
            raise problem.not_found(f"There is no {wanted} here")
        return _content(request, files[wanted], kind)


def _part(request: ServedRequest, name: str, path: str, size: int) -> dict[str, Any]:
    href = f"{request.base_url}{request.path}?path={quote(path, safe='')}"
    return {"name": name, "length": str(size), "_links": {"self": {"href": href}}}


def _content(request: ServedRequest, content: bytes, kind: str) -> Response:
    """Bytes of a file, or those that the Range header asks for (RFC 9110, section 14.2)."""
    headers = {"Accept-Ranges": "bytes"}
    match = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if match is None or not (match[1] or match[2]):
        # Of no form that is known, or of several ranges: such a header is as good as none.
        return Response(content, media_type=kind, headers=headers)
    size = len(content)
    if match[1]:
        begin, end = int(match[1]), min(int(match[2] or size), size - 1)
        if match[2] and int(match[2]) < begin:
            return Response(content, media_type=kind, headers=headers)
    else:
        begin, end = max(0, size - int(match[2])), size - 1
    if begin > end:
        body = problem.classic(416, "RangeNotSatisfiableError", f"The file has {size} bytes").body
        return answer(body, 416, {**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {begin}-{end}/{size}"
    return Response(content[begin : end + 1], 206, media_type=kind, headers=headers)


def _lines(found: list[Any]) -> bytes:
    return "".join(encode(one) + "\n" for one in found).encode()


def _without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def _validation_errors(errors: Any) -> list[dict[str, Any]]:
    """Return the single findings, from either form in which refusals are kept."""
    if isinstance(errors, list):
        return [{"message": str(one)} for one in errors]
    found: list[dict[str, Any]] = []
    pending = list(errors.get("_streamingValidation", []))
    while pending:
        one = pending.pop(0)
        causes = one["causingExceptions"]
        pending = [*causes, *pending]
        if not causes:
            found.append(one)
    return found


def _page(request: ServedRequest, found: list[dict[str, Any]]) -> Response:
    start = request.query.number("start", 0)
    limit = request.query.number("limit", 100, low=1)
    body = {"data": found[start : start + limit], "_page": {"limit": limit, "count": len(found)}}
    here = f"{request.base_url}{request.path}"
    kept = [pair for pair in request.query.pairs if pair[0] not in {"start", "limit"}]

    def link(at: int) -> str:
        return f"{here}?{urlencode([*kept, ('start', at), ('limit', limit)])}"

    if start + limit < len(found):
        page = {"href": link(start), "templated": True}
        body["_links"] = {"next": {"href": link(start + limit)}, "page": page}
    return answer(body)
