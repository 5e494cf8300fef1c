"""Values at paths of a row, and in a record that is made of one."""

from __future__ import annotations

import math
import re
from typing import Any

_STEP = re.compile(r"(?:[^.\[\]\\]|\\.)+|\[(?:\d{1,4}|\*)\]")


def steps(path: str) -> list[str]:
    r"""Split a path into steps: `a.b[0].c`, with `\.` for a dot within a name."""
    return [re.sub(r"\\(.)", r"\1", one) for one in _STEP.findall(path)]


def at_path(row: Any, path: str) -> Any:
    """Value at a path, None when there is none; `[*]` gives those of all items."""
    if isinstance(row, dict) and path in row:
        return row[path]
    return _at(row, steps(path))


def _at(node: Any, path: list[str]) -> Any:
    for index, step in enumerate(path):
        if step == "[*]":
            if not isinstance(node, list):
                return None
            return [_at(item, path[index + 1 :]) for item in node]
        if step.startswith("["):
            number = int(step[1:-1])
            node = node[number] if isinstance(node, list) and number < len(node) else None
        else:
            node = node.get(step) if isinstance(node, dict) else None
        if node is None:
            return None
    return node


def has_path(row: Any, path: str) -> bool:
    """Whether there is something at a path, null or not."""
    *above, last = steps(path) or [""]
    holder = _at(row, above)
    if last.startswith("["):
        return _at(holder, [last]) is not None
    return isinstance(holder, dict) and last in holder


def put_at(record: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path, making what is above it; under `[*]` one of a list's values in each item."""
    _put(record, steps(path), value)


def _put(node: Any, path: list[str], value: Any) -> None:
    step, rest = path[0], path[1:]
    if step.startswith("[") or not isinstance(node, dict):
        return
    if not rest:
        node[step] = value
        return
    if rest[0].startswith("["):
        items = node.setdefault(step, [])
        if isinstance(items, list):
            _put_items(items, rest[0], rest[1:], value)
        return
    below = node.setdefault(step, {})
    _put(below, rest, value)


def _put_items(items: list[Any], step: str, rest: list[str], value: Any) -> None:
    if step == "[*]":
        for index, one in enumerate(value if isinstance(value, list) else [value]):
            _put_item(items, index, rest, one)
    else:
        _put_item(items, int(step[1:-1]), rest, value)


def _put_item(items: list[Any], index: int, rest: list[str], value: Any) -> None:
    while len(items) <= index:
        items.append({} if rest else None)
    if not rest:
        items[index] = value
    else:
        _put(items[index], rest, value)


def fitted(value: Any, schema: dict[str, Any]) -> Any:
    """Value as a field's type wants it, where it can be written so: a number as text, a text as a number."""
    kind = schema.get("type")
    if isinstance(value, list) and kind == "array":
        return [fitted(one, schema.get("items", {})) for one in value]
    if isinstance(value, dict) and kind == "object":
        fields = schema.get("properties", {})
        return {name: fitted(one, fields.get(name, {})) for name, one in value.items()}
    if kind == "string" and isinstance(value, bool):
        return "true" if value else "false"
    if kind == "string" and isinstance(value, int | float):
        return str(value)
    if kind == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if kind in ("integer", "number") and isinstance(value, str):
        return _numeral(value, whole=kind == "integer")
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _numeral(text: str, *, whole: bool) -> Any:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        return text
    return text if isinstance(value, float) and not math.isfinite(value) else value
