import pytest

from harness.collection.yaml_document import core_scalar, json_scalar, parse_yaml
from harness.errors import InputError


def test_values_are_those_that_yaml_and_json_share():
    text = "[1, -2.5, 1e3, true, false, null, ~, no, on, 0x1F, 1_000, 1:30, 2024-01-01, '5', \"true\", 007]"
    assert parse_yaml(text, "f").data() == [
        1, -2.5, 1000.0, True, False, None, None, "no", "on", "0x1F", "1_000", "1:30", "2024-01-01", "5",
        "true", "007",
    ]  # fmt: skip
    assert json_scalar("9" * 1000) == "9" * 1000


def test_the_core_schema_knows_every_spelling_of_yaml_1_2_and_none_of_yaml_1_1():
    text = (
        "[True, FALSE, Null, ~, +12, 0x1F, 0o17, .5, 1., 1e3, -.inf, 017, yes, no, on, 1_000, 1:30,"
        " 2024-01-01, 0b1, 0X1F, '5']"
    )
    assert parse_yaml(text, "f", schema=core_scalar).data() == [
        True, False, None, None, 12, 31, 15, 0.5, 1.0, 1000.0, float("-inf"), 17, "yes", "no", "on", "1_000",
        "1:30", "2024-01-01", "0b1", "0X1F", "5",
    ]  # fmt: skip
    assert parse_yaml(".nan", "f", schema=core_scalar).value != 0


def test_maps_are_merged_on_request_and_own_keys_win():
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  y: 0\n  <<: [*a, *b]\n"
    assert parse_yaml(text, "f", merge=True).value["c"].data() == {"y": 0, "x": 1, "z": 4}
    assert "<<" in parse_yaml(text, "f").value["c"].value
    with pytest.raises(InputError, match="can only take a map in"):
        parse_yaml("<<: 5", "f", merge=True)


def test_windows_lines_and_a_mark_at_the_start_do_not_move_places():
    root = parse_yaml("\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n", "f")
    assert root.data() == {"a": 1, "b": "x\ny\n"}
    assert [key.line for key in root.keys] == [1, 2]


def test_nodes_know_their_lines_and_their_text():
    root = parse_yaml("a:\n  - 1.10\n  - {b: x}\n", "f.yaml")
    first, second = root.value["a"].value
    assert (first.text, first.value, first.line) == ("1.10", 1.1, 2)
    assert second.value["b"].line == 3
    assert (second.value["b"].column, second.value["b"].end_column) == (9, 10)
    assert str(second.place(("A", "B"), "field")) == "f.yaml: A / B, field, line 3"
    assert [(key.text, value.kind) for key, value in root.items()] == [("a", "a list")]


def test_anchors_repeat_a_value_and_a_tag_of_text_makes_text():
    assert parse_yaml("a: &x [1]\nb: *x\nc: !!str 5", "f").data() == {
        "a": [1], "b": [1], "c": "5"
    }  # fmt: skip


def test_blocks_keep_their_lines_and_folds_join_them():
    assert parse_yaml("a: >-\n  x\n  y\nb: |\n  z\n", "f").data() == {"a": "x y", "b": "z\n"}
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
        ("&a [*a]", "cannot repeat what it is a part of", "line 1"),
        ("[" * 200 + "]" * 200, "nested too deeply", "line 1"),
        ("- " * 100_000 + "a", "nested too deeply", "line 1"),
    ],
)
def test_what_cannot_be_read_is_placed(text, what, place):
    with pytest.raises(InputError, match=what) as caught:
        parse_yaml(text, "f.yaml")
    assert place in str(caught.value.where)


def test_anchors_cannot_repeat_a_document_without_end():
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(InputError, match="anchors repeat it too often"):
        parse_yaml("\n".join(lines), "f.yaml")
