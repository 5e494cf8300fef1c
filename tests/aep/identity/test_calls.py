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
    assert found["unprocessedRecords"] == found["unprocessedNids"]
    body = {"compositeXidsWithNamespace": [{"namespace": "Email", "id": "a@example.com"}]}
    (one,) = people.client.post(f"{BASE}/clusters/members", body).json()["clusters"]
    assert {"namespace": "CRMID", "id": "1"} in one["members"]


@pytest.mark.parametrize("path", ["clusters/members", "clusters/history", "mappings", "v2/graph"])
@pytest.mark.parametrize("body", [{}, {"xids": []}, {"xids": "x"}, {"xids": ["x"] * 1001}])
def test_a_list_of_none_or_of_more_than_a_thousand_is_400(
    client: Any, path: str, body: dict[str, Any]
) -> None:
    answer = client.post(f"{BASE}/{path}", body)
    assert (answer.status, answer.json()["title"]) == (400, "InvalidInput")


@pytest.mark.parametrize("path", ["clusters/members", "clusters/history", "mappings"])
def test_a_graph_that_is_not_here_is_400(client: Any, path: str) -> None:
    body = {"xids": ["x"], "graph-type": "coop"}
    assert client.post(f"{BASE}/{path}", body).status == 400


def test_a_mapping_has_the_identities_of_the_same_namespace(people: Any) -> None:
    client = people.client
    people.profile("a@example.com", crm="1")
    client.clock.advance(1000)
    people.profile("b@example.com", crm="1")
    (found,) = client.get(f"{BASE}/mapping?ns=Email&id=a%40example.com").json()["mappings"]
    assert found["compositeXid"] == {"ns": "Email", "id": "a@example.com"}
    assert found["mapping"] == [
        {
            "compositeXid": {"ns": "Email", "id": "b@example.com"},
            "lastAssociationTime": str(client.clock.now_ms()),
        }
    ]
    (other,) = client.get(f"{BASE}/mapping?nsId=6&id=a%40example.com&targetNs=CRMID").json()["mappings"]
    assert [one["compositeXid"]["id"] for one in other["mapping"]] == ["1"]


def test_mappings_are_asked_for_by_many_xids_at_once(people: Any) -> None:
    client = people.client
    people.profile("a@example.com", crm="1")
    people.profile("b@example.com", crm="1")
    a, b, one = (
        xid(client, namespace=code, id=value).json()["xid"]
        for code, value in (("Email", "a@example.com"), ("Email", "b@example.com"), ("CRMID", "1"))
    )
    body = client.post(f"{BASE}/mappings", {"xids": [a, one], "targetNs": "0"}).json()
    assert [[each["xid"] for each in found["mapping"]] for found in body["mappings"]] == [[b], []]
    assert (body["version"], body["unprocessedXids"]) == (1, [])


def test_a_mapping_of_nothing_is_204(people: Any) -> None:
    client = people.client
    people.profile("a@example.com", crm="1")
    assert client.get(f"{BASE}/mapping?ns=CRMID&id=1").status == 204
    assert client.get(f"{BASE}/mapping?xid=unknown").status == 204
    alone = {"compositeXids": [{"ns": "Email", "id": "a@example.com"}], "graph-type": "None"}
    assert client.post(f"{BASE}/mappings", {**alone, "targetNs": "CRMID"}).status == 204
    assert client.get(f"{BASE}/mapping?xid=x&targetNs=nowhere").status == 400
    assert client.get(f"{BASE}/mapping").status == 400


def test_history_tells_the_clusters_an_identity_was_in_the_present_one_first(people: Any) -> None:
    client = people.client
    people.profile("a@example.com", crm="1")
    people.profile("b@example.com")
    client.clock.advance(5000)
    people.profile("b@example.com", crm="1")
    asked = f"{BASE}/cluster/history?ns=Email&id="
    (moved,) = client.get(f"{asked}b%40example.com").json()["xidsClusterHistory"]
    (stayed,) = client.get(f"{asked}a%40example.com").json()["xidsClusterHistory"]
    now = client.clock.now_ms()
    assert [one["cRecordedTS"] for one in moved["clusterHistory"]] == [str(now), str(now - 5000)]
    assert [one["clusterId"] for one in stayed["clusterHistory"]] == [moved["clusterHistory"][0]["clusterId"]]
    assert moved["compositeXid"] == {"ns": "Email", "id": "b@example.com"}
    many = client.post(
        f"{BASE}/clusters/history",
        {"compositeXids": [{"nsid": 6, "id": "b@example.com"}, {"nsid": 999, "id": "x"}]},
    ).json()
    assert [one["xid"] for one in many["xidsClusterHistory"]] == [moved["xid"]]
    assert (many["version"], many["unprocessedNids"]) == (1, [{"nsid": 999, "id": "x"}])
    (unknown,) = client.get(f"{BASE}/cluster/history?xid=nobody").json()["xidsClusterHistory"]
    assert unknown == {"xid": "nobody", "clusterHistory": []}


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
