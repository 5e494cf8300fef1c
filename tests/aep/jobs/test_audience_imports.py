from __future__ import annotations

from typing import Any

import pytest

from harness.aep.landing_zone.zones import USER, LandingZones
from harness.twin.tenant import Tenant

BASE = "/data/core/ais/external-audience"
PARAMS = {"path": "in/people.csv", "type": "file", "sourceType": "Cloud Storage", "cloudType": "DLZ"}


def described(name: str = "People", *, params: Any = None, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "fields": [{"name": "email", "type": "string", "identityNs": "Email"}],
        "sourceSpec": {"params": {**PARAMS, **(params or {})}},
        "originName": "CUSTOM_UPLOAD",
        **changes,
    }


def imported(client: Any, **changes: Any) -> str:
    started = client.post(f"{BASE}/", described(**changes))
    assert started.status == 202, started.body
    operation = client.get(f"{BASE}/operations/{started.json()['operationId']}").json()
    assert operation["status"] == "SUCCESS"
    return str(operation["audienceId"])


def test_an_import_makes_an_audience(client: Any) -> None:
    audience = imported(client, description="of a file", ttlInDays=40)
    shown = client.get(f"/data/core/ups/audiences/{audience}").json()
    assert (shown["name"], shown["description"], shown["ttlInDays"]) == ("People", "of a file", 40)
    again = client.post(BASE, described())
    assert (again.status, again.json()["errorCode"]) == (409, "100950")


def test_an_imported_audience_is_changed_and_deleted(client: Any) -> None:
    where = f"{BASE}/{imported(client)}"
    assert client.patch(where, {"description": "new"}).json()["description"] == "new"
    assert client.patch(where, {"name": "other"}).status == 400
    assert client.patch(where, {"ttlInDays": 91}).status == 400
    gone = client.delete(where)
    assert (gone.status, gone.body) == (202, b"")
    assert client.patch(where, {"description": "x"}).json()["errorCode"] == "100940"


def test_runs_are_started_listed_and_limited(client: Any) -> None:
    where = f"{BASE}/{imported(client)}"
    for _ in range(10):
        assert client.post(f"{where}/runs", {"dataFilterStartTime": 1_700_000_000}).status == 200
    over = client.post(f"{where}/runs", {"dataFilterStartTime": 1_700_000_000})
    assert (over.status, over.json()["errorCode"]) == (422, "100960")
    page = client.get(f"{where}/runs?limit=3").json()
    assert page["_page"] == {"limit": 3, "count": 3, "totalCount": 10}
    run = client.get(f"{where}/runs/{page['runs'][0]['runId']}").json()
    assert run["status"] == "SUCCESS"
    assert [one["stage"] for one in run["details"]] == ["DATASET_INGEST", "PROFILE_STORE_INGEST"]
    for query in ("limit=41", "sortBy=size"):
        assert client.get(f"{where}/runs?{query}").status == 400


@pytest.mark.parametrize(
    "body",
    [
        described(name=""),
        described(fields=[]),
        described(fields=[{"name": "a", "type": "text"}]),
        described(params={"path": "a b.csv"}),
        described(params={"type": "dir"}),
        described(params={"cloudType": "Dropbox"}),
        described(params={"cloudType": "S3"}),
        described(ttlInDays=91),
        described(labels=[5]),
        described(originName="OTHER"),
        described(sourceSpec=None),
        described(customAudienceId=5),
    ],
)
def test_what_is_no_import_is_refused_with_its_number(client: Any, body: Any) -> None:
    answer = client.post(BASE, body)
    assert (answer.status, answer.json()["errorCode"]) == (400, "100910")


def test_what_is_not_there_is_404_with_its_number(client: Any) -> None:
    for path in ("operations/no", "no/runs", "no/runs/no"):
        answer = client.get(f"{BASE}/{path}")
        assert (answer.status, answer.json()["errorCode"]) == (404, "100940")
    started = f"{BASE}/{imported(client)}/runs"
    assert client.get(f"{started}/no").status == 404
    for body in ({}, {"dataFilterStartTime": "now"}, {"dataFilterStartTime": 9, "dataFilterEndTime": 5}):
        assert client.post(started, body).status == 400


@pytest.mark.parametrize(
    ("changes", "params"),
    [({"originName": None}, {}), ({"audienceType": "accounts"}, {}), ({}, {"sourceType": "Database"})],
)
def test_an_import_of_another_kind_is_refused(client: Any, changes: Any, params: Any) -> None:
    answer = client.post(BASE, described(params=params, **changes))
    assert (answer.status, answer.json()["errorCode"]) == (400, "100910")


def test_a_page_of_runs_that_is_too_long_is_refused(client: Any) -> None:
    answer = client.get(f"{BASE}/{imported(client)}/runs?limit=41")
    assert (answer.status, answer.json()["errorCode"]) == (400, "100911")


def put(client: Any, name: str, content: bytes) -> None:
    zones, tenant = client.platform.service(LandingZones), Tenant(client.settings.org_id, "prod")
    zones.put(tenant, name, content, USER)


def membership(client: Any, mail: str) -> dict[str, Any]:
    target = "/data/core/ups/access/entities?schema.name=_xdm.context.profile"
    answer = client.get(f"{target}&entityId={mail}&entityIdNS=Email")
    found = next(iter(answer.json().values()))["entity"]["segmentMembership"]
    return dict(found["CustomerAudienceUpload"])


@pytest.mark.parametrize(
    "params", [{}, {"cloudType": "S3", "baseConnectionId": "any"}, {"cloudType": "Azure"}]
)
def test_who_is_in_the_files_of_an_audience_is_a_member_until_a_run_finds_nobody(
    client: Any, params: dict[str, str]
) -> None:
    put(client, "in/people.csv", b"email,points\nada@x.example,1\nbob@x.example,2\n")
    audience = imported(client, params=params)
    run = {"dataFilterStartTime": 0}
    assert client.post(f"{BASE}/{audience}/runs", run).status == 200
    assert membership(client, "ada@x.example")[audience]["status"] == "realized"
    shown = client.get(f"/data/core/ups/audiences/{audience}").json()
    assert shown["metrics"]["data"]["totalProfiles"] == 2
    client.clock.advance(60_000)
    put(client, "in/people.csv", b"email,points\nada@x.example,1\n")
    late = {"dataFilterStartTime": 0, "dataFilterEndTime": 1}
    assert client.post(f"{BASE}/{audience}/runs", {**late, "differentialIngestion": True}).status == 200
    assert membership(client, "bob@x.example")[audience]["status"] == "realized"
    client.post(f"{BASE}/{audience}/runs", run)
    assert membership(client, "bob@x.example")[audience]["status"] == "exited"
    assert membership(client, "ada@x.example")[audience]["status"] == "realized"


def test_members_of_an_audience_from_outside_are_activated(client: Any, destinations: Any) -> None:
    put(client, "in/people.csv", b"email\nada@x.example\n")
    audience = imported(client)
    flow = destinations.flow()
    destinations.activate(flow, [audience], [])
    client.post(f"{BASE}/{audience}/runs", {"dataFilterStartTime": 0})
    client.platform.settle()
    (run,) = client.get(f"/data/foundation/flowservice/runs?property=flowId=={flow}").json()["items"]
    assert run["metrics"]["recordSummary"]["outputRecordCount"] == 1
