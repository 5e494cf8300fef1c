"""Flows over files: from the Data Landing Zone into datasets, and from datasets into the landing zone.

Sources: Adobe's guides to the landing zone, to flows of cloud storage and to the export of datasets. How
files of an export are named is assumed.
"""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.lake import LAKE
from harness.aep.flow.connections import SourceConnections, TargetConnections
from harness.aep.flow.flows import mapping_of
from harness.aep.flow.runs import FlowRuns
from harness.aep.flow.specs import ACTIVATION_DATA_LAKE
from harness.aep.ingestion.batches import FILE_KIND, Batches
from harness.aep.landing_zone.zones import LandingZones
from harness.aep.mapping.sets import MappingSets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.aep.ingestion.batches import RowMapping
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant
    from harness.twin.wires.blob_store import Blob

_TAKEN = "flowservice.taken"
_MOST_BYTES = 256 * 1024 * 1024


class FileFlows:
    """Runs flows; each file is a batch of its own."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._zones = platform.service(LandingZones)
        self._batches = platform.service(Batches)
        self._runs = platform.service(FlowRuns)

    def run(
        self, tenant: Tenant, flow: dict[str, Any], params: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run a flow over the files that are new to it; gives the run."""
        now = self._platform.clock.now_ms()
        run = self._runs.new(tenant, flow, now)
        if params is not None:
            run["params"] = params
        sources = self._members(tenant, flow, "sourceConnectionIds", SourceConnections)
        targets = self._members(tenant, flow, "targetConnectionIds", TargetConnections)
        with self._store.transaction():
            for source in sources:
                if source["connectionSpec"]["id"] == ACTIVATION_DATA_LAKE:
                    self._export(tenant, run, source, targets)
                else:
                    self._ingest(tenant, flow, run, source, targets)
            done = self._platform.clock.now_ms()
            run["metrics"]["durationSummary"]["completedAtUTC"] = done
            run["updatedAt"] = done
            self._runs.keep(tenant, run)
        return run

    def _members(self, tenant: Tenant, flow: dict[str, Any], member: str, kind: Any) -> list[dict[str, Any]]:
        held = (self._store.get(tenant, self._platform.service(kind).kind, one) for one in flow[member])
        return [one for one in held if one is not None]

    # from the landing zone

    def _ingest(
        self,
        tenant: Tenant,
        flow: dict[str, Any],
        run: dict[str, Any],
        source: dict[str, Any],
        targets: list[dict[str, Any]],
    ) -> None:
        params = source.get("params") or {}
        path = str(params.get("path") or "")
        folder = params.get("type") == "folder" or path.endswith("/") or not path
        found = self._zones.chosen(tenant, path, folder=folder, recursive=params.get("recursive") is True)
        taken = self._store.get(tenant, _TAKEN, flow["id"]) or {"files": {}}
        fresh = [one for one in found if taken["files"].get(one.name) != one.etag]
        form = input_format(source.get("data"))
        mapped = self._mapped(tenant, flow)
        for file in fresh:
            for dataset_id in _datasets(targets):
                self._take(tenant, flow, run, file, dataset_id, form, mapped)
            taken["files"][file.name] = file.etag
        self._store.put(tenant, _TAKEN, flow["id"], taken)

    def _take(
        self,
        tenant: Tenant,
        flow: dict[str, Any],
        run: dict[str, Any],
        file: Blob,
        dataset_id: str,
        form: dict[str, Any],
        mapped: RowMapping | None,
    ) -> None:
        content = unpacked(self._zones.content(tenant, file.name))
        described = {**form, "isMultiLineJson": form["format"] == "json" and content.lstrip()[:1] == b"["}
        batch = self._batches.make(
            tenant,
            dataset_id,
            inputFormat=described,
            partialIngestionPercent=_allowed(flow),
            enableErrorDiagnostics=True,
            tags={"flowId": [flow["id"]], "runId": [run["id"]]},
        )
        blob_id = f"{batch['id']}/{file.name}"
        self._store.put_blob(tenant, blob_id, content)
        named = {"id": blob_id, "batchId": batch["id"], "datasetId": dataset_id, "name": file.name}
        self._store.put(tenant, FILE_KIND, blob_id, named)
        self._batches.complete(tenant, batch, mapped)
        metrics = batch["metrics"]
        records, status = run["metrics"]["recordSummary"], run["metrics"]["statusSummary"]
        for name, count in (
            ("inputRecordCount", metrics["inputRecordCount"]),
            ("outputRecordCount", metrics["outputRecordCount"]),
            ("createdRecordCount", metrics["outputRecordCount"]),
            ("failedRecordCount", metrics["failedRecordCount"]),
        ):
            records[name] += count
        run["metrics"]["fileSummary"]["inputFileCount"] += 1
        run["metrics"]["fileSummary"]["outputFileCount"] += batch["status"] == "success"
        run["metrics"]["sizeSummary"]["inputBytes"] += file.size
        run["metrics"]["sizeSummary"]["outputBytes"] += file.size if batch["status"] == "success" else 0
        for error in batch["errors"]:
            status.setdefault("errors", []).append({"code": error["code"], "message": error["description"]})
        if batch["status"] != "success":
            status["status"] = "failed" if not records["outputRecordCount"] else "partialSuccess"
        elif status["status"] == "failed" or metrics["failedRecordCount"]:
            status["status"] = "partialSuccess"

    def _mapped(self, tenant: Tenant, flow: dict[str, Any]) -> RowMapping | None:
        """How a row becomes a record by the flow's mapping set; None for a flow without one."""
        params = mapping_of(flow)
        sets = self._platform.service(MappingSets)
        if params is None:
            return None
        held = sets.get(tenant, str(params.get("mappingId")))
        if held is None:
            missing = f"There is no mapping set {params.get('mappingId')!r} any more"
            return lambda _: ({}, missing)

        def record(row: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
            found, errors = sets.applied(tenant, held, row)
            if not errors:
                return found, None
            first = errors[0]
            return found, (
                f"sourceField: {first['source']} destinationField: {first['destination']}: {first['message']}"
            )

        return record

    # into the landing zone

    def _export(
        self, tenant: Tenant, run: dict[str, Any], source: dict[str, Any], targets: list[dict[str, Any]]
    ) -> None:
        catalog = self._platform.service(Catalog)
        for one in (source.get("params") or {}).get("datasets") or []:
            dataset_id = str(one.get("dataSetId")) if isinstance(one, dict) else str(one)
            dataset = catalog.dataset(tenant, dataset_id)
            if dataset is None:
                continue
            records = [record for batch in self._good(tenant, dataset_id) for record in batch]
            for target in targets:
                self._write(tenant, run, dataset, records, target)

    def _good(self, tenant: Tenant, dataset_id: str) -> Iterator[list[dict[str, Any]]]:
        for batch in self._batches.all(tenant):
            if batch["relatedObjects"][0]["id"] == dataset_id and batch["status"] != "inactive":
                yield [one.body for one in self._store.records(tenant, LAKE, batch["id"])]

    def _write(
        self,
        tenant: Tenant,
        run: dict[str, Any],
        dataset: dict[str, Any],
        records: list[dict[str, Any]],
        target: dict[str, Any],
    ) -> None:
        from harness.aep.ingestion.landing import Landing
        from harness.aep.ingestion.parquet import parquet

        params = target.get("params") or {}
        kind = str(
            params.get("datasetFileType") or (target.get("data") or {}).get("format") or "json"
        ).lower()
        held = self._platform.service(Landing).target(tenant, dataset["id"])
        if kind == "parquet" and held is not None:
            content, ending = parquet(records, held.schema), "parquet"
        else:
            lines = "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in records)
            content, ending = gzip.compress(lines.encode(), mtime=0), "json.gz"
        folder = str(params.get("path") or "").strip("/")
        at = self._platform.clock.now_iso().replace("-", "").replace(":", "").rstrip("Z").replace("T", "_")
        name = f"{folder}/{dataset['id']}_{at}/part-00000-{run['id']}.{ending}".lstrip("/")
        self._zones.put(tenant, name, content)
        summary = run["metrics"]
        for member in ("inputRecordCount", "outputRecordCount"):
            summary["recordSummary"][member] += len(records)
        summary["fileSummary"]["outputFileCount"] += 1
        summary["sizeSummary"]["outputBytes"] += len(content)


def _datasets(targets: list[dict[str, Any]]) -> list[str]:
    found = (one.get("params") or {} for one in targets)
    return [str(one.get("dataSetId") or one.get("datasetId")) for one in found]


def _allowed(flow: dict[str, Any]) -> float:
    """Rows that may be wrong, in percent, as the flow's option says."""
    option = (flow.get("options") or {}).get("partialIngestionPercent", 0)
    return float(option) if isinstance(option, int | float) and 0 <= option <= 100 else 0.0


def input_format(data: Any) -> dict[str, Any]:
    """Format of a batch from the `data` of a source connection: delimited is CSV with its delimiter."""
    given = data if isinstance(data, dict) else {}
    kind = str(given.get("format") or "delimited").lower()
    properties = given.get("properties") if isinstance(given.get("properties"), dict) else {}
    form: dict[str, Any] = {
        "format": {"delimited": "csv", "csv": "csv", "parquet": "parquet"}.get(kind, "json")
    }
    sign = (properties or {}).get("columnDelimiter")
    if form["format"] == "csv" and isinstance(sign, str) and len(sign) == 1 and sign not in "\r\n\0":
        form["delimiter"] = sign
    return form


def unpacked(content: bytes) -> bytes:
    """Content of a file that may be packed by gzip; as it is when it cannot be unpacked."""
    if content[:2] != b"\x1f\x8b":
        return content
    unpack = zlib.decompressobj(wbits=31)
    try:
        return unpack.decompress(content, _MOST_BYTES)
    except zlib.error:
        return content
