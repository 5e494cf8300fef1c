from __future__ import annotations

from typing import Any

import pytest

from harness.aep.mapping.rows import at_path, fitted, put_at


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b", 1),
        ("c[0].d", 2),
        ("c[9].d", None),
        ("c[*].d", [2, 3]),
        ("x\\.y", 4),
        ("x.y", 4),
        ("a[*]", None),
        ("a.b.c", None),
    ],
)
def test_values_are_found_by_path(path: str, expected: Any) -> None:
    row = {"a": {"b": 1}, "c": [{"d": 2}, {"d": 3}], "x.y": 4}
    assert at_path(row, path) == expected


def test_values_are_put_where_a_path_leads() -> None:
    record: dict[str, Any] = {}
    put_at(record, "a.b", 1)
    put_at(record, "list[1].c", 2)
    put_at(record, "each[*].d", [3, 4])
    put_at(record, "plain[0]", 5)
    put_at(record, "a.b.c", "lost")
    assert record == {
        "a": {"b": 1},
        "list": [{}, {"c": 2}],
        "each": [{"d": 3}, {"d": 4}],
        "plain": [5],
    }


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (5, "string", "5"),
        (True, "string", "true"),
        ("7", "integer", 7),
        ("7.5", "number", 7.5),
        ("many", "integer", "many"),
        ("inf", "number", "inf"),
        ("9" * 400, "integer", int("9" * 400)),
        (7.0, "integer", 7),
        ("TRUE", "boolean", True),
        ("perhaps", "boolean", "perhaps"),
        (None, "string", None),
    ],
)
def test_values_are_written_as_their_field_wants_them(value: Any, kind: str, expected: Any) -> None:
    assert fitted(value, {"type": kind}) == expected
