from __future__ import annotations

from typing import Any

from harness.aep.flow.inlets import Inlets
from harness.twin.tenant import Tenant

BASE = "/data/core/edge/inlet"


def test_an_inlet_has_the_fields_of_both_generations(client: Any) -> None:
    made = client.post(BASE, {"name": "N", "sourceId": "S", "dataType": "xdm", "description": "D"})
    assert made.status == 201
    body = made.json()
    assert len(body["inletId"]) == 64
    assert body["inletUrl"] == f"http://aep.local/collection/{body['inletId']}"
    assert (body["dataInletId"], body["dataInletUrl"]) == (body["inletId"], body["inletUrl"])
    assert (body["sourceId"], body["authenticationRequired"]) == ("S", False)
    assert body["createdAt"] == "2024-05-15T12:00:00.000Z"
    assert client.get(BASE).json() == [body]
    assert client.get(f"{BASE}/{body['inletId']}").json() == body


def test_what_is_wrong_is_refused(client: Any) -> None:
    wrong = ({}, {"name": "N", "authenticationRequired": "yes"}, {"name": "N", "dataType": "x"})
    for body in (*wrong, {"name": "N", "dataType": []}, {"name": "N", "dataType": {}}):
        assert client.post(BASE, body).status == 400, body


def test_an_inlet_belongs_to_its_sandbox_and_can_be_deleted(client: Any) -> None:
    made = client.post(BASE, {"name": "N"}).json()["inletId"]
    dev = {"x-sandbox-name": "dev"}
    assert client.get(BASE, headers=dev).json() == []
    assert client.get(f"{BASE}/{made}", headers=dev).status == 404
    assert client.delete(f"{BASE}/{made}").status == 204
    assert client.get(f"{BASE}/{made}").status == 404


def test_a_minted_inlet_is_found_by_its_id_and_by_that_of_its_connection(client: Any) -> None:
    inlets = client.platform.service(Inlets)
    minted = inlets.mint(
        tenant=Tenant(client.settings.org_id, "dev"), name="N", source_id="S", connection_id="c-1"
    )
    assert inlets.by_inlet_id(minted.inlet_id) == minted
    assert inlets.by_inlet_id("c-1") == minted
    changed = inlets.update(minted, authentication_required=True)
    assert inlets.by_inlet_id(minted.inlet_id) == changed
    inlets.remove(minted)
    assert inlets.by_inlet_id(minted.inlet_id) is None
    assert inlets.by_inlet_id("c-1") is None
