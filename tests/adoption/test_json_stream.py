"""JSON read piece by piece."""

import io

import pytest

from harness.adoption.json_stream import BrokenJson, JsonStream


def read(text: str | bytes):
    stream = JsonStream(io.BytesIO(text.encode() if isinstance(text, str) else text))
    return stream.value(*stream.next())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [true, null, "x", {"b": 1.5}]}', {"a": [True, None, "x", {"b": 1.5}]}),
        ("[0, 255, 17]", bytes([0, 255, 17])),
        ("[]", []),
        ("[1, 2, 256, 3]", [1, 2, 256, 3]),
        ("[1, -1]", [1, -1]),
        ("[1, 2.5]", [1, 2.5]),
        ('[1, "x", [2]]', [1, "x", b"\x02"]),
        (b'\xef\xbb\xbf{"a": "b"}', {"a": "b"}),
    ],
)
def test_values_are_read_and_lists_of_bytes_are_bytes(text, value):
    assert read(text) == value


@pytest.mark.parametrize("text", ["", "{", '{"a": [1, 2', '{"a": "x', '{"a": [1, 2,'])
def test_what_ends_too_early_is_said_to(text):
    with pytest.raises(BrokenJson) as caught:
        read(text)
    assert caught.value.truncated


@pytest.mark.parametrize("text", ["<html>", '{"a" 1}', "[1, nope]", "\x00"])
def test_what_is_no_json_is_refused_in_one_line(text):
    with pytest.raises(BrokenJson) as caught:
        read(text)
    assert "\n" not in str(caught.value)


def test_deep_nesting_is_refused_instead_of_ending_the_process():
    with pytest.raises(BrokenJson, match="nested too deeply"):
        read("[" * 5000 + "]" * 5000)


def test_what_is_skipped_is_not_kept():
    stream = JsonStream(io.BytesIO(b'{"a": {"b": [1, {"c": 2}]}, "d": 3}'))
    stream.next()
    found = {}
    for name in stream.members():
        event, value = stream.next()
        if name == "a":
            stream.skip(event)
        else:
            found[name] = stream.value(event, value)
    assert found == {"d": 3}
