"""The expected values were sent by newman 6.2.2 for the same requests, unless a test says otherwise."""

import random
from base64 import b64encode
from pathlib import Path

import pytest

from harness.client.auth import MODULES, ntlm, scheme
from harness.client.auth.flow import Answered, AuthProblem, Params, Tools, draw_uuid
from harness.client.auth.md4 import md4
from harness.client.build import build
from harness.client.draft import Draft
from harness.client.files import FilePolicy
from harness.client.message import Response
from harness.client.profile import Profile
from harness.client.transport import TransportFailure
from harness.client.url import encode
from harness.collection.model import Body, Pair, Request, Url
from harness.variables.draws import SteppingClock

BASE = "http://127.0.0.1:18999"
DATE = Pair(key="Date", value="Mon, 09 Sep 2011 23:36:00 GMT")


def request(url: str = "/x", method: str = "GET", headers=(), body: Body | None = None) -> Draft:
    authored = Request(url=Url(raw=BASE + url), method=method, headers=tuple(headers), body=body)
    files = FilePolicy(working_dir=Path(), none=True)
    return build(authored, None, lambda text: text, files=files).draft


def tools(**options) -> Tools:
    return Tools(
        random=random.Random(1), clock=SteppingClock(1_700_000_000_000), profile=Profile(), **options
    )


class Talk:
    """A flow, step by step."""

    def __init__(self, kind: str, draft: Draft, params: dict, memory: dict | None = None, **options) -> None:
        self.memory = {} if memory is None else memory
        self.flow = scheme(kind)(draft, Params(params, self.memory), tools(**options))
        self.sent = next(self.flow).draft
        self.aside = False

    def answer(self, status: int, *headers: tuple[str, str], body: bytes = b"") -> Draft | None:
        response = Response(status=status, reason="", headers=headers, body=body)
        try:
            step = self.flow.send(Answered(draft=self.sent, response=response))
        except StopIteration:
            return None
        self.sent, self.aside = step.draft, step.aside
        return self.sent


def signed(kind: str, draft: Draft, **params) -> Draft:
    return Talk(kind, draft, params).sent


def authorization(draft: Draft) -> str | None:
    field = draft.last("authorization")
    return None if field is None else field.value


def target(draft: Draft) -> str:
    return encode(draft.url).target


OLD = (Pair(key="authorization", value="old"),)


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


OAUTH1 = {
    "consumerKey": "ck",
    "consumerSecret": "c s&",
    "token": "tk",
    "tokenSecret": "ts",
    "signatureMethod": "HMAC-SHA1",
    "timestamp": "1700000000",
    "nonce": "nonce",
    "version": "1.0",
}


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


def rsa_key() -> str:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_rsa_signatures_verify_under_the_public_key():
    import base64
    from urllib.parse import unquote

    import jwt
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = rsa_key()
    public = load_pem_private_key(pem.encode(), None).public_key()
    token = authorization(signed("jwt", request(), algorithm="RS256", privateKey=pem, payload='{"a":1}'))
    assert jwt.decode(token.removeprefix("Bearer "), public, algorithms=["RS256"]) == {"a": 1}
    token = authorization(
        signed("asap", request(), alg="PS256", kid="k", iss="i", aud="a", privateKey=pem, claims='{"x":1}')
    )
    claims = jwt.decode(
        token.removeprefix("Bearer "),
        public,
        algorithms=["PS256"],
        audience="a",
        options={"verify_exp": False},
    )
    assert claims["sub"] == claims["iss"] == "i"
    assert list(claims) == ["x", "iat", "iss", "sub", "jti", "aud", "exp"]
    params = OAUTH1 | {"signatureMethod": "RSA-SHA256", "privateKey": pem}
    signature = unquote(target(signed("oauth1", request("/o1"), **params)).rpartition("=")[2])
    base = (
        "GET&http%3A%2F%2F127.0.0.1%3A18999%2Fo1&oauth_consumer_key%3Dck%26oauth_nonce%3Dnonce%26"
        "oauth_signature_method%3DRSA-SHA256%26oauth_timestamp%3D1700000000%26oauth_token%3Dtk%26"
        "oauth_version%3D1.0"
    )
    public.verify(base64.b64decode(signature), base.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_jwt_orders_claims_as_javascript_does():
    params = {
        "algorithm": "HS256",
        "secret": "s",
        "payload": '{"b":1.50,"a":"é","n":null,"10":1,"2":2}',
        "header": '{"typ":"JWT","alg":"x","kid":"k"}',
    }
    assert authorization(signed("jwt", request(), **params)) == (
        "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ."
        "eyIyIjoyLCIxMCI6MSwiYiI6MS41LCJhIjoiw6kiLCJuIjpudWxsfQ.FRvdnr70AdfahBGP5Psf5iPCzJliJVpDMXwrYDO8t70"
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"algorithm": "none"}, "invalid algorithm"),
        ({"algorithm": "HS256"}, "Invalid secret key. Enter a valid key."),
        ({"algorithm": "RS256"}, "Invalid private key. Enter a valid key."),
        ({"algorithm": "RS256", "privateKey": "x"}, '"pkcs8" must be PKCS#8 formatted string'),
        ({"algorithm": "HS256", "secret": "s", "payload": "{"}, "the payload is not JSON"),
    ],
)
def test_jwt_says_why_it_cannot_sign(params, message):
    with pytest.raises(AuthProblem, match=message.replace(".", r"\.").replace("#", r"\#")):
        signed("jwt", request(), **params)


