import pytest

from harness.collection.yaml_document import parse_yaml, scalar
from harness.errors import InputError


def test_values_are_those_that_yaml_and_json_share():
    text = "[1, -2.5, 1e3, true, false, null, ~, no, on, 0x1F, 1_000, 1:30, 2024-01-01, '5', \"true\", 007]"
    assert parse_yaml(text, "f").plain() == [
        1, -2.5, 1000.0, True, False, None, None, "no", "on", "0x1F", "1_000", "1:30", "2024-01-01", "5",
        "true", "007",
    ]  # fmt: skip
    assert scalar("9" * 1000) == "9" * 1000


def test_nodes_know_their_lines_and_their_text():
    root = parse_yaml("a:\n  - 1.10\n  - {b: x}\n", "f.yaml")
    first, second = root.value["a"].value
    assert (first.text, first.value, first.line) == ("1.10", 1.1, 2)
    assert second.value["b"].line == 3
    assert str(second.place(("A", "B"), "field")) == "f.yaml: A / B, field, line 3"
    assert [(key.text, value.kind) for key, value in root.items()] == [("a", "a list")]


def test_anchors_repeat_a_value_and_a_tag_of_text_makes_text():
    assert parse_yaml("a: &x [1]\nb: *x\nc: !!str 5\nd: ! 6", "f").plain() == {
        "a": [1], "b": [1], "c": "5", "d": "6"
    }  # fmt: skip


def test_blocks_and_folds():
    assert parse_yaml("a: >-\n  x\n  y\nb: |\n  z\n", "f").plain() == {"a": "x y", "b": "z\n"}
    assert parse_yaml("", "f").value is None


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("a: [1\nb: 2", "expected ',' or ']'", "line 2, column 2"),
        ("a: 1\n\tb: 2", "not valid YAML: found", "line 2, column 1"),
        ("a: 1\na: 2", "the key 'a' is there twice", "line 2"),
        ("? [a]\n: 1", "a key has to be a text", "line 1"),
        ("a: !!python/object:os.system x", "has no meaning here", "line 1"),
        ("a: !x y", "the tag '!x' has no meaning here", "line 1"),
        ("a: \x00", "not valid YAML", "f.yaml"),
        ("a: 1\n---\nb: 2", "another document", "line 2"),
        ("a: *nope", "no complete anchor 'nope'", "line 1"),
        ("&a [*a]", "no complete anchor 'a'", "line 1"),
        ("[" * 200, "nested too deeply", "line 1"),
        ("- " * 100_000 + "a", "nested too deeply", "line 1"),
    ],
)
def test_what_cannot_be_read_is_placed(text, what, place):
    with pytest.raises(InputError, match=what) as caught:
        parse_yaml(text, "f.yaml")
    assert place in str(caught.value.where)


def test_anchors_cannot_repeat_a_document_without_end():
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(InputError, match="its anchors repeat it too often"):
        parse_yaml("\n".join(lines), "f.yaml")
