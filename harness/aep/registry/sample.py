"""A sample record of a schema, which the schema accepts."""

from __future__ import annotations

import json
from typing import Any

from harness.aep.xdm.patterns import TooSlow, compile_pattern

_FORMATS = {
    "date-time": "2018-11-12T20:20:39+00:00",
    "date": "2018-11-12",
    "time": "20:20:39Z",
    "email": "sample@example.com",
    "uri": "https://example.com/sample",
    "uri-reference": "/uri-reference",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
_DEEPEST = 12
_LARGEST = 100_000
"""How many characters a text has, or a list; a schema may ask for more of them than there is memory for."""


def sample(schema: dict[str, Any], depth: int = 0) -> Any:
    """Value for a resolved schema: the first of an enum, or one of the right type and size."""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return _object(schema, depth)
    if kind == "array":
        if depth >= _DEEPEST:
            return []
        one = sample(schema.get("items", {}), depth + 1)
        most = max(1, _LARGEST // len(json.dumps(one, default=str)))
        return [one] * max(1, min(most, int(schema.get("minItems", 1))))
    if kind in {"integer", "number"}:
        return _number(schema, whole=kind == "integer")
    return True if kind == "boolean" else None if kind == "null" else _string(schema)


def _object(schema: dict[str, Any], depth: int) -> dict[str, Any]:
    fields = schema.get("properties", {})
    if depth >= _DEEPEST:
        fields = {name: fields[name] for name in schema.get("required", ()) if name in fields}
    made = {name: sample(field, depth + 1) for name, field in fields.items()}
    others = schema.get("additionalProperties")
    if isinstance(others, dict) and depth < _DEEPEST:
        made["key"] = sample(others, depth + 1)
    return made


def _number(schema: dict[str, Any], *, whole: bool) -> int | float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1e9))
    high = schema.get("maximum", schema.get("exclusiveMaximum", 1e9))
    step = schema.get("multipleOf", 1)
    value = min(max(step, low), high)
    if value == schema.get("exclusiveMinimum"):
        value += step
    if value == schema.get("exclusiveMaximum"):
        value -= step
    return int(value) if whole else value


def _string(schema: dict[str, Any]) -> str:
    text = _FORMATS.get(schema.get("format", ""))
    if text is None and isinstance(schema.get("pattern"), str):
        text = matching(schema["pattern"])
    text = "string" if text is None else text
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", len(text) + 99)
    return str(text + "x" * max(0, min(_LARGEST, shortest) - len(text)))[:longest]


def matching(pattern: str) -> str:
    """Short text that a regular expression matches, by walking its syntax; empty when it is beyond that."""
    from re import _parser  # type: ignore[attr-defined]  # the only syntax tree

    compiled = compile_pattern(pattern)

    def text_of(nodes: Any) -> str:
        parts: list[str] = []
        for code, argument in nodes:
            name = str(code)
            if name == "LITERAL":
                parts.append(chr(argument))
            elif name == "IN":
                first, value = argument[0]
                kind = str(first)
                if kind == "LITERAL":
                    parts.append(chr(value))
                elif kind == "RANGE":
                    parts.append(chr(value[0]))
                else:
                    parts.append("1" if "DIGIT" in str(value) else "a")
            elif name in {"MAX_REPEAT", "MIN_REPEAT"}:
                low, high, inner = argument
                parts.append(text_of(inner) * max(low, min(1, int(high))))
            elif name == "SUBPATTERN":
                parts.append(text_of(argument[3]))
            elif name == "BRANCH":
                parts.append(text_of(argument[1][0]))
            elif name in {"ANY", "NOT_LITERAL"}:
                parts.append("a")
        return "".join(parts)

    made = text_of(_parser.parse(compiled.python))
    try:
        return made if compiled.search(made) else ""
    except TooSlow:
        return ""
