from __future__ import annotations

import json
from typing import Any

import pytest

from harness.aep.ingestion.parquet_reader import read_parquet

BASE = "/data/foundation/export"


@pytest.fixture
def sent(client: Any, lake: Any) -> Any:
    """Dataset with two streamed records and one refused."""
    schema = lake.schema(lake.mixin({"a": {"type": "string"}}))
    dataset, inlet = lake.dataset(schema), lake.inlet()
    for value in ("x", "y", 5):
        record = {lake.tenant: {"a": value}}
        client.post(f"/collection/{inlet}", lake.message(schema, dataset, record), bare=True)
    return dataset


def batch_of(client: Any, status: str) -> str:
    (found,) = client.get(f"/data/foundation/catalog/batches?status={status}").json()
    return str(found)


def test_what_streamed_in_comes_back_as_a_parquet_file(client: Any, lake: Any, sent: str) -> None:
    batch = batch_of(client, "success")
    (file,) = client.get(f"{BASE}/batches/{batch}/files").json()["data"]
    url = f"{BASE}/files/{file['dataSetFileId']}"
    assert file["_links"]["self"]["href"] == f"http://aep.local{url}"
    (part,) = client.get(url).json()["data"]
    content = client.get(part["_links"]["self"]["href"].removeprefix("http://aep.local"))
    assert read_parquet(content.body) == [{lake.tenant: {"a": "x"}}, {lake.tenant: {"a": "y"}}]
    assert int(part["length"]) == len(content.body)
    head = client.call("HEAD", f"{url}?path={part['name']}")
    assert head.headers["content-length"] == part["length"]


def test_refused_records_come_back_with_their_reasons(client: Any, lake: Any, sent: str) -> None:
    batch = batch_of(client, "failure")
    assert client.get(f"{BASE}/batches/{batch}/files").json()["data"] == []
    done, part = client.get(f"{BASE}/batches/{batch}/failed").json()["data"]
    assert (done["name"], done["length"]) == ("_SUCCESS", "0")
    content = client.get(f"{BASE}/batches/{batch}/failed?path={part['name']}")
    (line,) = content.body.splitlines()
    (reason,) = json.loads(line)["_validationErrors"]
    assert reason == {
        "schemaLocation": f"#/properties/{lake.tenant}/properties/a",
        "pointerToViolation": f"#/{lake.tenant}/a",
        "causingExceptions": [],
        "keyword": "type",
        "message": "expected type: String, found: Long",
    }


def test_a_preview_shows_rows(client: Any, lake: Any, sent: str) -> None:
    rows = client.get(f"{BASE}/datasets/{sent}/preview").json()["data"]
    assert rows == [{lake.tenant: {"a": "x"}}, {lake.tenant: {"a": "y"}}]


def test_what_is_not_there_is_not_found(client: Any, sent: str) -> None:
    batch = batch_of(client, "success")
    for path in (
        "/batches/none/files",
        "/batches/none/failed",
        "/batches/none/meta",
        "/files/none",
        f"/files/{batch}",
        f"/files/{batch}-1?path=other",
        "/datasets/none/preview",
    ):
        assert client.get(BASE + path).status == 404, path
    dev = {"x-sandbox-name": "dev"}
    assert client.get(f"{BASE}/batches/{batch}/files", headers=dev).status == 404


@pytest.mark.parametrize(
    ("header", "begin", "end"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=4-4", 4, 4),
        ("bytes=10-", 10, None),
        ("bytes=-10", -10, None),
        ("bytes=0-999999", 0, None),
        ("bytes=-999999", 0, None),
    ],
)
def test_a_range_gives_some_of_a_files_bytes(
    client: Any, sent: str, header: str, begin: int, end: int | None
) -> None:
    batch = batch_of(client, "success")
    url = f"{BASE}/files/{batch}-1?path={batch}.parquet"
    whole = client.get(url)
    size = len(whole.body)
    expected = whole.body[begin : None if end is None else end + 1]
    part = client.get(url, headers={"range": header})
    first = begin if begin >= 0 else size + begin
    assert (part.status, part.body) == (206, expected)
    assert part.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{size}"
    assert part.headers["content-length"] == str(len(expected))
    assert part.headers["content-type"] == "application/parquet"


