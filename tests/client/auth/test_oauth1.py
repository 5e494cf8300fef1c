"""OAuth 1: where the signature goes, and what it covers."""

import pytest

from harness.client.auth.flow import AuthProblem
from harness.collection.model import Body, Pair
from tests.client.auth.talk import OAUTH1, authorization, request, signed, target


@pytest.mark.parametrize(
    ("params", "signature"),
    [
        ({}, "0E2PAM8P3%2FoDZp7NWhxp%2FXU0%2FXU%3D"),
        ({"signatureMethod": "HMAC-SHA256"}, "swP%2Fcbi449VDHORXzg%2FuZO4N6DixmsBoTer6KBfvrDc%3D"),
        ({"callback": "http://cb/?x", "verifier": "v f"}, "H773q03B%2F35cYBxTDQlIoXzBDjY%3D"),
        ({"signatureMethod": "PLAINTEXT"}, "c%2520s%2526%26ts"),
    ],
)
def test_oauth1_signs_into_the_query_and_spells_it_anew(params, signature):
    draft = request("/o1/a b?z=1&é=ü+x&a=&f&oauth_token=old")
    sent = target(signed("oauth1", draft, **{**OAUTH1, **params}))
    assert sent.startswith("/o1/a%20b?z=1&%C3%A9=%C3%BC%20x&a=&f&oauth_consumer_key=ck&oauth_token=tk&")
    assert sent.endswith(f"&oauth_signature={signature}")


def test_oauth1_signs_into_the_header():
    params = OAUTH1 | {"addParamsToHeader": True, "realm": "r m", "disableHeaderEncoding": True}
    draft = request(
        "/o1/a b?z=1&é=ü+x&a=&f&oauth_token=old", headers=(Pair(key="Authorization", value="old"),)
    )
    sent = signed("oauth1", draft, **params)
    assert len(sent.headers) == 1
    assert authorization(sent) == (
        'OAuth realm="r m",oauth_consumer_key="ck",oauth_token="tk",oauth_signature_method="HMAC-SHA1",'
        'oauth_timestamp="1700000000",oauth_nonce="nonce",oauth_version="1.0",'
        'oauth_signature="0E2PAM8P3/oDZp7NWhxp/XU0/XU="'
    )


def test_oauth1_hashes_a_body_when_asked():
    draft = request("/o1", "POST", body=Body(mode="raw", raw="hi"))
    sent = signed("oauth1", draft, **OAUTH1, includeBodyHash=True, addParamsToHeader=True)
    assert 'oauth_body_hash="witfkXg0JglCjW9RssWvTAveakI%3D"' in authorization(sent)
    assert 'oauth_signature="1M0TKFF1E2bPJhlISuRGWkZc8ZU%3D"' in authorization(sent)


def test_oauth1_signs_into_a_form():
    form = Body(
        mode="urlencoded", urlencoded=(Pair(key="b", value="x y"), Pair(key="oauth_nonce", value="old"))
    )
    sent = signed("oauth1", request("/o1?q=1", "POST", body=form), **OAUTH1)
    fields = {pair.key: pair.value for pair in sent.content.fields}
    assert fields["oauth_nonce"] == "nonce"
    assert fields["oauth_signature"] == "m8QZ05/AQDbZQ7eKr8oGF4aM60Q="
    assert target(sent) == "/o1?q=1"


def test_an_unknown_signature_method_is_a_problem():
    with pytest.raises(AuthProblem, match="Unsupported signature method"):
        signed("oauth1", request(), **{**OAUTH1, "signatureMethod": "XX-SHA1"})
