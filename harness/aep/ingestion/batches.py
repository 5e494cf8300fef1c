"""Batches: what they are, and how one gets from loading to success or failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from harness.aep.access.sandboxes import Sandboxes
from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.lake import BATCH_KIND as KIND
from harness.aep.catalog.lake import FAILED, LAKE
from harness.aep.ingestion.batch_files import FileError, FileRow, csv_format, rows
from harness.aep.ingestion.landing import Landing
from harness.aep.xdm.coercion import CoercionError, coerce

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from harness.aep.ingestion.landing import Target
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

    RowMapping: TypeAlias = Callable[[dict[str, Any]], tuple[dict[str, Any], str | None]]
    """Makes a record of a row of a file, or says why that cannot be done."""

FILE_KIND = "batch-file"
STATUSES = (
    "processing",
    "success",
    "failure",
    "queued",
    "retrying",
    "stalled",
    "aborted",
    "abandoned",
    "inactive",
    "failed",
    "loading",
    "loaded",
    "staged",
    "active",
    "staging",
    "deleted",
)
_MOST_ERROR_ROWS = 100
CORRUPT, REQUIRED, INVALID = "1401", "1555", "1211"
"""Codes of rows: not parsed, without a required field, not converted or not valid otherwise."""


class BadRow(NamedTuple):
    """A row that did not land: its file, why, and the code of that."""

    file: str
    row: FileRow
    code: str
    reason: str


class Batches:
    """Batches of every sandbox, whether uploaded or made of streamed records."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._catalog = platform.service(Catalog)
        self._landing = platform.service(Landing)

    def make(
        self,
        tenant: Tenant,
        dataset_id: str,
        *,
        status: str = "loading",
        streamed: bool = False,
        user: str = "system",
        client: str = "system",
        **fields: Any,
    ) -> dict[str, Any]:
        """Make and keep a batch of a dataset."""
        now = self._platform.clock.now_ms()
        body = {
            **fields,
            "id": self._platform.ids.ulid(),
            "imsOrg": tenant.org,
            "updated": now,
            "status": status,
            "created": now,
            "relatedObjects": [{"type": "dataSet", "id": dataset_id}],
            "version": "1.0.0",
            "tags": fields.get("tags", {}),
            "createdUser": user,
            "createdClient": client,
            "updatedUser": user,
            "streamed": streamed,
            "errors": [],
        }
        self._platform.store.put(tenant, KIND, body["id"], body)
        if streamed:
            self._catalog.note_batch(tenant, dataset_id, body["id"], success=status == "success")
        return body

    def get(self, tenant: Tenant, batch_id: str) -> dict[str, Any] | None:
        """Batch by id, with its `id` inside."""
        return self._platform.store.get(tenant, KIND, batch_id)

    def all(self, tenant: Tenant) -> list[dict[str, Any]]:
        """Batches of a sandbox, oldest first."""
        return self._platform.store.find(tenant, KIND)

    def shown(self, tenant: Tenant, batch: dict[str, Any]) -> dict[str, Any]:
        """Batch as Catalog shows it: without id, with counts."""
        good = self._platform.store.count_records(tenant, LAKE, batch["id"])
        bad = self._platform.store.count_records(tenant, FAILED, batch["id"])
        body = {name: value for name, value in batch.items() if name not in {"id", "streamed"}}
        body["sandboxId"] = self._platform.service(Sandboxes).describe(tenant)["sandboxId"]
        if batch["streamed"]:
            body["metrics"] = _metrics(batch, good, bad)
        if batch["streamed"] and bad:
            body["errors"] = [
                {
                    "code": "INGEST-1212-400",
                    "description": f"Encountered {bad} errors in the data.",
                    "rows": [],
                }
            ]
        if "metrics" in body:
            body["recordCount"] = body["metrics"]["outputRecordCount"]
            body["failedRecordCount"] = body["metrics"]["failedRecordCount"]
        return body

    def files(self, tenant: Tenant, batch_id: str) -> list[dict[str, Any]]:
        """Files that were uploaded to a batch, in order."""
        return self._platform.store.find(tenant, FILE_KIND, batchId=batch_id)

    def keep(self, tenant: Tenant, batch: dict[str, Any]) -> None:
        """Keep a changed batch."""
        self._platform.store.put(tenant, KIND, batch["id"], batch)

    def set_status(self, tenant: Tenant, batch: dict[str, Any], status: str) -> None:
        """Change the status and keep it."""
        batch["status"] = status
        batch["updated"] = self._platform.clock.now_ms()
        batch["version"] = f"1.0.{int(batch['version'].rpartition('.')[2]) + 1}"
        self._platform.store.put(tenant, KIND, batch["id"], batch)

    def complete(self, tenant: Tenant, batch: dict[str, Any], mapped: RowMapping | None = None) -> None:
        """Take in the files of a batch that is loaded: loading, staging, then success or failure."""
        started = self._platform.clock.now_ms()
        self.set_status(tenant, batch, "staging")
        dataset_id = batch["relatedObjects"][0]["id"]
        target = self._landing.target(tenant, dataset_id)
        good: list[dict[str, Any]] = []
        bad: list[BadRow] = []
        errors: list[dict[str, Any]] = []
        size = 0
        files = self.files(tenant, batch["id"])
        if target is None:
            errors.append(_error("119", f"The dataset {dataset_id} does not exist."))
        elif not files:
            errors.append(_error("106", "Dataset file is empty. Please upload file with data."))
        else:
            for file in files:
                content = self._platform.store.get_blob(tenant, file["id"]) or b""
                size += len(content)
                self._take_file(batch, target, file["name"], content, good, bad, errors, mapped)
        failed = _too_many(batch, good, bad) or bool(errors)
        if bad:
            plain = not failed and batch.get("enableErrorDiagnostics") is not True
            errors.extend([_undiagnosed()] if plain else _summary(good if not failed else [], bad))
        now = self._platform.clock.now_ms()
        with self._platform.store.transaction():
            if target is not None and not failed:
                self._land(batch, target, good, now)
                self._retire(tenant, batch)
            for one in bad:
                self._platform.store.append(
                    tenant,
                    FAILED,
                    batch["id"],
                    now,
                    {
                        "row": one.row.number,
                        "record": one.row.value,
                        "_errors": [one.reason],
                        "code": one.code,
                        "file": one.file,
                    },
                )
            batch["errors"] = errors
            landed = 0 if failed else len(good)
            batch["metrics"] = {
                "startTime": started,
                "endTime": now,
                "inputFileCount": len(files),
                "inputByteSize": size,
                "inputRecordCount": len(good) + len(bad),
                "outputRecordCount": landed,
                "failedRecordCount": len(good) + len(bad) - landed,
            }
            batch["started"], batch["completed"] = started, now
            self.set_status(tenant, batch, "failure" if failed else "success")
            self._catalog.note_batch(tenant, dataset_id, batch["id"], success=not failed)

    def _retire(self, tenant: Tenant, batch: dict[str, Any]) -> None:
        """Take back the batches that this one replaces."""
        for batch_id in (batch.get("replay") or {}).get("predecessors", ()):
            replaced = self.get(tenant, batch_id)
            if replaced is not None:
                self.revert(tenant, replaced)

    def revert(self, tenant: Tenant, batch: dict[str, Any]) -> None:
        """Take a batch's records out of the data lake."""
        self._platform.store.forget_records(tenant, LAKE, batch["id"])
        self.set_status(tenant, batch, "inactive")

    def _take_file(
        self,
        batch: dict[str, Any],
        target: Target,
        name: str,
        content: bytes,
        good: list[dict[str, Any]],
        bad: list[BadRow],
        errors: list[dict[str, Any]],
        mapped: RowMapping | None,
    ) -> None:
        form = {**csv_format(target.dataset.get("fileDescription")), **batch["inputFormat"]}
        try:
            for row in rows(content, form):
                if row.problem is not None:
                    bad.append(BadRow(name, row, CORRUPT, row.problem))
                    continue
                value, refusal = (row.value, None) if mapped is None else mapped(row.value)
                if refusal is not None:
                    bad.append(BadRow(name, row, INVALID, refusal))
                    continue
                try:
                    record = coerce(value, target.schema, "#")
                except CoercionError as error:
                    bad.append(BadRow(name, row, INVALID, str(error)))
                    continue
                violation = target.validator.violations(record)
                if violation is None:
                    good.append(record)
                else:
                    leaf = _first_leaf(violation)
                    code = REQUIRED if leaf["keyword"] == "required" else INVALID
                    reason = f"{leaf['pointerToViolation']}: {leaf['message']}"
                    bad.append(BadRow(name, row, code, reason))
        except FileError as error:
            errors.append(_error(error.code, str(error)))

    def _land(self, batch: dict[str, Any], target: Target, good: list[dict[str, Any]], now: int) -> None:
        xaction = self._platform.ids.xaction()
        for index, record in enumerate(good):
            self._landing.accept(
                target,
                record,
                batch_id=batch["id"],
                xaction_id=f"{xaction}:{index}",
                received_ms=now,
                streamed=False,
            )


