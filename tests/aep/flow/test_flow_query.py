from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from harness.aep.flow.flow_query import continuation, matches, next_link, parse_listing, project, sort
from harness.aep.problem import Problem
from harness.twin.message import Query

KNOWN = frozenset({"id", "name", "state", "createdAt", "connectionSpec", "inheritedAttributes", "metrics"})
ENTITY: dict[str, Any] = {
    "id": "b",
    "name": "google-big-query",
    "state": "enabled",
    "createdAt": 1659907304000,
    "connectionSpec": {"id": "spec-1", "version": "1.0"},
    "inheritedAttributes": {
        "properties": {"isDestinationFlow": True},
        "targetConnections": [{"connectionSpec": {"id": "t1"}}, {"connectionSpec": {"id": "t2"}}],
    },
}


def listing(raw: str) -> Any:
    return parse_listing(Query(raw), KNOWN)


def selects(*conditions: str) -> bool:
    raw = "&".join(f"property={quote(condition, safe='')}" for condition in conditions)
    return matches(ENTITY, listing(raw).filters)


def code_of(raw: str) -> str:
    with pytest.raises(Problem) as caught:
        listing(raw)
    body = caught.value.body
    assert caught.value.status == 400
    return str(body["type"].rpartition("FLOW-")[2])


@pytest.mark.parametrize(
    "condition",
    [
        "state==enabled",
        "id==a,b,c",
        'name=="google-big-query"',
        "connectionSpec.id==spec-1",
        "createdAt>=1659907304000",
        "createdAt<=1659907304000",
        "createdAt>1659907303999",
        "createdAt<2000000000000",
        "state!=disabled",
        "inheritedAttributes.targetConnections[].connectionSpec.id==t2",
        "inheritedAttributes.properties.isDestinationFlow==true",
    ],
)
def test_a_fitting_entity_is_selected(condition: str) -> None:
    assert selects(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "state==disabled",
        "id==a,c",
        "createdAt>1659907304000",
        "createdAt==soon",
        "state!=enabled",
        "inheritedAttributes.targetConnections[].connectionSpec.id==t3",
        "metrics.recordSummary.inputRecordCount==1",
    ],
)
def test_an_unfitting_entity_is_not_selected(condition: str) -> None:
    assert not selects(condition)


def test_all_filters_have_to_fit() -> None:
    assert selects("state==enabled", "connectionSpec.id==spec-1")
    assert not selects("state==enabled", "connectionSpec.id==spec-2")


def test_a_property_without_an_operator_projects() -> None:
    fields = listing("property=name,connectionSpec.id&property=state==enabled").fields
    assert project(ENTITY, fields) == {
        "id": "b",
        "name": "google-big-query",
        "connectionSpec": {"id": "spec-1"},
    }


def test_order_goes_both_ways_and_by_several_fields() -> None:
    entities: list[dict[str, Any]] = [
        {"id": "1", "name": "b", "createdAt": 1},
        {"id": "2", "name": "a", "createdAt": 2},
        {"id": "3", "name": "b", "createdAt": 3},
        {"id": "4"},
    ]

    def ids(raw: str) -> str:
        return "".join(entity["id"] for entity in sort(entities, listing(raw).order))

    assert ids("orderby=name") == "2134"
    assert ids("orderby=+name") == "2134"
    assert ids("orderby=-name") == "1324"
    assert ids("orderby=name,-createdAt") == "2314"


def test_a_continuation_token_is_read_back() -> None:
    assert listing(f"continuationToken={continuation(40)}").start == 40


def test_the_link_to_a_page_has_the_token_alone_which_keeps_what_was_asked_for() -> None:
    asked = Query("property=state==enabled&orderby=-name&limit=5")
    href = next_link("flows", asked, 5, 12)["next"]["href"]
    token = href.split("=")[1]
    assert href == f"/flows?continuationToken={token}"
    second = listing(f"continuationToken={token}")
    assert (second.start, second.limit, len(second.filters), len(second.order)) == (5, 5, 1, 1)
    assert listing(f"limit=2&continuationToken={token}").limit == 2
    following = next_link("flows", Query(f"continuationToken={token}"), 10, 12)["next"]["href"]
    assert listing(following.partition("?")[2]).start == 10


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("limit=10&count=true", "1401-400"),
        ("orderby=na%20me", "1432-400"),
        ("orderby=", "1432-400"),
        ("orderby=nope", "1433-400"),
        ("property=name~^a", "1440-400"),
        ("property=name!=a,b", "1443-400"),
        ("property=createdAt>1,2", "1443-400"),
        ("property=", "1448-400"),
        ("limit=0", "1448-400"),
        ("limit=101", "1448-400"),
        (f"limit={'9' * 5000}", "1448-400"),
        ("continuationToken=YXQ6wrI", "1448-400"),
        ("limit=x", "1448-400"),
        ("continuationToken=zzz", "1448-400"),
        ("property=nope", "1449-400"),
        ("property=nope==1", "1449-400"),
        ("property=name.==1", "1449-400"),
        ("property=name=a", "1450-400"),
        ("property=name=>a", "1450-400"),
        ("start=1", "1451-400"),
        ("property===a", "1452-400"),
        ("property=name==", "1453-400"),
    ],
)
def test_a_bad_parameter_has_its_code(raw: str, code: str) -> None:
    assert code_of(raw) == code


def test_a_count_that_is_false_goes_with_a_limit() -> None:
    assert listing("limit=10&count=false").limit == 10