def test_asap_asks_for_its_claims():
    with pytest.raises(AuthProblem, match="One or more of required claims missing"):
        signed("asap", request(), kid="k", iss="i", aud="a")
    with pytest.raises(AuthProblem, match=r"Failed to sign request with key\."):
        signed("asap", request(), kid="k", iss="i", aud="a", privateKey="bad")


CHALLENGE = ("WWW-Authenticate", 'Digest realm="re alm", nonce="abc", opaque="op"')


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        (None, "edbf2d9a19b289796bd6786a84745220"),
        ("SHA-256", "dc977de031833a2e16c296ae17219ff593da0e1bfd39dcbfffbeb390bb3bba67"),
        ("SHA-512-256", "7ec31cda21ab7c4463614f339e50203c6fb9a9b1a6e7e0d76b8b350a63d087a2"),
    ],
)
def test_digest_answers_the_challenge(algorithm, response):
    draft = request("/digest?", "POST", body=Body(mode="raw", raw="hi", language="json"))
    talk = Talk("digest", draft, {"username": "us", "password": "pw", "algorithm": algorithm})
    assert authorization(talk.sent) is None
    assert authorization(talk.answer(401, CHALLENGE)) == (
        f'Digest username="us", realm="re alm", nonce="abc", uri="/digest?", '
        f'algorithm="{algorithm or "MD5"}", response="{response}", opaque="op"'
    )
    assert talk.answer(401, CHALLENGE) is None


def test_digest_signs_at_once_with_what_an_earlier_request_learnt():
    memory: dict = {}
    params = {"username": "us", "password": "pw"}
    talk = Talk("digest", request("/digest"), params, memory)
    talk.answer(401, ("WWW-Authenticate", 'Digest realm="R", nonce="N", qop="auth"'))
    assert "nc=00000001" in authorization(talk.sent)
    assert talk.answer(200) is None
    again = Talk("digest", request("/digest"), params, memory)
    assert "nc=00000002" in authorization(again.sent)


def test_digest_uses_what_the_author_wrote():
    params = {"username": "us", "password": "pw", "realm": "R", "nonce": "N", "qop": "auth"}
    sent = signed("digest", request("/digest"), **params, nonceCount="00000005", clientNonce="cn")
    assert authorization(sent) == (
        'Digest username="us", realm="R", nonce="N", uri="/digest", algorithm="MD5", qop=auth, nc=00000005, '
        'cnonce="cn", response="d3a229549efe9f9e8968e996263e6235"'
    )


def test_digest_does_not_answer_when_told_so():
    talk = Talk("digest", request(), {"username": "u", "password": "p", "disableRetryRequest": True})
    assert talk.answer(401, CHALLENGE) is None


def digest(memory: dict | None = None, **params) -> Talk:
    params = {"username": "us", "password": "pw", **params}
    return Talk("digest", request("/digest"), params, memory, answers_challenges=True)


def challenge(text: str) -> tuple[str, str]:
    return ("www-authenticate", text)


