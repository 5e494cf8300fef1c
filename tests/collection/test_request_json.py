import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.collection.document import Spot
from harness.collection.model import Auth, Body, FormPart, Pair, PathVariable, Request, Url
from harness.collection.request_json import (
    auth_from_json,
    body_from_json,
    headers_from_json,
    request_from_json,
    request_to_json,
    url_from_json,
)
from harness.errors import InputError

texts = st.text(max_size=8)
maybe = st.none() | texts
flags = st.booleans()
fields = st.builds(Pair, key=texts, value=texts, disabled=flags)
urls = st.builds(Url, raw=texts) | st.builds(
    Url,
    raw=texts,
    parsed=st.just(True),
    protocol=st.none() | st.text(min_size=1, max_size=5),
    auth_user=maybe,
    auth_password=maybe,
    host=st.lists(texts, max_size=3).map(tuple),
    port=maybe,
    path=st.none() | st.lists(texts, max_size=3).map(tuple),
    query=st.lists(st.builds(Pair, key=texts, value=maybe, disabled=flags), max_size=3).map(tuple),
    hash=maybe,
    variables=st.lists(
        st.builds(PathVariable, key=st.text(min_size=1, max_size=4), value=maybe, disabled=flags), max_size=2
    ).map(tuple),
)
parts = (
    st.builds(FormPart, key=texts, value=texts, content_type=maybe, file_name=maybe, disabled=flags)
    | st.builds(
        FormPart, key=texts, is_file=st.just(True), src=st.none() | st.lists(texts, max_size=1).map(tuple)
    )
    | st.builds(
        FormPart,
        key=texts,
        is_file=st.just(True),
        src=st.lists(texts, max_size=2).map(tuple),
        listed=st.just(True),
    )
)
bodies = st.builds(
    Body,
    mode=st.sampled_from([None, "urlencoded", "formdata", "file", "graphql"]),
    raw=maybe,
    language=maybe,
    urlencoded=st.lists(fields, max_size=2).map(tuple),
    formdata=st.lists(parts, max_size=2).map(tuple),
    file_src=maybe,
    file_content=maybe,
    graphql=st.fixed_dictionaries({}, optional={"query": maybe, "operationName": maybe, "variables": maybe}),
    disabled=flags,
) | st.builds(Body, mode=st.just("raw"), raw=texts, language=maybe)
values = texts | st.booleans() | st.integers(-1000, 1000) | st.none()
auths = st.builds(
    Auth,
    type=st.sampled_from(["noauth", "basic", "bearer", "awsv4"]),
    params=st.dictionaries(texts, values, max_size=3),
)
requests = st.builds(
    Request,
    url=urls,
    method=st.sampled_from(["GET", "POST", "PROPFIND"]),
    headers=st.lists(fields, max_size=3).map(tuple),
    body=st.none() | bodies,
    auth=st.none() | auths,
    description=maybe,
    certificate=st.none() | st.just({"name": "c", "key": {"src": "k.pem"}}),
)


@given(requests)
def test_writing_and_reading_gives_the_same_request(request_):
    assert request_from_json(json.loads(json.dumps(request_to_json(request_)))) == request_


