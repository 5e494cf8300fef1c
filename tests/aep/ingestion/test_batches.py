from __future__ import annotations

import json
from typing import Any

import pytest

from harness.aep.ingestion.landing import FAILED, LAKE
from harness.aep.ingestion.parquet import parquet
from harness.twin.tenant import Tenant

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
        found = self.client.platform.store.records(Tenant(self.client.settings.org_id, "prod"), stream)
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
    body = upload.whole(lines(*rows), partialIngestionPercent=10, enableErrorDiagnostics=True)
    assert body["tags"] == {"acp_enableErrorDiagnostics": True, "acp_partialIngestionPercent": 10}
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
    for text in ("", "0-1", "bytes 0-5/9", "bytes 512000000-512000001/512000002"):
        headers = {**OCTETS, "content-range": text}
        assert upload.client.patch(url, b"ab", headers=headers).status == 400, text
    assert upload.client.post(f"{url}?action=other").status == 400
    assert upload.client.post(f"{upload.file(batch, 'none')}?action=COMPLETE").status == 404
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


@pytest.mark.parametrize(
    ("parts", "fits"),
    [
        ([(0, 3), (4, 9)], True),
        ([(4, 9), (0, 3)], True),
        ([(0, 3), (0, 3), (4, 9)], True),
        ([(0, 3), (5, 9)], False),
        ([(1, 9)], False),
        ([(0, 4), (4, 9)], False),
        ([(0, 3)], False),
    ],
)
def test_whether_parts_fit_is_found_when_the_file_is_completed(
    upload: Upload, parts: list[tuple[int, int]], fits: bool
) -> None:
    content = b"0123456789"
    batch = upload.create()
    url = upload.file(batch, "big.json")
    upload.client.post(f"{url}?action=INITIALIZE")
    for begin, end in parts:
        headers = {**OCTETS, "content-range": f"bytes {begin}-{end}/10"}
        answer = upload.client.patch(url, content[begin : end + 1], headers=headers)
        assert (answer.status, answer.headers["range"]) == (200, f"bytes={begin}-{end}")
    # Nothing is taken in before the file is whole.
    assert upload.act(batch).status == 400
    answer = upload.client.post(f"{url}?action=COMPLETE")
    assert answer.status == (200 if fits else 400)
    if fits:
        assert answer.json() == {"name": "big.json", "sizeInBytes": 10}
        store = upload.client.platform.store
        assert store.rows("SELECT content FROM blob") == [(content,)]


def test_a_replay_replaces_batches(upload: Upload) -> None:
    first, second = (upload.create() for _ in range(2))
    for batch in (first, second):
        upload.put(batch, lines(upload.row(points=1)))
        upload.act(batch)
    replay = {"predecessors": [first, second], "reason": "replace"}
    broken = upload.create(replay=replay)
    upload.put(broken, b"rubbish")
    upload.act(broken)
    assert [upload.status(one)["status"] for one in (first, second, broken)] == [
        "success",
        "success",
        "failure",
    ]
    better = upload.create(replay=replay)
    assert upload.status(better)["replay"] == replay
    upload.put(better, lines(upload.row(points=2)))
    upload.act(better)
    assert [upload.status(one)["status"] for one in (first, second, better)] == [
        "inactive",
        "inactive",
        "success",
    ]
    assert [one[upload.lake.tenant]["points"] for one in upload.landed()] == [2]


@pytest.mark.parametrize(
    ("replay", "status"),
    [
        ("x", 400),
        ({}, 400),
        ({"predecessors": []}, 400),
        ({"predecessors": [5]}, 400),
        ({"predecessors": ["none"]}, 404),
        ({"predecessors": ["LOADING"]}, 400),
        ({"predecessors": ["LOADING"], "reason": "other"}, 400),
    ],
)
def test_a_replay_names_batches_that_landed(upload: Upload, replay: Any, status: int) -> None:
    loading = upload.create()
    text = json.dumps(replay).replace("LOADING", loading)
    body = {"datasetId": upload.dataset, "inputFormat": {"format": "json"}, "replay": json.loads(text)}
    assert upload.client.post(IMPORT, body).status == status


