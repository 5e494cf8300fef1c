"""A quick search through a journal finds a value in whatever spelling it stands there."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from harness.cassettes.record.spellings import spellings

SECRET = 'kêlp "7qZ/+ ~!'


@pytest.mark.parametrize(
    "spelled",
    [
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(json.dumps(SECRET)),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        *(base64.b64encode(b"me:"[:lead] + SECRET.encode() + b"!").decode() for lead in range(4)),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_value_is_found_as_json_percent_encoded_in_hex_and_in_base64(spelled):
    assert any(one in spelled.encode() for one in spellings(SECRET))


def test_another_value_is_not_found():
    assert not any(one in b"another value altogether" for one in spellings(SECRET))
