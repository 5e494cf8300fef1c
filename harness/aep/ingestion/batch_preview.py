"""Preview of a batch: the first rows of the files uploaded to it so far, as a table."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.ingestion.batch_files import FORMATS, FileError, rows, wrong_format
from harness.aep.ingestion.batches import Batches
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.store import encode

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_PATH = "/data/foundation/import/batches/{batch}/datasets/{dataset}/preview"
_DEFAULT_ROWS, _MOST_ROWS = 100, 1000


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoint of the preview."""
    return [Endpoint(method="GET", path=_PATH, handler=BatchPreview(platform).read)]


class BatchPreview:
    """Reads uploaded files as the query says they are to be read."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._batches = platform.service(Batches)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET …/preview?[format=]&delimiter=&quote=&escape=&header=&nrow=`; 0 rows are the default."""
        tenant = caller.tenant
        batch = self._batches.get(tenant, request.params["batch"])
        if batch is None or batch["relatedObjects"][0]["id"] != request.params["dataset"]:
            raise problem.not_found(
                f"There is no batch {request.params['batch']} of the dataset {request.params['dataset']}"
            )
        form = self._form(request, batch)
        most = request.query.number("nrow", 0, high=_MOST_ROWS) or _DEFAULT_ROWS
        records: list[dict[str, Any]] = []
        for file in self._batches.files(tenant, batch["id"]):
            content = self._platform.store.get_blob(tenant, file["id"]) or b""
            try:
                found = list(islice(rows(content, form), most - len(records)))
            except FileError as error:
                raise problem.bad_request(f"The file {file['name']}: {error}") from None
            records.extend(_flat(row.value) for row in found if isinstance(row.value, dict))
        names = list(dict.fromkeys(name for record in records for name in record))
        columns = [{"cid": str(index), "name": name} for index, name in enumerate(names)]
        table = [
            {str(index): record[name] for index, name in enumerate(names) if name in record}
            for record in records
        ]
        return answer({"formatParams": form, "preview": {"columns": columns, "rows": table}})

    @staticmethod
    def _form(request: ServedRequest, batch: dict[str, Any]) -> dict[str, Any]:
        """How the files are to be read; the batch's own format where the query names none."""
        query = request.query
        given = batch.get("inputFormat", {})
        wanted = (query.get("format") or given.get("format") or "").lower()
        if wanted not in FORMATS:
            raise problem.bad_request(f"The query parameter format must be one of {', '.join(FORMATS)}")
        form: dict[str, Any] = {"format": wanted}
        if wanted == "csv":
            for name, default in (("delimiter", ","), ("quote", '"'), ("escape", "\\")):
                form[name] = query.get(name) or default
            form |= {"charset": query.get("charset") or "UTF-8", "header": True}
            wrong = wrong_format(form)
            if wrong is not None:
                raise problem.bad_request(wrong)
        if wanted == "json":
            form["isMultiLineJson"] = query.flag("isMultiLineJson") or (
                "isMultiLineJson" not in query and given.get("isMultiLineJson") is True
            )
        return form


def _flat(record: dict[str, Any], above: str = "") -> dict[str, str]:
    """Leaves of a record by their paths, with slashes between the words."""
    found: dict[str, str] = {}
    for name, value in record.items():
        path = f"{above}/{name}" if above else str(name)
        if isinstance(value, dict):
            found |= _flat(value, path)
        else:
            found[path] = value if isinstance(value, str) else encode(value)
    return found
