"""Environments and globals of format v3 (`NAME.environment.yaml`), as the documents that v2.1 has.

Values are texts, as all values of the format are: a number is its text as written. A map of names and values
will do for a list of entries.
"""

from typing import Any, Final

from harness.collection.model import Notice
from harness.collection.v3.fields import Fields, Notes
from harness.collection.yaml_document import core_scalar, parse_yaml
from harness.errors import InputError

ENDINGS: Final = (".yaml", ".yml")

_ABOUT: Final = ("$kind", "id", "name", "color", "description")
_ABOUT_A_VALUE: Final = ("id", "description")


def environment_document(text: str, file: str) -> tuple[dict[str, Any], tuple[Notice, ...]]:
    """Read a YAML environment as JSON's form of it, and what of it was left out.

    Raises `InputError` with the line where it is no YAML or no map.
    """
    root = parse_yaml(text, file, schema=core_scalar, merge=True)
    notes = Notes(file)
    if root.value is None:
        return {}, ()
    if not isinstance(root.value, dict):
        raise InputError(f"expected a map with `values`, found {root.kind}", where=root.place())
    fields = Fields(root, notes)
    document: dict[str, Any] = {}
    for key in _ABOUT:
        told = fields.text(key)
        if told is not None:
            document[key] = told
    if "values" in fields.values:
        document["values"] = _values(fields)
    fields.done()
    return document, tuple(notes.notices)


def _values(fields: Fields) -> list[dict[str, Any]]:
    node = fields.take("values")
    if node is not None and isinstance(node.value, dict):
        return [{**pair, "value": pair["value"] or ""} for pair in fields.pairs("values") or ()]
    values = (_value(entry) for entry in fields.entries("values", "variable"))
    return [value for value in values if value is not None]


def _value(fields: Fields) -> dict[str, Any] | None:
    key, value = fields.text("key"), fields.text("value")
    kind, secret = fields.text("type"), fields.flag("secret")
    enabled, disabled = fields.flag("enabled"), fields.flag("disabled")
    for about in _ABOUT_A_VALUE:
        fields.take(about)
    fields.done()
    if key is None:
        fields.notes.leave_out(fields.node, fields.field, "a variable without a key is left out")
        return None
    if value is None and fields.take("value") is not None:
        return None  # it has no reading, as was noted
    entry: dict[str, Any] = {"key": key, "value": value or ""}
    if kind is not None or secret:
        entry["type"] = "secret" if secret else kind
    if enabled is not None:
        entry["enabled"] = enabled
    if disabled:
        entry["disabled"] = True
    return entry
