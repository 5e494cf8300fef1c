"""Key pairs of the integrations, for the JWT exchange. The only door to `cryptography`'s RSA."""

from __future__ import annotations

import base64
import binascii
import json
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

    from harness.aep.settings import Organisation

# The development pair, as its primes. It is as public as the default client secret and opens the
# local platform only; being fixed, the same claims give the same JWT in every run.
_P = (
    "f6362966e49d7a2840597763448772a086b31e3232fb0ba9abbc9d6eb55e9072"
    "8d546e7f22afbdb4950b61855074b001fa507886556cd9c096c7db4f469ec0e4"
    "68c1169c24b74adf7ca80ff794a26d03c95a1387bfc071a97247ffaf76dfe0e6"
    "6a5f01234d88a96d68a23725e723e0f766caaafd2419cdaf1459b8a142d1a645"
)
_Q = (
    "dba0c40ad1713ed5b80f5db5d02526020f8e650610a8e2911492a123f00c7d4e"
    "1419c1804e9386f8e9b5351624a1b26dbf7ad5bd7ff7784aafce1c1ef3216fad"
    "aadf47480fcf33b092ced861bad70ae190216f56d1c52684013bdccdcaa7f2ac"
    "a05cfcfbdef902206b6974cc409c9a61732f17cf4b5cb57c412885b08ed00197"
)


class JwtError(Exception):
    """A JWT that is not accepted; `signature` tells whether it could at least be decoded."""

    def __init__(self, reason: str, *, signature: bool = False) -> None:
        super().__init__(reason)
        self.signature = signature


class Credentials:
    """Keys of organisations: the configured public key, or else the development pair below."""

    def private_key_pem(self, organisation: Organisation) -> str | None:
        """PKCS #8 PEM of the development key; None when the settings bring a key of their own."""
        if organisation.public_key is not None:
            return None
        from cryptography.hazmat.primitives import serialization

        return (
            _development_key()
            .private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            .decode()
        )

    def claims(self, organisation: Organisation, token: str) -> dict[str, Any]:
        """Claims of a JWT that the integration signed with RS256; JwtError for any other."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        parts = token.split(".")
        if len(parts) != 3:
            raise JwtError("a JWT has three parts")
        try:
            header, claims = (json.loads(_unpack(part)) for part in parts[:2])
            signature = _unpack(parts[2])
        except (ValueError, binascii.Error):
            raise JwtError("a part of the JWT cannot be decoded") from None
        if not isinstance(header, dict) or not isinstance(claims, dict):
            raise JwtError("header and claims of a JWT are JSON objects")
        if header.get("alg") != "RS256":
            raise JwtError("the algorithm must be RS256", signature=True)
        try:
            self._public_key(organisation).verify(
                signature, f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256()
            )
        except InvalidSignature:
            raise JwtError("no certificate of the integration matches", signature=True) from None
        return claims

    def _public_key(self, organisation: Organisation) -> RSAPublicKey:
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

        if organisation.public_key is None:
            return _development_key().public_key()
        given = organisation.public_key.encode()
        if b"BEGIN CERTIFICATE" in given:
            public = x509.load_pem_x509_certificate(given).public_key()
        else:
            loaded = serialization.load_pem_public_key(given)
            if not isinstance(loaded, RSAPublicKey):
                raise ValueError("the public key of an integration must be an RSA key")
            return loaded
        if not isinstance(public, RSAPublicKey):
            raise ValueError("the certificate of an integration must hold an RSA key")
        return public


@cache
def _development_key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    p, q = int(_P, 16), int(_Q, 16)
    d = rsa.rsa_recover_private_exponent(65537, p, q)
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(e=65537, n=p * q),
    )
    return numbers.private_key()


def _unpack(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