OFFERS = (
    challenge('Basic realm="B"'),
    challenge('Digest realm="R", nonce="of-new", algorithm=NEW-1, qop="auth"'),
    challenge('Digest realm="R", nonce="of-md5", algorithm=MD5, qop="auth"'),
    challenge('Digest realm="R", nonce="of-sha", algorithm=SHA-256, qop="auth"'),
)


@pytest.mark.parametrize(
    ("algorithm", "nonce", "named"),
    [(None, "of-md5", "MD5"), ("SHA-256", "of-sha", "SHA-256"), ("SHA-512-256", "of-md5", "SHA-512-256")],
)
def test_digest_takes_the_nonce_of_the_challenge_for_its_algorithm(algorithm, nonce, named):
    header = authorization(digest(algorithm=algorithm).answer(401, *OFFERS))
    assert f'nonce="{nonce}"' in header
    assert f'algorithm="{named}"' in header


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ('Digest realm="R", nonce="N", qop="auth-int,auth"', ('nonce="N"', "qop=auth,", "nc=00000001")),
        ("Digest realm=R, nonce=N, qop=auth", ('realm="R"', 'nonce="N"', "qop=auth,")),
        ('Basic realm="x, Digest", Digest nonce="N", realm="R"', ('realm="R"', 'nonce="N"')),
        ('Digest realm="R", nonce="N", algorithm="sha-256"', ('algorithm="SHA-256"',)),
        ('Digest realm="R", nonce="N", algorithm=md5-sess', ('algorithm="MD5-sess"', "cnonce=")),
    ],
)
def test_digest_reads_a_challenge_however_it_is_written(offer, expected):
    header = authorization(digest().answer(401, challenge(offer)))
    assert [part for part in expected if part not in header] == []


def test_digest_signs_anew_when_a_nonce_that_was_accepted_is_refused():
    memory: dict = {}
    first = digest(memory)
    first.answer(401, challenge('Digest realm="R", nonce="one", qop="auth"'))
    assert first.answer(200) is None
    second = digest(memory)
    assert 'nonce="one"' in authorization(second.sent)
    again = authorization(second.answer(401, challenge('Digest realm="R", nonce="two", qop="auth"')))
    assert 'nonce="two"' in again
    assert "nc=00000001" in again
    assert second.answer(401, challenge('Digest realm="R", nonce="three", qop="auth"')) is None


def test_digest_is_content_with_a_refusal_of_its_password_and_with_nonces_that_never_last():
    refused = digest()
    refused.answer(401, challenge('Digest realm="R", nonce="one"'))
    assert refused.answer(401, challenge('Digest realm="R", nonce="two"')) is None
    endless = digest()
    stale = 'Digest realm="R", stale=true, nonce='
    assert endless.answer(401, challenge(stale + "one")) is not None
    assert endless.answer(401, challenge(stale + "two")) is not None
    assert endless.answer(401, challenge(stale + "three")) is None


def test_digest_does_not_repeat_what_the_author_fixed():
    talk = digest(realm="R", nonce="N", opaque="o", qop="auth", clientNonce="c", nonceCount="00000001")
    assert talk.answer(401, challenge('Digest realm="R", nonce="M", stale=TRUE, qop="auth"')) is None


NTLM = {"username": "Us", "password": "pässW", "domain": "do m", "workstation": "ws"}
NEGOTIATE = "NTLM TlRMTVNTUAABAAAAB7IIogYABgAqAAAAAgACACgAAAAFASgKAAAAD1dTRE8lMjBN"


class Half(random.Random):
    def random(self) -> float:
        return 0.5


