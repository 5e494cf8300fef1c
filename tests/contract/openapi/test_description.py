"""Descriptions that are read, and those that are refused with their place."""

import pytest

from harness.contract.openapi.documents import MOST_YAML_BYTES
from harness.contract.openapi.operation import load_description
from harness.contract.openapi.operation_match import NoMatch, OperationFinder, OperationMatch
from harness.errors import InputError

HEAD = 'openapi: 3.0.3\ninfo: {title: T, version: "1"}\n'
REGIONS = "[{url: 'https://{r}.example', variables: {r: {default: eu, enum: [eu, us]}}}]"


def _paths(schema: str) -> str:
    return HEAD + (
        "paths:\n  /a:\n    get:\n      responses:\n        200:\n          description: d\n"
        f"          content: {{application/json: {{schema: {schema}}}}}\n"
    )


def _new(schema: str) -> str:
    return _paths(schema).replace("3.0.3", "3.1.0").replace("200:", '"200":')


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("paths: [", "not valid YAML", "line"),
        ("swagger: '2.0'", "Swagger 2.0", "/swagger"),
        ("openapi: 4.0.0", "OpenAPI 4.0.0 is not known", "/openapi"),
        ("[]", "expected an OpenAPI description", "api.yaml"),
        ("root:x:0", "expected an OpenAPI description, found a text", "api.yaml"),
        (HEAD + "paths: {/a: {get: {}}}", "not a valid OpenAPI 3.0 description", "/paths/~1a/get"),
        (_paths("{$ref: '#/components/schemas/X'}"), "leads nowhere", "/schema/$ref"),
        (_paths("{$ref: other.yaml}"), "is not there", "other.yaml"),
        (_paths("{$ref: ../../../../../../../etc/passwd}"), "may not leave", "/schema/$ref"),
        (_paths("{$ref: 'http://127.0.0.1:1/x.yaml'}"), "another server", "/schema/$ref"),
        (_paths("{$ref: 'http://['}"), "neither an address nor the name of a file", "/schema/$ref"),
        (_paths("{$ref: 'a%00.yaml'}"), "neither an address nor the name of a file", "/schema/$ref"),
        (_paths(f"{{$ref: '#/servers/{'9' * 5000}'}}") + "servers: [{url: /}]\n", "nowhere", "/schema/$ref"),
        (_paths("{type: string, pattern: '(['}"), 'not a "regex"', "/schema/pattern"),
        (_new("{type: string, pattern: '(['}"), "no regular expression", "/schema/pattern"),
        (_new("{type: strin}"), "not a valid schema", "/schema/type"),
        (
            _paths("{$ref: '#/components/schemas/A'}")
            + "components:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n"
            + "    B: {$ref: '#/components/schemas/A'}\n",
            "circle",
            "$ref",
        ),
    ],
)
def test_a_wrong_description_is_refused_with_its_place(workspace, text, what, where):
    file = workspace.text("api.yaml", text)
    with pytest.raises(InputError) as refused:
        load_description(file)
    assert what in str(refused.value)
    assert where in str(refused.value.where)


def test_references_lead_into_other_files_and_back(workspace):
    workspace.text("parts/order.yaml", "type: object\nproperties: {sub: {$ref: 'order.yaml'}}\n")
    description = load_description(workspace.text("api.yaml", _paths("{$ref: parts/order.yaml}")))
    use = description.operations[0].answers["200"].content[0].schema
    assert use is not None
    checker = description.schemas["response"].checker(use.name)
    assert [one.pointer for one in checker.problems({"sub": {"sub": 1}})] == ["/sub/sub"]


def test_formats_that_nobody_checks_are_told_once(workspace):
    text = _paths("{properties: {a: {type: string, format: iban}, b: {type: string, format: iban}}}")
    (warning,) = load_description(workspace.text("api.yaml", text)).warnings
    assert "'iban'" in warning


def _found(workspace, servers: str, url: str, *more: str) -> OperationMatch | NoMatch:
    path = "/a/{x}: {get: {responses: {200: {description: d}}}}"
    text = HEAD + f"servers: {servers}\npaths:\n  {path}\n"
    description = load_description(workspace.text("api.yaml", text))
    return OperationFinder(description.operations, description.file, more).find("GET", url)


