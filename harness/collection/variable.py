"""Variables as Postman's files write them: typed entries of a list.

The types convert when they are read, as in the Postman SDK: `{"type": "number", "value": "5"}` is 5.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from harness.collection.javascript import as_boolean, as_number, as_text
from harness.collection.model import Variable

_ABOUT: Final = frozenset({"id", "name", "description", "system"})
CONVERTING_TYPES: Final = ("string", "boolean", "number", "array", "object")
_FALSE_TEXTS: Final = ("false", "0", "no", "off")


def read_variable(entry: Any, key: str | None = None) -> Variable | None:
    """Read one entry; `None` when nothing can refer to it because it has no key.

    A value that is not given reads as the empty text that it resolves to.
    """
    if not isinstance(entry, Mapping):
        return None
    if key is None:
        given = entry.get("key")
        if given is None:
            return None
        key = as_text(given)
    written = entry.get("type")
    named = as_text(written) if written is not None else None
    value = convert((named or "any").lower(), entry["value"]) if "value" in entry else _absent(named)
    return Variable(
        key=key,
        value=value,
        type=named,
        disabled=as_boolean(entry.get("disabled")),
        given="value" in entry,
        about=_about(entry),
    )


def _about(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what an entry says besides, as the SDK keeps it; `None` for nothing, as nearly always."""
    if _ABOUT.isdisjoint(entry):
        return None
    told = {name: entry[name] for name in ("id", "name") if entry.get(name) is not None}
    description = entry.get("description")
    if isinstance(description, str):
        told["description"] = {"content": description, "type": "text/plain"}
    elif isinstance(description, Mapping):
        told["description"] = {"type": "text/plain", **description}
    if entry.get("system") is True:
        told["system"] = True
    return told or None


def read_variables(entries: Any) -> tuple[Variable, ...]:
    """Read a list of entries, or a single one; what is no variable is left out, as in the SDK."""
    if isinstance(entries, Mapping):
        entries = (entries,)
    if not isinstance(entries, Iterable) or isinstance(entries, str):
        return ()
    read = (read_variable(entry) for entry in entries)
    return tuple(variable for variable in read if variable is not None)


def misread(entries: Any) -> Iterator[str]:
    """Say which texts become something else by their type; the texts themselves may be secrets."""
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("value"), str):
            continue
        name, text = f"variable {as_text(entry.get('key'))!r}", entry["value"].strip().lower()
        match as_text(entry.get("type")).lower():
            case "boolean" if text in _FALSE_TEXTS:
                yield f"{name} is true, as any text of type boolean is: write false without quotes"
            case "number" if as_number(text) != as_number(text):
                yield f"{name} has the type number and is none: it is read as NaN"
            case _:
                pass


def convert(type: str, value: Any) -> Any:
    """Convert a value to one of Postman's types; an unknown type leaves it as it is."""
    match type:
        case "string":
            return as_text(value)
        case "boolean":
            return as_boolean(value)
        case "number":
            return as_number(value)
        case "array" | "object":
            return _parsed(value, list if type == "array" else dict)
        case _:
            return value


def _absent(type: str | None) -> Any:
    match (type or "").lower():
        case "string":
            return "undefined"  # what String(undefined) is, and newman sends
        case "boolean":
            return False
        case "number":
            return as_number("undefined")
        case _:
            return ""


def _parsed(value: Any, wanted: type[list[Any]] | type[dict[str, Any]]) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return ""
    return value if isinstance(value, wanted) else ""
