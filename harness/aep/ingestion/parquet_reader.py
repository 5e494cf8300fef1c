"""Parquet files into records: what a batch of Parquet holds, by Apache Arrow.

A null is an absent field. What JSON has no type for becomes what XDM writes: times are RFC 3339 text in UTC,
decimals numbers, bytes text.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    import pyarrow as pa

_MOST_ROWS = 10_000_000
_MOST_BYTES = 2 << 30
_AT_ONCE = 1_000

Reading: TypeAlias = "Callable[[Any], Any]"
"""Makes JSON of a value of a column that is not null; None for what JSON cannot say."""


class ParquetError(Exception):
    """A file that cannot be read; the message says why."""


def read_parquet(content: bytes, *, most_bytes: int = _MOST_BYTES) -> list[dict[str, Any]]:
    """Read the records of a file, in order; ParquetError when it is not Parquet, or is damaged.

    A few bytes may stand for very much, when all rows repeat one long text: of more than `most_bytes` of
    values none are given.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(pa.BufferReader(content), coerce_int96_timestamp_unit="us") as file:
            if file.metadata.num_rows > _MOST_ROWS:
                raise ParquetError(f"a file may hold at most {_MOST_ROWS} rows")
            schema = pa.schema([_known(one) for one in file.schema_arrow])
            read = _struct(list(schema))
            records: list[dict[str, Any]] = []
            size = 0
            for batch in file.iter_batches(_AT_ONCE, use_threads=False):
                table = pa.Table.from_batches([batch])
                table = table if table.schema == schema else table.cast(schema, safe=False)
                size += table.nbytes
                if size > most_bytes:
                    raise ParquetError(f"a file may hold at most {most_bytes} bytes of values")
                records.extend(map(read, table.to_pylist()))
            return records
    except (pa.ArrowException, OSError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise ParquetError(str(error) or type(error).__name__) from None


def _known(field: pa.Field) -> pa.Field:
    """Give a field types whose values Python has: it knows no nanoseconds, and not all zones everywhere."""
    import pyarrow as pa

    kind = field.type
    if pa.types.is_dictionary(kind):
        # What is told by its number is as large as if it were spelled out.
        return _known(field.with_type(kind.value_type))
    if pa.types.is_timestamp(kind):
        unit = "us" if kind.unit == "ns" else kind.unit
        return field.with_type(pa.timestamp(unit, kind.tz and "UTC"))
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return field.with_type(pa.time64("us"))
    if pa.types.is_struct(kind):
        return field.with_type(pa.struct([_known(one) for one in kind.fields]))
    if pa.types.is_map(kind):
        return field.with_type(pa.map_(_known(kind.key_field), _known(kind.item_field)))
    if pa.types.is_list(kind):
        return field.with_type(pa.list_(_known(kind.value_field)))
    return field


def _reading(kind: pa.DataType) -> Reading:
    import pyarrow as pa

    types = pa.types
    if types.is_struct(kind):
        return _struct(kind.fields)
    if types.is_map(kind):
        key, inner = _reading(kind.key_type), _reading(kind.item_type)
        return lambda value: {str(key(name)): inner(one) for name, one in value if one is not None}
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        item = _reading(kind.value_type)
        return lambda value: [item(one) for one in value if one is not None]
    if types.is_dictionary(kind):
        return _reading(kind.value_type)
    if isinstance(kind, pa.JsonType):
        return _json
    if types.is_timestamp(kind):
        return _moment
    if types.is_date(kind) or types.is_time(kind):
        return lambda value: value.isoformat()
    if types.is_decimal(kind):
        return _number
    if types.is_floating(kind):
        return lambda value: value if math.isfinite(value) else None
    if types.is_duration(kind):
        return lambda value: value.total_seconds()
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return _text
    return lambda value: value


def _struct(fields: list[pa.Field]) -> Reading:
    named = [(field.name, _reading(field.type)) for field in fields]

    def read(row: dict[str, Any]) -> dict[str, Any]:
        found = ((name, None if row[name] is None else inner(row[name])) for name, inner in named)
        return {name: value for name, value in found if value is not None}

    return read


def _moment(value: datetime) -> str:
    """Write a time; one without a zone counts as UTC."""
    moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    fraction = "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    return moment.isoformat(timespec=fraction).replace("+00:00", "Z")


def _json(text: str) -> Any:
    """Read JSON; ValueError for numbers that it has not."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _text(value: bytes) -> str:
    """Read bytes as text, in hexadecimal where they are none: older writers do not mark text."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()
