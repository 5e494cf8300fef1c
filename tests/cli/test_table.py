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


def test_the_widest_columns_are_cut_where_there_is_no_room(drawn):
    lines = drawn(("a", "b"), [("short", "x" * 30 + "end")], width=30)
    assert max(map(len, lines)) == 30
    assert lines[2].startswith("short  xxxx")
    assert lines[2].endswith("end")


def test_into_a_pipe_long_lines_stay_whole(drawn):
    assert drawn(("a", "b"), [("x" * 90, "y" * 90)])[2] == "x" * 90 + "  " + "y" * 90


def test_what_would_steer_the_terminal_is_spelled_out(drawn):
    assert drawn(("a",), [("one\ntwo \x1b[31m",)])[2] == "one two \\x1b[31m"
