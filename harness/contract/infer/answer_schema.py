"""What all answers of a call have in common, as a JSON Schema (2020-12)."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from harness.cassettes.compare.generated_values import shape
from harness.contract.infer.evidence import Evidence
from harness.contract.infer.text_form import DATE, UUID
from harness.extract.json_types import json_type
from harness.secrets.names import name_rule

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_DEEPEST: Final = 40
_FORMATS: Final = {UUID: "uuid", DATE: "date"}
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def answer_schema(bodies: Sequence[Any], evidence: Evidence, title: str) -> dict[str, Any]:
    """Return the schema of the bodies of a call."""
    return {"$schema": DIALECT, "title": title, **_schema("", bodies, evidence.sources, evidence, 0)}


def _schema(
    name: str, values: Sequence[Any], sources: Sequence[int], evidence: Evidence, depth: int
) -> dict[str, Any]:
    kinds = sorted({json_type(one) for one in values})
    if {"integer", "number"} <= set(kinds):
        kinds.remove("integer")
    if not kinds or depth > _DEEPEST:
        return {}
    made: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    if "object" in kinds:
        found, owners = _of_kind(dict, values, sources)
        made |= _members(found, owners, evidence, depth)
    if "array" in kinds:
        found, owners = _of_kind(list, values, sources)
        elements, owners = _flat(found, owners)
        inner = _schema(name, elements, owners, evidence, depth + 1)
        made |= {"items": inner} if inner else {}
    if "string" in kinds:
        found, owners = _of_kind(str, values, sources)
        made |= _text(name, found, owners, evidence, only=len(kinds) == 1)
    return made


def _members(
    values: Sequence[dict[str, Any]], sources: Sequence[int], evidence: Evidence, depth: int
) -> dict[str, Any]:
    names = list(dict.fromkeys(chain.from_iterable(values)))
    if any(shape(one) != one for one in names):
        members, owners = _flat([list(one.values()) for one in values], sources)
        return {"additionalProperties": _schema("", members, owners, evidence, depth + 1)}
    if not names:
        return {}
    properties = {}
    for key in names:
        has = [(one[key], source) for one, source in zip(values, sources, strict=True) if key in one]
        properties[key] = _schema(key, [one for one, _ in has], [one for _, one in has], evidence, depth + 1)
    required = [key for key in names if all(key in one for one in values)]
    return {"properties": properties} | ({"required": required} if required else {})


def _of_kind(kind: type, values: Sequence[Any], sources: Sequence[int]) -> tuple[list[Any], list[int]]:
    found = [(one, source) for one, source in zip(values, sources, strict=True) if isinstance(one, kind)]
    return [one for one, _ in found], [source for _, source in found]


def _flat(lists: Sequence[Sequence[Any]], sources: Sequence[int]) -> tuple[list[Any], list[int]]:
    owners = [source for one, source in zip(lists, sources, strict=True) for _ in one]
    return list(chain.from_iterable(lists)), owners


def _text(
    name: str, texts: Sequence[str], sources: Sequence[int], evidence: Evidence, *, only: bool
) -> dict[str, Any]:
    if name_rule(name):
        return {}
    if all(map(_DATE_TIME.fullmatch, texts)):
        return {"format": "date-time"}
    pattern = evidence.forms.common_pattern(texts)
    if pattern in _FORMATS:
        return {"format": _FORMATS[pattern]}
    if pattern is not None:
        return {"pattern": f"^{pattern}$"}
    words = evidence.words(name, texts, sources) if only else ()
    return {"enum": list(words)} if words else {}