@pytest.mark.parametrize(
    ("challenge", "answer"),
    [
        pytest.param(
            "TlRMTVNTUAACAAAAAAAAADAAAAABggAAMTIzNDU2NzgAAAAAAAAAAAAAAAAwAAAA",
            "TlRMTVNTUAADAAAAGAAYAFwAAAAYABgAdAAAAAwADABIAAAABAAEAFQAAAAEAAQAWAAAAAAAAACMAAAABYKIogUBKAoAAAAPRAB"
            "PACUAMgAwAE0AVQBzAFcAUwDJG4pdSvBBYD0GNRZLC245TODGNwsr3l1UsYOdELc/PVWP3VFhWNkPg0GVrKz4sSw=",
            id="version 1",
        ),
        pytest.param(
            "TlRMTVNTUAACAAAAAAAAADAAAAAAggAAMTIzNDU2NzgAAAAAAAAAAAAAAAAwAAAA",
            "TlRMTVNTUAADAAAAGAAYAFIAAAAYABgAagAAAAYABgBIAAAAAgACAE4AAAACAAIAUAAAAAAAAACCAAAABIKIogUBKAoAAAAPRE8"
            "lMjBNVXNXU8kbil1K8EFgPQY1FksLbjlM4MY3CyveXVSxg50Qtz89VY/dUWFY2Q+DQZWsrPixLA==",
            id="not unicode",
        ),
        pytest.param(
            "TlRMTVNTUAACAAAAAAAAADAAAAABgggAMTIzNDU2NzgAAAAAAAAAAAAAAAAwAAAA",
            "TlRMTVNTUAADAAAAGAAYAFwAAAAYABgAdAAAAAwADABIAAAABAAEAFQAAAAEAAQAWAAAAAAAAACMAAAABYKIogUBKAoAAAAPRAB"
            "PACUAMgAwAE0AVQBzAFcAUwCAgICAgICAgAAAAAAAAAAAAAAAAAAAAABKW0ipBehZ7hIfYyI++2Ir0yfz1+gf7Aw=",
            id="session",
        ),
        pytest.param(
            "TlRMTVNTUAACAAAAAAAAADAAAAABgogAMTIzNDU2NzgAAAAAAAAAABAAEAAwAAAAAgAIAEQATwBNAEEAAAAAAA==",
            "TlRMTVNTUAADAAAAGAAYAFwAAABAAEAAdAAAAAwADABIAAAABAAEAFQAAAAEAAQAWAAAAAAAAAC0AAAABYKIogUBKAoAAAAPRAB"
            "PACUAMgAwAE0AVQBzAFcAUwARLbSKFEuOs98Owhhc3jAhgICAgICAgIAwlLcowX0EIO8JtbO/QXQTAQEAAAAAAAAAAG3GRxfaAYC"
            "AgICAgICAAAAAAAIACABEAE8ATQBBAAAAAAAAAAAA",
            id="version 2",
        ),
    ],
)
def test_ntlm_writes_the_messages_of_httpntlm(challenge, answer):
    drawn = Tools(random=Half(), clock=SteppingClock(1_700_000_000_000), profile=Profile())
    flow = ntlm.flow(request(headers=OLD), Params(NTLM, {}), drawn)
    step = next(flow)
    assert authorization(step.draft) is None
    for offer, expected in (("NTLM", NEGOTIATE), (f"NTLM {challenge}", f"NTLM {answer}")):
        response = Response(status=401, reason="", headers=(("WWW-Authenticate", offer),))
        step = flow.send(Answered(draft=step.draft, response=response))
        assert authorization(step.draft) == expected


@pytest.mark.parametrize("username", ["DOM\\user", "user@DOM"])
def test_ntlm_finds_the_domain_in_the_user_name(username):
    talk = Talk("ntlm", request(), {"username": username, "password": "pw"})
    sent = talk.answer(401, ("WWW-Authenticate", "Negotiate, NTLM"))
    assert authorization(sent) == "NTLM TlRMTVNTUAABAAAAB7IIogMAAwAoAAAAAAAAACgAAAAFASgKAAAAD0RPTQ=="


@pytest.mark.parametrize("half", ["username", "password", "domain", "workstation"])
def test_ntlm_takes_half_a_surrogate_pair(half):
    talk = Talk("ntlm", request(), {**NTLM, half: "\ud800"})
    assert authorization(talk.answer(401, ("WWW-Authenticate", "NTLM"))).startswith("NTLM ")


def test_ntlm_stops_when_the_server_does_not_ask_for_it():
    assert Talk("ntlm", request(), NTLM).answer(401, ("WWW-Authenticate", "Basic")) is None
    talk = Talk("ntlm", request(), NTLM)
    talk.answer(401, ("WWW-Authenticate", "NTLM"))
    with pytest.raises(AuthProblem, match="did not send NTLM type 2 message"):
        talk.answer(401, ("WWW-Authenticate", "NTLM"))


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "31d6cfe0d16ae931b73c59d7e0c089c0"),
        (b"abc", "a448017aaf21d8525fc10ae87aa6729d"),
        (b"1234567890" * 8, "e33b4ddc9c38f2199c3e7b164fcc0536"),
    ],
)
def test_md4_gives_the_digests_of_its_rfc(data, digest):
    assert md4(data).hex() == digest


