import math

import pytest

from harness.collection.model import Variable
from harness.collection.variable import misread, read_variable, read_variables


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ({"value": 5, "type": "string"}, "5"),
        ({"value": 5, "type": "String"}, "5"),
        ({"value": None, "type": "string"}, "null"),
        ({"value": "false", "type": "boolean"}, True),
        ({"value": "5", "type": "number"}, 5),
        ({"value": "[1]", "type": "array"}, [1]),
        ({"value": {"a": 1}, "type": "array"}, ""),
        ({"value": '{"a": 1}', "type": "object"}, {"a": 1}),
        ({"value": "no json", "type": "object"}, ""),
        ({"value": 5, "type": "secret"}, 5),
        ({"value": None}, None),
        ({}, ""),
        ({"type": "string"}, "undefined"),
        ({"type": "boolean"}, False),
        ({"type": "array"}, ""),
    ],
)
def test_types_convert_as_in_the_sdk(entry, value):
    read = read_variable({"key": "k", **entry})
    assert read is not None
    assert read.value == value
    assert type(read.value) is type(value)


def test_an_absent_number_is_none_at_all():
    read = read_variable({"key": "k", "type": "number"})
    assert read is not None
    assert math.isnan(read.value)


def test_the_authors_type_is_kept():
    assert read_variable({"key": 7, "value": "x", "type": "secret"}) == Variable(
        key="7", value="x", type="secret"
    )


def test_entries_that_nothing_can_refer_to_are_left_out():
    entries = [
        {"value": 1},
        "text",
        None,
        {"key": "a", "value": 1, "disabled": True},
        {"key": "", "value": 2},
    ]
    assert read_variables(entries) == (Variable(key="a", value=1, disabled=True), Variable(key="", value=2))
    assert read_variables({"key": "a", "value": 1}) == (Variable(key="a", value=1),)
    assert read_variables("text") == read_variables(None) == ()


@pytest.mark.parametrize(
    ("type", "text", "told"),
    [
        ("boolean", "false", "variable 'k' is true"),
        ("Boolean", " 0 ", "variable 'k' is true"),
        ("number", "1,5", "variable 'k' has the type number and is none"),
    ],
)
def test_a_text_that_its_type_makes_something_else_is_told(type, text, told):
    (warning,) = misread([{"key": "k", "type": type, "value": text}])
    assert warning.startswith(told)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("boolean", "true"),
        ("boolean", ""),
        ("boolean", False),
        ("number", "5"),
        ("number", ""),
        ("any", "false"),
    ],
)
def test_a_value_that_fits_its_type_is_not_told(type, value):
    assert list(misread([{"key": "k", "type": type, "value": value}])) == []


def test_entries_that_are_no_variables_are_not_told():
    assert list(misread([None, "x", {"key": "k"}])) == list(misread({"key": "k"})) == []
