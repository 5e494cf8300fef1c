"""Documents that are named where another one was expected."""

import pytest

from harness.collection.document_kind import document_kind


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"info": {}, "item": []}, "a Postman collection"),
        ({"collection": {"info": {}, "item": []}}, "a Postman collection"),
        ({"id": "1", "requests": [], "order": []}, "a Postman collection of format v1"),
        ({"values": []}, "a Postman environment"),
        ({"values": [], "_postman_variable_scope": "globals"}, "Postman globals"),
        ({"version": 1, "collections": [], "environments": []}, "a backup of Postman's data"),
        ({"collection": {"item": []}, "run": {"executions": []}}, "a JSON report of a run"),
        ({"openapi": "3.1.0", "info": {}}, "an OpenAPI description"),
        ({"swagger": "2.0", "info": {}}, "a description in Swagger 2.0"),
        ({"log": {"entries": []}}, "a HAR file"),
        ({"interactions": [], "version": 1}, "a cassette, a recording"),
        ({"_type": "export", "resources": []}, "an export of Insomnia"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "a JSON Schema"),
        ({"name": "x", "version": "1.0.0", "scripts": {}}, "a package.json"),
        ({"version": 1, "started_ms": 1}, "a history of runs"),
        ([{"name": "a", "matches": []}], "a list of client certificates"),
        ([{"sku": 1}], "a list of data rows"),
        ([{"key": "a", "value": "b"}], ""),
        ([], ""),
        ({"a": 1}, ""),
        ("x", ""),
        (None, ""),
    ],
)
def test_the_kind_of_a_document_is_named(document: object, kind: str) -> None:
    assert document_kind(document) == kind
