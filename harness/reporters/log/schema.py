"""The JSON Schema of events, made from the types that the event log is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, is_dataclass
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from harness.collection.model import Script, Variable
from harness.reporters.log.codec import Json, fields_told
from harness.reporters.log.events_log import VERSION
from harness.runner.events import Event
from harness.runner.plan import Call
from harness.variables.scope import Scopes

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: Final[Mapping[Any, str]] = {bool: "boolean", int: "integer", float: "number", str: "string"}
_BYTES: Final = {
    "type": "object",
    "description": "bytes: as text when they are UTF-8",
    "properties": {"text": {"type": "string"}, "base64": {"type": "string"}},
}
_FAILURE: Final = {
    "type": "object",
    "required": ["kind", "message"],
    "properties": {name: {"type": "string"} for name in ("kind", "message", "assertion")},
}
_BESIDE: Final[Mapping[str, Json]] = {
    "RunStarted": {"version": {"const": VERSION}},
    "CallStarted": {"path": {"type": "array", "items": {"type": "string"}}},
    "AttemptFinished": {
        "path": {"type": "array", "items": {"type": "string"}},
        "failures": {"type": "array", "items": _FAILURE},
    },
    "CallFinished": {
        "path": {"type": "array", "items": {"type": "string"}},
        "failures": {"type": "array", "items": _FAILURE},
    },
    "Exchange": {"last": {"type": "integer"}},
}
"""What stands beside the fields of a type."""


def event_schema() -> dict[str, Json]:
    """Return the schema of one event, which is a line of the log and what reporters are handed."""
    made = _Definitions()
    top = made.schema(Event)
    return {
        "$schema": _DRAFT,
        "title": f"An event of a run, version {VERSION}",
        "description": "Fields with their default are left out. Fields may be added without a new version.",
        **top,
        "$defs": dict(sorted(made.found.items())),
    }


class _Definitions:
    """The types met so far, each once."""

    def __init__(self) -> None:
        self.found: dict[str, Json] = {}

    def schema(self, hint: Any) -> dict[str, Json]:
        """Return the schema of what a hint allows."""
        if hint in _PLAIN:
            return {"type": _PLAIN[hint]}
        if hint is bytes:
            return dict(_BYTES)
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in (Union, UnionType):
            return self._one_of(arguments)
        if origin in (tuple, list, Sequence, frozenset, set):
            if origin is tuple and Ellipsis not in arguments:
                return {"type": "array", "prefixItems": [self.schema(one) for one in arguments]}
            return {"type": "array", "items": self.schema(arguments[0])}
        if origin in (dict, Mapping):
            return {"type": "object", "additionalProperties": self.schema(arguments[1])}
        if hint is Scopes:
            variables = {"type": "array", "items": self.schema(Variable)}
            scope = {"type": "object", "properties": {"values": variables}}
            return {"type": "object", "additionalProperties": scope}
        if isinstance(hint, type) and is_dataclass(hint):
            return self._of_class(hint)
        return {}

    def _one_of(self, arguments: Sequence[Any]) -> dict[str, Json]:
        present = [one for one in arguments if one is not NoneType]
        classes = [one for one in present if isinstance(one, type) and is_dataclass(one)]
        tagged = len(classes) > 1
        kinds = [self._tagged(one) if tagged and one in classes else self.schema(one) for one in present]
        if len(present) < len(arguments):
            kinds.append({"type": "null"})
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}

    def _tagged(self, kind: type) -> dict[str, Json]:
        return {
            "required": ["is"],
            "properties": {"is": {"const": kind.__name__}},
            **self._of_class(kind),
        }

    def _of_class(self, kind: type) -> dict[str, Json]:
        reference = {"$ref": f"#/$defs/{kind.__name__}"}
        if kind.__name__ not in self.found:
            self.found[kind.__name__] = {}
            self.found[kind.__name__] = self._definition(kind)
        if kind in (Call, Script):
            place = {"type": "integer", "description": "its place in the collection, from 0"}
            return {"anyOf": [place, reference]}
        return reference

    def _definition(self, kind: type) -> dict[str, Json]:
        told = fields_told(kind)
        return {
            "type": "object",
            "description": (kind.__doc__ or "").partition("\n")[0],
            "required": [name for name, _, default in told if default is MISSING],
            "properties": {name: self.schema(hint) for name, hint, _ in told}
            | dict(_BESIDE.get(kind.__name__, {})),
        }
