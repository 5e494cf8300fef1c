from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

BASE = "/data/core/identity"


def xid(client: Any, **query: Any) -> Any:
    return client.get(f"{BASE}/identity?{urlencode(query)}")


def test_the_xid_is_that_of_profile_access_by_code_and_by_number(people: Any) -> None:
    people.profile("a@example.com")
    known = people.entity("a@example.com")["entityId"]
    assert xid(people.client, namespace="email", id="a@example.com").json() == {"xid": known}
    assert xid(people.client, nsid=6, id="a@example.com").json() == {"xid": known}


@pytest.mark.parametrize(
    "query", [{}, {"namespace": "email"}, {"namespace": "x", "id": "1"}, {"nsid": "²", "id": "1"}]
)
def test_an_identity_of_no_namespace_is_400(client: Any, query: dict[str, Any]) -> None:
    answer = xid(client, **query)
    assert (answer.status, answer.json()["title"]) == (400, "InvalidInput")


def test_members_are_written_as_they_were_asked_for(people: Any) -> None:
    client = people.client
    people.profile("a@example.com", crm="1")
    people.profile("b@example.com", crm="1")
    asked = f"{BASE}/cluster/members?"
    by_code = client.get(f"{asked}namespace=Email&id=a%40example.com").json()["clusters"][0]
    assert {(one["namespace"], one["id"]) for one in by_code["members"]} == {
        ("Email", "a@example.com"),
        ("Email", "b@example.com"),
        ("CRMID", "1"),
    }
    by_number = client.get(f"{asked}nsId=6&id=a%40example.com").json()["clusters"][0]
    assert {"nsid": 6, "id": "b@example.com"} in by_number["members"]
    own = xid(client, namespace="email", id="a@example.com").json()["xid"]
    by_xid = client.get(f"{asked}xid={own}").json()["clusters"][0]
    assert own in by_xid["members"]
    assert len(by_xid["members"]) == 3
    alone = client.get(f"{asked}xid={own}&graph-type=None").json()["clusters"][0]
    assert alone["members"] == [own]
    assert client.get(asked).status == 400
    assert client.get(f"{asked}xid={own}&graph-type=coop").status == 400


def test_many_are_asked_for_at_once(people: Any) -> None:
    people.profile("a@example.com", crm="1")
    body = {"compositeXids": [{"nsid": 6, "id": "a@example.com"}, {"nsid": 999, "id": "x"}, 5]}
    found = people.client.post(f"{BASE}/clusters/members", body).json()
    assert [len(one["members"]) for one in found["clusters"]] == [2]
    assert found["unprocessedNids"] == [{"nsid": 999, "id": "x"}, 5]
    for bad in ({}, {"xids": []}, {"xids": ["x"] * 1001}):
        assert people.client.post(f"{BASE}/clusters/members", bad).status == 400


def test_a_graph_has_the_edges_that_records_made(people: Any) -> None:
    client = people.client
    people.profile("a@example.com", crm="1")
    people.profile("b@example.com", crm="1")
    asked = {"composite_xids": [{"ns": "Email", "id": "a@example.com"}], "projection_type": "graph"}
    (graph,) = client.post(f"{BASE}/v2/graph", {**asked, "require_edge_meta_data": True}).json()["graphs"]
    assert len(graph["vertices"]) == 3
    pairs = [{one["id"] for one in edge["composite_xid_pair"]} for edge in graph["edges"]]
    assert pairs == [{"a@example.com", "1"}, {"b@example.com", "1"}]
    (edge, _) = graph["edges"]
    assert edge["dataset_ids"] == [people.profile_dataset]
    assert edge["batch_ids"] == list(client.get("/data/foundation/catalog/batches").json())
    (members,) = client.post(f"{BASE}/v2/graph", {"composite_xids": asked["composite_xids"]}).json()["graphs"]
    assert len(members["members"]) == 3
    assert client.post(f"{BASE}/v2/graph", {**asked, "projection_type": "tree"}).status == 400
