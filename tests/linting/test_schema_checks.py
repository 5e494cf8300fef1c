"""What Postman's own lint refuses is found, too."""

import pytest

from harness.collection.yaml_document import core_scalar, parse_yaml
from harness.linting.schema_checks import refused


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("settings: {protocolVersion: http9}", "settings.protocolVersion"),
        ("settings: {tlsDisabledProtocols: [TLSv1, SSLv3]}", "settings.tlsDisabledProtocols"),
        ("settings: {disabledSystemHeaders: [x-own]}", "settings.disabledSystemHeaders"),
        ("scripts: [{type: beforeRequest, code: a, id: b}]", "scripts[0].id"),
        ('scripts: [{type: beforeRequest, code: a, packages: {p: "1"}}]', "scripts[0].packages.p"),
        ("scripts: [{type: beforeRequest, code: a, packages: {p: {id: 5}}}]", "scripts[0].packages.p"),
        ("scripts: [{type: a, code: a, packages: {p: {id: b, x: c}}}]", "scripts[0].packages.p.x"),
        ("auth: {type: noauth, credentials: []}", "auth.credentials"),
        (
            "body: {type: urlencoded, content: [{key: a, value: b, type: text}]}",
            "body.content[0].type",
        ),
    ],
)
def test_a_file_that_postman_leaves_out_is_found(text: str, field: str) -> None:
    found = list(refused(parse_yaml(text, "f", schema=core_scalar).value))

    assert [(one, node.line) for _, node, one in found] == [(field, 1)]


def test_what_postman_reads_is_not_refused() -> None:
    text = (
        "settings: {protocolVersion: http2, tlsDisabledProtocols: [TLSv1], disabledSystemHeaders: [accept]}\n"
        "scripts: [{type: beforeRequest, code: a, language: text/javascript, packages: {p: {id: b}}}]\n"
        "auth: {type: noauth}\n"
        "body: {type: urlencoded, content: [{key: a, value: b, disabled: true}]}\n"
    )

    assert list(refused(parse_yaml(text, "f", schema=core_scalar).value)) == []
