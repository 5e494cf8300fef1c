"""Comparing answers: what systems make up may differ, what was answered may not."""

import base64
import json

import pytest

from harness.cassettes.compare.answers import AnswerComparison, Ignore
from harness.client.message import Response

A, B = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
C, D = "11111111-d9cb-469f-a165-70867728950e", "22222222-7425-40de-944b-e07fc1f90ae7"


def coded(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


def token(claims, signature="c2lnbmF0dXJl"):
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in ({"alg": "none"}, claims)]
    return ".".join([one.rstrip("=") for one in parts] + [signature])


def differences(*pairs, ignore=None):
    """Compare recorded with live documents, in order; return the pointers of what differs in the last."""
    comparison = AnswerComparison(ignore)
    answers = [
        tuple(Response(status=200, reason="OK", body=json.dumps(one).encode()) for one in pair)
        for pair in pairs
    ]
    for _ in range(2):
        found = [one.pointer for old, new in answers for one in comparison.responses(new, old)]
    return found


@pytest.mark.parametrize(
    ("recorded", "live"),
    [
        (A, B),
        ({"at": "2026-01-01T00:00:00Z"}, {"at": "2026-02-02T10:20:30.123+01:00"}),
        ("11-22-2026 06:17:58", "11-23-2026 07:21:40"),
        ("20261122T201857Z", "20261122T202052Z"),
        ("Sun, 22 Nov 2026 19:20:25 GMT", "Mon, 23 Nov 2026 01:02:03 GMT"),
        ("1795371478286:13598:548", "1795375300428:9099:835"),
        (1795371478, 1795375300),
        ("38275469264235940310303568003919014202", "01475328804740254547184003731661689955"),
        ("/batches/01M82HHYA9203EY0VCY66ZCGES/failed", "/batches/01M82J3SEHJQ5VPQ6B7DS0MH46/failed"),
        ({"01M82HHYHHBDWAMVGZRKFRVHXP": {"n": 1}}, {"01M82J3SYBAQDWHFFHNR3YDRZE": {"n": 1}}),
        ("part-0-01m82hhya9203ey0vcy66zcges.json", "part-0-01m82j3sehjq5vpq6b7ds0mh46.json"),
        ({"jobId": 65474}, {"jobId": 42131}),
        ({"JOB_IDS": [65474, 65475]}, {"JOB_IDS": [42131, 421311]}),
        ({"id": "ord-7301"}, {"id": "ord-7302"}),
        (
            {"invoiceIds": ["INV-2026-0007"], "see": "/INV-2026-0007"},
            {"invoiceIds": ["INV-2026-0010"], "see": "/INV-2026-0010"},
        ),
        ({"totalTimeInMs": 1}, {"totalTimeInMs": 0}),
        ({"duration": 1.5}, {"duration": 12}),
        ("V1StGXR8aZ5jdHi6BnmyT4", "x9Kp2LmQ7vB4nZ8wR3tY6u"),
        ({A: {"n": 1}}, {B: {"n": 1}}),
        ({f"urn:{A}": {"n": 1}, f"urn:{C}": {"n": 2}}, {f"urn:{D}": {"n": 2}, f"urn:{B}": {"n": 1}}),
        (json.dumps({"id": A, "n": 1}), json.dumps({"n": 1, "id": B})),
        (coded({"id": A}), coded({"id": B})),
        (coded([coded({"id": A}), 1795371478286]), coded([coded({"id": B}), 1795375300428])),
        (token({"sub": A, "iat": 1795371478}), token({"sub": B, "iat": 1795375300}, "YW5vdGhlcg")),
        (f"see /things/{A}?at=1795371478", f"see /things/{B}?at=1795375300"),
        ("REDACTED_token", "REDACTED_access_token_3"),
    ],
)
def test_what_systems_make_up_may_differ(recorded, live):
    assert differences((recorded, live)) == []
    assert differences((recorded, live), ignore=Ignore(generated=False)) != []


