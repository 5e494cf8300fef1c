"""Batch ingestion's calls, and Catalog's on batches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog import datasets as catalog
from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.lake import discard_batch
from harness.aep.catalog.listing import listed
from harness.aep.ingestion.batch_files import wrong_format
from harness.aep.ingestion.batches import FILE_KIND, STATUSES, Batches
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/foundation/import/batches"
_FILE = f"{_BASE}/{{batch}}/datasets/{{dataset}}/files/{{path...}}"
_LONGEST_URL = 2000
_RANGE = re.compile(r"bytes ([0-9]{1,12})-([0-9]{1,12})(?:/([0-9]{1,12}|\*))?")
_LARGEST_FILE = 512_000_000
"""Bytes of a file that is sent in parts."""
_MOST_FILES = 1500
_LANDED = ("success", "active")
_FAILED = frozenset({"failed", "failure"})
_GIVEN = frozenset(
    {
        "id",
        "imsOrg",
        "status",
        "created",
        "updated",
        "started",
        "completed",
        "version",
        "relatedObjects",
        "createdUser",
        "createdClient",
        "updatedUser",
        "streamed",
        "errors",
        "metrics",
        "recordCount",
        "failedRecordCount",
        "inputFormat",
        "partialIngestionPercent",
        "partialIngestionPercentage",
    }
)
"""Fields of a batch that are not the client's to change."""
_TIMES = {
    "createdAfter": ("created", 1),
    "createdBefore": ("created", -1),
    "startAfter": ("started", 1),
    "startBefore": ("started", -1),
    "endAfter": ("completed", 1),
    "endBefore": ("completed", -1),
}

_TAGS = (
    ("enableErrorDiagnostics", "acp_enableErrorDiagnostics"),
    ("partialIngestionPercent", "acp_partialIngestionPercent"),
)
"""Members of a creation that a batch shows as tags."""


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of both services. Catalog's exist under the singular word too."""
    calls = BatchCalls(platform)
    upload = platform.settings.upload_limit_bytes
    found = [
        Endpoint(method="POST", path=_BASE, handler=calls.create, json_only=True),
        Endpoint(method="POST", path=f"{_BASE}/{{batch}}", handler=calls.act),
        Endpoint(method="PUT", path=_FILE, handler=calls.put_file, limit=upload),
        Endpoint(method="PATCH", path=_FILE, handler=calls.append_file, limit=upload),
        Endpoint(method="POST", path=_FILE, handler=calls.act_on_file, limit=upload),
        Endpoint(method="HEAD", path=_FILE, handler=calls.head_file),
    ]
    for word in ("batches", "batch"):
        base = f"{catalog.BASE}/{word}"
        table = (
            ("GET", base, calls.list),
            ("POST", base, calls.create),
            ("GET", f"{base}/{{batch}}", calls.read),
            ("PATCH", f"{base}/{{batch}}", calls.change),
            ("POST", f"{base}/{{batch}}", calls.change),
            ("PUT", f"{base}/{{batch}}", calls.change),
            ("DELETE", f"{base}/{{batch}}", calls.delete),
        )
        found.extend(
            Endpoint(method=method, path=path, handler=handler, any_case=True)
            for method, path, handler in table
        )
    return found


