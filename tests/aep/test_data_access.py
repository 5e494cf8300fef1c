from __future__ import annotations

import io
import json
import struct
from typing import Any

import pytest

from harness.aep.parquet import parquet

BASE = "/data/foundation/export"

SCHEMA = {
    "type": "object",
    "properties": {
        "_id": {"type": "string"},
        "count": {"type": "integer"},
        "rate": {"type": "number"},
        "on": {"type": "boolean"},
        "at": {"type": "string", "format": "date-time"},
        "inner": {"type": "object", "properties": {"x": {"type": "string"}}},
        "list": {"type": "array", "items": {"type": "string"}},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "free": {"type": "object"},
        "never": {"type": "string"},
    },
}
RECORDS: list[dict[str, Any]] = [
    {
        "_id": "é",
        "count": 5,
        "rate": 1.5,
        "on": True,
        "at": "2024-05-15T12:00:00Z",
        "inner": {"x": "y"},
        "list": ["a", "b"],
        "map": {"k": 1},
        "free": {"any": [1]},
    },
    {"_id": "2"},
    {"_id": "3", "list": [], "map": {}, "on": False},
]


def test_a_parquet_file_begins_and_ends_with_its_mark_and_the_length_of_its_footer() -> None:
    content = parquet(RECORDS, SCHEMA)
    (length,) = struct.unpack("<I", content[-8:-4])
    assert content[:4] == content[-4:] == b"PAR1"
    footer = content[-8 - length : -8]
    assert b"count" in footer
    assert b"never" not in footer
    assert "é".encode() in content


def test_a_parquet_file_is_read_by_others_as_it_was_written() -> None:
    reader = pytest.importorskip("pyarrow.parquet", reason="needs a Parquet reader")
    table = reader.read_table(io.BytesIO(parquet(RECORDS, SCHEMA)))
    first, second, third = table.to_pylist()
    assert (first["_id"], first["count"], first["rate"], first["on"]) == ("é", 5, 1.5, True)
    assert first["at"].isoformat() == "2024-05-15T12:00:00+00:00"
    assert (first["inner"], first["list"], first["map"]) == ({"x": "y"}, ["a", "b"], [("k", 1)])
    assert json.loads(first["free"]) == {"any": [1]}
    assert {value for name, value in second.items() if name != "_id"} == {None}
    assert (third["list"], third["map"], third["on"]) == ([], [], False)


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


def test_what_streamed_in_comes_back_as_a_parquet_file(client: Any, sent: str) -> None:
    batch = batch_of(client, "success")
    (file,) = client.get(f"{BASE}/batches/{batch}/files").json()["data"]
    url = f"{BASE}/files/{file['dataSetFileId']}"
    assert file["_links"]["self"]["href"] == f"http://aep.local{url}"
    (part,) = client.get(url).json()["data"]
    content = client.get(part["_links"]["self"]["href"].removeprefix("http://aep.local"))
    assert content.body[:4] == b"PAR1"
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
