from __future__ import annotations

import json
from typing import Any

import pytest

from harness.aep.landing import FAILED, LAKE
from harness.aep.parquet import parquet

IMPORT = "/data/foundation/import/batches"
CATALOG = "/data/foundation/catalog"
OCTETS = {"content-type": "application/octet-stream"}


class Upload:
    """A dataset of events and batches for it."""

    def __init__(self, lake: Any) -> None:
        self.lake = lake
        self.client = lake.client
        fields = {
            "id": {"type": "string"},
            "points": {"type": "integer"},
            "rate": {"type": "number"},
            "on": {"type": "boolean"},
        }
        group = lake.mixin(fields, of=lake.event_class)
        self.schema = lake.schema(group, of=lake.event_class, union=True)
        lake.identity(self.schema, f"/{lake.tenant}/id")
        self.dataset = lake.dataset(self.schema, profile=True)

    def row(self, **fields: Any) -> dict[str, Any]:
        own = {"id": "a", **fields}
        return {"_id": "1", "timestamp": "2024-05-15T12:00:00Z", self.lake.tenant: own}

    def create(self, form: Any = None, **fields: Any) -> str:
        answer = self.client.post(
            IMPORT,
            {"datasetId": self.dataset, "inputFormat": form or {"format": "json"}, **fields},
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["id"])

    def file(self, batch: str, name: str = "a.json") -> str:
        return f"{IMPORT}/{batch}/datasets/{self.dataset}/files/{name}"

    def put(self, batch: str, content: bytes, name: str = "a.json") -> Any:
        return self.client.put(self.file(batch, name), content, headers=OCTETS)

    def act(self, batch: str, action: str = "COMPLETE") -> Any:
        return self.client.post(f"{IMPORT}/{batch}?action={action}")

    def status(self, batch: str) -> dict[str, Any]:
        return dict(self.client.get(f"{CATALOG}/batches/{batch}").json()[batch])

    def whole(self, content: bytes, form: Any = None, **fields: Any) -> dict[str, Any]:
        batch = self.create(form, **fields)
        assert self.put(batch, content).status == 201
        assert self.act(batch).status == 200
        return self.status(batch)

    def landed(self, stream: str = LAKE) -> list[Any]:
        found = self.client.platform.store.records(self.client.settings.org_id, "prod", stream)
        return [one.body for one in found]


@pytest.fixture
def upload(lake: Any) -> Upload:
    return Upload(lake)


def lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def test_a_batch_goes_from_loading_to_success(upload: Upload) -> None:
    answer = upload.client.post(IMPORT, {"datasetId": upload.dataset, "inputFormat": {"format": "json"}})
    body = answer.json()
    assert body["status"] == "loading"
    assert body["relatedObjects"] == [{"type": "dataSet", "id": upload.dataset}]
    assert len(body["id"]) == 26
    assert upload.status(body["id"])["status"] == "loading"
    assert upload.put(body["id"], lines(upload.row(), upload.row())).status == 201
    assert upload.act(body["id"]).status == 200
    after = upload.status(body["id"])
    assert (after["status"], after["errors"]) == ("success", [])
    assert after["metrics"]["outputRecordCount"] == after["recordCount"] == 2
    assert upload.landed() == [upload.row(), upload.row()]


def test_a_json_array_needs_its_flag(upload: Upload) -> None:
    content = json.dumps([upload.row()]).encode()
    form = {"format": "json", "isMultiLineJson": True}
    assert upload.whole(content, form)["status"] == "success"
    assert upload.whole(content)["status"] == "failure"


def test_strings_and_numbers_convert_where_they_can(upload: Upload) -> None:
    row = {**upload.row(points="17", rate="1.5"), "_id": 15367038}
    assert upload.whole(lines(row))["status"] == "success"
    (landed,) = upload.landed()
    assert landed["_id"] == "15367038"
    assert landed[upload.lake.tenant] == {"id": "a", "points": 17, "rate": 1.5}


def test_a_value_that_cannot_convert_fails_the_batch_and_lands_nothing(upload: Upload) -> None:
    body = upload.whole(lines(upload.row(), upload.row(points="many")))
    assert body["status"] == "failure"
    assert "TypeCompatibilityException" in body["errors"][1]["description"]
    assert body["errors"][1]["rows"] == ["2"]
    assert (body["recordCount"], body["failedRecordCount"]) == (0, 2)
    assert upload.landed() == []
    (failed,) = upload.landed(FAILED)
    assert failed["row"] == 2


