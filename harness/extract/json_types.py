"""The types of JSON's values."""

from typing import Any


def json_type(value: Any) -> str:
    """Name a value's JSON type; a number that was written with a point is a `number`, whatever follows it."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