def _too_many(batch: dict[str, Any], good: list[dict[str, Any]], bad: list[BadRow]) -> bool:
    allowed = float(batch.get("partialIngestionPercent", 0))
    return len(bad) * 100 > allowed * (len(good) + len(bad))


def _metrics(batch: dict[str, Any], good: int, bad: int) -> dict[str, Any]:
    return {
        "startTime": batch["created"],
        "endTime": batch["updated"],
        "inputRecordCount": good + bad,
        "outputRecordCount": good,
        "failedRecordCount": bad,
    }


def _error(code: str, description: str, rows: list[str] | None = None) -> dict[str, Any]:
    return {"code": code, "description": description, "rows": rows or []}


def _undiagnosed() -> dict[str, Any]:
    """Say of rows left out no more than that there are some: the details were not asked for."""
    return _error("INGEST-1211-400", _TEXTS[INVALID].strip())


def _summary(good: list[dict[str, Any]], bad: list[BadRow]) -> list[dict[str, Any]]:
    found = [
        _error(
            "INGEST-1212-400",
            f"Encountered {len(bad)} errors in the data. Successfully ingested {len(good)} rows."
            " Please review the associated diagnostic files for more details.",
        )
    ]
    reasons: dict[tuple[str, str], list[str]] = {}
    for one in bad:
        reasons.setdefault((one.code, one.reason), []).append(str(one.row.number))
    found.extend(
        {
            **_error(f"INGEST-{code}-400", f"{_TEXTS[code]}{reason}", numbers[:_MOST_ERROR_ROWS]),
            "recordCount": len(numbers),
        }
        for (code, reason), numbers in list(reasons.items())[:_MOST_ERROR_ROWS]
    )
    return found


_TEXTS = {
    CORRUPT: "The row has corrupted data and cannot be read or parsed. Fix the corrupted data and try"
    " again. ",
    REQUIRED: "A required field is either missing or has a value of null. Add the required field to the"
    " input row and try again. ",
    INVALID: "Encountered errors while parsing, converting or otherwise validating the data. ",
}


def _first_leaf(violation: dict[str, Any]) -> dict[str, Any]:
    node = violation
    while node["causingExceptions"]:
        node = node["causingExceptions"][0]
    return node
