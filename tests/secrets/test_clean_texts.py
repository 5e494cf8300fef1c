"""Texts that were clean are masked as soon as one of them holds what was learnt since."""

import base64

import pytest

from harness.secrets.redactor import Redactor

HELD = [
    "berth for quay-4711-north",
    base64.b64encode(b"berth for quay-4711-north").decode(),
    "quay%2D4711%2Dnorth",
]


def learn_others(redactor, first, count=40):
    for number in range(first, first + count):
        redactor.learn(f"{number:032x}", "token")


@pytest.mark.parametrize("text", HELD, ids=["plain", "base64", "percent escapes"])
@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_a_text_that_was_clean_is_masked_once_what_it_holds_is_learnt(text, rounds):
    redactor = Redactor()
    for number in range(rounds):
        learn_others(redactor, 1000 * (number + 1))
        assert redactor.text(text) == text
    redactor.learn("quay-4711-north", "berth")
    assert redactor.text(text) != text


def test_a_text_that_lasts_goes_on_being_clean_when_others_are_learnt_that_begin_as_it_goes_on():
    redactor = Redactor()
    for number in range(5):
        redactor.learn(f"keep-alive-{number}", "token")
        assert redactor.text("Connection: keep-alive") == "Connection: keep-alive"


def test_a_value_of_control_characters_is_found_in_a_text_that_was_clean():
    redactor = Redactor()
    text = base64.b64encode(b"\x00\x01\x02\x03\x04\x05\x06\x07").decode()
    for number in range(3):
        learn_others(redactor, 1000 * (number + 1))
        assert redactor.text(text) == text
    redactor.learn("\x00\x01\x02\x03\x04\x05\x06\x07", "key")
    assert redactor.text(text) != text
