"""Records held against resolved schemas, with the findings in everit's words.

AEP's streaming validation reports what the everit-json-schema library reports: one violation tree
per record, leaves with keyword and message, and at most five leaves. A schema is compiled once to
a chain of closures; a valid record allocates next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.aep.xdm.formats import FORMATS
from harness.aep.xdm.patterns import Pattern, TooSlow, compile_pattern

ViolationJson = dict[str, Any]
Check = Callable[[Any, str, list[ViolationJson]], None]

MOST_VIOLATIONS = 5
_NAMES = {
    "string": "String",
    "integer": "Integer",
    "number": "Number",
    "boolean": "Boolean",
    "object": "JSONObject",
    "array": "JSONArray",
    "null": "Null",
}


def found_name(value: Any) -> str:
    """Name of a value's type as everit writes it: a whole number is a `Long`."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Long"
    if isinstance(value, float):
        return "Double"
    if isinstance(value, str):
        return "String"
    return "JSONObject" if isinstance(value, dict) else "JSONArray"


class Validator:
    """A compiled schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._check = _compile(schema, "#")

    def violations(self, record: Any) -> ViolationJson | None:
        """Return the tree of what is wrong, or None for a good record."""
        found: list[ViolationJson] = []
        self._check(record, "#", found)
        if not found:
            return None
        return _prune(_gather("#", "#", found))


def _leaf(location: str, pointer: str, keyword: str, message: str) -> ViolationJson:
    return {
        "schemaLocation": location,
        "pointerToViolation": pointer,
        "causingExceptions": [],
        "keyword": keyword,
        "message": message,
    }


def _gather(location: str, pointer: str, found: list[ViolationJson]) -> ViolationJson:
    """Build everit's tree: one violation stands for itself, several hang below a node that counts."""
    if len(found) == 1:
        return found[0]
    return {
        "schemaLocation": location,
        "pointerToViolation": pointer,
        "causingExceptions": found,
        "message": f"{sum(map(_count, found))} schema violations found",
    }


def _count(violation: ViolationJson) -> int:
    causes = violation["causingExceptions"]
    return sum(map(_count, causes)) if causes else 1


def _prune(tree: ViolationJson) -> ViolationJson:
    """Keep the first violations only: processing stops after five."""
    if _count(tree) <= MOST_VIOLATIONS:
        return tree

    def keep(node: ViolationJson, left: int) -> tuple[ViolationJson | None, int]:
        if left == 0:
            return None, 0
        if not node["causingExceptions"]:
            return node, left - 1
        kept = []
        for cause in node["causingExceptions"]:
            shown, left = keep(cause, left)
            if shown is not None:
                kept.append(shown)
        return _gather(node["schemaLocation"], node["pointerToViolation"], kept), left

    pruned, _ = keep(tree, MOST_VIOLATIONS)
    return pruned or tree


def _compile(schema: dict[str, Any], location: str) -> Check:
    checks = [
        check
        for check in (
            _type_check(schema, location),
            _enum_check(schema, location),
            _string_check(schema, location),
            _number_check(schema, location),
            _object_check(schema, location),
            _array_check(schema, location),
            *_combined_checks(schema, location),
        )
        if check is not None
    ]
    if len(checks) == 1:
        return checks[0]
    head, rest = (checks[0], checks[1:]) if checks else (None, [])
    typed = "type" in schema

    def check_all(value: Any, pointer: str, out: list[ViolationJson]) -> None:
        before = len(out)
        if head is not None:
            head(value, pointer, out)
        if typed and len(out) > before:
            return  # a value of the wrong type is not looked into
        for check in rest:
            check(value, pointer, out)

    return check_all


def _type_check(schema: dict[str, Any], location: str) -> Check | None:
    wanted = schema.get("type")
    kinds = tuple(wanted) if isinstance(wanted, list) else (wanted,) if wanted else ()
    if not kinds:
        return None
    named = [_NAMES.get(kind, kind) for kind in kinds]
    name = named[0] if len(named) == 1 else f"one of {', '.join(named)}"

    def right(value: Any) -> bool:
        for kind in kinds:
            if kind == "string":
                good = isinstance(value, str)
            elif kind == "integer":
                good = isinstance(value, int) and not isinstance(value, bool)
            elif kind == "number":
                good = isinstance(value, int | float) and not isinstance(value, bool)
            elif kind == "boolean":
                good = isinstance(value, bool)
            elif kind == "object":
                good = isinstance(value, dict)
            elif kind == "array":
                good = isinstance(value, list)
            else:
                good = value is None
            if good:
                return True
        return False

    def check(value: Any, pointer: str, out: list[ViolationJson]) -> None:
        if not right(value):
            message = f"expected type: {name}, found: {found_name(value)}"
            out.append(_leaf(location, pointer, "type", message))

    return check


