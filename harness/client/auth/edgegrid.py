"""Akamai EdgeGrid (https://techdocs.akamai.com/developer/docs/authenticate-with-edgegrid)."""

import hmac
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from harness.client.auth.flow import Flow, Params, Send, Tools
from harness.client.draft import Draft
from harness.client.url import encode, encode_text, utf8

_MOST_BODY: Final = 131072


def _mac(data: str, key: str) -> str:
    return b64encode(hmac.digest(utf8(key), utf8(data), "sha256")).decode()


def _signed_headers(draft: Draft, params: Params) -> str:
    given = params["headersToSign"]
    names = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    values: dict[str, list[str]] = {}
    for field in draft.headers:
        if not field.disabled:
            values.setdefault(field.key.lower(), []).append(field.value or "")
    lines = []
    for name in (name.strip().lower() for name in names if isinstance(name, str)):
        found = values.get(name, [])
        if len(found) == 1 and found[0]:
            lines.append(f"{name}:{' '.join(found[0].split())}")
    return "\t".join(lines)


def _body_hash(draft: Draft, params: Params) -> str:
    content = draft.content
    data = content.signable() if content is not None and draft.method == "POST" else None
    if data is None:
        return ""
    limit = params.text("maxBodySize")
    most = int(limit) if limit.isdigit() and int(limit) else _MOST_BODY
    return b64encode(sha256(data[:most]).digest()).decode()


def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Send with a signature; without the three tokens nothing is added."""
    if not (params["accessToken"] and params["clientToken"] and params["clientSecret"]):
        yield Send(draft=draft)
        return
    draft = draft.without("authorization")
    url = encode(draft.url)
    base = params.text("baseURL")
    now = datetime.fromtimestamp(tools.seconds(), UTC).strftime("%Y%m%dT%H:%M:%S+0000")
    timestamp = params.text("timestamp") or now
    header = (
        f"EG1-HMAC-SHA256 client_token={params.text('clientToken')};"
        f"access_token={params.text('accessToken')};"
        f"timestamp={timestamp};nonce={params.text('nonce') or tools.uuid()};"
    )
    words = (
        draft.method,
        url.protocol[:-1],
        encode_text(base).host if base else url.host,
        url.target,
        _signed_headers(draft, params),
        _body_hash(draft, params),
        header,
    )
    signature = _mac("\t".join(words), _mac(timestamp, params.text("clientSecret")))
    yield Send(draft=draft.adding("Authorization", f"{header}signature={signature}"))
