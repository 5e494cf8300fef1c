from __future__ import annotations

from typing import Any

import pytest

from harness.twin.json_patch import (
    PatchError,
    PatchProblem,
    apply_patch,
    format_pointer,
    parse_patch,
    parse_pointer,
)


def patched(document: Any, *operations: dict[str, Any]) -> Any:
    return apply_patch(document, parse_patch(list(operations)))


def problem_of(document: Any, *operations: dict[str, Any]) -> PatchProblem:
    with pytest.raises(PatchError) as caught:
        patched(document, *operations)
    return caught.value.problem


def test_add_sets_a_member_and_replaces_an_existing_one() -> None:
    document = {"a": 1}
    assert patched(document, {"op": "add", "path": "/b", "value": 2}) == {"a": 1, "b": 2}
    assert patched(document, {"op": "add", "path": "/a", "value": None}) == {"a": None}
    assert document == {"a": 1}


def test_add_inserts_into_an_array_and_a_dash_appends() -> None:
    document = {"s": ["x", "y"]}
    assert patched(document, {"op": "add", "path": "/s/1", "value": "z"})["s"] == ["x", "z", "y"]
    assert patched(document, {"op": "add", "path": "/s/-", "value": "z"})["s"] == ["x", "y", "z"]
    assert patched(document, {"op": "add", "path": "/s/2", "value": "z"})["s"] == ["x", "y", "z"]


def test_operations_apply_in_sequence_so_a_second_removal_sees_moved_indices() -> None:
    document = {"s": ["first", "second", "third"]}
    result = patched(document, {"op": "remove", "path": "/s/0"}, {"op": "remove", "path": "/s/1"})
    assert result == {"s": ["second"]}


def test_the_name_of_an_operation_is_compared_without_case() -> None:
    assert patched({"a": 1}, {"op": "REPLACE", "path": "/a", "value": 2}) == {"a": 2}


def test_a_value_given_with_a_removal_is_ignored() -> None:
    assert patched({"a": 1}, {"op": "remove", "path": "/a", "value": "whatever"}) == {}


def test_a_failing_operation_leaves_the_document_as_it_was() -> None:
    document = {"s": [1]}
    assert (
        problem_of(
            document,
            {"op": "add", "path": "/s/-", "value": 2},
            {"op": "replace", "path": "/missing", "value": 3},
        )
        is PatchProblem.UNRESOLVABLE_PATH
    )
    assert document == {"s": [1]}


def test_the_value_added_is_a_copy() -> None:
    value = {"inner": []}
    result = patched({}, {"op": "add", "path": "/a", "value": value})
    result["a"]["inner"].append(1)
    assert value == {"inner": []}


@pytest.mark.parametrize("name", ["test", "move", "copy", "merge"])
def test_other_operations_are_unsupported(name: str) -> None:
    operation = {"op": name, "path": "/a", "from": "/b", "value": 1}
    assert problem_of({"a": 1}, operation) is PatchProblem.UNSUPPORTED_OPERATION


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        ["add"],
        [{"path": "/a", "value": 1}],
        [{"op": "add", "value": 1}],
        [{"op": "add", "path": "/a"}],
        [{"op": "add", "path": 3, "value": 1}],
        [{"op": "add", "path": "a", "value": 1}],
        [{"op": "add", "path": "/a~2", "value": 1}],
    ],
)
def test_a_malformed_patch_is_refused(body: Any) -> None:
    with pytest.raises(PatchError) as caught:
        parse_patch(body)
    assert caught.value.problem is PatchProblem.MALFORMED


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "/x/-", "value": 1},
        {"op": "add", "path": "/s/3", "value": 1},
        {"op": "add", "path": "/s/01", "value": 1},
        {"op": "add", "path": "/n/a", "value": 1},
        {"op": "replace", "path": "/s/-", "value": 1},
        {"op": "replace", "path": "/s/2", "value": 1},
        {"op": "remove", "path": "/s/-1"},
        {"op": "remove", "path": "/x"},
        {"op": "remove", "path": ""},
    ],
)
def test_a_path_that_leads_nowhere_is_refused(operation: dict[str, Any]) -> None:
    assert problem_of({"s": [1, 2], "n": 1}, operation) is PatchProblem.UNRESOLVABLE_PATH


def test_an_index_with_a_leading_zero_is_none_even_where_it_would_be_in_bounds() -> None:
    document = {"s": list(range(12))}
    assert problem_of(document, {"op": "remove", "path": "/s/01"}) is PatchProblem.UNRESOLVABLE_PATH
    assert patched(document, {"op": "remove", "path": "/s/10"}) == {"s": [*range(10), 11]}
    assert patched(document, {"op": "remove", "path": "/s/0"}) == {"s": list(range(1, 12))}


def test_pointers_escape_and_unescape() -> None:
    assert parse_pointer("/a~1b/~01/") == ("a/b", "~1", "")
    assert format_pointer(("a/b", "~1", "")) == "/a~1b/~01/"
    assert parse_pointer("") == ()
