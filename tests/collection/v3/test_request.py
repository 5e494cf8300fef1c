import pytest

from harness.collection.model import FormPart, Pair
from harness.collection.request_json import request_from_json
from harness.collection.v3.fields import Fields, Notes
from harness.collection.v3.request import read_request
from harness.collection.yaml_document import core_scalar, parse_yaml


def read(text, kind="http-request"):
    """Read a request that leaves nothing out."""
    notes = Notes("f")
    found = read_request(parse_yaml(f"$kind: {kind}\n{text}", "f", schema=core_scalar), notes)
    assert not notes.notices
    return request_from_json(found.json), found


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("{A: 5, B: yes, C: 2020-01-01, D: 0x1F, E: 1.50}", "A=5 B=yes C=2020-01-01 D=0x1F E=1.50"),
        ("[{key: A, value: true}, {key: A, value: 'x', disabled: true, description: d}]", "A=true A=x"),
        ("[{key: A}, {key: B, value: null}]", "A= B="),
        ("null", ""),
    ],
)
def test_headers_are_a_map_or_a_list_of_texts_as_written(text, pairs):
    request, _ = read(f"headers: {text}")
    assert " ".join(f"{one.key}={one.value}" for one in request.headers) == pairs


def test_the_list_of_parameters_replaces_those_of_the_address():
    request, _ = read(
        "url: 'http://h/p?q=1&d=3&z=9#f'\n"
        "queryParams: [{key: q, value: '1'}, {key: d, value: 3, disabled: true}, {key: n, value: null}]"
    )
    assert request.url.query == (
        Pair(key="z", value="9"),
        Pair(key="q", value="1"),
        Pair(key="d", value="3", disabled=True),
        Pair(key="n"),
    )
    assert request.url.hash == "f"
    assert read("url: http://h/p?q=1\nqueryParams: []")[0].url.raw == "http://h/p?q=1"


def test_path_variables_go_with_the_address():
    request, _ = read("url: http://h/:id/:other\npathVariables: {id: a b/c}")
    assert [(one.key, one.value) for one in request.url.variables] == [("id", "a b/c")]


@pytest.mark.parametrize("listed", ["pathVariables: []", ""])
def test_a_path_gives_its_variables_no_values(listed):
    request, _ = read(f"url: http://h/:id?q=1\nqueryParams: {{q: '1'}}\n{listed}")
    assert request.url.variables == ()


@pytest.mark.parametrize("kind", ["json", "text", "xml", "html", "javascript"])
def test_texts_keep_their_language(kind):
    body = read(f"body: {{type: {kind}, content: 5}}")[0].body
    assert (body.mode, body.raw, body.language) == ("raw", "5", kind)


def test_a_map_as_a_json_body_is_its_json():
    body = read("body: {type: json, content: {a: 1, b: [x, null]}}")[0].body
    assert (body.raw, body.language) == ('{"a": 1, "b": ["x", null]}', "json")


def test_what_json_has_no_number_for_is_null_in_a_body_and_left_out_elsewhere():
    body = read("body: {type: json, content: {a: .nan, b: [-.inf, 1]}}")[0].body
    assert body.raw == '{"a": null, "b": [null, 1]}'
    notes = Notes("f")
    node = parse_yaml("settings: {maxRedirects: '1e400'}", "f", schema=core_scalar)
    assert Fields(node, notes).fields("settings").number("maxRedirects") is None
    assert [one.field for one in notes.notices] == ["settings.maxRedirects"]


def test_a_body_that_is_no_map_leaves_the_request_out():
    notes = Notes("f")
    node = parse_yaml("$kind: http-request\nbody: text", "f", schema=core_scalar)
    assert read_request(node, notes) is None
    assert [(one.field, one.line) for one in notes.notices] == [("body", 2)]
    assert "the request is left out" in notes.notices[0].message


def test_forms_are_lists_or_maps_and_files_paths_or_maps():
    assert read("body: {type: urlencoded, content: {a: 1}}")[0].body.urlencoded == (Pair(key="a", value="1"),)
    form = "[{key: a, value: b, contentType: t}, {key: f, type: file, src: [x, y]}, {key: g, src: z}]"
    assert read(f"body: {{type: formdata, content: {form}}}")[0].body.formdata == (
        FormPart(key="a", value="b", content_type="t"),
        FormPart(key="f", src=("x", "y"), listed=True, is_file=True),
        FormPart(key="g", src=("z",), is_file=True),
    )
    assert read("body: {type: formdata, content: {a: b}}")[0].body.formdata == (FormPart(key="a", value="b"),)
    for content in ("x.bin", "{src: x.bin}"):
        assert read(f"body: {{type: file, content: {content}}}")[0].body.file_src == "x.bin"
    assert read("body: {type: none}")[0].body is None
    assert read("body: {type: json}")[0].body.raw == ""


@pytest.mark.parametrize(
    ("auth", "scheme", "params"),
    [
        ("{type: basic, credentials: {username: 5, password: null}}", "basic", {"username": "5"}),
        (
            "{type: jwt, credentials: [{key: encoded, value: false}, {key: payload, value: {a: 1}}]}",
            "jwt",
            {"encoded": False, "payload": {"a": 1}},
        ),
        ("[{id: x, type: bearer, name: n, credentials: {token: t}}]", "bearer", {"token": "t"}),
        ("{type: noauth}", "noauth", {}),
    ],
)
def test_credentials_are_a_map_or_a_list_and_keep_booleans_and_maps(auth, scheme, params):
    found = read(f"auth: {auth}")[0].auth
    assert (found.type, dict(found.params)) == (scheme, params)


def test_inherit_is_what_leaving_auth_out_is():
    assert read("auth: {type: inherit}")[0].auth is None
    assert read("auth: null")[0].auth is None


def test_settings_are_those_of_v2_1():
    _, found = read(
        "settings: {maxRedirects: '3', followRedirects: 'false', disabledSystemHeaders: [User-Agent, host],"
        " protocolVersion: http1, tlsDisabledProtocols: [TLSv1_2]}"
    )
    assert found.profile == {
        "maxRedirects": 3,
        "followRedirects": False,
        "disabledSystemHeaders": {"User-Agent": True, "host": True},
        "protocolVersion": "http1",
        "tlsDisabledProtocols": ["TLSv1_2"],
    }
    _, found = read("settings: {disabledSystemHeaders: {host: true, accept: false}}")
    assert found.profile == {"disabledSystemHeaders": {"host": True, "accept": False}}


def test_a_query_is_sent_as_v2_1_sends_it():
    request, found = read("url: u\nquery: q\nvariables: '{}'\noperationName: o", "graphql-request")
    assert (request.method, found.protocol) == ("POST", "graphql")
    assert dict(request.body.graphql) == {"query": "q", "variables": "{}", "operationName": "o"}
    assert read("variables: {a: [1]}", "graphql-request")[0].body.graphql["variables"] == {"a": [1]}
