from __future__ import annotations

import io
import math
import struct
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyarrow.parquet import ParquetFile, write_table

from harness.aep.ingestion.parquet import parquet
from harness.aep.ingestion.parquet_reader import ParquetError, read_parquet

STRING = {"type": "string"}
SCHEMA = {
    "type": "object",
    "properties": {
        "_id": STRING,
        "count": {"type": "integer"},
        "rate": {"type": "number"},
        "on": {"type": "boolean"},
        "at": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "inner": {
            "type": "object",
            "properties": {"x": STRING, "deep": {"type": "object", "properties": {"y": STRING}}},
        },
        "list": {"type": "array", "items": STRING},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"k": STRING, "n": {"type": "array", "items": {"type": "integer"}}},
            },
        },
        "map": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {"type": "object", "properties": {"id": STRING}},
            },
        },
        "free": {"type": "object"},
        "never": STRING,
    },
}
RECORDS: list[dict[str, Any]] = [
    {
        "_id": "é",
        "count": 5,
        "rate": 1.5,
        "on": True,
        "at": "2024-05-15T12:00:00.250Z",
        "day": "2024-05-15",
        "inner": {"x": "y", "deep": {"y": "z"}},
        "list": ["a", "b"],
        "items": [{"k": "1", "n": [1, 2]}, {"k": "2"}, {"n": []}],
        "map": {"email": [{"id": "a"}, {"id": "b"}], "ecid": []},
        "free": {"any": [1, None]},
    },
    {"_id": "2"},
    {"_id": "3", "list": [], "items": [], "map": {}, "on": False, "inner": {"deep": {"y": "q"}}},
]


def written(table: Any, **options: Any) -> bytes:
    """Bytes of a file as another program writes it."""
    out = io.BytesIO()
    write_table(table, out, **options)
    return out.getvalue()


def test_records_of_every_shape_come_back_as_they_were() -> None:
    assert read_parquet(parquet(RECORDS, SCHEMA)) == RECORDS


def test_many_records_come_back_in_order() -> None:
    records = [{"_id": str(index), "on": index % 3 == 0} for index in range(5000)]
    assert read_parquet(parquet(records, SCHEMA)) == records


def test_no_records_are_a_file_too() -> None:
    assert read_parquet(parquet([], SCHEMA)) == []


def test_a_file_has_its_marks_and_only_the_columns_that_occur() -> None:
    content = parquet(RECORDS, SCHEMA)
    (length,) = struct.unpack("<I", content[-8:-4])
    assert content[:4] == content[-4:] == b"PAR1"
    footer = content[-8 - length : -8]
    assert b"count" in footer
    assert b"never" not in footer


@pytest.mark.parametrize(
    "content",
    [b"", b"PAR1", b"x" * 100, b"PAR1" + b"\xff" * 50 + b"PAR1", b"PAR1\x00\x00\x00\x00PAR1"],
)
def test_what_is_no_file_is_an_error(content: bytes) -> None:
    with pytest.raises(ParquetError):
        read_parquet(content)


def test_a_file_that_was_cut_or_changed_is_an_error_or_reads() -> None:
    content = parquet(RECORDS, SCHEMA)
    for at in range(4, len(content) - 8, 7):
        damaged = content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]
        try:
            read_parquet(damaged)
        except ParquetError:
            continue


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
@pytest.mark.parametrize("pages", ["1.0", "2.0"])
def test_files_of_every_codec_and_both_kinds_of_pages_are_read(codec: str, pages: str) -> None:
    table = pa.table({"s": ["a", None, "a"], "n": [1, 2, None]})
    content = written(table, compression=codec, data_page_version=pages)
    assert read_parquet(content) == [{"s": "a", "n": 1}, {"n": 2}, {"s": "a"}]


def test_encodings_of_newer_writers_are_read() -> None:
    table = pa.table({"s": ["a", "ab", None], "n": [1, 2, 3], "f": [0.5, 1.5, None]})
    encodings = {"s": "DELTA_BYTE_ARRAY", "n": "DELTA_BINARY_PACKED", "f": "BYTE_STREAM_SPLIT"}
    content = written(table, use_dictionary=False, column_encoding=encodings)
    assert read_parquet(content) == [{"s": "a", "n": 1, "f": 0.5}, {"s": "ab", "n": 2, "f": 1.5}, {"n": 3}]


