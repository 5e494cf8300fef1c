"""The expected values were sent by newman 6.2.2 for the same requests, unless a test says otherwise."""

import random

import pytest

from harness.client.auth import MODULES, scheme
from harness.client.auth.flow import draw_uuid
from harness.collection.model import Body, Pair
from tests.client.auth.talk import DATE, OLD, authorization, request, signed, target


def test_every_type_that_postman_has_is_known():
    assert all(callable(scheme(kind)) for kind in MODULES)
    assert len(MODULES) == 13
    assert scheme("magic") is None


def test_basic_replaces_the_header_and_speaks_utf8():
    sent = signed("basic", request(headers=OLD), username="ü", password="p:w")
    assert [(field.key, field.value) for field in sent.headers] == [("Authorization", "Basic w7w6cDp3")]
    assert authorization(signed("basic", request())) == "Basic Og=="


def test_bearer_without_a_token_changes_nothing():
    assert authorization(signed("bearer", request(headers=OLD), token="")) == "old"
    assert authorization(signed("bearer", request(headers=OLD), token="t")) == "Bearer t"


def test_apikey_replaces_headers_whose_words_are_the_same():
    own = (Pair(key="X-Key", value="1"), Pair(key="xKey", value="2"), Pair(key="other", value="3"))
    sent = signed("apikey", request(headers=own), key="x_key", value="v")
    assert [(field.key, field.value) for field in sent.headers] == [("other", "3"), ("x_key", "v")]


def test_apikey_goes_into_the_query():
    sent = signed("apikey", request("/ak?k=old&b=1"), key="k", value="v w", **{"in": "query"})
    assert target(sent) == "/ak?b=1&k=v%20w"


@pytest.mark.parametrize(
    ("params", "signature"),
    [
        ({}, "108d71573753b18941cf95d1c8ad5f21ad20f6e9bd608ad9e5fbb407168e362c"),
        (
            {"service": "s3", "region": "eu-west-1"},
            "131b30d2f194a5b15b7358a670417b166a3d8a9c42a2c31f25f0afcec9b07eac",
        ),
    ],
)
def test_awsv4_signs_headers(params, signature):
    own = (Pair(key="X-Case", value=CASES[len(params)]), DATE, Pair(key="X-B", value=" v  w "))
    draft = request(
        "/aws/a b/é/../x//y?b=2&a=1&a=0&e=&f&g=%7E{}", headers=(*own, Pair(key="range", value="x"))
    )
    sent = signed("awsv4", draft, accessKey="AKIDEXAMPLE", secretKey="wJalr", **params)
    assert authorization(sent).endswith(f"Signature={signature}")
    added = [field.key for field in sent.headers[4:]]
    assert added[0] == "Host"
    assert added[-2:] == ["X-Amz-Date", "Authorization"]


CASES = {0: "aws%20d", 2: "aws%20svc"}


def test_awsv4_signs_the_query():
    own = (Pair(key="X-Case", value="aws%20qs3"), DATE, Pair(key="X-B", value=" v  w "))
    draft = request(
        "/aws/a b/é/../x//y?b=2&a=1&a=0&e=&f&g=%7E{}", headers=(*own, Pair(key="range", value="x"))
    )
    params = {"service": "s3", "sessionToken": "T/K=", "addAuthDataToQuery": True}
    sent = signed("awsv4", draft, accessKey="AKIDEXAMPLE", secretKey="wJalr", **params)
    assert target(sent) == (
        "/aws/a%20b/%C3%A9/../x//y?b=2&a=1&a=0&e=&f&g=%7E{}&X-Amz-Security-Token=T%2FK%3D&X-Amz-Expires=86400"
        "&X-Amz-Date=20110909T233600Z&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIDEXAMPLE%2F20110909%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-SignedHeaders=date%3Bhost%3Bx-b%3Bx-case"
        "&X-Amz-Signature=22b5f1640645412bd8194f92590a47d75fad1649e82921782bb3194948bc531d"
    )
    assert authorization(sent) is None


