"""Requests and answers as text."""

import pytest

from harness.reporters.exchange_text import body_text


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("né".encode(), "", "né"),
        ("né".encode("latin-1"), "text/plain; charset=iso-8859-1", "né"),
        ("né".encode("latin-1"), "application/json", "né"),
        ("né".encode("utf-16"), "text/plain; charset=utf-16", "né"),
        (b"\x89PNG\xff", "image/png", None),
    ],
)
def test_a_body_is_text_in_the_charset_of_its_type(body: bytes, kind: str, text: str | None) -> None:
    assert body_text(body, kind) == text
