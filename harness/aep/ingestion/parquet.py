"""Records of a dataset as a Parquet file, by Apache Arrow: nested columns, as the dataset's schema has them.

Columns are those fields of the schema that occur in the records; what a schema leaves open is kept as JSON
text.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa


class _Column(NamedTuple):
    """Arrow's type of a field, and how a value of a record becomes one of that type."""

    type: pa.DataType
    write: Callable[[Any], Any]


def parquet(records: Sequence[dict[str, Any]], schema: dict[str, Any]) -> bytes:
    """Bytes of a file with these records, in order; `schema` is a resolved XDM schema."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    columns = _columns(schema, records)
    kinds = pa.schema([(name, column.type) for name, column in columns.items()])
    rows = [_row(columns, record) for record in records]
    out = io.BytesIO()
    write_table(pa.Table.from_pylist(rows, schema=kinds), out)
    return out.getvalue()


def _columns(schema: dict[str, Any], values: Sequence[Any]) -> dict[str, _Column]:
    """Columns of an object's fields, those that occur."""
    found = {}
    for name, sub in schema.get("properties", {}).items():
        present = [one[name] for one in values if isinstance(one, dict) and one.get(name) is not None]
        column = _column(sub, present) if present else None
        if column is not None:
            found[name] = column
    return found


def _column(schema: dict[str, Any], values: Sequence[Any]) -> _Column | None:
    """Column of a field; None for a structure of which no field occurs, which Parquet cannot write."""
    import pyarrow as pa

    kind, others = schema.get("type"), schema.get("additionalProperties")
    if kind == "object" and schema.get("properties"):
        fields = _columns(schema, values)
        if not fields:
            return None
        struct = pa.struct([(name, column.type) for name, column in fields.items()])
        return _Column(struct, lambda value: _row(fields, value))
    if kind == "object" and isinstance(others, dict):
        held = _column(others, [one for value in values for one in value.values() if one is not None])
        inner = held or _leaf({})
        return _Column(
            pa.map_(pa.string(), inner.type),
            lambda value: [(key, None if one is None else inner.write(one)) for key, one in value.items()],
        )
    if kind == "array":
        item = _column(schema.get("items", {}), [one for value in values for one in value if one is not None])
        if item is None:
            return None
        return _Column(
            pa.list_(item.type),
            lambda value: [None if one is None else item.write(one) for one in value],
        )
    return _leaf(schema)


def _row(columns: dict[str, _Column], record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: column.write(record[name]) for name, column in columns.items() if record.get(name) is not None
    }


def _leaf(schema: dict[str, Any]) -> _Column:
    import pyarrow as pa

    match schema.get("type"), schema.get("format"):
        case "string", "date-time":
            return _Column(pa.timestamp("ms", tz="UTC"), _moment)
        case "string", "date":
            return _Column(pa.date32(), date.fromisoformat)
        case "string", _:
            return _Column(pa.string(), str)
        case "integer", _:
            return _Column(pa.int64(), lambda value: min(max(int(value), -(2**63)), 2**63 - 1))
        case "number", _:
            return _Column(pa.float64(), float)
        case "boolean", _:
            return _Column(pa.bool_(), bool)
    return _Column(pa.json_(), lambda value: json.dumps(value, ensure_ascii=False))


def _moment(text: str) -> datetime:
    # A leap second is RFC 3339, but datetime knows none.
    moment = datetime.fromisoformat(text.upper().replace(":60", ":59"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
