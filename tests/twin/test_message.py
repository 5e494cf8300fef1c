from __future__ import annotations

import pytest

from harness.twin.message import parse_json


def test_a_byte_order_mark_and_whole_surrogate_pairs_are_read() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[Infinity]", b'"\\ud800"', b'{"\\udc00": 1}', b"\xff"])
def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(body)
