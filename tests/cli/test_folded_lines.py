"""What is too wide for a terminal is broken at words; what programs read is not."""

import io

import pytest

from harness.cli.folded_lines import folded
from harness.cli.terminal import Terminal


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("error: a name is missing", "error: a name is\n  missing"),
        ("  look at the place of it", "  look at the place\n  of it"),
        ("  - one thing and another", "  - one thing and\n    another"),
        ("written  file.yaml: a companion", "written  file.yaml:\n         a companion"),
        ("│  ├─ Call · GET http://x/y", "│  ├─ Call · GET\n│  │    http://x/y"),
        ("└─ Call · GET http://x/yy", "└─ Call · GET\n     http://x/yy"),
        ("  4 Orders / Cancel - DELETE x", "  4 Orders / Cancel\n    - DELETE x"),
        ("short", "short"),
    ],
)
def test_what_goes_on_hangs_below_the_beginning_of_its_line(line, shown):
    assert folded(f"{line}\n", 20) == f"{shown}\n"


@pytest.fixture
def terminal():
    return Terminal(out=_Screen(), err=_Screen(), environ={"COLUMNS": "20"}).guarded()


def test_lines_for_people_are_broken_and_documents_stay_whole(terminal):
    text = '{"a text": "with words beyond the edge"}\n'
    terminal.err.write("error: a name is missing\n")
    terminal.verbatim().write(text)
    terminal.drawing().write(text)
    assert terminal.err.raw.getvalue() == "error: a name is\n  missing\n"
    assert terminal.out.raw.getvalue() == text * 2


def test_a_line_that_is_written_in_pieces_stays_as_it_is(terminal):
    terminal.out.write("a line that is begun ")
    terminal.out.write("and goes on\n")
    assert terminal.out.raw.getvalue() == "a line that is begun and goes on\n"


def test_into_a_pipe_lines_stay_whole():
    terminal = Terminal(out=io.StringIO(), err=io.StringIO(), environ={"COLUMNS": "20"}).guarded()
    terminal.err.write("error: a name is missing\n")
    assert terminal.err.raw.getvalue() == "error: a name is missing\n"
