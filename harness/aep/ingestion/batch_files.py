"""Rows of an uploaded file: JSON lines, a JSON array, CSV with a header, or Parquet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.twin.message import parse_json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = ("json", "csv", "parquet")
CHARSETS = {"utf-8": "utf-8-sig", "us-ascii": "ascii", "iso-8859-1": "latin-1", "iso-8869-1": "latin-1"}
"""Encodings of CSV files by their lower-case names; the last is how Adobe's guide spells the third."""
_CHARACTERS = {"delimiter": ",", "quote": '"', "escape": ""}


class FileError(Exception):
    """A file that cannot be taken in at all; `code` is ingestion's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FileRow(NamedTuple):
    """One record with its number in the file, from 1; `problem` says why it cannot be read."""

    number: int
    value: Any
    problem: str | None = None


def wrong_format(input_format: dict[str, Any]) -> str | None:
    """Say what is wrong with the description of a format; None for a good one."""
    if input_format.get("format") not in FORMATS:
        return f"format must be one of {', '.join(FORMATS)}, not {input_format.get('format')!r}"
    if not isinstance(input_format.get("isMultiLineJson", False), bool):
        return "isMultiLineJson must be true or false"
    for name in _CHARACTERS:
        value = input_format.get(name)
        if value is not None and (not isinstance(value, str) or len(value) != 1 or value in "\r\n\0"):
            return f"{name} must be one character"
    charset = input_format.get("charset", "UTF-8")
    if not isinstance(charset, str) or charset.lower() not in CHARSETS:
        return f"charset must be one of UTF-8, US-ASCII, ISO-8859-1, not {charset!r}"
    return None


def csv_format(description: Any) -> dict[str, Any]:
    """Return what a dataset's `fileDescription` says of CSV files, by the words of an input format."""
    if not isinstance(description, dict):
        return {}
    found: dict[str, Any] = {}
    for many, one in (("delimiters", "delimiter"), ("quotes", "quote"), ("escapes", "escape")):
        values = description.get(many)
        if isinstance(values, list) and values:
            found[one] = values[0]
    if isinstance(description.get("charset"), str):
        found["charset"] = description["charset"]
    return found if wrong_format({**found, "format": "csv"}) is None else {}


def rows(content: bytes, input_format: dict[str, Any]) -> Iterator[FileRow]:
    """Rows of a file; FileError when there are none or the file is not of its format."""
    if not content:
        raise FileError("106", "Dataset file is empty. Please upload file with data.")
    if input_format["format"] == "parquet":
        yield from _parquet_rows(content)
        return
    charset = str(input_format.get("charset") or "UTF-8")
    try:
        text = content.decode(CHARSETS[charset.lower()])
    except UnicodeDecodeError as error:
        raise FileError("105", f"The file is not {charset}: {error}") from None
    if not text.strip():
        raise FileError("106", "Dataset file is empty. Please upload file with data.")
    if input_format["format"] == "csv":
        yield from _csv_rows(text, input_format)
    elif input_format.get("isMultiLineJson") is True:
        yield from _array_rows(text)
    else:
        yield from _line_rows(text)


def _parquet_rows(content: bytes) -> Iterator[FileRow]:
    from harness.aep.ingestion.parquet_reader import ParquetError, read_parquet

    try:
        records = read_parquet(content)
    except ParquetError as error:
        raise FileError("109", f"The file is not read as Parquet: {error}") from None
    if not records:
        raise FileError("106", "Dataset file is empty. Please upload file with data.")
    for number, record in enumerate(records, 1):
        yield FileRow(number, record)


def _line_rows(text: str) -> Iterator[FileRow]:
    number = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        number += 1
        try:
            value = parse_json_text(line)
        except (ValueError, RecursionError) as error:
            yield FileRow(number, line.strip(), f"The row cannot be parsed: {error}")
            continue
        yield _object_row(number, value)


def _array_rows(text: str) -> Iterator[FileRow]:
    try:
        values = parse_json_text(text)
    except (ValueError, RecursionError) as error:
        raise FileError("107", f"The file is not a JSON document: {error}") from None
    values = values if isinstance(values, list) else [values]
    if not values:
        raise FileError("106", "Dataset file is empty. Please upload file with data.")
    for number, value in enumerate(values, 1):
        yield _object_row(number, value)


def _object_row(number: int, value: Any) -> FileRow:
    if isinstance(value, dict):
        return FileRow(number, value)
    return FileRow(number, value, "The row is not a JSON object")


def _csv_rows(text: str, input_format: dict[str, Any]) -> Iterator[FileRow]:
    escape = str(input_format.get("escape") or _CHARACTERS["escape"])
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=str(input_format.get("delimiter") or _CHARACTERS["delimiter"]),
        quotechar=str(input_format.get("quote") or _CHARACTERS["quote"]),
        # A doubled quote is read as one, whatever the escape is; Python wants them to differ.
        escapechar=escape if escape and escape != input_format.get("quote", '"') else None,
    )
    try:
        yield from _table_rows(reader)
    except csv.Error as error:
        raise FileError("105", f"The file is not CSV: {error}") from None


def _table_rows(reader: Iterator[list[str]]) -> Iterator[FileRow]:
    header = next(reader, [])
    if not header or any(not name.strip() for name in header) or len(set(header)) < len(header):
        raise FileError("118", "CSV file contains empty or duplicate header fields.")
    count = 0
    for number, cells in enumerate(reader, 1):
        if not cells:
            continue
        count += 1
        if len(cells) != len(header):
            problem = f"The row has {len(cells)} columns, the header {len(header)}"
            yield FileRow(number, cells, problem)
            continue
        record: dict[str, Any] = {}
        for name, cell in zip(header, cells, strict=True):
            if cell != "":
                _place(record, name.strip().split("."), cell)
        yield FileRow(number, record)
    if not count:
        raise FileError("106", "Dataset file is empty. Please upload file with data.")


def _place(record: dict[str, Any], path: list[str], cell: str) -> None:
    node = record
    for word in path[:-1]:
        inner = node.setdefault(word, {})
        if not isinstance(inner, dict):
            return
        node = inner
    node[path[-1]] = cell
