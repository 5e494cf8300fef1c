"""Frozen dataclasses as JSON and back, by their type hints.

A field that has its default is left out. A value whose hint allows several dataclasses says which one it is
under `is`. Bytes are `{"text": ...}` when they are UTF-8, `{"base64": ...}` when not.
"""

import base64
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from functools import cache
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from harness.lazy_dataclass import dataclass
from harness.reporters.newman.collection_document import masked
from harness.secrets.watch import Mask, Unmasked

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """How values of one type are told when not field by field."""

    encode: Callable[[Any], Json]
    decode: Callable[[Json], Any]


_AUTHORED: Final = frozenset(
    {"description", "expression", "id", "key", "label", "line", "name", "path", "place", "source", "test"}
)
"""Fields that hold what the author of a collection wrote."""

_URLS: Final = frozenset({"raw", "url"})


@dataclass(slots=True, kw_only=True)
class Codec:
    """Encodes and decodes; `mask` sees every text on its way out, `mask_bytes` every body."""

    mask: Mask = field(default_factory=Unmasked)
    hooks: dict[type, Hook] = field(default_factory=dict)

    def encode(self, value: Any, hint: Any = None) -> Json:
        """Return the JSON of a value; the hint decides whether its type must be told."""
        if isinstance(value, str):
            return self.mask(value)
        if value is None or isinstance(value, bool | int | float):
            # Where the type is open, a number that is a secret may become a text.
            return value if hint is not Any or isinstance(value, bool | None) else self._number(value)
        if isinstance(value, bytes):
            return self._encode_bytes(value)
        hook = self.hooks.get(type(value))
        if hook is not None:
            return hook.encode(value)
        if is_dataclass(value) and not isinstance(value, type):
            return self._encode_fields(value, tagged=len(_candidates(hint)) > 1)
        if isinstance(value, Mapping):
            inner = _inner(hint, 1)
            return {str(key): self.encode(one, inner) for key, one in value.items()}
        if isinstance(value, tuple | list):
            if get_origin(hint) is tuple and Ellipsis not in get_args(hint):
                hints = get_args(hint)
                return [self.encode(one, inner) for one, inner in zip(value, hints, strict=True)]
            inner = _inner(hint, 0)
            return [self.encode(one, inner) for one in value]
        return self.mask(str(value))

    def decode(self, data: Json, hint: Any) -> Any:
        """Return the value that a JSON stands for. Raises `ValueError`, `KeyError` or `TypeError`."""
        if data is None or hint is Any:
            return data
        hint = _present(hint)
        if hint in self.hooks:
            return self.hooks[hint].decode(data)
        candidates = _candidates(hint)
        if candidates:
            return self._decode_fields(data, candidates)
        if hint is bytes:
            return base64.b64decode(data["base64"]) if "base64" in data else data["text"].encode()
        origin = get_origin(hint)
        if origin is tuple:
            hints = get_args(hint)
            if Ellipsis in hints:
                return tuple(self.decode(one, hints[0]) for one in data)
            return tuple(self.decode(one, inner) for one, inner in zip(data, hints, strict=True))
        if origin is list:
            return [self.decode(one, _inner(hint, 0)) for one in data]
        if hint is float:
            return float(data)
        if hint in (int, str, bool) and not isinstance(data, hint):
            raise TypeError(f"{data!r} is no {hint.__name__}")
        return data

    def _encode_bytes(self, value: bytes) -> Json:
        try:
            return {"text": self.mask(value.decode())}
        except UnicodeDecodeError:
            # A secret may stand in a body that is no UTF-8 as a whole.
            text = self.mask(value.decode("utf-8", "surrogateescape"))
            return {"base64": base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()}

    def _field(self, field: str, value: Any, hint: Any) -> Json:
        name = "line" if field == "ScriptPosition.text" else field.rpartition(".")[2]
        if name in _URLS and isinstance(value, str):
            return self.mask.url(value)
        if name == "source" and isinstance(value, Mapping):
            return masked(value, self.mask)
        if name in _AUTHORED:
            if isinstance(value, str):
                return self.mask.label(value)
            if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
                return [self.mask.label(one) for one in value]
        return self.encode(value, hint)

    def _number(self, value: float) -> Json:
        spelled = str(value)
        shown = self.mask(spelled)
        return value if shown == spelled else shown

    def _encode_fields(self, value: Any, *, tagged: bool) -> Json:
        kind: type = type(value)
        told: dict[str, Json] = {"is": kind.__name__} if tagged else {}
        for name, hint, default in fields_told(kind):
            one = getattr(value, name)
            if one is not default and one != default:
                told[name] = self._field(f"{kind.__name__}.{name}", one, hint)
        return told

    def _decode_fields(self, data: Json, candidates: tuple[type, ...]) -> Any:
        wanted = data.get("is") if len(candidates) > 1 else candidates[0].__name__
        kind = next((one for one in candidates if one.__name__ == wanted), None)
        if kind is None:
            raise ValueError(f"unknown kind {wanted!r}")
        if kind in self.hooks:
            return self.hooks[kind].decode(data)
        hints = {name: hint for name, hint, _ in fields_told(kind)}
        return kind(**{name: self.decode(one, hints[name]) for name, one in data.items() if name in hints})


@cache
def fields_told(kind: type) -> tuple[tuple[str, Any, Any], ...]:
    """Return name, hint and default of the fields of a dataclass."""
    hints = get_type_hints(kind)
    return tuple((one.name, hints[one.name], _default(one)) for one in fields(kind))


def _default(one: Field[Any]) -> Any:
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else MISSING


@cache
def _candidates(hint: Any) -> tuple[type, ...]:
    """Return the dataclasses that a hint allows."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return tuple(one for one in options if isinstance(one, type) and is_dataclass(one))


@cache
def _present(hint: Any) -> Any:
    """Return a hint without `None`, when one other type is left."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [one for one in get_args(hint) if one is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return str if get_origin(hint) is Literal else hint


def _inner(hint: Any, index: int) -> Any:
    arguments = get_args(_present(hint)) if hint is not None else ()
    return arguments[index] if len(arguments) > index else None
