from __future__ import annotations

from typing import Any

from harness.aep.profile.merge import Fragment, MergeRule, merge_fragments


def fragment(entity: dict[str, Any], *, dataset: str = "d1", updated: int = 0) -> Fragment:
    return Fragment(
        dataset_id=dataset,
        xid="x",
        entity=entity,
        xaction_id="t",
        received_ms=updated,
        updated_ms=updated,
    )


def test_the_newest_fragment_wins_attribute_by_attribute() -> None:
    old = fragment({"person": {"name": {"firstName": "A", "lastName": "B"}}, "x": 1}, updated=1)
    new = fragment({"person": {"name": {"firstName": "C"}}, "y": 2}, dataset="d2", updated=2)
    merged = merge_fragments([new, old], MergeRule())
    assert merged == {"person": {"name": {"firstName": "C", "lastName": "B"}}, "x": 1, "y": 2}


def test_arrays_are_replaced_as_a_whole() -> None:
    fragments = [fragment({"a": [1, 2]}, updated=1), fragment({"a": [3]}, updated=2)]
    assert merge_fragments(fragments, MergeRule()) == {"a": [3]}


def test_an_object_gives_way_to_a_scalar_and_the_other_way_round() -> None:
    fragments = [fragment({"a": {"b": 1}, "c": 1}, updated=1), fragment({"a": 2, "c": {"d": 3}}, updated=2)]
    assert merge_fragments(fragments, MergeRule()) == {"a": 2, "c": {"d": 3}}


def test_dataset_precedence_beats_time_and_ignores_datasets_that_are_not_listed() -> None:
    rule = MergeRule(kind="dataSetPrecedence", order=("d1", "d2"))
    fragments = [
        fragment({"a": "first", "p": 1}, dataset="d1", updated=1),
        fragment({"a": "second", "b": "second"}, dataset="d2", updated=2),
        fragment({"a": "third", "c": "third"}, dataset="d3", updated=3),
    ]
    assert merge_fragments(fragments, rule) == {"a": "first", "b": "second", "p": 1}


def test_the_fragments_stay_as_they_were() -> None:
    one, two = fragment({"a": {"b": [1]}}, updated=1), fragment({"a": {"c": 1}}, updated=2)
    merge_fragments([one, two], MergeRule())["a"]["b"].append(2)
    assert one.entity == {"a": {"b": [1]}}
    assert two.entity == {"a": {"c": 1}}
