"""Digest access authentication (RFC 7616).

The first answer brings realm and nonce, which are kept for later requests with the same auth. Postman and
newman look at no more than that. Outside of newman's ways it also chooses among what a server offers, signs
again when a nonce that was accepted has expired, and signs each address that redirects lead to.
"""

import hashlib
import re
from typing import Final

from harness.client.auth.challenge import challenges
from harness.client.auth.flow import AuthProblem, Flow, Params, Send, Tools
from harness.client.draft import Draft
from harness.client.message import Response
from harness.client.url import encode, utf8

_HASHES: Final = {"": "md5", "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
_FIELDS: Final = {
    name: re.compile(rf'{name}="([^"]*)"', re.IGNORECASE) for name in ("nonce", "realm", "qop", "opaque")
}

_OFFERED: Final = ("nonce", "realm", "opaque", "qop", "algorithm")
_MOST_ANSWERS: Final = 2
"""How many challenges are answered for one request: one that has expired, and the one after it."""


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


def _known(algorithm: str) -> str | None:
    """Return an algorithm as it is spelled here, whatever its case; `None` for one that is not known."""
    bare = algorithm.upper().removesuffix("-SESS")
    if not bare or bare not in _HASHES:
        return None
    return bare if bare == algorithm.upper() else f"{bare}-sess"


def _offer(response: Response, params: Params) -> dict[str, str] | None:
    """Return the server's challenge for the author's algorithm, else the first that can be answered."""
    if response.status not in {401, 403}:
        return None
    offers = [challenge.params for challenge in challenges(response) if challenge.scheme == "digest"]
    known = [offer for offer in offers if _known(offer.get("algorithm") or "MD5")]
    wanted = params.text("algorithm").lower()
    fitting = [offer for offer in known if (offer.get("algorithm") or "MD5").lower() == wanted]
    return next(iter((fitting if wanted else []) or known or offers), None)


def _chosen(offer: dict[str, str], params: Params, tools: Tools) -> dict[str, str]:
    """Return what to learn of a challenge."""
    qops = [word.strip() for word in offer.get("qop", "").split(",")]
    qop = next((word for word in ("auth", "auth-int") if word in qops), offer.get("qop", ""))
    found = {name: offer.get(name, "") for name in ("nonce", "realm", "opaque")}
    found |= {"qop": qop, "algorithm": _known(offer.get("algorithm") or "") or ""}
    if qop or params["qop"] or found["algorithm"].endswith("-sess"):
        found |= {"clientNonce": tools.letters(8), "nonceCount": "00000001"}
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
    return (_by_offer if tools.answers_challenges else _by_first)(draft, params, tools)


def _by_first(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Answer the first challenge, as Postman does."""
    while True:
        ready = params["nonce"] and params["realm"]
        answered = yield Send(draft=_sign(draft, params) if ready else draft)
        if params["disableRetryRequest"]:
            return
        challenge = _challenge(answered.response)
        if challenge is None:
            _count(params)
            return
        learnt = _learnt(challenge, params, tools)
        if all(params[name] for name in learnt):
            return
        params.learn(**learnt)
        draft = answered.draft


def _by_offer(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Answer the challenge that fits; a signature that was refused is made anew only with another nonce."""
    for _ in range(_MOST_ANSWERS + 1):
        used = params.text("nonce") if params["nonce"] and params["realm"] else None
        send = Send(draft=draft) if used is None else _signed(draft, params)
        answered = yield send
        if params["disableRetryRequest"]:
            return
        offer = _offer(answered.response, params)
        if offer is None:
            _count(params)
            params.learn(accepted=used)
            return
        chosen = _chosen(offer, params, tools)
        expired = offer.get("stale", "").lower() == "true" or params["accepted"] == used
        lacking = not all(params[name] for name, value in chosen.items() if value)
        before = [params.text(name) for name in _OFFERED]
        if used is not None and not expired and not lacking:
            return
        params.learn(**chosen, accepted=None)
        if used is not None and not lacking and before == [params.text(name) for name in _OFFERED]:
            return
        draft = answered.draft


def _signed(draft: Draft, params: Params) -> Send:
    def again(hop: Draft) -> Draft:
        _count(params)
        return _sign(hop, params)

    return Send(draft=_sign(draft, params), again=again)


def _count(params: Params) -> None:
    params.learn(nonceCount=_next_count(params.text("nonceCount")))
