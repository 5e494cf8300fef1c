import pytest

from harness.pytest_plugin.naming import Names, spelled


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("plain", "plain"),
        ("", "unnamed"),
        (" \t", "unnamed"),
        ("\ud800", "\\ud800"),
        ("a\x00b", "a\\x00b"),
        ("👩‍💻", "👩‍💻"),
        ("x [1]", "x [1]"),
    ],
)
def test_a_name_is_spelled_so_that_it_can_be_printed(name, wanted):
    assert spelled(name) == wanted
    spelled(name).encode()


def test_a_folder_has_no_square_brackets():
    assert spelled("a [1]", folder=True) == "a (1)"


def test_equal_names_are_numbered_within_their_parent():
    names = Names()
    assert [names.unique("p", "a"), names.unique("p", "a"), names.unique("q", "a")] == ["a", "a [2]", "a"]


def test_names_that_are_spelled_alike_are_told_apart():
    names = Names()
    assert [names.unique("p", "a::b"), names.unique("p", "a:b")] == ["a:b", "a:b [2]"]
    assert [names.unique("p", "[a]", folder=True), names.unique("p", "(a)", folder=True)] == [
        "(a)",
        "(a) (2)",
    ]