@pytest.mark.parametrize(
    ("servers", "url", "more"),
    [
        ("[{url: 'https://api.example/v1'}]", "https://api.example:443/v1/a/1?q=1", ()),
        (
            "[{url: 'https://{r}.example', variables: {r: {default: eu, enum: [eu, us]}}}]",
            "https://us.example/a/1",
            (),
        ),
        ("[{url: /v2/}]", "https://anything.example/v2/a/1", ()),
        ("[{url: 'https://api.example/v1'}]", "http://127.0.0.1:8080/v1/a/1", ()),
        (
            "[{url: 'https://api.example/v1'}]",
            "https://staging.example/x/a/1",
            ("https://staging.example/x",),
        ),
    ],
)
def test_a_request_is_matched_by_server_base_path_and_template(workspace, servers, url, more):
    found = _found(workspace, servers, url, *more)
    assert isinstance(found, OperationMatch)
    assert found.path_values == {"x": "1"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://other.example/v1/a/1", "none of its servers"),
        ("https://api.example/a/1", "no such path"),
        ("https://api.example/v1/a/1/b", "no such path"),
    ],
)
def test_a_request_that_is_for_no_operation_is_told_why(workspace, url, why):
    found = _found(workspace, "[{url: 'https://api.example/v1'}]", url)
    assert isinstance(found, NoMatch)
    assert why in found.why


@pytest.mark.parametrize(("tail", "kind"), [("x", OperationMatch), ("y", NoMatch)])
def test_many_templates_in_one_segment_are_matched_in_one_pass(workspace, tail, kind):
    names = [f"v{number}" for number in range(12)]
    parameters = ", ".join(
        f"{{name: {name}, in: path, required: true, schema: {{type: string}}}}" for name in names
    )
    path = "".join(f"{{{name}}}" for name in names)
    text = HEAD + (
        f"paths:\n  '/{path}x/z':\n    get:\n      parameters: [{parameters}]\n"
        "      responses: {'200': {description: d}}\n"
    )
    description = load_description(workspace.text("api.yaml", text))
    found = OperationFinder(description.operations, "api.yaml").find("GET", f"http://a/{'a' * 300}{tail}/z")
    assert isinstance(found, kind)


@pytest.mark.parametrize(("end", "kind"), [("x", OperationMatch), ("y", NoMatch)])
def test_servers_of_many_variables_are_matched_in_one_pass(workspace, end, kind):
    names = [f"v{number}" for number in range(14)]
    one = "{default: a, enum: [a, aa, aaa]}"
    variables = ", ".join(f"{name}: {one}" for name in names)
    host = "".join(f"{{{name}}}" for name in names)
    servers = f"[{{url: 'https://{host}x.example/{host}/b', variables: {{{variables}}}}}]"
    url = f"https://{'a' * 30}{end}.example/{'a' * 30}/b/a/1"
    assert isinstance(_found(workspace, servers, url), kind)


def test_schemas_in_files_of_their_own_have_dynamic_references_as_well(workspace):
    workspace.text(
        "list.yaml", "type: array\nitems: {$dynamicRef: '#item'}\n$defs: {any: {$dynamicAnchor: item}}\n"
    )
    workspace.text("words.yaml", "$ref: list.yaml\n$defs: {word: {$dynamicAnchor: item, type: string}}\n")
    description = load_description(workspace.text("api.yaml", _new("{$ref: words.yaml}")))
    schemas = description.schemas["response"]
    name = description.operations[0].answers["200"].content[0].schema.name
    assert [schemas.checker(name).fits(value) for value in (["a"], [1])] == [True, False]


def test_yaml_that_would_take_minutes_to_read_is_refused_with_a_way_out(workspace):
    file = workspace.text("api.yaml", "x-a: " + "b" * MOST_YAML_BYTES)
    with pytest.raises(InputError, match="too large for YAML: 16 MB") as refused:
        load_description(file)
    assert "JSON" in refused.value.hint
