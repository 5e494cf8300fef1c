from __future__ import annotations

import gzip
import json
from importlib import resources
from typing import Any

from harness.aep.registry.library import XDM, alternate_id, library
from harness.aep.registry.library_fields import schema_of
from harness.aep.registry.library_file import NAME, structures
from harness.aep.registry.resolve import at_pointer, references, resolve


def full(path: str) -> dict[str, Any]:
    return resolve(library().get(XDM + path) or {}, library().get)["properties"]


def test_the_file_names_its_author_its_licence_and_what_was_changed() -> None:
    packed = resources.files("harness.aep.registry").joinpath(NAME).read_bytes()
    about = json.loads(gzip.decompress(packed))["about"]
    assert about["author"] == "Adobe"
    assert about["licence"].startswith("CC BY 4.0")
    assert about["source"]
    assert about["changes"]


def test_standard_fields_are_where_the_registry_has_them() -> None:
    assert full("context/profile-person-details")["person"]["properties"]["name"]["properties"]["firstName"]
    assert full("context/profile-personal-details")["personalEmail"]["properties"]["address"]
    assert full("context/experienceevent")["timestamp"]["format"] == "date-time"
    items = full("context/experienceevent-commerce")["productListItems"]["items"]
    assert items["properties"]["SKU"]["type"] == "string"
    assert full("mixins/profile-consents")["consents"]["properties"]["collect"]["properties"]["val"]
    assert full("context/identitymap")["identityMap"]["additionalProperties"]["items"]["properties"]["id"]


def test_event_types_are_suggestions_and_a_gender_is_one_of_a_few() -> None:
    kind = full("context/experienceevent")["eventType"]
    assert "web.webpagedetails.pageViews" in kind["meta:enum"]
    assert "enum" not in kind
    gender = full("context/profile-person-details")["person"]["properties"]["gender"]
    assert "female" in gender["enum"]


def test_every_reference_leads_to_a_resource_or_a_definition() -> None:
    for resource_id in structures():
        for target in references(library().get(resource_id)):
            assert library().get(target) is not None, (resource_id, target)
    weather = library().get(XDM + "mixins/current-weather")
    assert at_pointer(weather, "#/definitions/temperature")


def test_every_resource_has_an_alternate_id_of_its_own() -> None:
    names = [alternate_id(one) for one in structures()]
    assert len(names) == len(set(names))
    assert library().canonical("_xdm.context.profile") == XDM + "context/profile"
    assert library().canonical("_schema.org.GeoShape") == "http://schema.org/GeoShape"
    assert library().canonical("_mine.schemas.1") is None


def test_b2b_classes_are_marked_and_extend_a_behavior() -> None:
    account = library().get(XDM + "context/account") or {}
    assert account["meta:b2bSchema"] is True
    assert XDM + "data/record" in account["meta:extends"]


def test_paths_become_nested_fields_arrays_and_maps() -> None:
    text = {"type": "string"}
    made = schema_of({"fields": {"a.b[].c": text, "m{}[]": text, "_experience.x.y": text}}, ["a.b"])
    a = made["properties"]["a"]
    assert a["required"] == ["b"]
    assert a["properties"]["b"]["items"]["properties"]["c"]["meta:xdmField"] == "xdm:c"
    assert made["properties"]["m"]["additionalProperties"]["items"]["meta:xdmType"] == "string"
    experience = made["properties"]["_experience"]["properties"]["x"]["properties"]["y"]
    assert experience["meta:xdmField"] == "https://ns.adobe.com/experience/x/y"