ACTIONS = ("COMPLETE", "ABORT", "FAIL", "REVERT")


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("loading", {"COMPLETE": "success", "ABORT": "aborted", "FAIL": "failed"}),
        ("success", {"COMPLETE": "success", "REVERT": "inactive"}),
        ("failure", {"COMPLETE": "failure"}),
        ("aborted", {"ABORT": "aborted"}),
        ("failed", {"FAIL": "failed"}),
        ("inactive", {"REVERT": "inactive"}),
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_may_be_done_to_a_batch_depends_on_its_status(
    upload: Upload, status: str, allowed: dict[str, str], action: str
) -> None:
    batch = upload.create()
    upload.put(batch, b"rubbish" if status == "failure" else lines(upload.row()))
    for step in {
        "success": ["COMPLETE"],
        "failure": ["COMPLETE"],
        "aborted": ["ABORT"],
        "failed": ["FAIL"],
        "inactive": ["COMPLETE", "REVERT"],
    }.get(status, []):
        assert upload.act(batch, step).status == 200
    answer = upload.act(batch, action)
    assert (answer.status == 200) is (action in allowed)
    assert upload.status(batch)["status"] == allowed.get(action, status)
    if answer.status != 200:
        assert answer.json()["title"] == "BadRequestError"
        assert status in answer.json()["detail"]
    else:
        assert answer.json()["status"] == allowed[action]


def test_the_errors_of_a_batch_count_rows_by_code(upload: Upload) -> None:
    content = b"\n".join(
        [
            lines(upload.row()),
            b'{missingQuotes: "v1"}',
            lines({"_id": "1"}),
            lines({"_id": "2"}),
            lines(upload.row(points="many")),
        ]
    )
    plain = upload.whole(content, partialIngestionPercent=90)
    assert [one["code"] for one in plain["errors"]] == ["INGEST-1211-400"]
    body = upload.whole(content, partialIngestionPercent=90, enableErrorDiagnostics=True)
    assert body["status"] == "success"
    assert (body["metrics"]["inputRecordCount"], body["metrics"]["failedRecordCount"]) == (5, 4)
    found = {one["code"]: (one["rows"], one.get("recordCount")) for one in body["errors"]}
    assert found == {
        "INGEST-1212-400": ([], None),
        "INGEST-1401-400": (["2"], 1),
        "INGEST-1555-400": (["3", "4"], 2),
        "INGEST-1211-400": (["5"], 1),
    }


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", "1e999", '"\\ud800"', "{", "[1", "9" * 5000, "[" * 100_000, "{'a': 1}"],
    ids=lambda text: text[:10],
)
def test_a_line_that_is_not_json_is_a_row_that_failed(upload: Upload, text: str) -> None:
    content = lines(upload.row()) + b'\n{"_id": ' + text.encode() + b"}"
    body = upload.whole(content, partialIngestionPercent=50, enableErrorDiagnostics=True)
    assert (body["status"], body["errors"][1]["code"]) == ("success", "INGEST-1401-400")
    whole = b'[{"_id": ' + text.encode() + b"}]"
    body = upload.whole(whole, {"format": "json", "isMultiLineJson": True})
    assert (body["status"], body["errors"][0]["code"]) == ("failure", "107")


@pytest.mark.parametrize(
    "form",
    [
        {"format": "csv", "delimiter": "ab"},
        {"format": "csv", "delimiter": 5},
        {"format": "csv", "quote": ""},
        {"format": "csv", "escape": "\n"},
        {"format": "csv", "charset": "UTF-7"},
        {"format": "json", "isMultiLineJson": "yes"},
        {"format": 5},
    ],
    ids=str,
)
def test_a_format_that_cannot_be_is_refused(upload: Upload, form: dict[str, Any]) -> None:
    body = {"datasetId": upload.dataset, "inputFormat": form}
    assert upload.client.post(IMPORT, body).status == 400


def test_the_dataset_says_how_its_csv_files_are_written(client: Any, lake: Any) -> None:
    schema = lake.schema(lake.mixin({"name": {"type": "string"}, "day": {"type": "string"}}))
    ref = {"id": schema, "contentType": "application/vnd.adobe.xed+json;version=1"}
    description = {
        "format": "parquet",
        "delimiters": [";"],
        "quotes": ["'"],
        "escapes": ["\\"],
        "header": True,
        "charset": "ISO-8859-1",
    }
    made = client.post(f"{CATALOG}/dataSets", {"name": "d", "schemaRef": ref, "fileDescription": description})
    dataset = made.json()[0].removeprefix("@/dataSets/")
    order = {"datasetId": dataset, "inputFormat": {"format": "csv"}}
    batch = client.post(IMPORT, order).json()["id"]
    content = f"{lake.tenant}.name;{lake.tenant}.day\n'Zo\xeb; x\\'y';1\n".encode("latin-1")
    target = f"{IMPORT}/{batch}/datasets/{dataset}/files/a.csv"
    assert client.put(target, content, headers=OCTETS).status == 201
    assert client.post(f"{IMPORT}/{batch}?action=COMPLETE").json()["status"] == "success"
    (record,) = client.platform.store.records(Tenant(client.settings.org_id, "prod"), LAKE)
    assert record.body[lake.tenant] == {"name": "Zo\xeb; x'y", "day": "1"}


def test_a_csv_cell_without_end_is_a_file_that_cannot_be_read(upload: Upload) -> None:
    body = upload.whole(b'a,b\n1,"' + b"x" * 200_000, {"format": "csv"})
    assert (body["status"], body["errors"][0]["code"]) == ("failure", "105")


@pytest.mark.parametrize(
    ("field", "given", "landed"),
    [
        ({"type": "string", "format": "date"}, 1531263959000, "2018-07-10"),
        ({"type": "string", "format": "date-time"}, 1531263959000, "2018-07-10T23:05:59.000Z"),
        ({"type": "string", "format": "date-time"}, 10**30, None),
        ({"type": "string"}, 5, "5"),
        ({"type": "string"}, True, None),
        ({"type": "string"}, ["a"], None),
        ({"type": "string"}, {"a": 1}, None),
        ({"type": "integer"}, "12", 12),
        ({"type": "integer"}, 12.0, 12),
        ({"type": "integer"}, "12.5", None),
        ({"type": "integer"}, True, None),
        ({"type": "number"}, "1.5", 1.5),
        ({"type": "number"}, "1e999", None),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean"}, 1, None),
        ({"type": "array", "items": {"type": "string"}}, [1, "b"], ["1", "b"]),
        ({"type": "array", "items": {"type": "string"}}, "b", None),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"k": "1"}, {"k": 1}),
        ({"type": "object", "properties": {"k": {"type": "string"}}}, "k", None),
    ],
    ids=str,
)
def test_a_value_converts_as_the_guide_has_it(
    client: Any, lake: Any, field: dict[str, Any], given: Any, landed: Any
) -> None:
    dataset = lake.dataset(lake.schema(lake.mixin({"f": field})))
    batch = client.post(IMPORT, {"datasetId": dataset, "inputFormat": {"format": "json"}}).json()["id"]
    target = f"{IMPORT}/{batch}/datasets/{dataset}/files/a.json"
    client.put(target, lines({lake.tenant: {"f": given}}), headers=OCTETS)
    done = client.post(f"{IMPORT}/{batch}?action=COMPLETE").json()
    found = client.platform.store.records(Tenant(client.settings.org_id, "prod"), LAKE)
    if landed is None:
        assert (done["status"], done["errors"][1]["code"], found) == ("failure", "INGEST-1211-400", [])
    else:
        assert [one.body for one in found] == [{lake.tenant: {"f": landed}}]


