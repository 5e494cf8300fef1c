from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from harness.aep.access.credentials import Credentials

STATS = "/data/foundation/schemaregistry/stats"


def ask(client: Any, path: str = "/ims/token/v3", **changes: str | None) -> Any:
    settings = client.settings
    fields = {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "scope": settings.scopes,
        **changes,
    }
    body = urlencode({name: value for name, value in fields.items() if value is not None})
    return client.post(
        path,
        body.encode(),
        bare=True,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )


@pytest.mark.parametrize("version", ["v1", "v2", "v3", "v4"])
def test_client_credentials_give_a_token_that_the_gateway_takes(client: Any, version: str) -> None:
    body = ask(client, f"/ims/token/{version}").json()
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 86_399
    headers = {"authorization": f"Bearer {body['access_token']}"}
    assert client.get(STATS, headers=headers).status == 200


def test_the_parameters_may_stand_in_the_query(client: Any) -> None:
    settings = client.settings
    query = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "scope": "openid",
        }
    )
    assert client.post(f"/ims/token/v2?{query}", bare=True).status == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": None}, 400, "unsupported_grant_type"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "nobody"}, 400, "invalid_client"),
        ({"client_id": None}, 400, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"scope": None}, 400, "invalid_scope"),
        ({"scope": "openid,everything"}, 400, "invalid_scope"),
    ],
)
def test_a_wrong_parameter_is_refused(
    client: Any, changes: dict[str, str | None], status: int, error: str
) -> None:
    answer = ask(client, **changes)
    assert (answer.status, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_a_version_that_is_none_is_not_found(client: Any) -> None:
    assert ask(client, "/ims/token/latest").status == 404


# the JWT exchange


def pack(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def sign(pem: str, claims: Any, header: Any = None) -> str:
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signed = f"{pack(header or {'alg': 'RS256'})}.{pack(claims)}"
    return f"{signed}.{pack(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def claims_for(client: Any, **changes: Any) -> dict[str, Any]:
    settings = client.settings
    claims = {
        "exp": client.clock.now_s() + 87_000,
        "iss": settings.org_id,
        "sub": settings.technical_account_id,
        "aud": f"https://ims.local/c/{settings.client_id}",
        "https://ims.local/s/ent_dataservices_sdk": True,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def exchange(client: Any, token: str | None, *, path: str = "/ims/exchange/jwt/", **changes: str) -> Any:
    fields = {
        "client_id": client.settings.client_id,
        "client_secret": client.settings.client_secret,
        **({} if token is None else {"jwt_token": token}),
        **changes,
    }
    boundary = "----boundary"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return client.post(
        path,
        f"{parts}--{boundary}--\r\n".encode(),
        bare=True,
        headers={"content-type": f"multipart/form-data; boundary={boundary}"},
    )


@pytest.fixture
def pem(client: Any) -> str:
    return str(Credentials().private_key_pem(client.settings.organisation))


def test_a_signed_jwt_gives_a_token_whose_lifetime_is_in_milliseconds(client: Any, pem: str) -> None:
    answer = exchange(client, sign(pem, claims_for(client)))
    assert answer.status == 200
    assert answer.json()["expires_in"] == 86_399_000
    headers = {"authorization": f"bearer {answer.json()['access_token']}"}
    assert client.get(STATS, headers=headers).status == 200


def test_the_key_of_the_settings_verifies(make_client: Any) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    own = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
    client = make_client(public_key=public.decode())
    assert exchange(client, sign(own, claims_for(client))).status == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"exp": "soon"}, "invalid_token"),
        ({"exp": None}, "invalid_token"),
        ({"exp": 1}, "invalid_token"),
        ({"jti": "one"}, "invalid_token"),
        ({"iss": "someone@AdobeOrg"}, "bad_request"),
        ({"sub": 5}, "bad_request"),
        ({"aud": "https://ims.local/c/other"}, "invalid_client"),
        ({"https://ims.local/s/ent_dataservices_sdk": None}, "invalid_scope"),
        ({"https://ims.local/s/ent_other": True}, "invalid_scope"),
    ],
)
def test_a_claim_that_is_wrong_is_refused(client: Any, pem: str, changes: dict[str, Any], error: str) -> None:
    answer = exchange(client, sign(pem, claims_for(client, **changes)))
    assert (answer.status, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize("token", [None, "", "a.b", "not a jwt", "!!.!!.!!"])
def test_what_is_no_jwt_is_an_invalid_token(client: Any, token: str | None) -> None:
    answer = exchange(client, token)
    assert (answer.status, answer.json()["error"]) == (400, "invalid_token")


def test_a_signature_of_another_key_or_algorithm_is_invalid(client: Any, pem: str) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for token in (
        sign(other.decode(), claims_for(client)),
        sign(pem, claims_for(client), {"alg": "none"}),
    ):
        answer = exchange(client, token)
        assert (answer.status, answer.json()["error"]) == (400, "invalid_signature")


def test_the_client_is_checked_first(client: Any) -> None:
    wrong_secret = exchange(client, None, client_secret="wrong")
    assert (wrong_secret.status, wrong_secret.json()["error"]) == (401, "invalid_client")
    unknown = exchange(client, None, client_id="nobody")
    assert (unknown.status, unknown.json()["error"]) == (400, "invalid_client")


def test_a_client_without_metascopes_may_not_exchange(make_client: Any, pem: str) -> None:
    client = make_client(metascopes="")
    answer = exchange(client, sign(pem, claims_for(client)))
    assert (answer.status, answer.json()["error"]) == (401, "invalid_client")
