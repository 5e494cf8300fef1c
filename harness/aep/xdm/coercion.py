"""Conversion of values in batch ingestion: unlike streaming, it turns strings and numbers around.

Source: the table of conversions in Adobe's guide to batch ingestion, where booleans and arrays become
nothing else. That a text becomes a boolean is for CSV, which has nothing but texts.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

_WHOLE = re.compile(r"[+-]?\d{1,19}")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

_MOMENTS = {"date": "Date", "date-time": "Date-Time"}


class CoercionError(Exception):
    """A value that cannot become what the schema wants."""


def coerce(value: Any, schema: dict[str, Any], pointer: str) -> Any:
    """Copy of a record with scalars turned into the types of the schema; nulls are left out."""
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        fields = schema.get("properties", {})
        others = schema.get("additionalProperties")
        result = {}
        for name, inner in value.items():
            if inner is None:
                continue
            below = fields.get(name, others if isinstance(others, dict) else None)
            result[name] = inner if below is None else coerce(inner, below, f"{pointer}/{name}")
        return result
    if kind == "array" and isinstance(value, list):
        items = schema.get("items", {})
        return [coerce(one, items, f"{pointer}/{index}") for index, one in enumerate(value)]
    if kind == "string":
        moment = _MOMENTS.get(schema.get("format", ""))
        if moment is not None and isinstance(value, int) and not isinstance(value, bool):
            return _to_moment(value, moment, pointer)
        return _to_string(value, pointer)
    if kind == "integer":
        return _to_integer(value, pointer)
    if kind == "number":
        return _to_number(value, pointer)
    if kind == "boolean" and isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    return value


def _to_string(value: Any, pointer: str) -> Any:
    if isinstance(value, bool | dict | list):
        raise _incompatible(value, "String", pointer)
    return str(value) if isinstance(value, int | float) else value


def _to_moment(value: int, shape: str, pointer: str) -> str:
    """Epoch ms as date or date-time: neither has a type of its own in JSON."""
    try:
        moment = datetime.fromtimestamp(value / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise _incompatible(value, shape, pointer) from None
    if shape == "Date":
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{value % 1000:03d}Z"


def _to_integer(value: Any, pointer: str) -> Any:
    if isinstance(value, str):
        if _WHOLE.fullmatch(value.strip()) is None:
            raise _incompatible(value, "Integer", pointer)
        return int(value)
    if isinstance(value, bool):
        raise _incompatible(value, "Integer", pointer)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _to_number(value: Any, pointer: str) -> Any:
    if isinstance(value, str):
        if _DECIMAL.fullmatch(value.strip()) is None:
            raise _incompatible(value, "Number", pointer)
        number = float(value)
        if not math.isfinite(number):
            raise _incompatible(value, "Number", pointer)
        return number
    return value


def _incompatible(value: Any, wanted: str, pointer: str) -> CoercionError:
    return CoercionError(f"TypeCompatibilityException: {pointer}: {value!r} cannot be converted to {wanted}")