def test_a_batch_has_a_version_to_match(upload: Upload) -> None:
    url = f"{CATALOG}/batches/{upload.create()}"
    first = upload.client.get(url).headers["e-tag"]
    answer = upload.client.patch(url, {"tags": {"a": ["1"]}}, headers={"if-match": first})
    assert (answer.status, answer.headers["e-tag"]) == (200, upload.client.get(url).headers["e-tag"])
    stale = upload.client.patch(url, {"tags": {}}, headers={"if-match": first})
    assert (stale.status, stale.json()["title"]) == (412, "PreconditionFailedError")
    assert list(upload.client.get(f"{url}?properties=status").json().values()) == [{"status": "loading"}]


@pytest.mark.parametrize("name", ["partialIngestionPercent", "partialIngestionPercentage"])
def test_the_share_that_may_fail_is_taken_in_both_spellings(lake: Any, name: str) -> None:
    upload = Upload(lake)
    rows = [upload.row(), upload.row(), upload.row(points="many")]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    found = upload.whole(content, **{name: 50})
    assert (found["status"], found["metrics"]["outputRecordCount"]) == ("success", 2)
    assert upload.whole(content)["status"] == "failure"


@pytest.mark.parametrize("state", ["failed", "failure"])
def test_a_list_of_failed_batches_has_them_in_either_word(lake: Any, state: str) -> None:
    upload = Upload(lake)
    upload.whole(json.dumps(upload.row()).encode())
    upload.whole(json.dumps(upload.row(points="many")).encode())
    (found,) = upload.client.get(f"{CATALOG}/batches?status={state}").json().values()
    assert found["status"] == "failure"
    assert found["sandboxId"]
    assert found["errors"][0]["code"]


def test_an_unknown_query_parameter_is_told_in_the_log(lake: Any, caplog: Any) -> None:
    upload = Upload(lake)
    batch = upload.create()
    upload.client.post(f"{IMPORT}/{batch}?action=ABORT&acton=COMPLETE")
    assert "'acton'" in caplog.text
    assert "synchronousValidation" in caplog.text