@given(
    st.recursive(
        values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    st.sampled_from(["url", "header", "body", "auth", "method", "description", "certificate", "proxy"]),
)
def test_whatever_a_script_leaves_is_read_without_an_error(value, where):
    assert isinstance(request_from_json({where: value}), Request)


def test_a_text_is_the_url_of_a_get():
    assert request_from_json("http://{{host}}/x") == Request(url=Url(raw="http://{{host}}/x"))


def test_parts_of_a_url_in_all_their_shapes():
    url = url_from_json(
        {
            "raw": "ignored",
            "host": "a.{{b.c}}.d",
            "port": 80,
            "path": "/p/:id/q",
            "query": "a=b=c&d&e=",
            "auth": {"user": "u", "password": 5},
            "hash": 7,
            "variable": [
                {"id": "id", "value": 5, "type": "string"},
                {"key": "n", "value": 5},
                {"value": "x"},
            ],
        }
    )
    assert url == Url(
        raw="ignored",
        parsed=True,
        host=("a", "{{b.c}}", "d"),
        port="80",
        path=("p", ":id", "q"),
        query=(Pair(key="a", value="b=c"), Pair(key="d"), Pair(key="e", value="")),
        auth_user="u",
        variables=(PathVariable(key="id", value="5"), PathVariable(key="n")),
    )


def test_values_of_other_types_reach_the_wire_as_newman_sends_them():
    url = url_from_json(
        {
            "host": ["h", None, 3],
            "path": ["x", {"type": "string", "value": "y"}, None, 5],
            "query": [{"key": "a", "value": 5}, {"key": None, "value": "x"}, "p=q", None],
        }
    )
    assert url.host == ("h", "", "3")
    assert url.path == ("x", "[object Object]", "", "5")
    assert url.query == (Pair(key="a"), Pair(key="", value="x"), Pair(key="p", value="q"))
    assert url_from_json({"query": {"a": "1", "b": 2}}).query == (Pair(key="a", value="1"), Pair(key="b"))


@pytest.mark.parametrize(
    ("path", "read"), [("", None), ("/", ("",)), ("a/b", ("a", "b")), ("/a/", ("a", ""))]
)
def test_a_path_as_text(path, read):
    assert url_from_json({"path": path}).path == read


def test_headers_as_text_list_and_map():
    assert headers_from_json("A: b\r\nC:d \n no header\nE:f:g\r\n h") == (
        Pair(key="A", value="b"),
        Pair(key="C", value="d"),
        Pair(key="E:f", value="g h"),
    )
    assert headers_from_json({"A": "b", "C": 3}) == (Pair(key="A", value="b"), Pair(key="", value=""))
    assert headers_from_json(
        [
            "A: b",
            {"key": "N", "value": 5},
            {"key": "Z", "value": None},
            {"key": "L", "value": ["x", "y"]},
            None,
        ]
    ) == (
        Pair(key="A", value="b"),
        Pair(key="N", value="5"),
        Pair(key="Z", value="null"),
        Pair(key="L", value="x"),
        Pair(key="L", value="y"),
    )
    assert headers_from_json([{"key": "A", "disabled": True}]) == (Pair(key="A", value="", disabled=True),)


@pytest.mark.parametrize(
    ("given_body", "body"),
    [
        ("text", Body(mode="raw", raw="text")),
        (None, Body()),
        ({"raw": "no mode"}, Body(raw="no mode")),
        ({"mode": "RAW"}, Body(mode="raw", raw="")),
        ({"mode": "other", "raw": "x"}, Body(mode="raw", raw="x")),
        ({"mode": "raw", "raw": {"a": 1.0}}, Body(mode="raw", raw='{"a":1}')),
        ({"mode": "raw", "raw": 5}, Body(mode="raw", raw="")),
        (
            {"mode": "raw", "raw": "x", "options": {"raw": {"language": "json"}}},
            Body(mode="raw", raw="x", language="json"),
        ),
        (
            {"mode": "urlencoded", "urlencoded": "a=b&c"},
            Body(mode="urlencoded", urlencoded=(Pair(key="a", value="b"), Pair(key="c", value=""))),
        ),
        (
            {
                "mode": "urlencoded",
                "urlencoded": [{"key": "a", "value": [1, True]}, {"key": None}, {"value": "x"}],
            },
            Body(
                mode="urlencoded",
                urlencoded=(
                    Pair(key="a", value="1"),
                    Pair(key="a", value="true"),
                    Pair(key="null", value=""),
                    Pair(key="undefined", value="x"),
                ),
            ),
        ),
        ({"mode": "file", "file": "p"}, Body(mode="file", file_src="p")),
        ({"mode": "file", "file": {"src": ["p", "q"]}}, Body(mode="file")),
        ({"mode": "file", "file": {"content": "c"}}, Body(mode="file", file_content="c")),
        (
            {"mode": "graphql", "graphql": {"query": "q", "variables": {"a": 1}}},
            Body(mode="graphql", graphql={"query": "q", "variables": {"a": 1}}),
        ),
        (
            {"mode": "graphql", "graphql": {"variables": "{{v}}"}},
            Body(mode="graphql", graphql={"variables": "{{v}}"}),
        ),
        (
            {"mode": "graphql", "graphql": {"variables": None}},
            Body(mode="graphql", graphql={"variables": None}),
        ),
        ({"mode": "graphql", "graphql": "text"}, Body(mode="graphql")),
    ],
)
def test_a_body_is_read_by_its_mode(given_body, body):
    assert body_from_json(given_body) == body


def test_a_form_has_fields_and_files():
    body = body_from_json(
        {
            "mode": "formdata",
            "formdata": [
                {"key": "a", "value": {"x": 1}, "type": "text"},
                {"key": "b", "value": None, "contentType": "text/plain"},
                {"key": "f", "type": "file", "src": "one"},
                {"key": "g", "type": "file", "src": ["one", "two"], "fileName": "n"},
                {"key": "h", "type": "file", "src": None},
                {"key": "i", "type": "file", "value": "aGk="},
            ],
        }
    )
    assert body.formdata == (
        FormPart(key="a", value='{"x":1}'),
        FormPart(key="b", value="", content_type="text/plain"),
        FormPart(key="f", is_file=True, src=("one",)),
        FormPart(key="g", is_file=True, src=("one", "two"), listed=True, file_name="n"),
        FormPart(key="h", is_file=True, src=()),
        FormPart(key="i", is_file=True, value="aGk="),
    )


def test_auth_as_map_and_as_typed_list():
    assert auth_from_json({"type": "basic", "basic": {"username": 5}}) == Auth(
        type="basic", params={"username": 5}
    )
    entries = [
        {"key": "u", "value": "first", "type": "string"},
        {"key": "u", "value": "last", "type": "string"},
        {"key": "b", "value": "false", "type": "boolean"},
        {"key": "n", "value": 7, "type": "string"},
    ]
    assert auth_from_json({"type": "basic", "basic": entries}) == Auth(
        type="basic", params={"u": "last", "b": True, "n": "7"}
    )
    assert auth_from_json({"type": "noauth"}) == Auth(type="noauth")


@pytest.mark.parametrize("nothing", [None, {}, {"type": None}, {"type": "type"}, "basic", {"type": 5}])
def test_auth_without_a_type_inherits(nothing):
    assert auth_from_json(nothing) is None


@pytest.mark.parametrize(
    ("given_request", "pointer"),
    [(5, "/r"), ({"url": 5}, "/r/url"), ({"header": 5}, "/r/header"), ({"body": 5}, "/r/body")],
)
def test_what_can_be_no_request_is_placed(given_request, pointer):
    with pytest.raises(InputError) as caught:
        request_from_json(given_request, Spot("f.json").at("r"))
    assert str(caught.value.where) == f"f.json: {pointer}"
