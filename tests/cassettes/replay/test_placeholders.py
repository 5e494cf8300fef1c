"""Stand-ins have the shape of what they stand for."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness.cassettes.file.interaction import CassetteMetadata
from harness.cassettes.replay.placeholders import environment, shape_of, stand_in


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("plain text", "text"),
        ("deadbeefdeadbeef00", "hex"),
        ("c2VjcmV0LXNlY3JldA==", "base64"),
        pytest.param(pem(ec.generate_private_key(ec.SECP384R1())), "pem ec secp384r1", id="a fresh key"),
        ("-----BEGIN PRIVATE KEY-----\nbroken\n-----END PRIVATE KEY-----", "pem rsa 2048"),
    ],
)
def test_a_shape_is_recognized(value, shape):
    assert shape_of(value) == shape


def test_a_key_stands_in_for_a_key():
    shape = shape_of(pem(rsa.generate_private_key(65537, 2048)))
    assert shape == "pem rsa 2048"
    made = serialization.load_pem_private_key(stand_in("REDACTED_KEY", shape).encode(), None)
    assert made.key_size == 2048


def test_the_environment_has_stand_ins_where_secrets_were():
    metadata = CassetteMetadata(
        environment={"BASE": "https://a.example", "SAS": "REDACTED_SAS", "T": "REDACTED_T"},
        shapes={"SAS": "base64"},
    )
    values = environment(metadata)
    assert values["BASE"] == "https://a.example"
    assert base64.b64decode(values["SAS"], validate=True) == b"REDACTED_SAS"
    assert values["T"] == "REDACTED_T"
