"""Hawk (https://github.com/mozilla/hawk), as Postman does it; mohawk spells its header otherwise."""

import hashlib
import hmac
import re
from base64 import b64encode
from typing import Final

from harness.client.auth.flow import Flow, Params, Send, Tools
from harness.client.draft import Draft
from harness.client.url import encode, utf8

# What Node's url.parse escapes in a path.
_ESCAPED: Final = re.compile(r"[\t\n\r \"'<>\\^`{|}]")


def _payload_hash(draft: Draft, algorithm: str) -> str | None:
    content = draft.content
    data = content.signable() if content is not None else None
    if data is None:
        return None
    given = draft.indexed("content-type")
    media_type = (given.value or "" if given else "").partition(";")[0].strip().lower()
    digest = hashlib.new(algorithm, b"hawk.1.payload\n" + utf8(media_type) + b"\n" + data + b"\n")
    return b64encode(digest.digest()).decode()


def _header(draft: Draft, params: Params, nonce: str, timestamp: str, payload: str | None) -> str:
    algorithm = params.text("algorithm")
    if algorithm not in {"sha1", "sha256"}:
        return ""
    url = encode(draft.url)
    resource = _ESCAPED.sub(lambda match: f"%{ord(match[0]):02X}", url.target)
    extra, app, delegation = params.text("extraData"), params.text("app"), params.text("delegation")
    port = url.port or ("80" if url.protocol == "http:" else "443")
    lines = [
        "hawk.1.header",
        timestamp,
        nonce,
        draft.method,
        resource,
        url.hostname.lower(),
        port,
        payload or "",
        extra.replace("\\", "\\\\", 1).replace("\n", "\\n", 1),
    ]
    if app:
        lines += (app, delegation)
    text = "\n".join(lines) + "\n"
    mac = b64encode(hmac.digest(utf8(params.text("authKey")), utf8(text), algorithm)).decode()
    words = [f'id="{params.text("authId")}"', f'ts="{timestamp}"', f'nonce="{nonce}"']
    if payload:
        words.append(f'hash="{payload}"')
    if extra:
        escaped = extra.replace("\\", "\\\\").replace('"', '\\"')
        words.append(f'ext="{escaped}"')
    words.append(f'mac="{mac}"')
    if app:
        words.append(f'app="{app}"')
        if delegation:
            words.append(f'dlg="{delegation}"')
    return "Hawk " + ", ".join(words)


def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Send with a signature; without id or key nothing is added."""
    if not (params["authId"] and params["authKey"]):
        yield Send(draft=draft)
        return
    draft = draft.without("authorization")
    nonce = params.text("nonce") or tools.letters(6)
    timestamp = params.text("timestamp") or str(tools.seconds())
    wanted = params.flag("includePayloadHash") and params["algorithm"]
    payload = _payload_hash(draft, params.text("algorithm")) if wanted else None
    yield Send(draft=draft.adding("Authorization", _header(draft, params, nonce, timestamp, payload)))
