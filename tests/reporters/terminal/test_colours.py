"""Lines are broken between words, and stand as far in as they began."""

import pytest

from harness.reporters.terminal import colours
from harness.reporters.terminal.colours import cells, wrap


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("one two the", ["one two", "the"]),
        ("a longerword", ["a", "longerword"]),
        ("  in deeper text", ["  in", "  deeper", "  text"]),
        ("averyveryverylongword", ["averyveryv", "erylongwor", "d"]),
        ("go to averyveryverylongword", ["go to aver", "yveryveryl", "ongword"]),
        ("x averyveryverylongword", ["x averyver", "yverylongw", "ord"]),
        ("its own\nbreaks", ["its own", "breaks"]),
        ("", [""]),
    ],
)
def test_text_is_broken_between_words_where_a_line_has_room_for_them(text, lines):
    assert list(wrap(text, 10)) == lines


@pytest.mark.parametrize("width", [1, 2, 7, 40])
@pytest.mark.parametrize(
    "text", ["      deep in words and averylongwordindeed", "日本語のテキスト", "a" * 30, " " * 30]
)
def test_no_line_is_wider_than_it_may_be_and_no_letter_is_lost(text, width):
    lines = list(wrap(text, max(width, 2)))
    assert max(map(cells, lines)) <= max(width, 2)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_broad_character_goes_where_only_a_narrow_one_has_room():
    assert list(wrap(" 日本", 2)) == ["", " 日", " 本"]
    assert list(wrap("日", 1)) == ["日"]


def test_a_line_is_gone_through_once_however_many_lines_are_made_of_it(monkeypatch):
    looked_at = 0

    def cell(character: str) -> int:
        nonlocal looked_at
        looked_at += 1
        return 1

    monkeypatch.setattr(colours, "_cell", cell)
    line = "wörter " * 1000
    assert len(list(wrap(line, 70))) > 90
    assert looked_at < 6 * len(line)