MOMENT = datetime.fromisoformat("2024-05-15T12:00:00.250")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([Decimal("12.50")]), 12.5),
        (pa.array([Decimal("12.00")]), 12),
        (pa.array([2**64 - 1], pa.uint64()), 2**64 - 1),
        (pa.array([MOMENT]), "2024-05-15T12:00:00.250Z"),
        (pa.array([MOMENT], pa.timestamp("ns")), "2024-05-15T12:00:00.250Z"),
        (pa.array([MOMENT], pa.timestamp("us", "+02:00")), "2024-05-15T12:00:00.250Z"),
        (pa.array([MOMENT.replace(microsecond=1)]), "2024-05-15T12:00:00.000001Z"),
        (pa.array([date(2024, 5, 15)]), "2024-05-15"),
        (pa.array([time(1, 2, 3)]), "01:02:03"),
        (pa.array(["x"]).dictionary_encode(), "x"),
        (pa.array(["x"], pa.large_string()), "x"),
        (pa.array([b"x"]), "x"),
        (pa.array([b"\xff"]), "ff"),
        (pa.array([[[1, 2], [], None]]), [[1, 2], []]),
        (pa.array([{"a": {"b": 1, "c": None}, "d": None}]), {"a": {"b": 1}}),
        (pa.array([[("k", 1), ("j", None)]], pa.map_(pa.string(), pa.int64())), {"k": 1}),
    ],
)
def test_values_become_what_json_says(column: Any, expected: Any) -> None:
    assert read_parquet(written(pa.table({"x": column}))) == [{"x": expected}]


def test_what_json_cannot_say_is_absent() -> None:
    assert read_parquet(written(pa.table({"x": [math.nan, 1.0], "y": pa.nulls(2)}))) == [
        {},
        {"x": 1.0},
    ]


def test_timestamps_of_twelve_bytes_are_read() -> None:
    table = pa.table({"x": pa.array([MOMENT])})
    content = written(table, use_deprecated_int96_timestamps=True)
    assert read_parquet(content) == [{"x": "2024-05-15T12:00:00.250Z"}]


def test_a_file_says_of_its_columns_what_the_schema_says() -> None:
    file = ParquetFile(pa.BufferReader(parquet(RECORDS, SCHEMA)))
    kinds = {field.name: str(field.type) for field in file.schema_arrow}
    assert kinds["at"] == "timestamp[ms, tz=UTC]"
    assert kinds["day"] == "date32[day]"
    assert kinds["list"] == "list<element: string>"
    assert kinds["map"].startswith("map<string, list<element: struct<id: string>>")


def test_numbers_that_are_too_large_are_the_largest() -> None:
    schema = {"properties": {"n": {"type": "integer"}}}
    assert read_parquet(parquet([{"n": 2**70}, {"n": -(2**70)}], schema)) == [
        {"n": 2**63 - 1},
        {"n": -(2**63)},
    ]


def file_of(column: pa.Array, **options: Any) -> bytes:
    out = io.BytesIO()
    write_table(pa.table({"c": column}), out, **options)
    return out.getvalue()


@pytest.mark.parametrize("text", ["[" * 100_000, "NaN", "-Infinity", "{"], ids=lambda text: text[:9])
def test_a_text_that_is_no_json_is_an_error(text: str) -> None:
    with pytest.raises(ParquetError):
        read_parquet(file_of(pa.array([text], pa.json_())))


@pytest.mark.parametrize("stored", [False, True])
def test_few_bytes_that_stand_for_more_than_memory_holds_are_an_error(stored: bool) -> None:
    same = pa.DictionaryArray.from_arrays(pa.array([0] * 3000), ["x" * 10_000])
    repeated = file_of(same, store_schema=stored)
    assert len(repeated) < 10_000
    assert len(read_parquet(repeated)) == 3000
    with pytest.raises(ParquetError, match="at most"):
        read_parquet(repeated, most_bytes=20_000_000)