def test_awsv4_takes_the_time_from_the_clock_and_hashes_the_body():
    draft = request("/aws", "POST", body=Body(mode="raw", raw="hi"))
    sent = signed("awsv4", draft, accessKey="a", secretKey="b")
    assert sent.last("x-amz-date").value == "20231114T221320Z"
    assert sent.last("x-amz-content-sha256").value.startswith("8f434346648f6b96df89dda901c5176b")


HAWK = {"authId": "id", "authKey": "key", "algorithm": "sha256", "nonce": "nn", "timestamp": "1700000000"}


@pytest.mark.parametrize(
    ("params", "header"),
    [
        ({}, 'Hawk id="id", ts="1700000000", nonce="nn", mac="6Ymia9bKJtT5rmT0E+nC/xEzVUX5ceeR4ODpuJBu34o="'),
        (
            {"extraData": 'a"b\\c', "app": "ap", "delegation": "dg"},
            (
                'Hawk id="id", ts="1700000000", nonce="nn", ext="a\\"b\\\\c", '
                'mac="Ivz3TYsNVTu+hU9gySKCgqgvhEcVwliHCCXfvJSQ9Tk=", app="ap", dlg="dg"'
            ),
        ),
        (
            {"algorithm": "sha1"},
            'Hawk id="id", ts="1700000000", nonce="nn", mac="fdITPUXjZIGgOqQa/9vq79YMovQ="',
        ),
        ({"algorithm": "md5"}, ""),
    ],
)
def test_hawk_signs_the_target(params, header):
    sent = signed("hawk", request("/hawk/{x}?a=b&c='é|", headers=OLD), **{**HAWK, **params})
    assert authorization(sent) == header


def test_hawk_hashes_the_payload_with_its_type():
    own = (Pair(key="authorization", value="old"), Pair(key="Content-Type", value="Application/JSON; x=y"))
    draft = request("/hawk", "POST", own, Body(mode="raw", raw='{"a":1}', language="json"))
    assert authorization(signed("hawk", draft, **HAWK, includePayloadHash=True)) == (
        'Hawk id="id", ts="1700000000", nonce="nn", hash="qKG2AtsqLMhIdy7+OrxWG0bU8wTDncYSW0gmNukAKpI=", '
        'mac="p3jPbkcrY62MYa9knud5p8ggOsa3Adnr+9yQdhaGyCM="'
    )


def test_hawk_without_credentials_changes_nothing():
    assert authorization(signed("hawk", request(headers=OLD), authId="id")) == "old"


@pytest.mark.parametrize(
    ("params", "signature"),
    [
        ({}, "GJ0dooXTqvZHaXAIagAUTJF8yS4rwR23s3cp/hZG374="),
        ({"baseURL": "https://akab.example.net/x"}, "U2+zWqb/WNscb6QF+Jt1PTEQ8/7F7gCJctbzostdMTw="),
        ({"headersToSign": "X-A, x-b,missing"}, "UDCx5WQAcMftdc+trN6Z7fB4Jfw6pKWG2Zp7sHQlepo="),
        ({"maxBodySize": 3}, "OeXxsJmt3kzbku6zbmO8JjJFPkuKKmIF58zcuh1OGzY="),
    ],
)
def test_edgegrid_signs_the_request(params, signature):
    own = (Pair(key="X-A", value=" a   b "), Pair(key="X-B", value="1"), Pair(key="x-b", value="2"))
    draft = request("/eg/a b?c=d", "POST", own, Body(mode="raw", raw="hello"))
    given = {
        "accessToken": "at",
        "clientToken": "ct",
        "clientSecret": "cs",
        "nonce": "nn",
        "timestamp": "20200101T00:00:00+0000",
    }
    assert authorization(signed("edgegrid", draft, **given, **params)) == (
        "EG1-HMAC-SHA256 client_token=ct;access_token=at;timestamp=20200101T00:00:00+0000;nonce=nn;"
        f"signature={signature}"
    )


def test_uuids_are_of_version_4_and_repeatable():
    first = draw_uuid(random.Random(5))
    assert first == draw_uuid(random.Random(5))
    assert (first[14], first[19] in "89ab", len(first)) == ("4", True, 36)
