from __future__ import annotations

from typing import Any

import pytest

from harness.aep.parquet_reader import read_parquet

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


def test_refused_records_come_back_with_their_reasons(client: Any, sent: str) -> None:
    batch = batch_of(client, "failure")
    assert client.get(f"{BASE}/batches/{batch}/files").json()["data"] == []
    (part,) = client.get(f"{BASE}/batches/{batch}/failed").json()["data"]
    content = client.get(f"{BASE}/batches/{batch}/failed?path={part['name']}")
    (line,) = content.body.splitlines()
    assert "expected type: String, found: Long" in line.decode()


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
