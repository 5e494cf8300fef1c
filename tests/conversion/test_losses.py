"""What a conversion loses is listed, all of it and nothing else, in both directions."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.conversion.convert import as_v21

PROOF = Path(__file__).parents[1] / "proofs" / "conversion_proof.py"

DEFINITION = """\
$kind: collection
id: c-1
name: Shop
description: all of it
variables:
  - {key: base, value: http://localhost, disabled: false}
  - {key: typed, value: 5, type: secret, description: why}
auth:
  - {type: basic, credentials: {username: old}}
  - {id: a, name: Bearer, type: bearer, credentials: [{key: token, value: "{{t}}"}]}
scripts:
  - {type: "http:beforeRequest", code: "one()"}
  - {type: "http:afterResponse", code: "two()", language: text/javascript, id: s-1}
  - {type: "graphql:beforeQuery", code: "one()"}
  - {type: "graphql:afterResponse", code: "only()"}
  - {type: "grpc:beforeInvoke", code: "other()"}
unknown: 1
"""
REQUEST = """\
$kind: http-request
name: Read it
url: "{{base}}/a/:id?q=1&z=2#end"
method: put
headers: {Accept: text/css, X-Number: 5}
queryParams:
  - {key: q, value: 3, description: third}
  - {key: flag, value: null}
  - {key: off, value: x, disabled: true}
pathVariables: {id: "7"}
body:
  type: formdata
  content:
    - {key: t, value: v, type: text}
    - {key: f, type: file, src: [a, b], contentType: text/css}
auth: {type: awsv4, credentials: {region: r, flag: false}}
scripts:
  - {type: beforeRequest, code: "go()", packages: {lodash: {id: "1"}}, requests: {a: b}}
  - {type: afterResponse, code: "off()", disabled: true}
  - {type: afterResponse, code: "print()", language: text/python}
  - {type: never, code: "no()"}
settings:
  followRedirects: false
  maxRedirects: 3
  tlsDisabledProtocols: [TLSv1]
  disabledSystemHeaders: [accept]
  oddSetting: 1
examples: ./.resources/Read.resources/examples
order: 7
"""
EXAMPLE = """\
$kind: http-example
request: {url: "http://h/x?a=1", method: GET, headers: [{key: A, value: "1"}]}
response:
  statusCode: 200
  statusText: OK
  headers: [{key: Content-Type, value: text/html}]
  body: {type: html, content: <p>}
  time: 5
order: 1
"""
GRAPHQL = """\
$kind: graphql-request
url: http://h/graphql
query: "{ a }"
variables: {x: 1}
operationName: a
"""
FILES = {
    ".resources/definition.yaml": DEFINITION,
    "Read.request.yaml": REQUEST,
    ".resources/Read.resources/examples/Found.example.yaml": EXAMPLE,
    ".resources/Gone.resources/examples/Gone.example.yaml": EXAMPLE,
    "F/.resources/definition.yaml": "$kind: collection\nvariables: {a: b}\nauth: {type: inherit}\n",
    "F/g.request.yaml": GRAPHQL,
    "F/none.request.yaml": "$kind: http-request\nbody: {type: none}\nheaders: null\n",
    "F/raw.request.yml": "$kind: http-request\nurl: h\nbody: {type: json, content: '{}', more: 1}\n",
    "w.request.yaml": "$kind: websocket-request\nurl: ws://h\nodd: 1\n",
}
LOST = [
    (".resources/Gone.resources/examples/Gone.example.yaml", ""),
    (".resources/Read.resources/examples/Found.example.yaml", "response.time"),
    (".resources/definition.yaml", "auth.id"),
    (".resources/definition.yaml", "auth.name"),
    (".resources/definition.yaml", "auth[0]"),
    (".resources/definition.yaml", "scripts"),
    (".resources/definition.yaml", "scripts[4]"),
    (".resources/definition.yaml", "unknown"),
    ("F/.resources/definition.yaml", "auth"),
    ("F/.resources/definition.yaml", "variables"),
    ("F/none.request.yaml", "body"),
    ("F/raw.request.yml", ""),
    ("F/raw.request.yml", "body.more"),
    ("Read.request.yaml", ""),
    ("Read.request.yaml", "scripts[2]"),
    ("Read.request.yaml", "scripts[3]"),
    ("Read.request.yaml", "settings.oddSetting"),
    ("w.request.yaml", "$kind"),
]


@pytest.fixture(scope="module")
def proof() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conversion_proof", PROOF)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / "Shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "Shop"


def test_what_a_folder_loses_in_v21_is_listed_by_file_and_key(folder: Path) -> None:
    lost = as_v21(str(folder)).lost

    assert sorted((Path(one.file).relative_to(folder).as_posix(), one.field) for one in lost) == LOST


def test_any_change_of_a_folder_changes_the_document_or_is_listed(proof: ModuleType, folder: Path) -> None:
    assert list(proof.Kept(folder).unlisted()) == []


def test_what_is_listed_of_a_folder_is_not_in_the_document(proof: ModuleType, folder: Path) -> None:
    assert list(proof.Kept(folder).listed_in_vain()) == []


def test_what_v21_holds_of_a_script_or_variable_stays(folder: Path) -> None:
    document = json.loads(json.dumps(as_v21(str(folder)).document))

    events = {one["script"]["exec"][0]: one for item in document["item"] for one in item.get("event", [])}
    assert events["go()"]["script"]["requests"] == {"a": "b"}
    assert events["off()"]["disabled"] is True
    assert document["variable"][1] | {"type": "secret"} == document["variable"][1]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
MORE: Any = {"disabled": st.booleans(), "description": TEXTS, "type": TEXTS}
PAIRS = st.lists(st.fixed_dictionaries({"key": TEXTS, "value": TEXTS}, optional=MORE), max_size=3)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "listen": st.sampled_from(["test", "prerequest", "other"]),
            "script": st.fixed_dictionaries({"exec": st.lists(TEXTS, min_size=1, max_size=3)}),
        },
        optional={"disabled": st.booleans(), "id": TEXTS},
    ),
    max_size=3,
)
BODIES = st.one_of(
    st.fixed_dictionaries({"mode": st.just("raw"), "raw": TEXTS}),
    st.fixed_dictionaries({"mode": st.just("urlencoded"), "urlencoded": PAIRS}),
    st.fixed_dictionaries({"mode": st.just("graphql"), "graphql": st.fixed_dictionaries({"query": TEXTS})}),
    st.fixed_dictionaries({"mode": st.just("file"), "file": st.fixed_dictionaries({"src": TEXTS})}),
)
REQUESTS = st.fixed_dictionaries(
    {"method": st.sampled_from(["GET", "POST", "odd"]), "header": PAIRS},
    optional={
        "url": st.one_of(
            TEXTS,
            st.fixed_dictionaries({"raw": TEXTS, "host": st.lists(TEXTS), "query": PAIRS, "variable": PAIRS}),
        ),
        "body": BODIES,
        "auth": st.sampled_from([{"type": "noauth"}, {"type": "basic", "basic": []}, {"type": "odd"}, None]),
        "description": TEXTS,
    },
)
ITEMS = st.fixed_dictionaries(
    {"name": TEXTS, "request": REQUESTS},
    optional={"event": EVENTS, "protocolProfileBehavior": st.just({"strictSSL": False, "odd": 1})},
)
COLLECTIONS = st.fixed_dictionaries(
    {
        "info": st.fixed_dictionaries({"name": TEXTS}, optional={"description": TEXTS, "version": TEXTS}),
        "item": st.lists(
            st.one_of(ITEMS, st.fixed_dictionaries({"name": TEXTS, "item": st.lists(ITEMS, max_size=2)})),
            max_size=3,
        ),
    },
    optional={"event": EVENTS, "variable": PAIRS},
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(document=COLLECTIONS)
def test_the_list_of_a_way_through_v3_is_exact(
    proof: ModuleType, tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    scratch = tmp_path_factory.mktemp("way")
    source = scratch / "s.json"
    source.write_text(json.dumps(document), encoding="utf-8")

    assert proof.there_and_back(source, scratch) == []
