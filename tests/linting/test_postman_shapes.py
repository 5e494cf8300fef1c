"""What Postman's own lint refuses is found, at its place; what it takes is not."""

import pytest

from harness.collection.v3.request import OTHER_REQUESTS, PROTOCOLS
from harness.collection.yaml_document import core_scalar, parse_yaml
from harness.linting.postman_shapes import DEFINITION, EXAMPLES, REQUESTS
from harness.linting.shape import Shape

ANSWER = "response: {statusCode: 200, statusText: OK, body: {type: json, content: ''}}"
HTTP, EXAMPLE = REQUESTS["http-request"], EXAMPLES["http-example"]


def broken(shape: Shape, text: str) -> list[str]:
    return [one.field for one in shape(parse_yaml(text, "f", schema=core_scalar), "")]


def test_every_kind_of_request_that_the_reader_knows_has_a_shape() -> None:
    assert set(REQUESTS) == {*PROTOCOLS, *OTHER_REQUESTS}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name: 5", "name"),
        ("url: null", "url"),
        ("description: {content: a}", "description"),
        ("examples: [a]", "examples"),
        ("order: '1'", "order"),
        ("order: .inf", "order"),
        ("headers: abc", "headers"),
        ("headers: {a: 5}", "headers.a"),
        ("headers: [{key: a}]", "headers[0]"),
        ("headers: [{key: a, value: b}, {key: a, value: true}]", "headers[1].value"),
        ("headers: [{key: a, value: b, type: text}]", "headers[0].type"),
        ("headers: [{key: a, value: b, disabled: 'true'}]", "headers[0].disabled"),
        ("headers: [abc]", "headers[0]"),
        ("queryParams: {a: 5}", "queryParams.a"),
        ("queryParams: [{key: a, value: b, enabled: true}]", "queryParams[0].enabled"),
        ("pathVariables: {a: null}", "pathVariables.a"),
        ("body: abc", "body"),
        ("body: {content: a}", "body"),
        ("body: {type: raw, content: a}", "body.type"),
        ("body: {type: json}", "body"),
        ("body: {type: json, content: {a: b}}", "body.content"),
        ("body: {type: file, content: f.txt}", "body.content"),
        ("body: {type: formdata, content: {a: b}}", "body.content"),
        ("body: {type: formdata, content: [{key: a, value: b}]}", "body.content[0]"),
        ("body: {type: formdata, content: [{key: a, type: file}]}", "body.content[0]"),
        ("body: {type: formdata, content: [{key: a, type: file, src: [5]}]}", "body.content[0].src[0]"),
        ("body: {type: urlencoded, content: [{key: a, value: b, type: text}]}", "body.content[0].type"),
        ("auth: null", "auth"),
        ("auth: {}", "auth"),
        ("auth: {type: bogus}", "auth.type"),
        ("auth: {type: noauth, credentials: {}}", "auth.credentials"),
        ("auth: {type: bearer, credentials: abc}", "auth.credentials"),
        ("auth: {type: bearer, credentials: [{value: a}]}", "auth.credentials[0]"),
        ("auth: {type: bearer, id: a}", "auth.id"),
        ("auth: [{type: bearer, id: a}]", "auth[0]"),
        ("auth: [{type: inherit, id: a, name: b}]", "auth[0].type"),
        ("scripts: {type: afterResponse, code: a}", "scripts"),
        ("scripts: [{type: beforeRequest}]", "scripts[0]"),
        ("scripts: [{type: beforeRequest, code: a, id: b}]", "scripts[0].id"),
        ("scripts: [{type: beforeRequest, code: a, language: js}]", "scripts[0].language"),
        ('scripts: [{type: beforeRequest, code: a, packages: {p: "1"}}]', "scripts[0].packages.p"),
        ("scripts: [{type: beforeRequest, code: a, packages: {p: {id: 5}}}]", "scripts[0].packages.p.id"),
        ("scripts: [{type: a, code: a, packages: {p: {id: b, x: c}}}]", "scripts[0].packages.p.x"),
        ("settings: {strictSSL: 'true'}", "settings.strictSSL"),
        ("settings: {maxRedirects: '5'}", "settings.maxRedirects"),
        ("settings: {protocolVersion: http9}", "settings.protocolVersion"),
        ("settings: {tlsDisabledProtocols: [TLSv1, SSLv3]}", "settings.tlsDisabledProtocols[1]"),
        ("settings: {disabledSystemHeaders: [x-own]}", "settings.disabledSystemHeaders[0]"),
    ],
)
def test_a_request_that_postman_leaves_out_is_found(text: str, field: str) -> None:
    assert broken(HTTP, text) == [field]