@pytest.mark.parametrize(
    ("recorded", "live", "pointers"),
    [
        ({"n": 1}, {"n": "1"}, ["body/n"]),
        ({"id": A}, {"id": 1795371478}, ["body/id"]),
        ({"id": A}, {"id": None}, ["body/id"]),
        ({"id": A, "n": 1}, {"id": B}, ["body/n"]),
        ({"id": A}, {"id": B, "n": 1}, ["body/n"]),
        ({"state": "open"}, {"state": "done"}, ["body/state"]),
        ({"state": f"open {A}"}, {"state": f"done {B}"}, ["body/state"]),
        ({"count": 65474}, {"count": 42131}, ["body/count"]),
        ({"jobId": 7}, {"jobId": 8}, ["body/jobId"]),
        ({"jobId": 65474}, {"jobId": "42131"}, ["body/jobId"]),
        ({"id": "ord-7301"}, {"id": "inv-7302"}, ["body/id"]),
        ({"id": "tier-1"}, {"id": "tier-2"}, ["body/id"]),
        ({"sku": "TEA-0001"}, {"sku": "TEA-0002"}, ["body/sku"]),
        ([{"id": "ord-7301", "ref": "ord-7301"}], [{"id": "ord-7302", "ref": "ord-7303"}], ["body/0/ref"]),
        ({"paid": 65474}, {"paid": 42131}, ["body/paid"]),
        ({"timeoutMs": 1000}, {"timeoutMs": 2000}, ["body/timeoutMs"]),
        ({A: {"n": 1}}, {B: {"n": 2}}, [f"body/{B}/n"]),
        ({A: 1}, {B: 1, D: 1}, [f"body/{D}"]),
        ([A, C], [B], ["body/1"]),
        (coded({"id": A, "n": 1}), coded({"id": B, "n": 2}), ["body/(base64)/n"]),
        (json.dumps({"id": A, "n": [1]}), json.dumps({"id": B, "n": [2]}), ["body/(json)/n/0"]),
        (token({"sub": A, "role": "user"}), token({"sub": B, "role": "admin"}), ["body/(token)/claims/role"]),
        ({"release": "getCustomerProfileById2"}, {"release": "getCustomerProfileById3"}, ["body/release"]),
        ([{"id": A, "ref": A}, {"ref": A}], [{"id": B, "ref": B}, {"ref": D}], ["body/1/ref"]),
        ([{"id": A}, {"id": C}], [{"id": B}, {"id": B}], ["body/1/id"]),
        (
            ["01M82HHYA9203EY0VCY66ZCGES", "01M82HHYA9203EY0VCY66ZCGES"],
            ["01M82J3SEHJQ5VPQ6B7DS0MH46", "01M82J3SYBAQDWHFFHNR3YDRZE"],
            ["body/1"],
        ),
        (True, 1, ["body"]),
    ],
)
def test_a_true_change_is_told(recorded, live, pointers):
    assert differences((recorded, live)) == pointers


def test_a_value_that_became_another_one_is_known_wherever_it_occurs():
    made = ({"jobId": 654741, "name": "x"}, {"jobId": 421312, "name": "x"})
    later = {
        "href": "/jobs/654741/files",
        "654741": "here",
        "inside": coded({"of": "job 654741"}),
        "escaped": "%2Fjobs%2F654741",
        "json": json.dumps({"job": "654741"}),
    }
    live = json.loads(json.dumps(later).replace("654741", "421312"))
    live["inside"] = coded({"of": "job 421312"})
    assert differences(made, (later, live)) == []
    assert len(differences((later, live))) == 6


def test_a_list_ordered_by_made_up_ids_is_compared_by_them():
    made = (
        [{"id": A, "name": "one"}, {"id": C, "name": "two"}],
        [{"id": D, "name": "one"}, {"id": B, "name": "two"}],
    )
    listed = (
        {"items": [{"id": A, "n": 1}, {"id": C, "n": 2}], "ids": [A, C]},
        {"items": [{"id": B, "n": 2}, {"id": D, "n": 1}], "ids": [B, D]},
    )
    assert differences(made, listed) == []
    listed[1]["items"][0]["n"] = 3
    assert differences(made, listed) == ["body/items/0/n"]


def test_texts_are_compared_by_line():
    old = Response(status=200, reason="OK", body=f"job {A}\nopen\n".encode())
    new = Response(status=200, reason="OK", body=f"job {B}\ndone\n".encode())
    assert [one.pointer for one in AnswerComparison().responses(new, old)] == ["body/line 2"]


def test_documents_without_end_are_a_difference_and_no_error():
    deep = b"[" * 900 + b"%d" + b"]" * 900
    old, new = (Response(status=200, reason="OK", body=deep % number) for number in (1, 2))
    assert [one.pointer.split("/")[0] for one in AnswerComparison().responses(new, old)] == ["body"]


def test_a_changed_status_and_header_are_told():
    old = Response(
        status=200, reason="OK", headers=(("Location", f"/a/{A}"), ("X-State", "open"), ("Date", "x"))
    )
    new = Response(status=202, reason="OK", headers=(("location", f"/a/{B}"), ("X-State", "done")))
    assert [one.pointer for one in AnswerComparison().responses(new, old)] == ["status", "headers/x-state"]
