"""Functions of Data Prep's expressions about objects, maps, arrays, choices and types.

Source: Adobe's guide to them; what each gives for null is assumed.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from harness.aep.mapping.function import MANY, FunctionError
from harness.aep.mapping.rows import has_path
from harness.aep.mapping.texts import as_text
from harness.twin.message import parse_json_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.aep.mapping.scope import MappingScope


def _pairs(*flat: Any) -> dict[str, Any]:
    return {as_text(name): value for name, value in zip(flat[::2], flat[1::2], strict=False)}


def _parsed(text: Any, value_sign: Any = ":", field_sign: Any = ",") -> dict[str, str]:
    """Fields of a text such as `a:1,b:2`; an empty delimiter is the default one."""
    split = (
        one.partition(as_text(value_sign) or ":") for one in as_text(text).split(as_text(field_sign) or ",")
    )
    return {name.strip(): value.strip() for name, sign, value in split if sign}


def _value_of(holder: Any, name: Any, *signs: Any) -> Any:
    fields = holder if isinstance(holder, dict) else _parsed(holder, *signs)
    return fields.get(as_text(name))


def _contains(scope: MappingScope, *given: Any) -> bool:
    """Whether a path is in the source data, or a name in an object."""
    if len(given) == 1:
        return has_path(scope.row, as_text(given[0]))
    return isinstance(given[0], dict) and as_text(given[1]) in given[0]


def _from_json(text: Any) -> Any:
    try:
        return parse_json_text(as_text(text))
    except (ValueError, RecursionError):
        raise FunctionError(f"{as_text(text)[:40]!r} is not JSON") from None


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _given(values: tuple[Any, ...]) -> list[Any]:
    """Take one array, or what is written one after the other."""
    return _list(values[0]) if len(values) == 1 else list(values)


def _columns(*flat: Any) -> list[dict[str, Any]]:
    """Objects of names and arrays: the first object holds the first value of each array."""
    columns = {as_text(name): _list(values) for name, values in zip(flat[::2], flat[1::2], strict=False)}
    size = max((len(values) for values in columns.values()), default=0)
    return [{name: values[at] for name, values in columns.items() if at < len(values)} for at in range(size)]


def _mapped(*given: Any) -> dict[str, Any]:
    """Make a map of an object, of pairs, or of an array and the name of its key."""
    if len(given) == 1:
        return dict(given[0]) if isinstance(given[0], dict) else {}
    if isinstance(given[0], list):
        items = [one for one in given[0] if isinstance(one, dict)]
        return {as_text(one.get(as_text(given[1]))): one for one in items if as_text(given[1]) in one}
    return _pairs(*given)


def _merged(*maps: Any) -> dict[str, Any]:
    return {name: value for one in maps if isinstance(one, dict) for name, value in one.items()}


def _map_values(holder: Any, keys: Any) -> Any:
    held = holder if isinstance(holder, dict) else {}
    return [held.get(as_text(one)) for one in keys] if isinstance(keys, list) else held.get(as_text(keys))


def _map_has(holder: Any, keys: Any) -> bool:
    return isinstance(holder, dict) and all(as_text(one) in holder for one in _list(keys))


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str | list | dict) else 0


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and len(value) == 0)


def _chosen(value: Any, *rest: Any) -> Any:
    for key, result in zip(rest[::2], rest[1::2], strict=False):
        if value == key:
            return result
    return rest[-1] if len(rest) % 2 else None


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def picked(*values: Any) -> Any:
        flat = [x for one in values for x in (one if isinstance(one, list) else [one]) if x is not None]
        return pick(flat) if flat else None

    return picked


def _number(value: Any) -> int | float:
    text = as_text(value)
    return float(text) if re.search(r"[.eE]", text) else int(text)


def _keys(holder: Any) -> list[str]:
    return list(holder) if isinstance(holder, dict) else []


_OBJECT, _MAP, _ARRAY, _LOGIC, _NUMBER, _TYPE = (
    "object",
    "map",
    "array",
    "logical",
    "numeric",
    "conversion",
)
SCOPED = frozenset({"contains_key"})
"""Those that look at the row."""
HIERARCHIES: tuple[tuple[str, str, str, Callable[..., Any], int, int], ...] = (
    (_OBJECT, "size_of(value)", "Integer", _size, 1, 1),
    (_OBJECT, "is_empty(value)", "Boolean", _empty, 1, 1),
    (_OBJECT, "arrays_to_object(name, array, …)", "Array", _columns, 2, MANY),
    (_OBJECT, "arrays_to_objects(name, array, …)", "Array", _columns, 2, MANY),
    (_OBJECT, "to_object(name, value, …)", "Map", _pairs, 2, MANY),
    (_OBJECT, "str_to_object(text, value_delimiter, field_delimiter)", "Map", _parsed, 1, 3),
    (_OBJECT, "contains_key(path)", "Boolean", _contains, 1, 2),
    (_OBJECT, "is_set(value)", "Boolean", lambda a: a is not None, 1, 1),
    (_OBJECT, "nullify()", "Null", lambda: None, 0, 0),
    (_OBJECT, "get_keys(object)", "Array", _keys, 1, 1),
    (_OBJECT, "get_values(text, key, value_delimiter, field_delimiter)", "String", _value_of, 2, 4),
    (_OBJECT, "json_to_object(text)", "Map", _from_json, 1, 1),
    (_OBJECT, "to_json(object)", "String", lambda a: json.dumps(a, ensure_ascii=False), 1, 1),
    (_MAP, "map_get_values(map, key)", "Any", _map_values, 2, 2),
    (_MAP, "map_has_keys(map, key)", "Boolean", _map_has, 2, 2),
    (_MAP, "add_to_map(map, other, …)", "Map", _merged, 1, MANY),
    (_MAP, "object_to_map(object)", "Map", _mapped, 1, MANY),
    (_MAP, "to_map(name, value, …)", "Map", _mapped, 1, MANY),
    (_MAP, "array_to_map(array, key)", "Map", _mapped, 2, 2),
    (
        _ARRAY,
        "coalesce(a, …)",
        "Any",
        lambda *a: next((one for one in _given(a) if one is not None), None),
        1,
        MANY,
    ),
    (_ARRAY, "first(a, …)", "Any", lambda *a: next(iter(_given(a)), None), 1, MANY),
    (_ARRAY, "last(a, …)", "Any", lambda *a: next(iter(_given(a)[::-1]), None), 1, MANY),
    (_ARRAY, "add_to_array(array, a, …)", "Array", lambda a, *b: [*_list(a), *b], 1, MANY),
    (
        _ARRAY,
        "join_arrays(array, other, …)",
        "Array",
        lambda *a: [x for one in a for x in _list(one)],
        1,
        MANY,
    ),
    (
        _ARRAY,
        "to_array(includeNulls, a, …)",
        "Array",
        lambda n, *a: [x for x in a if n is True or x is not None],
        1,
        MANY,
    ),
    (_LOGIC, "decode(value, key, result, …, default)", "Any", _chosen, 3, MANY),
    (_LOGIC, "iif(condition, yes, no)", "Any", lambda a, b, c: b if a is True else c, 3, 3),
    (_NUMBER, "min(a, …)", "Any", _extreme(min), 1, MANY),
    (_NUMBER, "max(a, …)", "Any", _extreme(max), 1, MANY),
    (_TYPE, "to_bigint(text)", "Long", lambda a: int(_number(a)), 1, 1),
    (_TYPE, "to_integer(text)", "Integer", lambda a: int(_number(a)), 1, 1),
    (_TYPE, "to_decimal(text)", "Double", lambda a: float(_number(a)), 1, 1),
    (_TYPE, "to_float(text)", "Float", lambda a: float(_number(a)), 1, 1),
)
"""Category, syntax, return type, body, least and most arguments."""
