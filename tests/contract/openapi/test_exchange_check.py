"""What of an exchange is not as described."""

import pytest

ORDERS = "https://shop.example/v1/orders"
ORDER = {"id": 1, "item": "tea"}


def test_an_exchange_as_described_has_no_violation(hold):
    assert hold("GET", f"{ORDERS}/7", answer={**ORDER, "note": None, "parts": [ORDER]}) == []


@pytest.mark.parametrize(
    ("answer", "violation"),
    [
        ({"id": "1", "item": "tea"}, ("body /id", "type")),
        ({"id": 1}, ("body", "required")),
        ({**ORDER, "more": 1}, ("body", "additionalProperties")),
        ({**ORDER, "price": 0}, ("body /price", "exclusiveMinimum")),
        ({**ORDER, "made": "yesterday"}, ("body /made", "format")),
        ({"id": 2**31, "item": "tea"}, ("body /id", "maximum")),
        ({**ORDER, "parts": [{**ORDER, "parts": [{"id": 1}]}]}, ("body /parts/0/parts/0", "required")),
    ],
)
def test_a_body_that_is_not_as_described_is_told_with_pointer_and_rule(hold, answer, violation):
    assert hold("GET", f"{ORDERS}/7", answer=answer) == [violation]


def test_what_is_read_only_is_not_required_of_a_request(hold):
    made = hold(
        "POST",
        ORDERS,
        201,
        ORDER,
        body={"item": "tea"},
        headers={"X-Trace": "abc"},
        answered={"Location": "/1"},
    )
    assert made == []


def test_parameters_headers_and_bodies_of_a_request_are_checked(hold):
    found = hold("POST", f"{ORDERS}?dry=perhaps", 201, ORDER, body={"item": 3}, headers={"X-Trace": "a"})
    assert found == [
        ("query dry", "type"),
        ("header X-Trace", "minLength"),
        ("request body /item", "type"),
        ("header Location", "required"),
    ]


def test_a_required_header_and_body_that_are_missing_are_told(hold):
    found = hold("POST", ORDERS, 201, ORDER, answered={"Location": "/1"})
    assert found == [("header X-Trace", "required"), ("request body", "required")]


def test_a_parameter_of_the_path_is_checked_as_the_number_it_is(hold):
    assert hold("GET", f"{ORDERS}/0", answer=ORDER) == [("path id", "minimum")]
    assert hold("GET", f"{ORDERS}/x", answer=ORDER) == [("path id", "type")]


def test_a_list_in_the_query_is_checked_item_by_item(hold):
    assert hold("GET", f"{ORDERS}?state=open&state=paid", answer=[]) == []
    assert hold("GET", f"{ORDERS}?state=open&state=lost", answer=[]) == [("query state /1", "enum")]


def test_a_status_that_is_not_described_is_told(hold):
    assert hold("GET", f"{ORDERS}/7", 404, {}) == [("status", "status")]


def test_a_class_of_statuses_covers_each_of_them(hold):
    assert hold("GET", ORDERS, 206, []) == []


def test_a_media_type_that_is_not_described_is_told(hold):
    assert hold("GET", f"{ORDERS}/7", answer=ORDER, answered={"Content-Type": "text/html"}) == [
        ("content-type", "content-type")
    ]


def test_an_answer_without_the_body_that_is_described_is_told(hold):
    assert hold("GET", f"{ORDERS}/7") == [("body", "required")]


def test_the_most_specific_path_wins(hold):
    assert hold("GET", f"{ORDERS}/latest") == []


def test_schemas_of_3_1_have_words_of_json_schema_2020(hold):
    text = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    get:
      responses:
        "200":
          description: d
          content:
            application/json:
              schema: {type: [object, "null"], properties: {k: {const: 1}}, unevaluatedProperties: false}
"""
    assert hold("GET", "https://any.example/a", answer={"k": 1}, text=text) == []
    assert hold("GET", "https://any.example/a", answer={"k": 2}, text=text) == [("body /k", "const")]


SECURED = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
security: [{key: []}, {login: [], tenant: []}]
paths:
  /orders:
    get: {responses: {default: {description: d}}}
    post: {security: [{bearer: []}], responses: {default: {description: d}}}
    put: {security: [{oauth: []}, {}], responses: {default: {description: d}}}
    patch: {security: [{tls: []}], responses: {default: {description: d}}}
    delete: {security: [], responses: {default: {description: d}}}
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: key}
    login: {type: apiKey, in: cookie, name: session}
    tenant: {type: apiKey, in: header, name: X-Tenant}
    bearer: {type: http, scheme: Bearer}
    oauth: {type: oauth2, flows: {}}
    tls: {type: mutualTLS}
"""