@pytest.mark.parametrize(
    ("params", "header", "path"),
    [
        ({"accessToken": "T"}, "Bearer T", "/o2?x=1"),
        ({"accessToken": "T", "addTokenTo": "queryParams"}, None, "/o2?x=1&access_token=T"),
        ({"accessToken": "T", "headerPrefix": " Tok "}, "Tok T", "/o2?x=1"),
        ({"accessToken": "T", "headerPrefix": ""}, "T", "/o2?x=1"),
        ({"accessToken": "T", "tokenType": "MAC"}, "old", "/o2?access_token=old&x=1"),
        ({}, "old", "/o2?access_token=old&x=1"),
    ],
)
def test_oauth2_sends_the_stored_token_as_newman_does(params, header, path):
    sent = signed("oauth2", request("/o2?access_token=old&x=1", headers=OLD), **params)
    assert (authorization(sent), target(sent)) == (header, path)


CLIENT = {
    "grant_type": "client_credentials",
    "accessTokenUrl": "http://ims/token",
    "clientId": "id",
    "clientSecret": "s c",
    "scope": "a b",
}


def test_oauth2_fetches_a_token_and_keeps_it_for_the_run():
    tokens: dict = {}
    talk = Talk("oauth2", request(), CLIENT, obtains_tokens=True, tokens=tokens)
    assert encode(talk.sent.url).href == "http://ims/token"
    assert authorization(talk.sent) == "Basic aWQ6cyBj"
    assert talk.sent.content.fields == (
        Pair(key="grant_type", value="client_credentials"),
        Pair(key="scope", value="a b"),
    )
    sent = talk.answer(200, body=b'{"access_token": "T", "expires_in": 3600}')
    assert authorization(sent) == "Bearer T"
    assert talk.answer(200) is None
    again = Talk("oauth2", request(), CLIENT, obtains_tokens=True, tokens=tokens)
    assert authorization(again.sent) == "Bearer T"


def test_oauth2_fetches_anew_when_a_token_is_refused():
    params = CLIENT | {"accessToken": "old", "refreshToken": "R", "client_authentication": "body"}
    talk = Talk("oauth2", request(), params, obtains_tokens=True)
    assert authorization(talk.sent) == "Bearer old"
    asked = talk.answer(401)
    assert talk.aside
    assert asked.content.fields[:2] == (
        Pair(key="grant_type", value="refresh_token"),
        Pair(key="refresh_token", value="R"),
    )
    talk.sent = request()
    assert authorization(talk.answer(200, body=b'{"access_token": "new"}')) == "Bearer new"


@pytest.mark.parametrize(("encodes", "pair"), [(False, "id:s c+/"), (True, "id:s%20c%2B%2F")])
def test_oauth2_shows_the_client_in_basic_as_postman_or_as_the_rfc_does(encodes, pair):
    params = CLIENT | {"clientSecret": "s c+/"}
    talk = Talk("oauth2", request(), params, obtains_tokens=True, encodes_client=encodes)
    assert authorization(talk.sent) == "Basic " + b64encode(pair.encode()).decode()


def test_oauth2_asks_with_user_name_and_password():
    params = CLIENT | {"grant_type": "password_credentials", "username": "u", "password": "p"}
    fields = Talk("oauth2", request(), params, obtains_tokens=True).sent.content.fields
    assert [pair.key for pair in fields] == ["grant_type", "username", "password", "scope"]
    assert fields[0].value == "password"


def test_oauth2_is_no_signature_where_there_is_no_token_and_none_to_ask_for():
    with pytest.raises(AuthProblem, match="there is no access token, and none can be fetched"):
        Talk("oauth2", request(), {"grant_type": "authorization_code"}, obtains_tokens=True)


def test_oauth2_fails_when_no_token_is_given():
    talk = Talk("oauth2", request(), CLIENT, obtains_tokens=True)
    with pytest.raises(TransportFailure, match="gave no token: status 400 bad client"):
        talk.answer(400, body=b'{"error": "x", "error_description": "bad client"}')


def test_uuids_are_of_version_4_and_repeatable():
    first = draw_uuid(random.Random(5))
    assert first == draw_uuid(random.Random(5))
    assert (first[14], first[19] in "89ab", len(first)) == ("4", True, 36)
