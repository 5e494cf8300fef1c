from __future__ import annotations

import base64
from typing import Any

import pytest

from harness.aep.edge.consent_values import general
from tests.aep.edge.edge_calls import handle, seen, send, stream, view

CONSENTS = "https://ns.adobe.com/xdm/mixins/profile-consents"
IN = {"standard": "Adobe", "version": "1.0", "value": {"general": "in"}}
OUT = {"standard": "Adobe", "version": "1.0", "value": {"general": "out"}}


def second(**value: Any) -> dict[str, Any]:
    return {"standard": "Adobe", "version": "2.0", "value": value}


def framework(*, purpose: bool, vendor: bool, ranges: bool = False) -> str:
    bits = f"{2:06b}" + "0" * 146 + ("1" if purpose else "0") + "0" * 60
    assert len(bits) == 213
    bits += f"{600:016b}"
    if ranges:
        bits += "1" + f"{1:012b}" + ("1" + f"{560:016b}" + f"{570 if vendor else 561:016b}")
    else:
        bits += "0" + "".join("1" if vendor and one == 565 else "0" for one in range(1, 601))
    bits += "0" * (-len(bits) % 8)
    packed = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def set_consent(client: Any, where: str, *consents: Any, **more: Any) -> Any:
    body = {"query": {"identity": {"fetch": ["ECID"]}}, "consent": list(consents), **more}
    headers = {"content-type": "text/plain; charset=UTF-8", "origin": "https://shop.example"}
    return send(client, f"v1/privacy/set-consent?configId={where}&requestId=r", body, **headers)


def kept(answer: Any, word: str) -> str | None:
    entries = handle(answer, "state:store")
    return next((one["value"] for one in entries if one["key"].endswith(f"_{word}")), None)


def test_consent_is_answered_with_an_identity_and_a_state_that_a_page_may_read(
    client: Any, events: str
) -> None:
    answer = set_consent(client, stream(client, events), IN)
    assert (answer.status, answer.json()["requestId"][:2]) == (200, "r-")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert len(handle(answer, "identity:result")[0]["id"]) == 38
    assert kept(answer, "consent") == "general=in"
    assert kept(answer, "identity")


@pytest.mark.parametrize(
    ("consent", "decided"),
    [
        (IN, "in"),
        (OUT, "out"),
        ({**IN, "value": {"general": "pending"}}, None),
        (second(collect={"val": "y"}), "in"),
        (second(collect={"val": "n"}, metadata={"time": "2024-05-15T12:00:00Z"}), "out"),
        (second(collect={"val": "p"}), None),
        (second(marketing={"email": {"val": "n", "reason": "too many"}}), "in"),
        ({"standard": "IAB TCF", "version": "2.0", "value": framework(purpose=True, vendor=True)}, "in"),
        (
            {
                "standard": "IAB TCF",
                "version": "2.2",
                "value": framework(purpose=True, vendor=True, ranges=True),
            },
            "in",
        ),
        ({"standard": "IAB TCF", "version": "2.0", "value": framework(purpose=False, vendor=True)}, "out"),
        (
            {
                "standard": "IAB TCF",
                "version": "2.0",
                "value": framework(purpose=True, vendor=False, ranges=True),
            },
            "out",
        ),
        ({"standard": "IAB TCF", "version": "2.0", "value": "x", "gdprApplies": False}, "in"),
    ],
)
def test_a_consent_decides_on_collection(consent: Any, decided: str | None) -> None:
    assert general([consent]) == decided


@pytest.mark.parametrize(
    "consent",
    [
        [],
        "in",
        [5],
        [{"standard": "Adobe", "version": "3.0", "value": {}}],
        [{**IN, "value": {"general": "maybe"}}],
        [second(collect={"val": "yes"})],
        [second(collect={"val": ["y"]})],
        [second(marketing=5)],
        [second(marketing={"sms": {"val": "y", "reason": "x" * 17}})],
        [{"standard": "IAB TCF", "version": "2.0", "value": "no string of it"}],
        [{"standard": "IAB TCF", "version": "2.0", "value": 5}],
    ],
)
def test_what_is_no_consent_is_422_which_a_page_may_read(client: Any, events: str, consent: Any) -> None:
    answer = send(
        client,
        f"v1/privacy/set-consent?configId={stream(client, events)}",
        {"consent": consent},
        origin="https://shop.example",
    )
    assert (answer.status, answer.json()["type"].rpartition("/")[2]) == (422, "EXEG-0104-422")
    assert answer.json()["report"]["errors"]
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_who_has_opted_out_is_not_collected_by_cookie_or_state(client: Any, events: str) -> None:
    where = stream(client, events)
    answer = set_consent(client, where, OUT)
    ecid = handle(answer, "identity:result")[0]["id"]
    entries = [{"key": one["key"], "value": one["value"]} for one in handle(answer, "state:store")]
    target = f"v1/interact?configId={where}"
    assert send(client, target, {"events": [view()], "meta": {"state": {"entries": entries}}}).status == 200
    cookie = "; ".join(f"{one['key']}={one['value'].replace('general=', 'general%3D')}" for one in entries)
    assert send(client, target, {"events": [view()]}, cookie=cookie).status == 200
    assert seen(client, ecid) == []
    again = {"state": {"entries": entries}}
    entries = handle(set_consent(client, where, IN, meta=again), "state:store")
    assert send(client, target, {"events": [view()], "meta": {"state": {"entries": entries}}}).status == 200
    assert len(seen(client, ecid)) == 1


def test_the_identity_of_a_consent_is_the_one_that_is_given(client: Any, events: str) -> None:
    given = {"ECID": [{"id": "7" * 38}]}
    answer = set_consent(client, stream(client, events), IN, identityMap=given)
    assert handle(answer, "identity:result")[0]["id"] == "7" * 38


def test_preferences_are_kept_with_the_profile_where_its_dataset_has_a_place_for_them(
    client: Any, lake: Any, events: str
) -> None:
    dataset = lake.dataset(lake.schema(CONSENTS, title="Preferences", union=True), profile=True)
    where = stream(client, events, profile=dataset)
    answer = set_consent(client, where, second(collect={"val": "y"}, marketing={"email": {"val": "n"}}))
    ecid = handle(answer, "identity:result")[0]["id"]
    asked = f"schema.name=_xdm.context.profile&entityId={ecid}&entityIdNS=ecid"
    (found,) = client.get(f"/data/core/ups/access/entities?{asked}").json().values()
    assert found["entity"]["consents"]["marketing"]["email"]["val"] == "n"


def test_all_that_is_wrong_with_consents_is_told_at_once(client: Any, events: str) -> None:
    wrong = (
        {"standard": "Adobe", "version": "3.0", "value": {"general": "in"}},
        {"standard": "IAB TCF", "version": "1.0", "value": "x"},
        {"standard": "IAB TCF", "version": "2.0", "value": ""},
        {"standard": "Other", "version": "1.0"},
    )
    refused = set_consent(client, stream(client, events), *wrong)
    assert refused.status == 422
    assert [text[-1] for text in refused.json()["report"]["errors"][:3]] == ["0", "1", "2"]
    assert "must be Adobe or IAB TCF, not 'Other'" in refused.json()["report"]["errors"][3]
