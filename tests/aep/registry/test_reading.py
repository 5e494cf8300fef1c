"""Reading resources: forms, versions, lists and pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.aep.registry.requests import BASE, FULL, PROFILE, RAW, STRING, code, path


def test_a_resource_is_found_by_encoded_id_and_by_alternate_id(client: Any, lake: Any) -> None:
    made = lake.schema()
    alternate = client.get(path(made), headers=RAW).json()["meta:altId"]
    assert client.get(f"{BASE}/tenant/schemas/{alternate}", headers=RAW).json()["$id"] == made
    glob = client.get(f"{BASE}/global/classes/_xdm.context.profile", headers=RAW)
    assert glob.json()["$id"] == PROFILE


def test_the_full_form_resolves_every_reference(client: Any, lake: Any) -> None:
    group = lake.mixin({"points": {"type": "integer", "meta:xdmType": "int"}}, required=["points"])
    made = lake.schema(group, f"{PROFILE}-person-details", f"{PROFILE}-personal-details")
    body = client.get(path(made), headers=FULL).json()
    fields = body["properties"]
    assert "$ref" not in str(body)
    assert "allOf" not in body
    assert fields["person"]["properties"]["name"]["properties"]["firstName"]["type"] == "string"
    assert fields["homeAddress"]["properties"]["city"]["type"] == "string"
    assert fields["personalEmail"]["properties"]["address"]["format"] == "email"
    own = fields[lake.tenant]
    assert own["required"] == ["points"]
    assert own["properties"]["points"]["maximum"] == 2_147_483_647
    assert body["$id"] == made


def test_text_is_left_out_on_request_but_fields_named_so_stay(client: Any, lake: Any) -> None:
    group = lake.mixin({"title": {**STRING, "title": "A title", "description": "d"}})
    made = lake.schema(group)
    headers = {"accept": "application/vnd.adobe.xed-full-notext+json; version=1"}
    body = client.get(path(made), headers=headers).json()
    assert "title" not in body
    assert body["properties"][lake.tenant]["properties"]["title"] == {
        "type": "string",
        "meta:xdmType": "string",
    }


def test_descriptors_come_along_on_request(client: Any, lake: Any) -> None:
    made = lake.schema(lake.mixin({"id": STRING}))
    descriptor = lake.identity(made, f"/{lake.tenant}/id")
    headers = {"accept": "application/vnd.adobe.xed-full-desc+json; version=1"}
    body = client.get(path(made), headers=headers).json()
    assert [one["@id"] for one in body["meta:descriptors"]] == [descriptor]


def test_a_schema_is_shown_by_the_paths_of_its_fields(client: Any, lake: Any) -> None:
    group = lake.mixin(
        {"cards": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "string"}}}}}
    )
    schema = quote(lake.schema(group), safe="")
    headers = {"accept": "application/vnd.adobe.xdm-full-flat+json; version=1"}
    found = client.get(f"{BASE}/tenant/schemas/{schema}", headers=headers).json()
    assert {"_repo/createDate", f"{lake.tenant}/cards/n"} <= found["properties"].keys()
    headers = {"accept": "application/vnd.adobe.xdm-full-deprecated+json; version=1"}
    assert lake.tenant in client.get(f"{BASE}/tenant/schemas/{schema}", headers=headers).json()["properties"]


@pytest.mark.parametrize(
    ("accept", "number"),
    [
        (None, 1007),
        ("*/*", 1007),
        ("application/json", 1007),
        ("application/vnd.adobe.xed+json", 1007),
        ("application/vnd.adobe.xed-id+json; version=1", 1007),
    ],
)
def test_a_lookup_needs_an_accept_header_with_a_version(
    client: Any, lake: Any, accept: str | None, number: int
) -> None:
    answer = client.get(path(lake.schema()), headers={"accept": accept})
    assert (answer.status, code(answer)) == (400, f"XDM-{number}-400")


def test_the_older_generation_answers_406(make_client: Any) -> None:
    client = make_client(xdm_errors="legacy")
    answer = client.get(f"{BASE}/global/classes/_xdm.context.profile")
    assert answer.status == 406
    assert answer.json() == {
        "type": "/placeholder/type/uri",
        "status": 406,
        "title": "NotAcceptableError",
        "detail": "Accept header parameter is required",
    }


def test_a_list_takes_no_version(client: Any) -> None:
    answer = client.get(f"{BASE}/tenant/schemas", headers=RAW)
    assert (answer.status, code(answer)) == (400, "XDM-1006-400")


def test_an_unknown_version_or_resource_is_not_found(client: Any, lake: Any) -> None:
    made = lake.schema()
    headers = {"accept": "application/vnd.adobe.xed+json; version=2"}
    answer = client.get(path(made), headers=headers)
    assert (answer.status, code(answer)) == (404, "XDM-1012-404")
    body = client.get(path(made + "0"), headers=RAW).json()
    detail = f"Requested resource {made}0 with version 1 is not found"
    assert body["detail"] == body["report"]["detailed-message"] == detail
    assert body["title"] == "Resource Not Found"
    assert body["report"]["registryRequestId"]
    assert code(client.get(path("_x.classes.0", "classes"), headers=RAW)) == "XDM-1010-404"


def test_a_global_resource_is_read_through_the_tenant_but_not_listed_or_written_there(client: Any) -> None:
    for named in (PROFILE, "_xdm.context.profile"):
        for container in ("tenant", "global"):
            assert client.get(path(named, "classes", container), headers=RAW).json()["$id"] == PROFILE
    listed = client.get(f"{BASE}/tenant/classes", headers={"accept": "application/vnd.adobe.xed-id+json"})
    assert listed.json()["results"] == []
    assert client.delete(path(PROFILE, "classes")).status == 404
    assert client.patch(path(PROFILE, "classes"), []).status == 404
    assert client.delete(path(PROFILE, "classes", "global")).status == 405


@pytest.mark.parametrize(
    "form", ["xdm-full+json; version=1", "xdm-full+json", "xed-full-notext+json;version=1"]
)
def test_a_resource_is_read_in_the_spellings_that_clients_use(client: Any, form: str) -> None:
    accept = {"accept": f"application/vnd.adobe.{form}"}
    assert "personID" in client.get(path(PROFILE, "classes", "global"), headers=accept).json()["properties"]


def test_the_form_with_deprecated_fields_is_resolved(client: Any) -> None:
    accept = {"accept": "application/vnd.adobe.xed-deprecatefield+json; version=1"}
    person = "https://ns.adobe.com/xdm/context/person"
    shown = client.get(path(person, "datatypes", "global"), headers=accept).json()
    assert shown["properties"]["taxId"]["meta:status"] == "deprecated"


def test_lists_give_ids_pages_filters_and_order(client: Any, lake: Any) -> None:
    made = [lake.mixin({"a": STRING}, title=title) for title in ("Beta", "Alpha", "Gamma")]
    base = f"{BASE}/tenant/fieldgroups"
    ids = {"accept": "application/vnd.adobe.xed-id+json"}
    body = client.get(f"{base}?orderby=title&limit=2", headers=ids).json()
    assert [one["title"] for one in body["results"]] == ["Alpha", "Beta"]
    assert set(body["results"][0]) == {"title", "$id", "meta:altId", "version"}
    assert body["_page"] == {"orderby": "title", "next": made[2], "count": 2}
    following = body["_links"]["next"]["href"].removeprefix("http://aep.local")
    rest = client.get(following, headers=ids).json()
    assert [one["title"] for one in rest["results"]] == ["Gamma"]
    assert rest["_page"]["next"] is None
    found = client.get(f"{base}?orderby=-title&start=Beta").json()["results"]
    assert [one["title"] for one in found] == ["Alpha"]  # what comes strictly after the value
    for text, titles in (
        ("title==Beta", ["Beta"]),
        ("title!=Beta", ["Alpha", "Gamma"]),
        ("title~^[AB]", ["Beta", "Alpha"]),
        (f"meta:intendedToExtend=={PROFILE}", ["Beta", "Alpha", "Gamma"]),
        ("nothing==1", []),
    ):
        found = client.get(f"{base}?property={quote(text, safe='')}").json()["results"]
        assert [one["title"] for one in found] == titles, text


def test_the_next_page_keeps_filters_and_size(client: Any, lake: Any) -> None:
    for number in range(5):
        lake.mixin({"a": STRING}, title=f"Group {number}")
    lake.mixin({"a": STRING}, title="Other, with a comma")
    url = f"{BASE}/tenant/mixins?orderby=-title&limit=2&property={quote('title~^Group')}"
    seen: list[str] = []
    while url:
        body = client.get(url).json()
        assert len(body["results"]) <= 2
        seen.extend(one["title"] for one in body["results"])
        url = body["_links"].get("next", {}).get("href", "").removeprefix("http://aep.local")
    assert seen == [f"Group {number}" for number in (4, 3, 2, 1, 0)]
    found = client.get(f"{BASE}/tenant/mixins?property={quote('title==Other, with a comma')}").json()
    assert len(found["results"]) == 1


def test_a_strict_list_wants_an_order_for_pages(make_client: Any) -> None:
    client = make_client(strict=True)
    client.sandbox = "prod"
    for query in ("limit=2", "start=a"):
        assert client.get(f"{BASE}/tenant/schemas?{query}").status == 400
        assert client.get(f"{BASE}/tenant/schemas?{query}&orderby=title").status == 200


@pytest.mark.parametrize(
    ("target", "number"),
    [
        ("tenant/classes/_x.classes.0", 1010),
        ("global/classes/_xdm.context.nothing", 1010),
        ("tenant/fieldgroups/_x.mixins.0", 1011),
        ("tenant/mixins/_x.mixins.0", 1011),
        ("tenant/schemas/_x.schemas.0", 1012),
        ("rpc/export/_x.schemas.0", 1012),
        ("rpc/sampledata/_x.schemas.0", 1012),
        ("rpc/auditlog/_x.schemas.0", 1012),
        ("tenant/datatypes/_x.datatypes.0", 1013),
        ("global/behaviors/_xdm.data.nothing", 1014),
        ("tenant/unions/_xdm.context.profile__union", 1015),
        ("tenant/descriptors/0", 1016),
    ],
)
def test_what_is_not_found_has_the_code_of_its_type(client: Any, target: str, number: int) -> None:
    headers = {} if "descriptors" in target else RAW
    answer = client.get(f"{BASE}/{target}", headers=headers)
    problem = answer.json()
    assert (answer.status, problem["status"]) == (404, 404)
    assert problem["type"] == f"http://ns.adobe.com/aep/errors/XDM-{number}-404"
    assert problem["report"]["sub-errors"] == []
    assert problem["report"]["detailed-message"] == problem["detail"]
    stamp = problem["report"]["timestamp"]
    assert stamp == "05-15-2024 12:00:00"
    if target.startswith("tenant") and "unions" not in target:
        for method in ("PUT", "PATCH", "DELETE"):
            if (method, "descriptors" in target) == ("PATCH", True):
                continue
            change: Any = [{"op": "add", "path": "/x", "value": 1}] if method == "PATCH" else {}
            assert code(client.call(method, f"{BASE}/{target}", change)) == f"XDM-{number}-404", method
