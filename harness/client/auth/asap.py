"""Atlassian S2S Authentication Protocol (https://s2sauth.bitbucket.io/spec/)."""

import json
import re
from typing import Any, Final
from urllib.parse import unquote

from harness.client.auth.flow import AuthProblem, Flow, Params, Send, Tools
from harness.client.auth.jose import KEYED, sign_token
from harness.client.draft import Draft

_DATA_URI: Final = re.compile(r"data:application/pkcs8;kid=([\w.\-+/]+);base64,([a-zA-Z0-9+/=]+)\Z", re.ASCII)
_LIFETIME_S: Final = 3600


def _claims(given: Any) -> dict[str, Any]:
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.strip() else {}
        except ValueError:
            raise AuthProblem("Failed to parse claims") from None
    return given if isinstance(given, dict) else {}


def _whole(value: Any) -> int:
    match = re.match(r"\s*([+-]?\d+)", str(value)) if value else None
    return int(match[1]) if match else 0


def _private_key(kid: str, text: str) -> str:
    text = unquote(re.sub(r'^"(.*)"$', r"\1", text.replace("\n", "")))
    if not text.startswith("data:"):
        return text
    match = _DATA_URI.match(text)
    if match is None or match[1] != kid:
        raise AuthProblem("Failed to parse private key.")
    return f"-----BEGIN PRIVATE KEY-----{match[2]}-----END PRIVATE KEY-----"


def _token(params: Params, tools: Tools) -> str:
    claims = _claims(params["claims"])
    now = tools.seconds()
    issuer = claims.get("iss") or params["iss"]
    audience = claims.get("aud") or params["aud"]
    kid = claims.get("kid") or params["kid"]
    key = params["privateKey"]
    algorithm = params.text("alg") or "RS256"
    if not (kid and issuer and audience and key):
        raise AuthProblem("One or more of required claims missing")
    if algorithm not in KEYED:
        raise AuthProblem("invalid algorithm")
    if not isinstance(key, str):
        raise AuthProblem("privateKey must be a string")
    payload = {
        **claims,
        "iat": claims.get("iat") or now,
        "iss": issuer,
        "sub": claims.get("sub") or params["sub"] or issuer,
        "jti": claims.get("jti") or tools.uuid(),
        "aud": audience,
        "exp": _whole(claims.get("exp")) or now + (_whole(params["exp"]) or _LIFETIME_S),
    }
    header = {"alg": algorithm, "kid": kid}
    try:
        return sign_token(header, payload, algorithm, _private_key(str(kid), key))
    except AuthProblem as problem:
        if str(problem) == "Failed to parse private key.":
            raise
        raise AuthProblem("Failed to sign request with key.") from problem


def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Send with a token signed for the audience."""
    token = _token(params, tools)
    yield Send(draft=draft.without("authorization").adding("Authorization", f"Bearer {token}"))