def test_partial_ingestion_lands_the_good_rows(upload: Upload) -> None:
    rows = [upload.row() for _ in range(9)] + [{"no": 1}]
    body = upload.whole(lines(*rows), partialIngestionPercent=10)
    assert (body["status"], body["recordCount"], body["failedRecordCount"]) == ("success", 9, 1)
    assert body["errors"][0]["code"] == "INGEST-1212-400"
    assert "Successfully ingested 9 rows" in body["errors"][0]["description"]
    assert upload.whole(lines(*rows), partialIngestionPercent=5)["status"] == "failure"


def test_csv_columns_are_paths(upload: Upload) -> None:
    tenant = upload.lake.tenant
    content = (
        f"_id,timestamp,{tenant}.id,{tenant}.points,{tenant}.on\n"
        '1,2024-05-15T12:00:00Z,"a,b",5,true\n'
        "2,2024-05-15T12:00:00Z,c,,\n"
    )
    body = upload.whole(content.encode(), {"format": "csv"})
    assert body["status"] == "success", body
    assert [one[tenant] for one in upload.landed()] == [
        {"id": "a,b", "points": 5, "on": True},
        {"id": "c"},
    ]


@pytest.mark.parametrize(
    ("content", "form", "code"),
    [
        (b"", "json", "106"),
        (b"  \n", "json", "106"),
        (b"a,,b\n1,2,3\n", "csv", "118"),
        (b"a,a\n1,2\n", "csv", "118"),
        (b"a,b\n", "csv", "106"),
        (b"\xff\xfe\x00", "json", "105"),
        (b"", "parquet", "106"),
        (b"PAR1 is not enough PAR1", "parquet", "109"),
    ],
)
def test_a_file_that_cannot_be_read_has_a_code(upload: Upload, content: bytes, form: str, code: str) -> None:
    body = upload.whole(content, {"format": form})
    assert (body["status"], body["errors"][0]["code"]) == ("failure", code)


def test_a_parquet_file_lands_as_its_records(upload: Upload) -> None:
    tenant = upload.lake.tenant
    fields = {"id": {"type": "string"}, "points": {"type": "integer"}}
    schema = {
        "type": "object",
        "properties": {
            "_id": {"type": "string"},
            "timestamp": {"type": "string", "format": "date-time"},
            tenant: {"type": "object", "properties": fields},
        },
    }
    content = parquet([upload.row(points=1), upload.row()], schema)
    body = upload.whole(content, {"format": "parquet"})
    assert (body["status"], body["recordCount"]) == ("success", 2), body
    assert [one[tenant] for one in upload.landed()] == [{"id": "a", "points": 1}, {"id": "a"}]


def test_a_batch_without_files_fails(upload: Upload) -> None:
    batch = upload.create()
    upload.act(batch)
    assert upload.status(batch)["errors"][0]["code"] == "106"


def test_a_file_is_created_then_replaced(upload: Upload) -> None:
    batch = upload.create()
    assert upload.put(batch, b"rubbish").status == 201
    assert upload.put(batch, lines(upload.row())).status == 200
    upload.act(batch)
    assert upload.status(batch)["status"] == "success"


def test_a_large_file_comes_in_parts(upload: Upload) -> None:
    batch = upload.create()
    content = lines(upload.row(), upload.row())
    url = upload.file(batch, "dir/big.json")
    assert upload.client.post(f"{url}?action=INITIALIZE").status == 201
    half = len(content) // 2
    for begin, end in ((0, half), (half, len(content))):
        headers = {**OCTETS, "content-range": f"bytes {begin}-{end - 1}/{len(content)}"}
        assert upload.client.patch(url, content[begin:end], headers=headers).status == 200
    assert upload.client.call("HEAD", url).headers["content-length"] == str(len(content))
    assert upload.client.post(f"{url}?action=complete").status == 200
    upload.act(batch)
    assert upload.status(batch)["recordCount"] == 2


def test_parts_that_do_not_fit_are_refused(upload: Upload) -> None:
    batch = upload.create()
    url = upload.file(batch)
    part = {**OCTETS, "content-range": "bytes 0-1/2"}
    assert upload.client.patch(url, b"ab", headers=part).status == 404
    upload.client.post(f"{url}?action=INITIALIZE")
    for text in ("", "0-1", "bytes 0-5/9", "bytes 4-5/9"):
        headers = {**OCTETS, "content-range": text}
        assert upload.client.patch(url, b"ab", headers=headers).status == 400, text
    assert upload.client.post(f"{url}?action=other").status == 400
    assert upload.client.call("HEAD", upload.file(batch, "none")).status == 404


