"""A JSON Web Token made of the author's header and payload, in a header or a query parameter."""

import json
from typing import Any

from harness.client.auth.flow import AuthProblem, Flow, Params, Send, Tools
from harness.client.auth.jose import HMAC_HASHES, KEYED, sign_token
from harness.client.body import decode_base64
from harness.client.draft import Draft
from harness.client.url import utf8
from harness.collection.model import Pair


def _object(value: Any, what: str) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else {}
        except ValueError as error:
            raise AuthProblem(f"the {what} is not JSON: {error}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise AuthProblem(f"the {what} is not a JSON object")
    return value


def _token(params: Params) -> str:
    algorithm = params["algorithm"]
    if algorithm not in HMAC_HASHES and algorithm not in KEYED:
        raise AuthProblem("invalid algorithm")
    by_secret = algorithm in HMAC_HASHES
    given = params["secret" if by_secret else "privateKey"]
    if not given or not isinstance(given, str):
        kind = "secret" if by_secret else "private"
        raise AuthProblem(f"Invalid {kind} key. Enter a valid key.")
    header = {**_object(params["header"], "header"), "alg": algorithm}
    payload = _object(params["payload"], "payload")
    key: bytes | str = given
    if by_secret:
        key = decode_base64(given) if params.flag("isSecretBase64Encoded") else utf8(given)
    return sign_token(header, payload, algorithm, key)


def flow(draft: Draft, params: Params, _tools: Tools) -> Flow:
    """Send with a token."""
    token = _token(params)
    match params.text("addTokenTo") or "header":
        case "header":
            prefix = "Bearer" if params["headerPrefix"] is None else params.text("headerPrefix")
            value = f"{prefix} {token}" if prefix else token
            draft = draft.without("authorization").adding("Authorization", value)
        case "queryParam":
            key = params.text("queryParamKey") or "token"
            query = [pair for pair in draft.url.query if pair.key != key]
            draft = draft.with_query([*query, Pair(key=key, value=token)])
    yield Send(draft=draft)
