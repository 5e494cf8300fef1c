"""Key pairs of the integrations, for the JWT exchange. The only door to `cryptography`'s RSA."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from harness.aep.platform import Platform
    from harness.aep.settings import Organisation

_KIND = "credential"


class JwtError(Exception):
    """A JWT that is not accepted; `signature` tells whether it could at least be decoded."""

    def __init__(self, reason: str, *, signature: bool = False) -> None:
        super().__init__(reason)
        self.signature = signature


class Credentials:
    """Keys by organisation: the configured public key, or a generated pair that is kept."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def private_key_pem(self, organisation: Organisation) -> str | None:
        """PKCS #8 PEM of the generated key; None when the settings bring a public key of their own."""
        if organisation.public_key is not None:
            return None
        kept = self._platform.store.get(organisation.org_id, "", _KIND, organisation.client_id)
        if kept is not None:
            return str(kept["private"])
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        self._platform.store.put(organisation.org_id, "", _KIND, organisation.client_id, {"private": pem})
        return pem

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
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

        if organisation.public_key is None:
            pem = self.private_key_pem(organisation) or ""
            private = serialization.load_pem_private_key(pem.encode(), None)
            assert isinstance(private, RSAPrivateKey)  # noqa: S101 - it was made so above
            return private.public_key()
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


def _unpack(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