def test_an_action_is_compared_without_case_and_completing_twice_is_safe(upload: Upload) -> None:
    batch = upload.create()
    upload.put(batch, lines(upload.row()))
    assert upload.act(batch, "complete").status == 200
    assert upload.act(batch).status == 200
    assert len(upload.landed()) == 1
    assert upload.act(batch, "ABORT").status == 400
    assert upload.act(batch, "dance").status == 400


def test_a_batch_can_be_aborted_failed_and_reverted(upload: Upload) -> None:
    for action, status in (("ABORT", "aborted"), ("FAIL", "failed")):
        batch = upload.create()
        assert upload.act(batch, action).status == 200
        assert upload.status(batch)["status"] == status
        assert upload.put(batch, b"x").status == 400
        assert upload.act(batch).status == 400
    done = upload.create()
    upload.put(done, lines(upload.row()))
    upload.act(done)
    assert upload.act(done, "REVERT").status == 200
    assert (upload.status(done)["status"], upload.landed()) == ("inactive", [])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"datasetId": None}, 400),
        ({"datasetId": "0" * 24}, 404),
        ({"inputFormat": None}, 400),
        ({"inputFormat": {"format": "xml"}}, 400),
        ({"partialIngestionPercent": 101}, 400),
    ],
)
def test_a_batch_that_cannot_be_is_refused(upload: Upload, change: dict[str, Any], status: int) -> None:
    body = {"datasetId": upload.dataset, "inputFormat": {"format": "json"}, **change}
    assert upload.client.post(IMPORT, body).status == status


def test_an_upload_names_its_own_batch_and_dataset_with_the_right_type(upload: Upload) -> None:
    batch = upload.create()
    assert upload.client.put(upload.file("none"), b"x", headers=OCTETS).status == 404
    wrong = upload.file(batch).replace(upload.dataset, "0" * 24)
    assert upload.client.put(wrong, b"x", headers=OCTETS).status == 404
    json_type = {"content-type": "application/json"}
    assert upload.client.put(upload.file(batch), b"{}", headers=json_type).status == 415
    assert upload.put(batch, b"x", "n" * 2000).status == 414
    assert upload.act("none").status == 404
    assert upload.client.get(f"{CATALOG}/batches/none").status == 404


def test_the_singular_path_is_an_alias(upload: Upload) -> None:
    batch = upload.create()
    assert set(upload.client.get(f"{CATALOG}/batch/{batch}").json()) == {batch}


def test_batches_are_listed_by_status_dataset_and_time(upload: Upload) -> None:
    loading = upload.create()
    upload.client.clock.advance(1000)
    done = upload.create()
    upload.put(done, lines(upload.row()))
    upload.act(done)
    other = upload.lake.dataset(upload.schema, name="Other")

    def ids(query: str) -> list[str]:
        return list(upload.client.get(f"{CATALOG}/batches?{query}").json())

    assert ids("") == [loading, done]
    assert ids("status=success") == [done]
    assert ids(f"dataSet={upload.dataset}") == [loading, done]
    assert ids(f"dataSet={other}") == []
    assert ids("orderBy=desc:created") == [done, loading]
    assert ids(f"createdAfter={upload.client.clock.now_ms() - 1}") == [done]
    assert ids(f"batch={loading}") == [loading]
    assert upload.client.get(f"{CATALOG}/batches?status=odd").status == 400


def test_a_deleted_dataset_takes_its_batches_along(upload: Upload) -> None:
    batch = upload.create()
    upload.put(batch, lines(upload.row()))
    upload.act(batch)
    upload.client.delete(f"{CATALOG}/dataSets/{upload.dataset}")
    assert upload.client.get(f"{CATALOG}/batches/{batch}").status == 404
    assert upload.landed() == []


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST"])
def test_a_client_may_tag_a_batch_but_not_decide_its_life(upload: Upload, method: str) -> None:
    batch = upload.create()
    url = f"{CATALOG}/batches/{batch}"
    answer = upload.client.call(method, url, {"tags": {"a": ["1"]}, "status": "success"})
    assert (answer.status, answer.json()) == (200, [f"@/batches/{batch}"])
    after = upload.status(batch)
    assert (after["tags"], after["status"]) == ({"a": ["1"]}, "loading")
    assert upload.client.call(method, url, {"tags": []}).status == 400
    assert upload.client.call(method, f"{CATALOG}/batches/none", {}).status == 404
