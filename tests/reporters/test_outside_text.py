"""Text from strangers acts on nothing and has an end."""

import io

import pytest

from harness.reporters.outside_text import GuardedStream, clean, cut, defused, reads_commands


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("bell\x07", "bell\\x07"),
        ("over\rwritten", "over\\rwritten"),
        ("line\r\nend", "line\nend"),
        ("c1\x9b2J", "c1\\x9b2J"),
        ("left\u202eright", "left\\u202eright"),
        ("a\tb", "a    b"),
        ("plain ✓ text", "plain ✓ text"),
    ],
)
def test_what_would_steer_a_terminal_is_spelled_out(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_long_text_is_cut_and_says_how_long_it_is() -> None:
    assert cut("x" * 3000, 10) == "xxxxxxxxxx… (cut; 3,000 characters in all)"
    assert cut("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::set-env name=A::b", ": :set-env name=A::b"),
        ("ok\n  ::add-mask::e", "ok\n  : :add-mask::e"),
        ("see ##[error] here", "see # #[error] here"),
        ("##vso[task.complete]", "# #vso[task.complete]"),
        ("##teamcity[buildStatus]", "# #teamcity[buildStatus]"),
        ("std::vector and # a ## heading", "std::vector and # a ## heading"),
    ],
)
def test_what_a_ci_system_would_take_for_a_command_is_broken_visibly(text: str, shown: str) -> None:
    assert defused(text) == shown


@pytest.mark.parametrize(
    "pieces", [("::x",), (":", ":x"), ("  ", "::x"), ("a\n", "  :", ":x"), ("\n:", ":", "x")]
)
def test_a_command_in_pieces_is_one_all_the_same(pieces: tuple[str, ...]) -> None:
    below = io.StringIO()
    stream = GuardedStream(below, commands=True)
    for piece in pieces:
        stream.write(piece)
    assert not [line for line in below.getvalue().splitlines() if line.strip().startswith("::")]
    assert below.getvalue().replace(" ", "") == "".join(pieces).replace(" ", "")


def test_two_colons_within_a_line_stay() -> None:
    below = io.StringIO()
    stream = GuardedStream(below, commands=True)
    stream.write("a")
    stream.write("::b\n")
    assert below.getvalue() == "a::b\n"


def test_colours_pass_for_the_report_that_draws_with_them_and_for_nobody_else() -> None:
    below = io.StringIO()
    stream = GuardedStream(below, commands=False)
    stream.write("\x1b[31mred\x1b[0m")
    stream.with_styles().write("\x1b[31mred\x1b[0m\x1b]0;title\x07")
    assert below.getvalue() == "\\x1b[31mred\\x1b[0m" + "\x1b[31mred\x1b[0m\\x1b]0;title\\x07"


def test_commands_are_broken_only_where_they_are_read() -> None:
    assert reads_commands({"GITHUB_ACTIONS": "true"})
    assert reads_commands({"TF_BUILD": "True"})
    assert reads_commands({"CI": "true"}), "a container is often told no more"
    assert not reads_commands({"CI": "false"})
    assert not reads_commands({})
    below = io.StringIO()
    GuardedStream(below, commands=False).write("::x")
    assert below.getvalue() == "::x"
