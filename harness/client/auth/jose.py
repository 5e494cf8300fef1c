"""Signs JSON Web Tokens with the bytes of npm's jose, which the schemes jwt and asap use in Postman."""

import hmac
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from harness.client.auth.flow import AuthProblem
from harness.client.form import object_order
from harness.client.url import utf8
from harness.collection.javascript import to_json

HMAC_HASHES: Final = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
KEYED: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
_CURVES: Final = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
_ARMOUR: Final = re.compile(r"-----(?:BEGIN|END) PRIVATE KEY-----|\s")


def _ordered(value: Any) -> Any:
    """Order the members of objects as JavaScript does when it has read them."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in object_order(list(value))}
    return [_ordered(part) for part in value] if isinstance(value, list) else value


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _load_key(text: str, algorithm: str) -> Any:
    """Read a PKCS #8 key in PEM. Raises `AuthProblem` for others and for one that does not fit."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    if not text.startswith("-----BEGIN PRIVATE KEY-----"):
        raise AuthProblem('"pkcs8" must be PKCS#8 formatted string')
    try:
        key = load_der_private_key(b64decode(_ARMOUR.sub("", text)), None)
    except (ValueError, TypeError) as error:
        raise AuthProblem(f"the private key cannot be read: {error}") from None
    if algorithm in _CURVES:
        if not (isinstance(key, EllipticCurvePrivateKey) and key.curve.name == _CURVES[algorithm]):
            raise AuthProblem(f"{algorithm} needs a key of the curve {_CURVES[algorithm]}")
    elif not isinstance(key, RSAPrivateKey):
        raise AuthProblem(f"{algorithm} needs an RSA key")
    elif key.key_size < 2048:
        raise AuthProblem(f"{algorithm} requires key modulusLength to be 2048 bits or larger")
    return key


def sign_token(
    header: Mapping[str, Any], payload: Mapping[str, Any], algorithm: str, key: bytes | str
) -> str:
    """Return a compact token: `key` is a secret for HMAC, else a private key in PEM."""
    head, claims = to_json(_ordered(header)), to_json(_ordered(payload))
    signed = f"{_encode(utf8(head))}.{_encode(utf8(claims))}"
    if isinstance(key, bytes):
        signature = hmac.digest(key, signed.encode(), HMAC_HASHES[algorithm])
    else:
        import jwt

        signature = jwt.get_algorithm_by_name(algorithm).sign(signed.encode(), _load_key(key, algorithm))
    return f"{signed}.{_encode(signature)}"
