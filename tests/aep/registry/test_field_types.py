from __future__ import annotations

from typing import Any

import pytest

from harness.aep.registry.field_types import say_types, xdm_type
from harness.aep.registry.resolve import resolve

INT = {"minimum": -2_147_483_648, "maximum": 2_147_483_647}


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"type": "string", "format": "uri"}, "string"),
        ({"type": "integer"}, "int"),
        ({"type": "integer", "minimum": -128, "maximum": 127}, "byte"),
        ({"type": "integer", "minimum": -32_768, "maximum": 32_767}, "short"),
        ({"type": "integer", "minimum": -9_007_199_254_740_992, "maximum": 9_007_199_254_740_991}, "long"),
        ({"type": "integer", "maximum": 3_000_000_000}, "long"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "array"}, "array"),
        ({"type": "object"}, "object"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map"),
    ],
)
def test_a_field_has_the_type_that_its_json_schema_says(field: dict[str, Any], kind: str) -> None:
    assert xdm_type(field) == kind


def test_fields_at_any_depth_get_their_type() -> None:
    inner = {"type": "array", "items": {"type": "object", "properties": {"on": {"type": "boolean"}}}}
    document = {"definitions": {"a": {"properties": {"_t": {"type": "object", "properties": {"b": inner}}}}}}
    say_types(document)
    own = document["definitions"]["a"]["properties"]["_t"]
    assert (own["meta:xdmType"], inner["meta:xdmType"]) == ("object", "array")
    assert inner["items"]["properties"]["on"]["meta:xdmType"] == "boolean"


def test_who_names_a_whole_number_gets_its_limits() -> None:
    document: dict[str, Any] = {"properties": {"n": {"type": "integer", "meta:xdmType": "int"}}}
    say_types(document)
    assert document["properties"]["n"].items() >= INT.items()


def test_reading_a_whole_number_back_gives_it_no_limits() -> None:
    document: dict[str, Any] = {"allOf": [{"properties": {"n": {"type": "integer"}}}]}
    say_types(document)
    again: dict[str, Any] = {"allOf": [{"properties": {"n": {"type": "integer", "meta:xdmType": "int"}}}]}
    say_types(again, document)
    assert again == document
    assert "minimum" not in resolve(again, lambda _: None)["properties"]["n"]
