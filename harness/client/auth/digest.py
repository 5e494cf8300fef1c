"""Digest access authentication (RFC 7616), as Postman does it.

The first answer brings realm and nonce, which are kept for later requests with the same auth.
"""

import hashlib
import re
from typing import Final

from harness.client.auth.flow import AuthProblem, Flow, Params, Send, Tools
from harness.client.draft import Draft
from harness.client.message import Response
from harness.client.url import encode, utf8

_HASHES: Final = {"": "md5", "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
_FIELDS: Final = {
    name: re.compile(rf'{name}="([^"]*)"', re.IGNORECASE) for name in ("nonce", "realm", "qop", "opaque")
}


def _challenge(response: Response) -> str | None:
    """Return the server's digest challenge; only refusals have one that matters."""
    if response.status not in {401, 403}:
        return None
    return next(
        (
            value
            for key, value in response.headers
            if key.lower() == "www-authenticate" and value.lower().startswith("digest ")
        ),
        None,
    )


def _learnt(challenge: str, params: Params, tools: Tools) -> dict[str, str]:
    found = {}
    for name, pattern in _FIELDS.items():
        match = pattern.search(challenge)
        value = match[1] if match else ""
        if value or name in {"nonce", "realm"}:
            found[name] = value
    if found.get("qop") or params["qop"]:
        found["clientNonce"] = tools.letters(8)
        found["nonceCount"] = "00000001"
    return found


def _next_count(count: str) -> str:
    match = re.match(r"\s*(\d+)", count)
    return f"{int(match[1]) + 1:08d}" if match else "00000001"


def _sign(draft: Draft, params: Params) -> Draft:
    if not (params["username"] and params["realm"]):
        return draft
    draft = draft.without("authorization")
    algorithm = params.text("algorithm") or "MD5"
    hash_name = _HASHES.get(algorithm.removesuffix("-sess"))
    if hash_name is None:
        raise AuthProblem(f"Unsupported digest algorithm: {algorithm}", draft)

    def digest(data: bytes | str) -> str:
        return hashlib.new(hash_name, utf8(data) if isinstance(data, str) else data).hexdigest()

    username, realm = params.script_text("username"), params.script_text("realm")
    nonce, client_nonce = params.script_text("nonce"), params.script_text("clientNonce")
    count, qop = params.script_text("nonceCount"), params.text("qop")
    uri = encode(draft.url).target
    secret = f"{username}:{realm}:{params.script_text('password')}"
    if algorithm.endswith("-sess"):
        secret = f"{digest(secret)}:{nonce}:{client_nonce}"
    subject = f"{draft.method}:{uri}"
    if qop == "auth-int":
        content = draft.content
        signable = b"" if content is None or content.empty else content.signable()
        subject += ":" + ("undefined" if signable is None else digest(signable))
    protected = qop in {"auth", "auth-int"}
    middle = f"{nonce}:{count}:{client_nonce}:{qop}" if protected else nonce
    words = [f'username="{username}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
    words.append(f'algorithm="{algorithm}"')
    if protected:
        words.append(f"qop={qop}")
    if protected or algorithm == "MD5-sess":
        if params["nonceCount"]:
            words.append(f"nc={count}")
        words.append(f'cnonce="{client_nonce}"')
    words.append(f'response="{digest(f"{digest(secret)}:{middle}:{digest(subject)}")}"')
    if params["opaque"]:
        words.append(f'opaque="{params.text("opaque")}"')
    return draft.adding("Authorization", "Digest " + ", ".join(words))


def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Send, and once more with the signature when the server asks for one."""
    while True:
        ready = params["nonce"] and params["realm"]
        answered = yield Send(draft=_sign(draft, params) if ready else draft)
        if params["disableRetryRequest"]:
            return
        challenge = _challenge(answered.response)
        if challenge is None:
            params.learn(nonceCount=_next_count(params.text("nonceCount")))
            return
        learnt = _learnt(challenge, params, tools)
        if all(params[name] for name in learnt):
            return
        params.learn(**learnt)
        draft = answered.draft