class BatchCalls:
    """Creates batches, takes their files, ends and shows them."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._batches = platform.service(Batches)
        self._catalog = platform.service(Catalog)

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /import/batches {datasetId, inputFormat}`."""
        wanted = request.document()
        dataset_id = wanted.get("datasetId")
        if not isinstance(dataset_id, str):
            raise problem.bad_request("datasetId is required")
        form = wanted.get("inputFormat")
        if not isinstance(form, dict) or not isinstance(form.get("format"), str):
            raise problem.bad_request("inputFormat must hold a format")
        form["format"] = form["format"].lower()
        wrong = wrong_format(form)
        if wrong is not None:
            raise problem.bad_request(f"inputFormat.{wrong}")
        if "partialIngestionPercentage" in wanted:
            # The guide and the API reference spell it in two ways, and clients in both.
            wanted["partialIngestionPercent"] = wanted.pop("partialIngestionPercentage")
        percent = wanted.get("partialIngestionPercent", 0)
        if not isinstance(percent, int | float) or isinstance(percent, bool) or not 0 <= percent <= 100:
            raise problem.bad_request("partialIngestionPercent must be from 0 to 100")
        if self._catalog.dataset(caller.tenant, dataset_id) is None:
            raise problem.not_found(f"The dataset {dataset_id} does not exist")
        if "replay" in wanted:
            self._check_replay(caller, dataset_id, wanted["replay"])
        tags = wanted.get("tags", {})
        if not isinstance(tags, dict):
            raise problem.bad_request("tags must be an object")
        optional = ("externalId", "replay", "enableErrorDiagnostics", "partialIngestionPercent")
        for name, tag in _TAGS:
            if name in wanted:
                tags = {**tags, tag: wanted[name]}
        batch = self._batches.make(
            caller.tenant,
            dataset_id,
            user=caller.user_id,
            client=caller.client_id,
            inputFormat=form,
            tags=tags,
            **{name: wanted[name] for name in optional if name in wanted},
        )
        shown = {name: value for name, value in batch.items() if name not in {"streamed", "errors"}}
        return answer(shown, 201)

    def _check_replay(self, caller: Caller, dataset_id: str, replay: Any) -> None:
        named = replay.get("predecessors") if isinstance(replay, dict) else None
        if not isinstance(named, list) or not named or not all(isinstance(one, str) for one in named):
            raise problem.bad_request("replay must hold predecessors, an array of ids of batches")
        if replay.get("reason", "replace") != "replace":
            raise problem.bad_request(f"replay.reason must be replace, not {replay['reason']!r}")
        for batch_id in named:
            found = self._batches.get(caller.tenant, batch_id)
            if found is None or found["relatedObjects"][0]["id"] != dataset_id:
                raise problem.not_found(f"There is no batch {batch_id} of the dataset {dataset_id}")
            if found["status"] not in _LANDED:
                raise problem.bad_request(f"A batch that is {found['status']} cannot be replaced")

    def act(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /import/batches/{batch}?action=COMPLETE|ABORT|FAIL|REVERT`, in any case."""
        batch = self._get(request, caller)
        action = (request.query.get("action") or "").upper()
        tenant, status = caller.tenant, batch["status"]
        if action == "COMPLETE":
            # Retrying is safe: a batch that is past loading is left as it is.
            if status == "loading":
                self._check_files(caller, batch)
                self._batches.set_status(tenant, batch, "loaded")
                self._batches.complete(tenant, batch)
            elif status in {"aborted", "failed", "inactive"}:
                raise problem.bad_request(f"A batch that is {status} cannot be completed")
        elif action in {"ABORT", "FAIL"}:
            after = {"ABORT": "aborted", "FAIL": "failed"}[action]
            if status not in {"loading", after}:
                raise problem.bad_request(f"A batch that is {status} cannot be {after}")
            self._batches.set_status(tenant, batch, after)
        elif action == "REVERT":
            if status not in {*_LANDED, "inactive"}:
                raise problem.bad_request(f"A batch that is {status} cannot be reverted")
            self._batches.revert(tenant, batch)
        else:
            raise problem.bad_request("action must be COMPLETE, ABORT, FAIL or REVERT")
        shown = {name: value for name, value in batch.items() if name != "streamed"}
        return answer(shown)

    def _check_files(self, caller: Caller, batch: dict[str, Any]) -> None:
        for file in self._batches.files(caller.tenant, batch["id"]):
            if not file["done"]:
                raise problem.bad_request(f"The file {file['name']} is being uploaded in parts still")

    # files

    def put_file(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT …/files/{path}`: 201, or 200 when it replaces a file."""
        batch = self._loading(request, caller)
        self._check_upload(request)
        known = self._file(request, caller, batch) is not None
        held = len(self._batches.files(caller.tenant, batch["id"]))
        if not known and held >= _MOST_FILES:
            raise problem.bad_request(f"A batch holds at most {_MOST_FILES} files")
        self._keep(request, caller, batch, request.body, done=True)
        return empty(200 if known else 201)

    def act_on_file(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST …/files/{path}?action=INITIALIZE|COMPLETE`, for files sent in parts."""
        batch = self._loading(request, caller)
        action = (request.query.get("action") or "").upper()
        if action == "INITIALIZE":
            self._keep(request, caller, batch, b"", done=False)
            return empty(201)
        if action != "COMPLETE":
            raise problem.bad_request("action must be INITIALIZE or COMPLETE")
        file = self._file(request, caller, batch)
        if file is None:
            raise problem.not_found(f"The file {request.params['path']} does not exist")
        if not file["done"]:
            content = self._joined(caller, file)
            self._keep(request, caller, batch, content, done=True)
            file["size"] = len(content)
        return answer({"name": file["name"], "sizeInBytes": file["size"]})

    def append_file(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH …/files/{path}` with `Content-Range`: a part of a large file, in any order.

        Whether parts overlap or are missing is found when the file is completed, as Adobe's guide says.
        """
        batch = self._loading(request, caller)
        self._check_upload(request)
        file = self._file(request, caller, batch)
        if file is None or file["done"]:
            raise problem.not_found(f"The file {request.params['path']} is not being uploaded in parts")
        match = _RANGE.fullmatch(request.headers.get("content-range", "").strip())
        if match is None:
            raise problem.bad_request("Content-Range must have the form bytes 0-999/2000")
        begin, end = int(match[1]), int(match[2])
        if end - begin + 1 != len(request.body):
            raise problem.bad_request(
                f"Content-Range spans {end - begin + 1} bytes, the body {len(request.body)}"
            )
        if end >= _LARGEST_FILE:
            raise problem.bad_request(f"A file may have {_LARGEST_FILE} bytes, not {end + 1}")
        if match[3] and match[3] != "*":
            file["total"] = int(match[3])
        parts = {f"{begin}-{end}": [begin, end], **file.get("parts", {})}
        file["parts"] = parts
        file["size"] = sum(last - first + 1 for first, last in parts.values())
        if file["size"] > 2 * _LARGEST_FILE:
            raise problem.bad_request("The parts of the file overlap")
        store = self._platform.store
        with store.transaction():
            store.put(caller.tenant, FILE_KIND, file["id"], file)
            store.put_blob(caller.tenant, _part_id(file, begin, end), request.body)
        shown = {"name": file["name"], "sizeInBytes": file["size"]}
        return answer(shown, headers={"Range": f"bytes={begin}-{end}"})

    def _joined(self, caller: Caller, file: dict[str, Any]) -> bytes:
        """Contents of a file from its parts; 400 when they do not fit together."""
        pieces: list[bytes] = []
        at = 0
        for begin, end in sorted(file.get("parts", {}).values()):
            if begin != at:
                what = "overlap" if begin < at else "are missing"
                raise problem.bad_request(
                    f"Parts of the file {file['name']} {what}: byte {at} comes next, not {begin}"
                )
            pieces.append(self._platform.store.get_blob(caller.tenant, _part_id(file, begin, end)) or b"")
            at = end + 1
        if file.get("total", at) != at:
            raise problem.bad_request(
                f"Parts of the file {file['name']} are missing: it has {file['total']} bytes, not {at}"
            )
        return b"".join(pieces)

    def head_file(self, request: ServedRequest, caller: Caller) -> Response:
        """`HEAD …/files/{path}`: how much of a file is there."""
        batch = self._get(request, caller)
        file = self._file(request, caller, batch)
        if file is None:
            raise problem.Problem(404)
        headers = {"Content-Length": str(file["size"])}
        if file["size"]:
            headers["Range"] = f"bytes=0-{file['size'] - 1}"
        return empty(200, headers)

    # Catalog's side

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/batches`: keyed by id, with the filters of Catalog and of batches."""
        return answer(self.selected(request, caller))

    def selected(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        """Batches that a list's query asks for, keyed by id."""
        tenant = caller.tenant
        found = self._batches.all(tenant)
        status = request.query.get("status")
        if status:
            asked = set(status.split(","))
            if not asked <= set(STATUSES):
                raise problem.bad_request(f"status must be one of {', '.join(STATUSES)}")
            if asked & _FAILED:
                # Guides about batches say failed, Catalog's list of states says failure.
                asked |= _FAILED
            found = [one for one in found if one["status"] in asked]
        dataset = request.query.get("dataSet") or request.query.get("datasetId")
        if dataset:
            found = [one for one in found if one["relatedObjects"][0]["id"] in dataset.split(",")]
        wanted = request.query.get("batch")
        if wanted:
            found = [one for one in found if one["id"] in wanted.split(",")]
        for name, (field, sign) in _TIMES.items():
            if request.query.get(name):
                limit = request.query.number(name, 0)
                found = [one for one in found if (one.get(field, 0) - limit) * sign > 0]
        shown = [(one["id"], self._batches.shown(tenant, one)) for one in found]
        own = {"dataSet", "datasetId", "batch", "status", *_TIMES}
        request.query.pairs = [pair for pair in request.query.pairs if pair[0] not in own]
        return listed(shown, request.query)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/batches/{batch}`: an object with one key."""
        batch = self._get(request, caller)
        shown = {batch["id"]: self._batches.shown(caller.tenant, batch)}
        return answer(listed(list(shown.items()), request.query, single=True), headers=_etag(batch))

    def change(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH|PUT|POST /catalog/batches/{batch}`: what the client may say of a batch.

        Its life and its counts are the platform's; fields of those names are left as they are.
        """
        batch = self._get(request, caller)
        version = request.headers.get("if-match", "").strip().strip('"')
        if version not in {"", "*", batch["version"]}:
            raise problem.classic(
                412, "PreconditionFailedError", f"The object has version {batch['version']}, not {version}"
            )
        wanted = request.document()
        changed = {name: value for name, value in wanted.items() if name not in _GIVEN}
        if not isinstance(changed.get("tags", {}), dict):
            raise problem.bad_request("tags must be an object")
        after = {**batch, **changed}
        self._batches.set_status(caller.tenant, after, batch["status"])
        return answer([f"@/batches/{batch['id']}"], headers=_etag(after))

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /catalog/batches/{batch}`: the batch and its records."""
        batch = self._get(request, caller)
        with self._platform.store.transaction():
            discard_batch(self._platform.store, caller.tenant, batch["id"])
        return answer([f"@/batches/{batch['id']}"])

    # finding

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        wanted = request.params["batch"]
        found = self._batches.get(caller.tenant, wanted)
        if found is None:
            raise problem.not_found(f"The batch {wanted} does not exist")
        return found

    def _loading(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        if len(request.path) > _LONGEST_URL:
            raise problem.classic(414, "URITooLongError", "The URL is longer than 2000 characters")
        batch = self._get(request, caller)
        dataset_id = request.params["dataset"]
        if batch["relatedObjects"][0]["id"] != dataset_id:
            raise problem.not_found(f"The batch {batch['id']} has no dataset {dataset_id}")
        if batch["status"] != "loading":
            raise problem.bad_request(
                f"The batch {batch['id']} is {batch['status']}; files are taken while it is loading"
            )
        return batch

    @staticmethod
    def _check_upload(request: ServedRequest) -> None:
        if request.media_type != "application/octet-stream":
            raise problem.classic(
                415,
                "UnsupportedMediaTypeError",
                f"Content-Type must be application/octet-stream, not {request.media_type!r}",
            )

    def _file(self, request: ServedRequest, caller: Caller, batch: dict[str, Any]) -> dict[str, Any] | None:
        return self._platform.store.get(caller.tenant, FILE_KIND, _file_id(batch, request))

    def _keep(
        self,
        request: ServedRequest,
        caller: Caller,
        batch: dict[str, Any],
        content: bytes,
        *,
        done: bool,
    ) -> None:
        file_id = _file_id(batch, request)
        body = {
            "id": file_id,
            "batchId": batch["id"],
            "name": request.params["path"],
            "size": len(content),
            "done": done,
        }
        replaced = self._file(request, caller, batch) or {}
        with self._platform.store.transaction():
            for begin, end in replaced.get("parts", {}).values():
                self._platform.store.delete_blob(caller.tenant, _part_id(body, begin, end))
            self._platform.store.put(caller.tenant, FILE_KIND, file_id, body)
            self._platform.store.put_blob(caller.tenant, file_id, content)


def _etag(batch: dict[str, Any]) -> dict[str, str]:
    return {"E-Tag": batch["version"]}


def _part_id(file: dict[str, Any], begin: int, end: int) -> str:
    return f"{file['id']}\0{begin}-{end}"


def _file_id(batch: dict[str, Any], request: ServedRequest) -> str:
    return f"{batch['id']}/{request.params['path']}"
