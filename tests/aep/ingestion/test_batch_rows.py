"""What the rows and files of a batch may be: formats, conversions, and rows that fail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.aep.ingestion.landing import FAILED, LAKE
from harness.aep.ingestion.parquet import parquet
from harness.twin.tenant import Tenant
from tests.aep.ingestion.upload import CATALOG, IMPORT, OCTETS, Upload, lines


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


@pytest.mark.parametrize("name", ["partialIngestionPercent", "partialIngestionPercentage"])
def test_the_share_that_may_fail_is_taken_in_both_spellings(lake: Any, name: str) -> None:
    upload = Upload(lake)
    rows = [upload.row(), upload.row(), upload.row(points="many")]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    found = upload.whole(content, **{name: 50})
    assert (found["status"], found["metrics"]["outputRecordCount"]) == ("success", 2)
    assert upload.whole(content)["status"] == "failure"
