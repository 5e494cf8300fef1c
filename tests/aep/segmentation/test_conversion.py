from __future__ import annotations

import json
from typing import Any

import pytest

from harness.aep import pql
from harness.aep.pql.writing import write_json, write_text

PATH = "/data/core/ups/segment/conversion"


def convert(client: Any, value: Any, form: str = "pql/text") -> Any:
    body = {
        "name": "x",
        "expression": {"type": "PQL", "format": form, "value": value},
        "schema": {"name": "_xdm.context.profile"},
        "ttlInDays": 60,
    }
    return client.post(PATH, body)


def test_text_becomes_json_as_the_guide_shows(client: Any) -> None:
    body = convert(client, 'workAddress.country = "US"').json()
    assert (body["ttlInDays"], body["expression"]["format"]) == (60, "pql/json")
    country = {
        "nodeType": "fieldLookup",
        "fieldName": "country",
        "object": {
            "nodeType": "fieldLookup",
            "fieldName": "workAddress",
            "object": {"nodeType": "parameterReference", "position": 1},
        },
    }
    assert json.loads(body["expression"]["value"]) == {
        "nodeType": "fnApply",
        "fnName": "=",
        "params": [country, {"nodeType": "literal", "literalType": "String", "value": "US"}],
    }
    back = convert(client, body["expression"]["value"], "pql/json").json()["expression"]
    assert back == {"type": "PQL", "format": "pql/text", "value": 'workAddress.country = "US"'}


@pytest.mark.parametrize(
    "text",
    [
        "a = 1 and (b = 2 or c = true) and not d = null",
        'a.b in ["x", "y"] or a.b like "z%"',
        'person.name.firstName.startsWith("J", false)',
        "(a + b) * 2 > 1.5",
        "not (a = 1 and b = 2)",
        "xEvent[commerce.order.priceTotal > 100].count() >= 2",
    ],
)
def test_both_forms_mean_the_same(text: str) -> None:
    tree = pql.parse(text)
    assert pql.parse(write_text(tree)) == tree
    again = write_json(pql.parse_json(write_json(tree)))
    assert again == write_json(tree)


def test_what_has_no_other_form_is_400(client: Any) -> None:
    assert convert(client, "timestamp occurs today").status == 400
    assert convert(client, "a =").status == 400
    assert client.post(PATH, {"name": "x"}).status == 400
