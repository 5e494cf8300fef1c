from __future__ import annotations

from typing import Any

import pytest

from harness.aep.xdm.validation import Validator


def only(schema: dict[str, Any], record: Any) -> dict[str, Any]:
    violation = Validator(schema).violations(record)
    assert violation is not None
    return violation


def leaves(violation: dict[str, Any]) -> list[dict[str, Any]]:
    if not violation["causingExceptions"]:
        return [violation]
    return [leaf for cause in violation["causingExceptions"] for leaf in leaves(cause)]


def of(field: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"f": field}}


@pytest.mark.parametrize(
    ("field", "value", "keyword", "message"),
    [
        ({"type": "string"}, 5, "type", "expected type: String, found: Long"),
        ({"type": "string"}, 1.5, "type", "expected type: String, found: Double"),
        ({"type": "string"}, None, "type", "expected type: String, found: Null"),
        ({"type": "integer"}, "5", "type", "expected type: Integer, found: String"),
        ({"type": "integer"}, True, "type", "expected type: Integer, found: Boolean"),
        ({"type": "integer"}, 1.5, "type", "expected type: Integer, found: Double"),
        ({"type": "number"}, {}, "type", "expected type: Number, found: JSONObject"),
        ({"type": "boolean"}, [], "type", "expected type: Boolean, found: JSONArray"),
        ({"type": "object"}, "x", "type", "expected type: JSONObject, found: String"),
        ({"type": "array"}, "x", "type", "expected type: JSONArray, found: String"),
        ({"enum": ["a", "b"]}, "c", "enum", "c is not a valid enum value"),
        ({"type": "string", "minLength": 3}, "ab", "minLength", "expected minLength: 3, actual: 2"),
        ({"type": "string", "maxLength": 1}, "ab", "maxLength", "expected maxLength: 1, actual: 2"),
        (
            {"type": "string", "pattern": "^[A-Z]+$"},
            "ab",
            "pattern",
            "string [ab] does not match pattern ^[A-Z]+$",
        ),
        (
            {"type": "string", "format": "email"},
            "me",
            "format",
            "[me] is not a valid email address",
        ),
        ({"type": "string", "format": "uri"}, "x y", "format", "[x y] is not a valid URI"),
        (
            {"type": "string", "format": "date"},
            "2020-02-30",
            "format",
            "[2020-02-30] is not a valid date. Expected [yyyy-MM-dd]",
        ),
        (
            {"type": "string", "format": "ipv4"},
            "1.2.3",
            "format",
            "[1.2.3] is not a valid ipv4 address",
        ),
        ({"minimum": 10}, 5, "minimum", "5 is not greater or equal to 10"),
        ({"maximum": 10}, 11, "maximum", "11 is not less or equal to 10"),
        ({"exclusiveMinimum": 10}, 10, "exclusiveMinimum", "10 is not greater than 10"),
        ({"exclusiveMaximum": 10}, 10, "exclusiveMaximum", "10 is not less than 10"),
        ({"multipleOf": 2}, 3, "multipleOf", "3 is not a multiple of 2"),
        ({"minItems": 2}, [1], "minItems", "expected minimum item count: 2, found: 1"),
        ({"maxItems": 1}, [1, 2], "maxItems", "expected maximum item count: 1, found: 2"),
        ({"uniqueItems": True}, [1, 1], "uniqueItems", "array items are not unique"),
        ({"minProperties": 1}, {}, "minProperties", "minimum size: [1], found: [0]"),
    ],
)
def test_each_keyword_has_its_words(field: dict[str, Any], value: Any, keyword: str, message: str) -> None:
    assert only(of(field), {"f": value}) == {
        "schemaLocation": "#/properties/f",
        "pointerToViolation": "#/f",
        "causingExceptions": [],
        "keyword": keyword,
        "message": message,
    }


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("date-time", "2024-05-15T12:00:00Z", "2024-05-15"),
        ("date-time", "2024-05-15T12:00:00.123+02:00", "2024-13-15T12:00:00Z"),
        ("date", "1990-01-31", "31.1.1990"),
        ("email", "o'dowling+x@sub.example.com", "a@b"),
        ("uri", "https://example.com/a?b#c", "example.com"),
        ("ipv6", "::1", "127.0.0.1"),
    ],
)
def test_formats_tell_good_from_bad(form: str, good: str, bad: str) -> None:
    validator = Validator(of({"type": "string", "format": form}))
    assert validator.violations({"f": good}) is None
    assert validator.violations({"f": bad}) is not None


def test_a_missing_key_is_reported_at_its_parent() -> None:
    schema = of({"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]})
    assert only(schema, {"f": {}}) == {
        "schemaLocation": "#/properties/f",
        "pointerToViolation": "#/f",
        "causingExceptions": [],
        "keyword": "required",
        "message": "required key [x] not found",
    }


def test_an_unknown_key_is_refused_where_keys_are_named_and_free_where_none_are() -> None:
    violation = only(of({"type": "object"}), {"f": {"any": 1}, "workEmail": "x"})
    assert violation["keyword"] == "additionalProperties"
    assert violation["message"] == "extraneous key [workEmail] is not permitted"
    assert violation["pointerToViolation"] == "#"


def test_a_map_holds_its_values_to_their_schema() -> None:
    schema = of({"type": "object", "additionalProperties": {"type": "integer"}})
    assert Validator(schema).violations({"f": {"a": 1}}) is None
    violation = only(schema, {"f": {"a": "x"}})
    assert violation["pointerToViolation"] == "#/f/a"
    assert violation["schemaLocation"] == "#/properties/f/additionalProperties"


def test_several_violations_hang_below_a_node_that_counts_them() -> None:
    schema = {
        "type": "object",
        "properties": {"_id": {"type": "string"}, "inner": of({"type": "string"})},
        "required": ["must"],
    }
    violation = only(schema, {"_id": 5, "person": {}, "inner": {"f": 1, "g": 2}})
    assert violation["message"] == "5 schema violations found"
    assert violation["pointerToViolation"] == "#"
    assert [cause.get("keyword") for cause in violation["causingExceptions"]] == [
        "required",
        "additionalProperties",
        "type",
        None,
    ]
    inner = violation["causingExceptions"][3]
    assert (inner["pointerToViolation"], inner["message"]) == (
        "#/inner",
        "2 schema violations found",
    )


def test_processing_stops_after_five_violations() -> None:
    violation = only({"type": "object", "properties": {}}, dict.fromkeys("abcdefgh", 1))
    assert len(leaves(violation)) == 5
    assert violation["message"] == "5 schema violations found"


def test_items_of_an_array_are_named_by_their_index() -> None:
    schema = of({"type": "array", "items": {"type": "string"}})
    violation = only(schema, {"f": ["a", 1]})
    assert (violation["pointerToViolation"], violation["schemaLocation"]) == (
        "#/f/1",
        "#/properties/f/items",
    )


def test_any_of_wants_one_and_one_of_exactly_one() -> None:
    parts = [{"required": ["a"]}, {"required": ["b"]}]
    any_of = Validator({"type": "object", "anyOf": parts})
    one_of = Validator({"type": "object", "oneOf": parts})
    assert any_of.violations({"a": 1, "b": 1}) is None
    assert any_of.violations({"c": 1}) is not None
    assert one_of.violations({"a": 1}) is None
    assert one_of.violations({"a": 1, "b": 1}) is not None


def test_a_pointer_escapes_the_names_in_it() -> None:
    schema = {"type": "object", "properties": {"a/b": {"type": "string"}}}
    assert only(schema, {"a/b": 1})["pointerToViolation"] == "#/a~1b"
