import argparse

import pytest

from harness.options.values import milliseconds, positive


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        (" 2 ", 2),
        ("+2", 2),
        ("2.0", 2),
        ("2.", 2),
        ("1e3", 1000),
        ("0x10", 16),
        ("0b11", 3),
        (".2e1", 2),
    ],
)
def test_a_number_is_read_as_javascript_spells_it(text, number):
    assert positive(text) == milliseconds(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "two", "1.5", "-1", "1_000", "٣", "1e400", "1e-3", "9" * 13, "0x" + "f" * 40, "Infinity", "NaN"],
)
def test_what_is_no_whole_number_or_too_long_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is not a"):
        positive(text)
    with pytest.raises(argparse.ArgumentTypeError, match="is not a"):
        milliseconds(text)


def test_nothing_is_no_count_and_a_time():
    with pytest.raises(argparse.ArgumentTypeError):
        positive("0")
    assert milliseconds("0") == 0
