"""Values that stand in for secrets on replay: placeholders, in the shape that scripts need.

A cassette keeps of a secret its placeholder and its shape. A script that decodes base64, parses a key or a
token, gets something that it can decode or parse; what it computes from that is matched by scheme.
"""

import base64
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from harness.cassettes.file.interaction import CassetteMetadata

_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4}){3,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_PEM: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----")


def shape_of(value: str) -> str:
    """Return the shape of a secret: `pem rsa 2048`, `pem ec secp256r1`, `base64`, `hex`, or `text`."""
    if _PEM.search(value):
        return _key_shape(value)
    if _HEX.fullmatch(value):
        return "hex"
    if _BASE64.fullmatch(value) and (value.endswith("=") or re.search(r"[+/]", value)):
        return "base64"
    return "text"


def _key_shape(value: str) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(value.replace("\\n", "\n").encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "pem rsa 2048"
    if isinstance(key, rsa.RSAPrivateKey):
        return f"pem rsa {key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return f"pem ec {key.curve.name}"
    return "pem ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "pem rsa 2048"


def stand_in(placeholder: str, shape: str) -> str:
    """Return a value of that shape; the same for the same placeholder, except for keys."""
    if shape == "hex":
        return placeholder.encode().hex()
    if shape == "base64":
        return base64.b64encode(placeholder.encode()).decode()
    if shape.startswith("pem"):
        return _throw_away_key(shape)
    return placeholder


def environment(metadata: CassetteMetadata) -> dict[str, str]:
    """Return the recorded environment with stand-ins where secrets were."""
    return {
        name: stand_in(value, metadata.shapes[name]) if name in metadata.shapes else value
        for name, value in metadata.environment.items()
    }


def shapes(secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the shapes of secrets by name, those left out that are plain text."""
    return {name: shape for name, value in secrets.items() if (shape := shape_of(value)) != "text"}


@cache
def _throw_away_key(shape: str) -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    _, kind, *size = shape.split()
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    if kind == "ec":
        curves = {"secp256r1": ec.SECP256R1(), "secp384r1": ec.SECP384R1(), "secp521r1": ec.SECP521R1()}
        key = ec.generate_private_key(curves.get(size[0] if size else "", ec.SECP256R1()))
    elif kind == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
    else:
        key = rsa.generate_private_key(65537, max(2048, int(size[0]) if size else 2048))
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
