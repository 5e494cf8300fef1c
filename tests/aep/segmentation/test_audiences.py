from __future__ import annotations

from typing import Any

import pytest

AUDIENCES = "/data/core/ups/audiences"
DEFINITIONS = "/data/core/ups/segment/definitions"
PQL = {"type": "PQL", "format": "pql/text", "value": 'person.name.firstName = "Ada"'}


def own(name: str = "Ada", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "profileInstanceId": "ups",
        "type": "SegmentDefinition",
        "expression": PQL,
        "schema": {"name": "_xdm.context.profile"},
        "labels": ["core/C1"],
        "ttlInDays": 60,
        **changes,
    }


def external(name: str = "Mail list", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": "ExternalSegment",
        "audienceId": name.lower(),
        "namespace": "crm",
        **changes,
    }


def test_an_audience_of_ones_own_is_a_segment_definition_of_the_same_id(client: Any) -> None:
    answer = client.post(AUDIENCES, own())
    assert answer.status == 200
    made = answer.json()
    assert made["audienceId"] == made["id"]
    assert made["namespace"] == "AEPSegments"
    assert made["labels"] == ["core/C1"]
    assert client.get(f"{DEFINITIONS}/{made['id']}").json()["name"] == "Ada"
    assert client.get(f"{AUDIENCES}/{made['id']}").json() == made
    assert client.delete(f"{AUDIENCES}/{made['id']}").status == 204
    assert client.get(f"{DEFINITIONS}/{made['id']}").status == 404
    assert client.get(f"{AUDIENCES}/{made['id']}").status == 404


def test_a_definition_is_among_the_audiences_with_external_ones(client: Any, destinations: Any) -> None:
    segment = destinations.segment('person.name.firstName = "Ada"')
    made = client.post(AUDIENCES, external()).json()
    assert {one["id"] for one in client.get(AUDIENCES).json()["children"]} == {segment, made["id"]}
    assert made["audienceId"] == "mail list"
    assert made["originName"] == "CUSTOM_UPLOAD"
    assert client.get(f"{AUDIENCES}/{made['audienceId']}").status == 404
    bulk = client.post(f"{AUDIENCES}/bulk-get", {"ids": [{"id": segment}, {"id": made["id"]}, {"id": "no"}]})
    assert (bulk.status, set(bulk.json()["results"])) == (207, {segment, made["id"]})


def test_audiences_are_filtered_ordered_and_paged(client: Any) -> None:
    for name in ("Beta", "alpha", "Gamma"):
        client.post(AUDIENCES, external(name, description=f"of {name}"))
    names = [one["name"] for one in client.get(f"{AUDIENCES}?sort=name:asc").json()["children"]]
    assert names == ["Beta", "Gamma", "alpha"]
    assert len(client.get(f"{AUDIENCES}?name=ALPHA").json()["children"]) == 1
    assert len(client.get(f"{AUDIENCES}?description=of%20g").json()["children"]) == 1
    assert len(client.get(f"{AUDIENCES}?property=audienceId%3D%3Dbeta").json()["children"]) == 1
    assert client.get(f"{AUDIENCES}?entityType=_xdm.context.account").json()["children"] == []
    page = client.get(f"{AUDIENCES}?limit=2&sort=name").json()
    counts = {"totalCount": 3, "totalPages": 2, "pageSize": 2, "limit": 2, "start": 0, "next": "2"}
    assert {name: page["_page"][name] for name in counts} == counts
    assert (page["_page"]["sortField"], page["_page"]["sort"]) == ("name", "asc")
    assert "start=2" in page["_links"]["next"]["href"]
    last = client.get(f"{AUDIENCES}?limit=2&sort=name&start=2").json()
    assert ([one["name"] for one in last["children"]], "next" in last["_page"]) == (["alpha"], False)


@pytest.mark.parametrize("make", [own, external])
def test_an_audience_is_patched_and_replaced(client: Any, make: Any) -> None:
    made = client.post(AUDIENCES, make()).json()
    where = f"{AUDIENCES}/{made['id']}"
    patched = client.patch(where, [{"op": "add", "path": "/description", "value": "new"}])
    assert (patched.status, patched.json()["description"]) == (200, "new")
    replaced = client.put(where, make("Other"))
    assert (replaced.status, replaced.json()["name"], replaced.json()["id"]) == (200, "Other", made["id"])
    assert client.patch(where, [{"op": "add", "path": "/no/path", "value": 1}]).status == 400
    assert client.patch(where, {"name": "x"}).status == 400
    changed = "ExternalSegment" if make is own else "SegmentDefinition"
    assert client.put(where, make(type=changed)).status == 400


@pytest.mark.parametrize(
    "body",
    [
        own(expression=None),
        own(type="Other"),
        external(name=""),
        external(originName="NOWHERE"),
        external(lifecycleState="odd"),
        external(labels="x"),
        external(ttlInDays=0),
        external(audienceId=5),
        external(namespace=5),
    ],
)
def test_what_is_no_audience_is_refused(client: Any, body: Any) -> None:
    assert client.post(AUDIENCES, body).status == 400


def test_an_audience_of_an_audience_says_so_on_both_and_protects_it(client: Any) -> None:
    inner = client.post(AUDIENCES, own("Inner")).json()["id"]
    value = f'inSegment("{inner}") or inSegment("{inner}")'
    outer = client.post(AUDIENCES, own("Outer", expression={**PQL, "value": value})).json()
    assert (outer["dependencies"], outer["dependents"]) == ([inner], [])
    held = client.get(f"{AUDIENCES}/{inner}").json()
    assert (held["dependencies"], held["dependents"]) == ([], [outer["id"]])
    refused = client.delete(f"{AUDIENCES}/{inner}")
    assert (refused.status, refused.json()["title"]) == (400, "The audience cannot be deleted.")
    assert refused.json()["errors"] == {
        "400": [{"code": "400", "message": "The audience cannot be deleted."}]
    }
    assert client.delete(f"{AUDIENCES}/{outer['id']}").status == 204
    assert client.delete(f"{AUDIENCES}/{inner}").status == 204


def test_an_id_of_an_origin_is_taken_once_in_a_namespace(client: Any) -> None:
    assert client.post(AUDIENCES, external()).status == 200
    assert client.post(AUDIENCES, external()).status == 409
    assert client.post(AUDIENCES, external(namespace="other")).status == 200


def test_the_origin_says_how_many_people_an_audience_holds(client: Any) -> None:
    made = client.post(AUDIENCES, external()).json()
    operation = {"op": "add", "path": "/metrics/data", "value": {"totalProfiles": 7}}
    known = {"audienceId": "mail list", "namespace": "crm", "operations": [operation]}
    body = {"jobId": "j", "jobType": "x", "resources": [known, {"audienceId": "no"}]}
    answer = client.post(f"{AUDIENCES}/bulk-patch-metric", body)
    assert (answer.status, [one["status"] for one in answer.json()["resources"]]) == (207, [200, 404])
    assert client.get(f"{AUDIENCES}/{made['id']}").json()["metrics"]["data"] == {"totalProfiles": 7}


def test_lists_that_are_asked_for_wrongly_are_refused(client: Any) -> None:
    for query in ("sort=name:up", "property=name", "limit=0", "start=-1"):
        assert client.get(f"{AUDIENCES}?{query}").status == 400
    assert client.post(f"{AUDIENCES}/bulk-get", {"ids": ["a"]}).status == 400
    assert client.post(f"{AUDIENCES}/bulk-patch-metric", {"resources": 5}).status == 400
