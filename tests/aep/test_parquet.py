from __future__ import annotations

import gzip
import struct
from typing import Any

import pytest

from harness.aep.parquet import parquet
from harness.aep.parquet_pages import PageError, decompress, hybrid, plain
from harness.aep.parquet_reader import ParquetError, read_parquet

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


def test_runs_and_packed_groups_are_read() -> None:
    # The example of the format's definition: 0 to 7 in three bits, after a run of four ones.
    data = bytes([4 << 1, 1, 1 << 1 | 1, 0b10001000, 0b11000110, 0b11111010])
    assert hybrid(data, 3, 12) == [1, 1, 1, 1, 0, 1, 2, 3, 4, 5, 6, 7]
    assert hybrid(b"", 0, 3) == [0, 0, 0]


def test_the_codecs_are_undone() -> None:
    text = b"abcabcabcabc!"
    assert decompress(text, 0, len(text)) == text
    assert decompress(gzip.compress(text), 2, len(text)) == text
    # literal "abc", a copy of nine bytes from three back, literal "!"
    snapped = bytes([13, 2 << 2]) + b"abc" + bytes([(9 - 4) << 2 | 1, 3]) + b"\x00!"
    assert decompress(snapped, 1, len(text)) == text
    with pytest.raises(PageError, match="before the beginning"):
        decompress(bytes([4, 1, 9]), 1, 4)
    with pytest.raises(PageError, match="codec 6"):
        decompress(text, 6, 1)


def test_a_timestamp_of_twelve_bytes_is_read() -> None:
    value = struct.pack("<qi", 43_200_000_000_000, 2_440_588)
    assert plain(value, 3, 1, 0) == ["1970-01-01T12:00:00.000Z"]
