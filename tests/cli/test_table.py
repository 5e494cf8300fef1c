"""Tables fit the terminal they are drawn on."""

import io

import pytest

from harness.cli.table import table
from harness.cli.terminal import Terminal


@pytest.fixture
def drawn():
    """Draw a table for a terminal of some width, `None` for a pipe."""

    def draw(heads, rows, width=None):
        environ = {} if width is None else {"COLUMNS": str(width)}
        return list(table(heads, rows, Terminal(out=io.StringIO(), environ=environ)))

    return draw


def test_columns_stand_under_their_headings(drawn):
    assert drawn(("a", "long"), [("wide cell", "x"), ("", "y")]) == [
        "a          long",
        "---------  ----",
        "wide cell  x",
        "           y",
    ]


def test_cells_of_the_widest_columns_take_several_lines_where_there_is_no_room(drawn):
    assert drawn(("a", "b"), [("short", "words that go on and on"), ("x", "y")], width=30) == [
        "a      b",
        "-----  -----------------------",
        "short  words that go on and on",
        "x      y",
    ]
    assert drawn(("a", "b"), [("short", "words that go on and on"), ("x", "y")], width=24) == [
        "a      b",
        "-----  -----------------",
        "short  words that go on",
        "       and on",
        "x      y",
    ]


def test_a_cell_that_would_take_too_many_lines_is_cut_in_the_middle(drawn):
    lines = drawn(("a", "b"), [("short", "x" * 300 + "end")], width=30)
    assert max(map(len, lines)) == 30
    assert 3 < len(lines) < 10
    assert lines[-1].endswith("end")


def test_where_columns_would_be_too_narrow_a_row_is_a_block(drawn):
    rows = [
        ("Orders / Create order", "/body/total", "21", "22"),
        ("Orders / Read order", "/status", "200", "404"),
    ]
    assert drawn(("call", "where", "recorded", "live"), rows, width=32) == [
        "call      Orders / Create order",
        "where     /body/total",
        "recorded  21",
        "live      22",
        "",
        "call      Orders / Read order",
        "where     /status",
        "recorded  200",
        "live      404",
    ]


def test_into_a_pipe_long_lines_stay_whole(drawn):
    assert drawn(("a", "b"), [("x" * 90, "y" * 90)])[2] == "x" * 90 + "  " + "y" * 90


def test_what_would_steer_the_terminal_is_spelled_out(drawn):
    assert drawn(("a",), [("one\ntwo \x1b[31m",)])[2] == "one two \\x1b[31m"