@pytest.mark.parametrize("header", ["", "bytes", "bytes=-", "lines=0-1", "bytes=0-1,4-5", "bytes=5-2"])
def test_a_range_of_no_known_form_is_none(client: Any, sent: str, header: str) -> None:
    batch = batch_of(client, "success")
    url = f"{BASE}/files/{batch}-1?path={batch}.parquet"
    answer = client.get(url, headers={"range": header})
    assert (answer.status, answer.body) == (200, client.get(url).body)


def test_a_range_beyond_the_file_cannot_be_met(client: Any, sent: str) -> None:
    batch = batch_of(client, "success")
    url = f"{BASE}/files/{batch}-1?path={batch}.parquet"
    size = len(client.get(url).body)
    answer = client.get(url, headers={"range": f"bytes={size}-"})
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{size}")


def test_pages_link_to_the_next(client: Any, lake: Any, sent: str) -> None:
    batch = batch_of(client, "failure")
    body = client.get(f"{BASE}/batches/{batch}/failed?limit=1").json()
    assert body["_page"] == {"limit": 1, "count": 2}
    assert [one["name"] for one in body["data"]] == ["_SUCCESS"]
    following = body["_links"]["next"]["href"].removeprefix("http://aep.local")
    rest = client.get(following).json()
    assert rest["data"][0]["name"].startswith("part-00000-")
    assert "_links" not in rest
    for wrong in ("limit=0", "limit=x", "start=-1"):
        assert client.get(f"{BASE}/batches/{batch}/failed?{wrong}").status == 400


def test_diagnostics_name_the_files_and_the_rows(client: Any, lake: Any) -> None:
    dataset = lake.dataset(lake.schema(lake.mixin({"n": {"type": "integer"}})))
    order = {"datasetId": dataset, "inputFormat": {"format": "json"}, "partialIngestionPercent": 90}
    batch = client.post("/data/foundation/import/batches", order).json()["id"]
    good, wrong = (json.dumps({lake.tenant: {"n": n}}) for n in (1, "many"))
    base = f"/data/foundation/import/batches/{batch}"
    for name, content in (("F1.json", good), ("etc/F2.json", f"{wrong}\n{{missingQuotes: 1}}")):
        octets = {"content-type": "application/octet-stream"}
        client.put(f"{base}/datasets/{dataset}/files/{name}", content.encode(), headers=octets)
    meta = f"{BASE}/batches/{batch}/meta"
    assert client.get(meta).json()["data"] == []
    client.post(f"{base}?action=COMPLETE")
    assert [one["name"] for one in client.get(meta).json()["data"]] == ["input_files", "row_errors"]

    def lines_of(folder: str) -> dict[str, list[Any]]:
        found = {}
        for part in client.get(f"{meta}?path={folder}").json()["data"]:
            body = client.get(part["_links"]["self"]["href"].removeprefix("http://aep.local")).body
            assert int(part["length"]) == len(body)
            found[part["name"]] = [json.loads(line) for line in body.splitlines()]
        return found

    assert lines_of("input_files") == {"fileMetaData1.json": [{"path": "F1.json"}, {"path": "etc/F2.json"}]}
    rows = lines_of("row_errors")
    (parsing,), (conversion,) = rows["parsing_errors_0.json"], rows["conversion_errors_0.json"]
    assert parsing["_corrupt_record"] == "{missingQuotes: 1}"
    assert (parsing["_errors"][0]["code"], parsing["_filename"]) == ("1401", "etc/F2.json")
    assert conversion[lake.tenant] == {"n": "many"}
    assert "TypeCompatibilityException" in conversion["_errors"][0]["message"]
    for path in ("other", "input_files/none", "row_errors/none", "../input_files"):
        assert client.get(f"{meta}?path={path}").status == 404, path