@pytest.mark.parametrize(
    ("method", "query", "headers", "met"),
    [
        ("GET", "", {}, False),
        ("GET", "?key=1", {}, True),
        ("GET", "", {"X-Tenant": "a"}, False),
        ("GET", "", {"X-Tenant": "a", "Cookie": "session=1"}, True),
        ("POST", "", {"Authorization": "Basic YTpi"}, False),
        ("POST", "", {"Authorization": "bearer abc"}, True),
        ("PUT", "", {}, True),
        ("PATCH", "", {}, True),
        ("DELETE", "", {}, True),
    ],
)
def test_a_request_has_the_credentials_that_its_operation_wants(hold, method, query, headers, met):
    found = hold(method, f"https://shop.example/orders{query}", headers=headers, text=SECURED)
    assert found == ([] if met else [("request", "security")])


def test_a_request_that_is_refused_for_want_of_credentials_needs_none(hold):
    assert hold("POST", "https://shop.example/orders", 401, text=SECURED) == []


FORMS = """
openapi: 3.0.3
info: {title: Files, version: "1"}
paths:
  /files:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                about: {type: object, required: [title], properties: {title: {type: string}}}
                picture: {type: string, format: binary}
                count: {type: integer}
            encoding:
              about: {contentType: application/json}
              picture: {contentType: 'image/png, image/*', headers: {X-Width: {required: true, schema: {type: integer}}}}
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties:
                tags: {type: array, maxItems: 2, items: {enum: [a, b, c]}}
            encoding:
              tags: {style: form, explode: false}
      responses: {default: {description: d}}
"""  # noqa: E501


def _form(*parts):
    lines = [
        f"--x\r\nContent-Disposition: form-data; name={name}\r\n{more}\r\n{text}\r\n"
        for name, more, text in parts
    ]
    return ("".join(lines) + "--x--\r\n").encode()


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([("about", "Content-Type: application/json\r\n", '{"title": "t"}'), ("count", "", "3")], []),
        ([("about", "Content-Type: application/json\r\n", "{}")], [("request body /about", "required")]),
        ([("about", "", '{"title": "t"}')], [("request body /about", "encoding")]),
        ([("picture", "Content-Type: image/gif\r\nX-Width: 3\r\n", "x")], []),
        ([("picture", "Content-Type: image/gif\r\nX-Width: a\r\n", "x")], [("header X-Width", "type")]),
        ([("picture", "Content-Type: image/gif\r\n", "x")], [("header X-Width", "required")]),
        (
            [("picture", "Content-Type: text/plain\r\nX-Width: 3\r\n", "x")],
            [("request body /picture", "encoding")],
        ),
        ([("count", "", "many")], [("request body /count", "type")]),
    ],
)
def test_the_parts_of_a_form_are_written_as_their_encoding_says(hold, parts, found):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert hold("POST", "https://f.example/files", body=_form(*parts), headers=headers, text=FORMS) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"tags=a,b", []),
        (b"tags=a,b,c", [("request body /tags", "maxItems")]),
        (b"tags=a,d", [("request body /tags/1", "enum")]),
    ],
)
def test_a_form_is_read_by_the_style_of_its_members(hold, body, found):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert hold("POST", "https://f.example/files", body=body, headers=headers, text=FORMS) == found


GENERIC = """
openapi: 3.1.0
info: {title: Lists, version: "1"}
paths:
  /numbers:
    get: {responses: {"200": {description: d, content: {application/json: {schema: {$ref: NUMBERS}}}}}}
components:
  schemas:
    List:
      $id: list
      type: array
      items: {$dynamicRef: '#item'}
      $defs: {any: {$dynamicAnchor: item}}
    Numbers:
      $id: numbers
      $ref: list
      $defs: {number: {$dynamicAnchor: item, type: number}}
    Tree:
      $id: https://shop.example/tree
      type: object
      properties: {of: {$ref: '#/$defs/leaf'}, next: {$ref: '#/components/schemas/Numbers'}}
      $defs: {leaf: {type: string}}
"""


@pytest.mark.parametrize(
    ("reference", "answer", "found"),
    [
        ("'#/components/schemas/Numbers'", [1, 2], []),
        ("'#/components/schemas/Numbers'", [1, "a"], [("body /1", "type")]),
        ("numbers", ["a"], [("body /0", "type")]),
        ("'#/components/schemas/List'", ["a", 1], []),
        ("https://shop.example/tree", {"of": "a", "next": [1]}, []),
        (
            "https://shop.example/tree",
            {"of": 1, "next": ["a"]},
            [("body /next/0", "type"), ("body /of", "type")],
        ),
    ],
)
def test_a_dynamic_reference_is_what_the_schema_that_led_to_it_says(hold, reference, answer, found):
    text = GENERIC.replace("NUMBERS", reference)
    assert sorted(hold("GET", "https://shop.example/numbers", answer=answer, text=text)) == found
