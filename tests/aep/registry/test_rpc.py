from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from harness.aep.registry.library import library
from harness.aep.registry.library_file import structures
from harness.aep.registry.resolve import resolve
from harness.aep.registry.sample import matching, sample
from harness.aep.settings import Organisation
from harness.aep.xdm.validation import Validator

RPC = "/data/foundation/schemaregistry/rpc"


def rpc(call: str, resource_id: str) -> str:
    return f"{RPC}/{call}/{quote(resource_id, safe='')}"


def test_sample_data_is_accepted_by_the_schema_it_is_made_for(client: Any, lake: Any) -> None:
    fields = {
        "code": {"type": "string", "pattern": "^[A-Z]{3}-\\d+$"},
        "long": {"type": "string", "minLength": 12},
        "few": {"type": "integer", "minimum": 7, "maximum": 9},
        "list": {"type": "array", "items": {"type": "number"}, "minItems": 2},
    }
    made = lake.schema(lake.mixin(fields, of=lake.event_class), of=lake.event_class)
    record = client.get(rpc("sampledata", made)).json()
    dataset, inlet = lake.dataset(made), lake.inlet()
    message = lake.message(made, dataset, record)
    answer = client.post(f"/collection/{inlet}?syncValidation=true", message, bare=True)
    assert answer.status == 200, answer.body
    assert client.get(rpc("sampledata", made + "0")).status == 404


def test_every_resource_of_the_library_accepts_its_own_sample() -> None:
    for resource_id in structures():
        full = resolve(library().get(resource_id) or {}, library().get)
        assert "$ref" not in str(full.get("properties")), resource_id
        # A field group may require what the class that it extends brings.
        known = full.get("properties", {}).keys()
        full["required"] = [one for one in full.get("required", ()) if one in known]
        found = Validator(full).violations(sample(full))
        assert found is None, (resource_id, found)


@pytest.mark.parametrize("pattern", ["^[A-Z]{2}$", "(a|b)+c?", "x.y", "[0-1][0-9]-[0-9][0-9]"])
def test_text_is_made_for_a_pattern(pattern: str) -> None:
    assert matching(pattern)


def test_an_export_holds_what_is_needed_first_and_imports_into_another_sandbox(
    client: Any, lake: Any
) -> None:
    group = lake.mixin({"a": {"type": "string"}})
    made = lake.schema(group)
    exported = client.get(rpc("export", made)).json()
    assert [one["$id"] for one in exported] == [group, made]
    client.sandbox = "dev"
    assert client.get(rpc("export", made)).status == 404
    assert client.post(f"{RPC}/import", exported).status == 200
    assert [one["$id"] for one in client.get(rpc("export", made)).json()] == [group, made]


def test_an_import_moves_into_the_tenant_of_the_importer(make_client: Any, lake: Any) -> None:
    group = lake.mixin({"a": {"type": "string"}})
    exported = lake.client.get(rpc("export", lake.schema(group))).json()
    other = Organisation(
        org_id="0123456789ABCDEF01234567@AdobeOrg",
        tenant_id="other",
        client_id="other-client",
        client_secret="other-secret",
        technical_account_id="other@techacct.adobe.com",
    )
    client = make_client(other_organisations=(other,))
    headers = {
        "x-api-key": other.client_id,
        "authorization": f"Bearer {client.platform.tokens.issue(other)}",
        "x-gw-ims-org-id": other.org_id,
    }
    taken = client.post(f"{RPC}/import", exported, headers=headers).json()
    assert taken[1]["$id"].startswith("https://ns.adobe.com/other/schemas/")
    assert list(taken[0]["definitions"]["own"]["properties"]) == ["_other"]
    assert taken[0]["imsOrg"] == other.org_id


@pytest.mark.parametrize("body", [[], {}, ["x"], [{"$id": "x"}]])
def test_what_is_no_export_cannot_be_imported(client: Any, body: Any) -> None:
    answer = client.post(f"{RPC}/import", body)
    assert answer.status == 400
    assert answer.json()["type"].endswith("XDM-3005-400")


def test_an_import_without_what_it_refers_to_fails(client: Any, lake: Any) -> None:
    exported = client.get(rpc("export", lake.schema(lake.mixin({"a": {"type": "string"}})))).json()
    client.sandbox = "dev"
    answer = client.post(f"{RPC}/import", exported[1:])
    assert answer.json()["type"].endswith("XDM-3005-400")


def test_the_audit_log_tells_changes_newest_first(client: Any, lake: Any) -> None:
    made = lake.schema(title="Old")
    url = f"/data/foundation/schemaregistry/tenant/schemas/{quote(made, safe='')}"
    client.patch(url, [{"op": "replace", "path": "/title", "value": "New"}])
    client.delete(url)
    found = client.get(rpc("auditlog", made)).json()
    assert [one["updates"][0]["action"] for one in found] == ["remove", "replace", "add"]
    assert client.get(rpc("auditlog", made + "0")).status == 404


def test_an_import_completes_what_was_written_by_hand(client: Any) -> None:
    base = "https://ns.adobe.com/someone"
    profile = "https://ns.adobe.com/xdm/context/profile"
    schema = {
        "$id": f"{base}/schemas/d91e4880fa61",
        "title": "Members",
        "type": "object",
        "allOf": [{"$ref": profile}, {"$ref": f"{base}/mixins/b86936a70cc8"}],
    }
    fields = {"_someone": {"type": "object", "properties": {"card": {"type": "string"}}}}
    mixin = {
        "$id": f"{base}/mixins/b86936a70cc8",
        "title": "Card",
        "type": "object",
        "meta:intendedToExtend": [profile],
        "properties": fields,
    }
    taken = client.post(f"{RPC}/import", [schema, mixin])
    assert taken.status == 200, taken.body
    own = f"https://ns.adobe.com/{client.settings.tenant_id}"
    assert [one["$id"] for one in taken.json()] == [
        f"{own}/schemas/d91e4880fa61",
        f"{own}/mixins/b86936a70cc8",
    ]
    stats = client.get("/data/foundation/schemaregistry/stats").json()
    assert stats["counts"]["schemas"] == 1
    path = f"/data/foundation/schemaregistry/tenant/schemas/{quote(taken.json()[0]['$id'], safe='')}"
    full = client.get(path, headers={"accept": "application/vnd.adobe.xed-full+json; version=1"}).json()
    assert "card" in full["properties"][f"_{client.settings.tenant_id}"]["properties"]
    assert client.delete(path).status == 204


def test_an_import_is_held_to_the_rules_of_any_other_resource(client: Any) -> None:
    broken = {"$id": "https://ns.adobe.com/x/mixins/abc", "title": "No class", "type": "object"}
    answer = client.post(f"{RPC}/import", [broken])
    assert (answer.status, answer.json()["title"]) == (400, "Import Resource Failed")
    assert "meta:intendedToExtend" in answer.json()["detail"]
    assert client.get("/data/foundation/schemaregistry/stats").json()["counts"]["mixins"] == 0
