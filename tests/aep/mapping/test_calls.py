from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/foundation/conversion"
PERSON = "https://ns.adobe.com/xdm/context/profile-person-details"


@pytest.fixture
def schema(lake: Any) -> str:
    return str(lake.schema(PERSON, lake.mixin({"email": {"type": "string"}, "points": {"type": "integer"}})))


def mappings(lake: Any) -> list[dict[str, Any]]:
    own = lake.tenant
    return [
        {"sourceType": "ATTRIBUTE", "source": "mail", "destination": f"{own}.email"},
        {"sourceType": "ATTRIBUTE", "source": "score", "destination": f"{own}.points"},
        {
            "sourceType": "EXPRESSION",
            "source": "concat(first, ' ', last)",
            "destination": "person.name.fullName",
        },
    ]


def new_form(schema: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    kind = "application/vnd.adobe.xed-full+json;version=1"
    return {"outputSchema": {"schemaRef": {"id": schema, "contentType": kind}}, "mappings": rows}


def test_a_set_is_created_read_replaced_and_listed(client: Any, lake: Any, schema: str) -> None:
    answer = client.post(f"{BASE}/mappingSets", new_form(schema, mappings(lake)))
    assert (answer.status, answer.json()["version"], len(answer.json()["id"])) == (200, 0, 32)
    where = f"{BASE}/mappingSets/{answer.json()['id']}"
    body = client.get(f"{where}?expandSchema=true").json()
    assert body["outputSchema"]["jsonSchema"]["properties"]["person"]
    kinds = [one["sourceType"] for one in body["mappings"]]
    assert kinds == ["text/x.schema-path", "text/x.schema-path", "text/x.aep-xl"]
    assert body["mappings"][0]["sourceAttribute"] == body["mappings"][0]["source"] == "mail"
    assert client.put(where, new_form(schema, mappings(lake)[:1])).json()["version"] == 1
    (one,) = client.get(f"{where}/mappings").json()
    assert client.get(f"{where}/mappings/{one['id']}").json() == one
    page = client.get(f"{BASE}/mappingSets?limit=5&start=0&orderBy=-updatedDate").json()
    assert page["_page"] == {"count": 1, "limit": 5}
    for query in ("", "?start=0", "?limit=5&start=0&orderBy=size"):
        assert client.get(f"{BASE}/mappingSets{query}").status == 400
    assert client.get(f"{where}?version=9").status == 404
    assert client.get(f"{where}/mappings/none").status == 404


def test_the_mappings_of_a_set_are_added_replaced_and_deleted(client: Any, lake: Any, schema: str) -> None:
    one, two, three = mappings(lake)
    made = client.post(f"{BASE}/mappingSets", new_form(schema, [one])).json()
    where = f"{BASE}/mappingSets/{made['id']}/mappings"
    added = client.post(where, two).json()
    replaced = client.put(f"{where}/{added['id']}", three).json()
    assert (replaced["id"], replaced["source"]) == (added["id"], three["source"])
    assert client.post(where, {"source": "a", "destination": "no.such.field"}).status == 400
    assert client.delete(f"{where}/{added['id']}").status == 204
    (left,) = client.get(where).json()
    assert (left["source"], client.delete(f"{where}/{left['id']}").status) == ("mail", 400)
    assert client.get(f"{BASE}/mappingSets/{made['id']}").json()["version"] == 3


def test_a_set_is_deleted_and_listed_from_its_start(client: Any, lake: Any, schema: str) -> None:
    made = client.post(f"{BASE}/mappingSets?validate=true", new_form(schema, mappings(lake))).json()
    assert [one["id"] for one in client.get(f"{BASE}/mappingSets?limit=100").json()["data"]] == [made["id"]]
    assert client.delete(f"{BASE}/mappingSets/{made['id']}").status == 204
    assert client.get(f"{BASE}/mappingSets/{made['id']}").status == 404
    assert client.get(f"{BASE}/mappingSets/suggestion?datasetId=d").status == 501


def test_a_set_of_the_older_form_is_taken(client: Any, lake: Any, schema: str) -> None:
    old = {"sourceAttribute": "mail", "destinationXdmPath": f"{lake.tenant}.email", "identity": True}
    answer = client.post(
        f"{BASE}/mappingSets", {"version": 0, "xdmSchema": schema, "xdmVersion": "1.0", "mappings": [old]}
    )
    found = client.get(f"{BASE}/mappingSets/{answer.json()['id']}").json()["mappings"][0]
    assert (found["destination"], found["identity"]) == (f"{lake.tenant}.email", True)


def test_a_preview_maps_rows_as_the_schema_wants_them(client: Any, lake: Any, schema: str) -> None:
    rows = [{"mail": 5, "score": "7", "first": "Ada", "last": "Byron"}, {"mail": "b@x.example"}]
    answer = client.post(
        f"{BASE}/mappingSets/preview", {"data": rows, "mappingSet": new_form(schema, mappings(lake))}
    )
    first, second = answer.json()
    assert first == {
        "data": {
            lake.tenant: {"email": "5", "points": 7},
            "person": {"name": {"fullName": "Ada Byron"}},
        },
        "errors": None,
    }
    assert second["data"][lake.tenant] == {"email": "b@x.example"}
    failing = [
        {"sourceType": "EXPRESSION", "source": "to_integer(mail)", "destination": f"{lake.tenant}.points"}
    ]
    body = {"data": [{"mail": "x"}], "mappingSet": new_form(schema, failing)}
    (only,) = client.post(f"{BASE}/mappingSets/preview", body).json()
    assert only["errors"][0]["destination"] == f"{lake.tenant}.points"
    for wrong in ({"data": 5}, {"data": [5], "mappingSet": {}}, {"data": [], "mappingSet": 5}):
        assert client.post(f"{BASE}/mappingSets/preview", wrong).status == 400


def test_validation_tells_of_each_mapping_what_is_wrong(client: Any, lake: Any, schema: str) -> None:
    wrong = [
        *mappings(lake),
        {"sourceType": "ATTRIBUTE", "source": "a", "destination": "person.shoeSize"},
        {"sourceType": "EXPRESSION", "source": "concat(", "destination": f"{lake.tenant}.email"},
    ]
    answer = client.post(f"{BASE}/mappingSets/validate", new_form(schema, wrong)).json()
    states = [one["status"] for one in answer["validationResponse"]]
    assert states == ["SUCCESS", "SUCCESS", "SUCCESS", "FAILED", "FAILED"]
    assert client.post(f"{BASE}/mappingSets", new_form(schema, wrong)).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"outputSchema": None},
        {"outputSchema": {"schemaRef": {"id": "https://ns.adobe.com/x/schemas/none"}}},
        {"mappings": []},
        {"mappings": [5]},
        {"mappings": [{"source": "a"}]},
        {"mappings": [{"source": "a", "destination": "person", "sourceType": ["ATTRIBUTE"]}]},
        {"mappings": [{"source": "a", "destination": "person", "sourceType": "MAGIC"}]},
    ],
)
def test_what_is_no_mapping_set_is_refused(client: Any, schema: str, changes: dict[str, Any]) -> None:
    row = {"source": "a", "destination": "person.name.firstName"}
    assert client.post(f"{BASE}/mappingSets", {**new_form(schema, [row]), **changes}).status == 400


def test_the_language_is_described_and_checked(client: Any) -> None:
    names = {one["function"] for one in client.get(f"{BASE}/languages/el/functions").json()}
    assert {"concat", "iif", "to_array", "format"} <= names
    assert client.get(f"{BASE}/languages/el/operators").json()
    check = f"{BASE}/languages/el/validate"
    good = client.post(check, {"expression": "upper(a)"}).json()
    assert (good["validationStatus"], good["error"]) == ("succeeded", "none")
    assert client.post(check, {"expression": "upper("}).json()["validationStatus"] == "failed"
    assert client.post(check, {"expression": 5}).status == 400
