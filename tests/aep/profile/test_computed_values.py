"""What computed attributes are worth: in look-ups, in segments, in exports."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from harness.twin.wires.sinks import LocalSinks

FIRST = "/data/core/ups/config/computedAttributes"
PRESENT = "/data/core/ca/attributes"


def first(people: Any, name: str, value: str, path: str = "") -> str:
    """Id of an attribute of the first generation."""
    answer = people.client.post(
        FIRST,
        {
            "name": name,
            "path": path or people.lake.tenant,
            "expression": {"type": "PQL", "format": "pql/text", "value": value},
            "schema": {"name": "_xdm.context.profile"},
        },
    )
    assert answer.status == 200, answer.body
    return str(answer.json()["id"])


def own(people: Any, email: str = "a@example.com", **query: str) -> dict[str, Any]:
    return dict(people.entity(email, **query)["entity"].get(people.lake.tenant, {}))


@pytest.fixture
def shopper(people: Any) -> Any:
    """Somebody with three events: two of this week, one of a month ago."""
    people.profile("a@example.com", first="Ann", points=7)
    tenant = people.lake.tenant
    for number, (at, level, points) in enumerate(
        (
            ("2024-05-14T10:00:00Z", "shoe", 10),
            ("2024-05-15T10:00:00Z", "hat", 20),
            ("2024-04-10T10:00:00Z", "hat", 400),
        )
    ):
        people.event("a@example.com", f"e{number}", at, **{tenant: event(people, level, points)})
    return people


def event(people: Any, level: str, points: int) -> dict[str, Any]:
    return {"email": "a@example.com", "level": level, "points": points}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("xEvent[timestamp occurs < 7 days before now].sum(_T.points)", 30),
        ("xEvent[timestamp occurs < 7 days before now].count()", 2),
        ("xEvent.min(_T.points)", 10),
        ("xEvent.max(timestamp)", "2024-05-15T10:00:00Z"),
        ("xEvent.average(_T.points) > 100", True),
        ("xEvent.groupBy(_T.level).map((K, G) => mapEntry(K, G.count()))", {"hat": 2, "shoe": 1}),
        (
            'xEvent.groupBy(_T.level).map({"what": this.head()._T.level, "sum": this.sum(_T.points)})',
            [{"what": "hat", "sum": 420}, {"what": "shoe", "sum": 10}],
        ),
        (
            'xEvent.topN(timestamp, 1).map({"timestamp": this.timestamp, "value": this._T.level}).head()',
            {"timestamp": "2024-05-15T10:00:00Z", "value": "hat"},
        ),
        ("xEvent.topN(timestamp, 2).map(_T.level)", ["hat", "shoe"]),
        ('if(person.name.firstName = "Ann", 60, 65)', 60),
        ("person.name.firstName", "Ann"),
        ("_T.points * 2", 14),
    ],
)
def test_a_value_is_in_the_profile(shopper: Any, expression: str, expected: Any) -> None:
    first(shopper, "computed", expression.replace("_T", shopper.lake.tenant))
    assert own(shopper)["computed"] == expected
    assert own(shopper)["points"] == 7


def test_attributes_may_use_one_another_and_follow_what_streams_in(shopper: Any) -> None:
    tenant = shopper.lake.tenant
    first(shopper, "spent", f"xEvent.sum({tenant}.points)")
    first(shopper, "times", "xEvent.count()")
    first(shopper, "mean", f"{tenant}.spent / {tenant}.times", path=f"person.{tenant}")
    shopper.event("a@example.com", "new", "2024-05-15T11:00:00Z", **{tenant: event(shopper, "sock", 2)})
    assert own(shopper)["spent"] == 432
    assert shopper.entity("a@example.com")["entity"]["person"] == {
        "name": {"firstName": "Ann"},
        tenant: {"mean": 108},
    }


def test_a_value_is_left_out_when_it_is_not_asked_for_or_not_there(shopper: Any) -> None:
    made = first(shopper, "computed", "xEvent.count()")
    first(shopper, "nothing", "person.birthYear")
    assert "nothing" not in own(shopper)
    assert "computed" not in own(shopper, withCA="false")
    assert "computed" in own(shopper, withCA="true")
    assert (
        shopper.client.patch(f"{FIRST}/{made}", [{"op": "replace", "path": "/active", "value": False}]).status
        == 204
    )
    assert "computed" not in own(shopper)


def test_a_segment_sees_values_as_events_stream_in(shopper: Any, destinations: Any) -> None:
    tenant = shopper.lake.tenant
    first(shopper, "spent", f"xEvent.sum({tenant}.points)")
    segment = destinations.segment(f"{tenant}.spent >= 500")
    event_of = event(shopper, "sock", 100)
    shopper.event("a@example.com", "new", "2024-05-15T11:00:00Z", **{tenant: event_of})
    held = shopper.entity("a@example.com")["entity"]["segmentMembership"]["ups"]
    assert held[segment]["status"] == "realized"


def test_an_event_exports_a_member_whose_mapped_attribute_it_computes(
    shopper: Any, destinations: Any
) -> None:
    tenant = shopper.lake.tenant
    first(shopper, "spent", f"xEvent.sum({tenant}.points)")
    segment = destinations.segment('person.name.firstName = "Ann"')
    flow = destinations.flow()
    assert destinations.activate(flow, [segment], [f"{tenant}.spent"]).status == 200
    shopper.profile("a@example.com", first="Ann")
    shopper.event("a@example.com", "new", "2024-05-15T11:00:00Z", **{tenant: event(shopper, "sock", 2)})
    sinks = shopper.client.platform.service(LocalSinks)
    sent = sinks.messages("kinesis", "AKIALOCAL", "us-east-1", "profiles")
    bodies = [json.loads(base64.b64decode(one.body["data"])) for one in sent]
    assert [body[tenant]["spent"] for body in bodies] == [430, 432]


def present(client: Any, **changes: Any) -> Any:
    body = {
        "name": "spentLately",
        "displayName": "Spent lately",
        "expression": {"type": "PQL", "format": "pql/text", "value": "xEvent.sum(_T.points)"},
        "duration": {"count": 7, "unit": "DAYS"},
        **changes,
    }
    text = body["expression"]["value"] if isinstance(body["expression"], dict) else None
    if isinstance(text, str):
        tenant = f"_{client.settings.tenant_id}"
        body["expression"] = {**body["expression"], "value": text.replace("_T", tenant)}
    return client.post(PRESENT, body)


def test_a_published_attribute_looks_back_as_far_as_it_says(shopper: Any) -> None:
    draft = present(shopper.client)
    assert (draft.status, draft.json()["status"]) == (200, "DRAFT")
    assert draft.json()["mergeFunction"] == {"value": "SUM"}
    assert draft.json()["positionPath"] == [shopper.lake.tenant, "ComputedAttributes"]
    assert "ComputedAttributes" not in own(shopper)
    path = f"{PRESENT}/{draft.json()['id']}"
    assert shopper.client.patch(path, {"status": "NEW"}).json()["status"] == "NEW"
    assert shopper.client.get(path).json()["status"] == "PROCESSED"
    assert own(shopper)["ComputedAttributes"] == {"spentLately": 30}
    shopper.client.clock.advance(6 * 86_400_000 + 20 * 3_600_000)
    shopper.client._token = ""  # the one at hand has expired
    assert own(shopper)["ComputedAttributes"] == {"spentLately": 20}
    assert shopper.client.patch(path, {"status": "DISABLED"}).status == 200
    assert "ComputedAttributes" not in own(shopper)


def test_what_may_change_the_status_says(client: Any) -> None:
    draft = f"{PRESENT}/{present(client).json()['id']}"
    assert client.patch(draft, {"status": "DISABLED"}).status == 400
    done = f"{PRESENT}/{present(client, name='done', status='NEW').json()['id']}"
    assert client.patch(done, {"status": "DRAFT"}).status == 400
    assert client.delete(done).status == 400
    assert client.patch(done, {"description": "Points of a week"}).json()["description"] == "Points of a week"
    gone = client.delete(draft)
    assert (gone.status, gone.json()["status"]) == (202, "DRAFT")
    assert client.get(draft).status == 404


def test_attributes_are_listed_by_status_in_pages(client: Any) -> None:
    for number in range(3):
        client.clock.advance(1000)
        present(client, name=f"a{number}", status="NEW" if number else "DRAFT")
    page = client.get(f"{PRESENT}?limit=2").json()
    assert [one["name"] for one in page["computedAttributes"]] == ["a2", "a1"]
    assert page["_page"] == {"offset": 0, "limit": 2, "count": 2, "totalCount": 3}
    assert page["_links"]["next"] == {"href": "/attributes?offset=2&limit=2"}
    found = client.get(f"{PRESENT}?status=processed&sortBy=name").json()["computedAttributes"]
    assert [one["name"] for one in found] == ["a1", "a2"]
    assert client.get(f"{PRESENT}?status=x").status == 400
    assert client.get(f"{PRESENT}?sortBy=x").status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "with_underscore"},
        {"expression": None},
        {"expression": {"type": "PQL", "format": "pql/json", "value": "{}"}},
        {"expression": {"type": "PQL", "format": "pql/text", "value": "person.birthYear"}},
        {"expression": {"type": "PQL", "format": "pql/text", "value": "xEvent["}},
        {"duration": {"count": 25, "unit": "HOURS"}},
        {"duration": {"count": 1, "unit": "YEARS"}},
        {"duration": 7},
        {"status": "PROCESSED"},
        {"displayName": 1},
    ],
)
def test_a_bad_attribute_is_400(client: Any, changes: dict[str, Any]) -> None:
    assert present(client, **changes).status == 400


def test_a_name_is_taken_once(client: Any) -> None:
    assert present(client).status == 200
    assert present(client).status == 400
