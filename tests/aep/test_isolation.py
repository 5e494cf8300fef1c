"""Nobody sees or changes what is another organisation's, or of another sandbox.

One organisation fills a sandbox with objects of every kind. Then all calls there are, are made with the ids
of all its objects from another sandbox and from another organisation.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from harness.aep.serving.services import every_endpoint
from harness.aep.settings import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "zebra"
REGISTRY = "/data/foundation/schemaregistry/tenant"
UPS = "/data/core/ups"
PROFILE = {"name": "_xdm.context.profile"}
FULL = "application/vnd.adobe.xed-full+json;version=1"
PQL = {"type": "PQL", "format": "pql/text", "value": f'person.name.firstName = "{MARK}"'}
OTHER = Organisation(
    org_id="6B4C1D2E3F5071829304A5B6@AdobeOrg",
    tenant_id="otherclub",
    client_id="11111111111111111111111111111111",
    client_secret="other-secret",
    technical_account_id="7D5E2F3041628394051627B8@techacct.adobe.com",
)


@pytest.fixture
def client(make_client: Any) -> Any:
    return make_client(other_organisations=(OTHER,))


@dataclass(frozen=True)
class Outsider:
    """Somebody with a valid token who is elsewhere."""

    client: Any
    organisation: Organisation
    sandbox: str

    def call(self, method: str, target: str, body: Any = None, **headers: str) -> Any:
        token = self.client.platform.tokens.issue(self.organisation)
        own = {
            "authorization": f"Bearer {token}",
            "x-api-key": self.organisation.client_id,
            "x-gw-ims-org-id": self.organisation.org_id,
            "x-sandbox-name": self.sandbox,
            "if-match": "*",
            **headers,
        }
        return self.client.call(method, target, body, headers=own)


@pytest.fixture(params=["another sandbox", "another organisation"])
def outsider(request: Any, client: Any) -> Outsider:
    if request.param == "another sandbox":
        return Outsider(client, client.settings.organisation, "dev")
    return Outsider(client, OTHER, "prod")


@dataclass(frozen=True)
class Filled:
    """Ids of some of the objects that are made, by what they are."""

    ids: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


@pytest.fixture
def filled(people: Any, destinations: Any) -> Filled:
    """Make at least one object of every kind, with the mark in what it says."""
    client, lake = people.client, people.lake

    def made(path: str, body: Any, **headers: str) -> Any:
        answer = client.post(path, body, headers=headers)
        assert answer.status in (200, 201, 202), (path, answer.body)
        return answer.json()

    ids: dict[str, str] = {}
    ids["mixin"] = lake.mixin({"animal": {"type": "string"}}, title=f"{MARK} fields")
    ids["schema"] = lake.schema(ids["mixin"], title=f"{MARK} schema")
    ids["descriptor"] = lake.identity(ids["schema"], f"/{lake.tenant}/animal", "Email")
    for word, extra in (
        ("classes", {"allOf": [{"$ref": "https://ns.adobe.com/xdm/data/record"}]}),
        ("datatypes", {}),
    ):
        made(f"{REGISTRY}/{word}", {"title": f"{MARK} {word}", "type": "object", "properties": {}, **extra})
    ids["dataset"] = lake.dataset(ids["schema"], name=f"{MARK} data")
    made(
        f"/data/foundation/dataset/datasets/{ids['dataset']}/labels", {"labels": ["C1"], "optionalLabels": []}
    )
    people.profile(f"{MARK}@example.com", first=MARK, crm=f"{MARK}-7")
    people.event(f"{MARK}@example.com", f"{MARK}-event", "2024-05-15T11:00:00Z")
    ids["xid"] = people.entity(f"{MARK}@example.com")["entityId"]
    batch = {"datasetId": ids["dataset"], "inputFormat": {"format": "json"}}
    ids["batch"] = made("/data/foundation/import/batches", batch)["id"]
    file = f"/data/foundation/import/batches/{ids['batch']}/datasets/{ids['dataset']}/files/{MARK}.json"
    row = json.dumps({lake.tenant: {"animal": MARK}}).encode()
    octets = {"content-type": "application/octet-stream"}
    assert client.put(file, row, headers=octets).status == 201
    assert client.post(f"/data/foundation/import/batches/{ids['batch']}?action=COMPLETE").status == 200
    ids["policy"] = made(f"{UPS}/config/mergePolicies", {"name": MARK, "schema": PROFILE})["id"]
    ids["segment"] = destinations.segment(PQL["value"], name=f"{MARK} segment")
    ids["job"] = made(f"{UPS}/segment/jobs", [{"segmentId": ids["segment"]}])["id"]
    export = {"destination": {"datasetId": ids["dataset"]}, "schema": PROFILE, "fields": MARK}
    made(f"{UPS}/export/jobs", export)
    made(f"{UPS}/system/jobs", {"dataSetId": ids["dataset"]})
    schedule = {"name": MARK, "type": "batch_segmentation", "properties": {"segments": ["*"]}}
    made(f"{UPS}/config/schedules", schedule)
    attribute = {"name": MARK, "path": lake.tenant, "expression": PQL, "schema": PROFILE}
    made(f"{UPS}/config/computedAttributes", attribute)
    aggregate = {**PQL, "value": "xEvent.count()"}
    made("/data/core/ca/attributes", {"name": MARK, "expression": aggregate, "status": "NEW"})
    made(f"{UPS}/config/eventTypes", {"id": MARK, "title": MARK, "description": MARK})
    made(
        f"{UPS}/preview",
        {"predicateExpression": PQL["value"], "predicateType": "pql/text", "predicateModel": PROFILE["name"]},
    )
    made("/data/core/idnamespace/identities", {"name": MARK, "code": MARK.upper(), "idType": "CROSS_DEVICE"})
    edge = "application/vnd.adobe.platform.projectionDestination+json; version=1"
    place = {"type": "EDGE", "dataCenters": ["OR1"], "ttl": 3600, "replicationPolicy": "REACTIVE"}
    projected = made(f"{UPS}/config/destinations", place, **{"content-type": edge})["id"]
    config = "application/vnd.adobe.platform.projectionConfig+json; version=1"
    body = {"selector": "person", "name": MARK, "destinationId": projected}
    made(f"{UPS}/config/projections?schemaName={PROFILE['name']}", body, **{"content-type": config})
    made("/metadata/namespaces/edge/datasets/datastreams/records", {"title": MARK})
    made("/data/core/edge/inlet", {"name": MARK})
    ids["base"] = destinations.kinesis_connection(region="us-east-1", accessKeyId=MARK)
    ids["source"] = destinations.source()
    ids["target"] = destinations.target(ids["base"], stream=MARK, region="us-east-1")
    ids["flow"] = destinations.flow(ids["target"], name=f"{MARK} flow")
    assert destinations.activate(ids["flow"], [ids["segment"]], ["person.name.firstName"]).status == 200
    people.profile(f"{MARK}@example.com", first=MARK)
    return Filled(ids)


def held(client: Any) -> dict[str, list[Any]]:
    """Everything of the sandbox that was filled, as it is stored."""
    where = "WHERE org = ? AND sandbox = ?"
    place = (client.settings.org_id, "prod")
    return {
        table: client.platform.store.rows(f"SELECT {columns} FROM {table} {where} ORDER BY 1, 2", place)
        for table, columns in (
            ("document", "kind, id, version, body"),
            ("record", "stream, seq, body"),
            ("blob", "id, content"),
        )
    }


def pool(client: Any) -> list[str]:
    """Ids of the objects, a few of each kind."""
    by_kind: dict[str, list[str]] = {}
    for kind, one, _, _ in held(client)["document"]:
        by_kind.setdefault(kind, []).append(one)
    return list(dict.fromkeys(one for ids in by_kind.values() for one in ids[-2:]))


TYPES = ("schemas", "mixins", "classes", "datatypes", "unions")


def targets(client: Any, method: str, ids: list[str]) -> Iterator[tuple[str, str]]:
    """Paths of a method behind the gateway, and addresses that they make with the ids."""
    for endpoint in every_endpoint(client.platform):
        if endpoint.method != method or endpoint.door != "gateway":
            continue
        bare = endpoint.path.replace("{container}", "tenant").replace("{path...}", f"{MARK}.json")
        for path in [bare.replace("{type}", one) for one in TYPES] if "{type}" in bare else [bare]:
            for one in ids if "{" in path else ids[:1]:
                yield path, re.sub(r"\{[^}]+\}", quote(one, safe=""), path)


ENTITY = f"{UPS}/access/entities?schema.name={PROFILE['name']}"
EVENTS = (
    f"{UPS}/access/entities?schema.name=_xdm.context.experienceevent&relatedSchema.name={PROFILE['name']}"
)
ASKED = (
    f"{ENTITY}&entityIdNS=email&entityId={MARK}%40example.com",
    f"{EVENTS}&relatedEntityIdNS=email&relatedEntityId={MARK}%40example.com",
    f"/data/core/identity/cluster/members?nsid=6&id={MARK}%40example.com",
    f"/data/core/identity/v2/graph?nsid=6&id={MARK}%40example.com",
    f"/data/foundation/catalog/dataSets?property=name~^{MARK}",
    f"{UPS}/segment/definitions?limit=100",
    "/data/foundation/flowservice/runs?limit=100",
)


def reads(client: Any) -> Iterator[tuple[str, str]]:
    yield from targets(client, "GET", pool(client))
    yield from ((target.partition("?")[0], target) for target in ASKED)


def accept(path: str) -> dict[str, str]:
    if "descriptors" in path:
        return {"accept": "application/vnd.adobe.xdm+json"}
    return {"accept": FULL if "{" in path else "application/vnd.adobe.xed+json"}


def test_the_owner_sees_the_objects_in_many_places(filled: Filled, client: Any) -> None:
    inside = Outsider(client, client.settings.organisation, "prod")
    seen = {
        path
        for path, target in reads(client)
        if (answer := inside.call("GET", target, **accept(path))).status == 200
        and MARK.encode() in answer.body
    }
    expected = {
        f"{REGISTRY}/schemas",
        f"{REGISTRY}/mixins",
        "/data/foundation/catalog/dataSets",
        f"{UPS}/access/entities",
        f"{UPS}/segment/definitions",
        f"{UPS}/segment/definitions/{{id}}",
        f"{UPS}/segment/jobs/{{id}}",
        f"{UPS}/config/schedules/{{id}}",
        f"{UPS}/config/computedAttributes/{{id}}",
        f"{UPS}/config/mergePolicies/{{id}}",
        f"{UPS}/export/jobs",
        "/data/core/ca/attributes/{id}",
        "/data/core/edge/inlet",
        "/data/core/idnamespace/identities",
        "/data/foundation/flowservice/flows/{id}",
        "/data/foundation/flowservice/targetConnections/{id}",
    }
    assert expected <= seen
    assert filled["flow"] in pool(client)


def test_no_look_up_or_list_shows_them_to_somebody_else(
    filled: Filled, client: Any, outsider: Outsider
) -> None:
    ids = [one for one in pool(client) if len(one) > 15]
    assert filled["batch"] in ids
    for path, target in reads(client):
        answer = outsider.call("GET", target, **accept(path))
        text = answer.body.decode("utf-8", "replace")
        leaked = [one for one in ids if one in text and quote(one, safe="") not in target]
        assert (leaked, answer.status < 500) == ([], True), (target, text[:300])
        # An identity that was asked for may be said again; the others of the same person may not.
        said = text.replace(f"{MARK}@example.com", "") if f"{MARK}%40" in target else text
        if answer.status == 200:
            assert MARK not in said, (target, text[:300])


def test_no_call_of_somebody_else_changes_them(filled: Filled, client: Any, outsider: Outsider) -> None:
    before = held(client)
    patch = [{"op": "replace", "path": "/name", "value": "x"}]
    names = {"name": "x", "title": "x", "state": "disabled"}
    for method, bodies in (
        ("PATCH", (patch, names)),
        ("PUT", (names,)),
        ("POST", (names, {"ids": [{"id": one} for one in filled.ids.values()]})),
        ("DELETE", (None,)),
    ):
        for _, target in targets(client, method, pool(client)):
            for body in bodies:
                answer = outsider.call(method, target, body)
                assert answer.status < 500, (method, target, answer.body)
                assert MARK.encode() not in answer.body.replace(target.encode(), b"") or answer.status >= 400
    assert held(client) == before


def test_nothing_can_be_made_from_them_elsewhere(filled: Filled, outsider: Outsider) -> None:
    flows = "/data/foundation/flowservice"
    spec = {"id": "86043421-563b-46ec-8e6c-e23184711bf6", "version": "1.0"}
    ref = {"id": filled["schema"], "contentType": FULL}
    tenant = {
        "type": "object",
        "allOf": [{"$ref": "https://ns.adobe.com/xdm/context/profile"}, {"$ref": filled["mixin"]}],
    }
    descriptor = {
        "@type": "xdm:descriptorIdentity",
        "xdm:sourceSchema": filled["schema"],
        "xdm:sourceVersion": 1,
        "xdm:sourceProperty": "/x",
        "xdm:property": "xdm:code",
        "xdm:namespace": "Email",
        "xdm:isPrimary": False,
    }
    inputs: list[tuple[str, Any]] = [
        (f"{REGISTRY}/schemas", {"title": "x", **tenant}),
        (f"{REGISTRY}/descriptors", descriptor),
        ("/data/foundation/catalog/dataSets", {"name": "x", "schemaRef": ref}),
        (
            "/data/foundation/import/batches",
            {"datasetId": filled["dataset"], "inputFormat": {"format": "json"}},
        ),
        (f"{UPS}/segment/jobs", [{"segmentId": filled["segment"]}]),
        (
            f"{UPS}/segment/definitions",
            {"name": "x", "schema": PROFILE, "expression": PQL, "mergePolicyId": filled["policy"]},
        ),
        (f"{UPS}/export/jobs", {"destination": {"datasetId": filled["dataset"]}, "schema": PROFILE}),
        (f"{UPS}/system/jobs", {"dataSetId": filled["dataset"]}),
        (f"{UPS}/system/jobs", {"batchId": filled["batch"]}),
        (
            f"{flows}/sourceConnections",
            {
                "name": "x",
                "baseConnectionId": filled["base"],
                "connectionSpec": spec,
                "data": {"format": "json"},
                "params": {},
            },
        ),
        (
            f"{flows}/targetConnections",
            {
                "name": "x",
                "baseConnectionId": filled["base"],
                "connectionSpec": spec,
                "params": {"stream": "x", "region": "us-east-1"},
            },
        ),
        (
            f"{flows}/flows",
            {
                "name": "x",
                "flowSpec": {"id": "71471eba-b620-49e4-90fd-23f1fa0174d8", "version": "1.0"},
                "sourceConnectionIds": [filled["source"]],
                "targetConnectionIds": [filled["target"]],
            },
        ),
    ]
    for path, body in inputs:
        answer = outsider.call("POST", path, body)
        assert 400 <= answer.status < 500, (path, answer.status, answer.body)
