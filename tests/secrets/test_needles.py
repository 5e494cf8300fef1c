"""Tokens are found as whole runs and within longer ones, and replaced with the rest of a text kept apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.secrets.needles import TOKEN, Needles, runs_of

TOKEN_A = "a1b2c3d4e5f6a7b8c9d0"
TOKEN_B = "ffffeeeeddddccccbbbb"


def needles(*texts):
    known = Needles()
    for number, text in enumerate(texts):
        known.put(text, f"REDACTED_{number}")
    return known


@given(st.text(st.sampled_from("abcXYZ019_-" * 3 + " .,/+=\n\x1c\0é😀\xa0\x85\ud800"), max_size=120))
def test_runs_are_those_that_the_pattern_of_tokens_finds(text):
    assert list(runs_of(text)) == TOKEN.findall(text)


def test_tokens_are_replaced_wherever_they_are_whole_runs_and_the_rest_says_where():
    text = f'{{"a": "{TOKEN_A}", "é": "{TOKEN_B}", "b": "{TOKEN_A}", "c": "{"0" * 20}"}}'
    swapped = needles(TOKEN_A, TOKEN_B).swapped(text)
    assert swapped.text == text.replace(TOKEN_A, "REDACTED_0").replace(TOKEN_B, "REDACTED_1")
    assert swapped.rest == text.replace(TOKEN_A, "\0").replace(TOKEN_B, "\0")


@pytest.mark.parametrize("known", [(TOKEN_A,), (TOKEN_A, "gate 17 opens!"), (TOKEN_A, TOKEN_B)])
def test_a_token_within_a_longer_run_is_replaced_beside_one_that_is_a_run(known):
    text = f"x{TOKEN_A}y {TOKEN_A}"
    assert needles(*known).swapped(text).text == "xREDACTED_0y REDACTED_0"


def test_a_text_without_any_is_returned_as_it_is():
    text = f"nothing here {TOKEN_B}"
    swapped = needles(TOKEN_A, "gate 17 opens!").swapped(text)
    assert swapped.text is text
    assert swapped.rest is text


def test_a_token_that_is_kept_stays_and_others_go():
    swapped = needles(TOKEN_A, TOKEN_B).swapped(f"{TOKEN_A} {TOKEN_B}", keeps=TOKEN_A.__eq__)
    assert swapped.text == f"{TOKEN_A} REDACTED_1"