@pytest.mark.parametrize(
    "text",
    [
        "settings: {protocolVersion: http2, tlsDisabledProtocols: [TLSv1], disabledSystemHeaders: [accept]}",
        "scripts: [{type: beforeRequest, code: a, language: text/javascript, packages: {p: {id: b}}}]",
        "auth: {type: noauth, name: a}",
        "auth: {type: inherit, credentials: {token: a}}",
        "body: {type: urlencoded, content: [{key: a, value: b, disabled: true}]}",
        "body: {type: formdata, content: [{key: a, type: file, src: [b]}, {key: b, type: text, value: ''}]}",
        "body: {type: none, content: 5}",
        "queryParams: [{key: null, value: null}]",
        "order: -1.5",
        "unknown: 5",
    ],
)
def test_what_postman_reads_is_not_refused(text: str) -> None:
    assert broken(HTTP, text) == []


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("variables: {a: 5}", "variables.a"),
        ("variables: [{key: a, value: null}]", "variables[0].value"),
        ("order: first", "order"),
        ("name: null", "name"),
    ],
)
def test_a_definition_that_postman_leaves_out_is_found(text: str, field: str) -> None:
    assert broken(DEFINITION, text) == [field]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("auth: []", "auth"),
        ("auth: [{type: bearer, id: a, name: b, credentials: {token: c}}]", "auth"),
        ("queryParams: [{key: a}]", "queryParams[0]"),
        ("queryParams: [{value: a}]", "queryParams[0]"),
        ("queryParams: [null]", "queryParams[0]"),
    ],
)
def test_what_stops_every_run_in_postman_is_found_though_its_own_lint_takes_it(text: str, field: str) -> None:
    assert broken(HTTP, text) == [field]


@pytest.mark.parametrize("auth", ["{type: inherit}", "{type: inherit, credentials: {}}"])
def test_an_auth_that_stops_every_run_in_postman_is_found_in_definitions_alone(auth: str) -> None:
    assert broken(DEFINITION, f"auth: {auth}") == ["auth.type"]
    assert broken(HTTP, f"auth: {auth}") == []


def test_a_list_of_auths_is_for_definitions() -> None:
    text = "auth: [{id: a, name: b, type: bearer, credentials: [{key: token, value: 5}]}]"
    assert broken(DEFINITION, text) == []


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name: a", ""),
        (f"{ANSWER}\nrequest: {{headers: {{a: 5}}}}", "request.headers.a"),
        (
            "response: {statusCode: '200', statusText: OK, body: {type: json, content: ''}}",
            "response.statusCode",
        ),
        (ANSWER.replace("json", "raw"), "response.body.type"),
        ("response: {statusCode: 200, statusText: OK, body: null}", "response.body"),
    ],
)
def test_an_example_that_postman_leaves_out_is_found(text: str, field: str) -> None:
    assert broken(EXAMPLE, text) == [field]


def test_an_example_that_postman_reads_is_not_refused() -> None:
    assert broken(EXAMPLE, f"name: a\norder: 1\nrequest: {{url: h, method: GET}}\n{ANSWER}") == []


def test_a_graphql_request_has_its_own_keys() -> None:
    assert broken(REQUESTS["graphql-request"], "query: a\nvariables: {a: b}\nschema: {source: url}") == [
        "variables",
        "schema.source",
    ]
