import math

import pytest

from harness.collection.javascript import (
    as_boolean,
    as_number,
    as_text,
    number,
    parse_float,
    to_json,
    trim,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.50, "1.5"),
        (100.0, "100"),
        (-0.0, "0"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (12345678901234567890, "12345678901234567000"),
        (0.000001, "0.000001"),
        (1.5e-7, "1.5e-7"),
        (5e-324, "5e-324"),
        (-123.456, "-123.456"),
        (10**400, "Infinity"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (True, "true"),
        (None, "null"),
        ([1, None, [2, "x"]], "1,,2,x"),
        ({"a": 1}, "[object Object]"),
        ("as it is", "as it is"),
    ],
)
def test_text_is_what_javascript_prints(value, text):
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("text", "whole", "leading"),
    [
        ("", 0, math.nan),
        ("  5 ", 5, 5),
        ("0x10", 16, 0),
        ("1e3", 1000, 1000),
        ("12abc", math.nan, 12),
        (".5", 0.5, 0.5),
        ("-Infinity", -math.inf, -math.inf),
        ("1_000", math.nan, 1),
        ("\u0665", math.nan, math.nan),
    ],
)
def test_numbers_are_read_whole_or_from_the_start(text, whole, leading):
    assert as_number(text) == pytest.approx(whole, nan_ok=True)
    assert parse_float(text) == pytest.approx(leading, nan_ok=True)


def test_numbers_of_other_values():
    assert [as_number(value) for value in (None, True, [], ["7"])] == [0, 1, 0, 7]
    assert math.isnan(as_number({}))


def test_integers_past_the_safe_range_become_doubles():
    assert number(2**53 - 1) == 2**53 - 1
    assert number(2**60 + 1) == float(2**60)
    assert isinstance(number(2**60 + 1), float)
    assert isinstance(number(5.0), int)
    assert math.copysign(1, number(-0.0)) == -1


def test_truth_is_that_of_javascript():
    assert [as_boolean(value) for value in ("", 0, None, math.nan, False)] == [False] * 5
    assert [as_boolean(value) for value in ("false", [], {}, -1)] == [True] * 4


def test_json_is_compact_and_spells_numbers_as_javascript():
    assert to_json({"a": [1.0, 1e-7, None, True], "ü": "\u00e9\n"}) == '{"a":[1,1e-7,null,true],"ü":"é\\n"}'
    assert to_json([math.inf, "\ud800"]) == '[null,"\\ud800"]'


def test_trim_takes_the_byte_order_mark():
    assert trim("\ufeff\u00a0x\u2028") == "x"
