"""Tokens and signatures that are made with a key: JWT, ASAP, RSA."""

import pytest

from harness.client.auth.flow import AuthProblem
from tests.client.auth.talk import OAUTH1, authorization, request, signed, target


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
