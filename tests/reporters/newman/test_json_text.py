import json

import pytest

from harness.reporters.newman.json_text import Octets, dumped


@pytest.mark.parametrize("data", [b"", b"\x00", bytes(range(256)), b"ab" * 70_000])
def test_bytes_are_spelled_as_a_list_of_numbers(data):
    assert json.loads("".join(Octets(data).spelled())) == list(data)


def test_a_document_is_spelled_as_json_does_with_its_bytes_in_place():
    value = {"a": Octets(b"hi"), "b": [Octets(b""), "é\n", 1.5, None], "c": {"d": Octets(b"\xff")}}
    assert json.loads("".join(dumped(value))) == {
        "a": [104, 105],
        "b": [[], "é\n", 1.5, None],
        "c": {"d": [255]},
    }


def test_what_json_does_not_know_is_told_as_text():
    assert "".join(dumped({"a": 1 + 2j})) == '{"a":"(1+2j)"}'


def test_no_piece_grows_with_the_body():
    assert max(len(piece) for piece in dumped({"data": Octets(b"\xff" * 1_000_000)})) < 300_000