def _enum_check(schema: dict[str, Any], location: str) -> Check | None:
    if "const" in schema:
        allowed, keyword = [schema["const"]], "const"
    elif isinstance(schema.get("enum"), list):
        allowed, keyword = schema["enum"], "enum"
    else:
        return None

    def check(value: Any, pointer: str, out: list[ViolationJson]) -> None:
        if not any(one == value and type(one) is type(value) for one in allowed):
            out.append(_leaf(location, pointer, keyword, f"{_shown(value)} is not a valid enum value"))

    return check


def _shown(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _string_check(schema: dict[str, Any], location: str) -> Check | None:
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    text = schema.get("pattern")
    pattern = compile_pattern(text) if isinstance(text, str) else None
    form = FORMATS.get(schema.get("format", ""))
    if shortest is None and longest is None and pattern is None and form is None:
        return None
    keyword = "format"

    def check(value: Any, pointer: str, out: list[ViolationJson]) -> None:
        if not isinstance(value, str):
            return
        if shortest is not None and len(value) < shortest:
            message = f"expected minLength: {shortest}, actual: {len(value)}"
            out.append(_leaf(location, pointer, "minLength", message))
        if longest is not None and len(value) > longest:
            message = f"expected maxLength: {longest}, actual: {len(value)}"
            out.append(_leaf(location, pointer, "maxLength", message))
        if pattern is not None:
            mismatch = _mismatch(pattern, value, f"string [{value}] does not match pattern {text}")
            if mismatch is not None:
                out.append(_leaf(location, pointer, "pattern", mismatch))
        if form is not None:
            reason = form(value)
            if reason is not None:
                out.append(_leaf(location, pointer, keyword, f"[{value}] {reason}"))

    return check


def _mismatch(pattern: Pattern, value: str, message: str) -> str | None:
    """Return why a text is refused: it does not match, or that is not found out in time."""
    try:
        return message if pattern.search(value) is None else None
    except TooSlow as error:
        return str(error)


def _number_check(schema: dict[str, Any], location: str) -> Check | None:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = schema.get("multipleOf")
    if low is None and high is None and above is None and below is None and step is None:
        return None
    # Draft 4 wrote the exclusive bounds as booleans beside the plain ones.
    if above is True:
        above, low = low, None
    if below is True:
        below, high = high, None

    def check(value: Any, pointer: str, out: list[ViolationJson]) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return
        if low is not None and value < low:
            out.append(_leaf(location, pointer, "minimum", f"{value} is not greater or equal to {low}"))
        if above not in (None, False) and value <= above:
            out.append(_leaf(location, pointer, "exclusiveMinimum", f"{value} is not greater than {above}"))
        if high is not None and value > high:
            out.append(_leaf(location, pointer, "maximum", f"{value} is not less or equal to {high}"))
        if below not in (None, False) and value >= below:
            out.append(_leaf(location, pointer, "exclusiveMaximum", f"{value} is not less than {below}"))
        if step and not _divides(step, value):
            out.append(_leaf(location, pointer, "multipleOf", f"{value} is not a multiple of {step}"))

    return check


def _divides(step: float, value: float) -> bool:
    if isinstance(step, int) and isinstance(value, int):
        return value % step == 0
    try:
        share = value / step
        return abs(share - round(share)) <= 1e-9
    except OverflowError:  # a whole number beyond what a fraction can hold
        return False


def _object_check(schema: dict[str, Any], location: str) -> Check | None:
    properties = schema.get("properties")
    required = tuple(schema.get("required", ()))
    extra = schema.get("additionalProperties")
    patterns = schema.get("patternProperties", {})
    fewest, most = schema.get("minProperties"), schema.get("maxProperties")
    if not any(one is not None for one in (properties, extra, fewest, most)) and not (required or patterns):
        return None
    fields = {
        name: _compile(field, f"{location}/properties/{_escape(name)}")
        for name, field in (properties or {}).items()
    }
    matching = [
        (compile_pattern(text), _compile(field, f"{location}/patternProperties/{_escape(text)}"))
        for text, field in patterns.items()
    ]
    others = _compile(extra, f"{location}/additionalProperties") if isinstance(extra, dict) else None
    # XDM is closed: fields that a schema does not name are refused, but where it names none at all.
    closed = extra is False or (extra is None and properties is not None)

    def check(value: Any, pointer: str, out: list[ViolationJson]) -> None:
        if not isinstance(value, dict):
            return
        found: list[ViolationJson] = []
        for name in required:
            if name not in value:
                message = f"required key [{name}] not found"
                found.append(_leaf(location, pointer, "required", message))
        if fewest is not None and len(value) < fewest:
            message = f"minimum size: [{fewest}], found: [{len(value)}]"
            found.append(_leaf(location, pointer, "minProperties", message))
        if most is not None and len(value) > most:
            message = f"maximum size: [{most}], found: [{len(value)}]"
            found.append(_leaf(location, pointer, "maxProperties", message))
        later: list[tuple[Check, str]] = []
        for name in value:
            known = fields.get(name)
            if known is not None:
                later.append((known, name))
                continue
            hits = [inner for pattern, inner in matching if _mismatch(pattern, name, "") is None]
            later.extend((inner, name) for inner in hits)
            if hits:
                continue
            if others is not None:
                later.append((others, name))
            elif closed:
                message = f"extraneous key [{name}] is not permitted"
                found.append(_leaf(location, pointer, "additionalProperties", message))
        for inner, name in later:
            inner(value[name], f"{pointer}/{_escape(name)}", found)
        if found:
            out.append(_gather(location, pointer, found))

    return check


def _array_check(schema: dict[str, Any], location: str) -> Check | None:
    items = schema.get("items")
    fewest, most = schema.get("minItems"), schema.get("maxItems")
    unique = schema.get("uniqueItems") is True
    inner = _compile(items, f"{location}/items") if isinstance(items, dict) else None
    if inner is None and fewest is None and most is None and not unique:
        return None

    def check(value: Any, pointer: str, out: list[ViolationJson]) -> None:
        if not isinstance(value, list):
            return
        found: list[ViolationJson] = []
        if fewest is not None and len(value) < fewest:
            message = f"expected minimum item count: {fewest}, found: {len(value)}"
            found.append(_leaf(location, pointer, "minItems", message))
        if most is not None and len(value) > most:
            message = f"expected maximum item count: {most}, found: {len(value)}"
            found.append(_leaf(location, pointer, "maxItems", message))
        if unique and any(one in value[:index] for index, one in enumerate(value)):
            found.append(_leaf(location, pointer, "uniqueItems", "array items are not unique"))
        if inner is not None:
            for index, one in enumerate(value):
                inner(one, f"{pointer}/{index}", found)
        if found:
            out.append(_gather(location, pointer, found))

    return check


def _combined_checks(schema: dict[str, Any], location: str) -> list[Check]:
    made: list[Check] = []
    for keyword in ("anyOf", "oneOf"):
        parts = schema.get(keyword)
        if isinstance(parts, list) and parts:
            made.append(_choice(keyword, parts, location))
    if isinstance(schema.get("not"), dict):
        refused = _compile(schema["not"], f"{location}/not")

        def check_not(value: Any, pointer: str, out: list[ViolationJson]) -> None:
            found: list[ViolationJson] = []
            refused(value, pointer, found)
            if not found:
                message = "subject must not be valid against the schema of 'not'"
                out.append(_leaf(location, pointer, "not", message))

        made.append(check_not)
    return made


def _choice(keyword: str, parts: list[dict[str, Any]], location: str) -> Check:
    # Only the outermost object closes a record: a part of anyOf names some fields, not all.
    opened = [{"additionalProperties": True, **part} for part in parts]
    compiled = [_compile(part, f"{location}/{keyword}/{i}") for i, part in enumerate(opened)]

    def check(value: Any, pointer: str, out: list[ViolationJson]) -> None:
        matched = 0
        for one in compiled:
            found: list[ViolationJson] = []
            one(value, pointer, found)
            matched += not found
        if keyword == "anyOf" and not matched:
            message = f"no subschema matched out of the total {len(compiled)} subschemas"
            out.append(_leaf(location, pointer, keyword, message))
        if keyword == "oneOf" and matched != 1:
            message = f"{matched} subschemas matched instead of one"
            out.append(_leaf(location, pointer, keyword, message))

    return check


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
