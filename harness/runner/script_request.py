"""The request as scripts see it: as authored before it is sent, as it went out after."""

from collections.abc import Mapping
from typing import Any

from harness.client.build import BuiltRequest
from harness.client.draft import Content, Part
from harness.client.message import Exchange, Field
from harness.collection.model import Pair, Request
from harness.collection.request_json import auth_to_json, url_to_json


def sent_json(built: BuiltRequest, exchange: Exchange, authored: Request) -> dict[str, Any]:
    """Write a request as it was sent as v2.1 JSON; headers that are not the author's are `system`."""
    draft = built.draft
    written: dict[str, Any] = {
        "url": url_to_json(draft.url),
        "method": draft.method,
        "header": [_header(field) for field in exchange.fields],
    }
    if draft.content is not None:
        written["body"] = _body(draft.content)
    if authored.auth is not None:
        written["auth"] = auth_to_json(authored.auth)
    if authored.description is not None:
        written["description"] = authored.description
    return written


def _header(field: Field) -> dict[str, Any]:
    flags = {name: True for name in ("disabled", "system") if getattr(field, name)}
    return _pair(field.key, field.value) | flags


def _pair(key: str, value: str | None) -> dict[str, Any]:
    return {"key": key, "value": value}


def _body(content: Content) -> Mapping[str, Any]:
    match content.mode:
        case "raw":
            body: dict[str, Any] = {"mode": "raw", "raw": content.text}
            if content.language:
                body["options"] = {"raw": {"language": content.language}}
            return body
        case "urlencoded":
            return {"mode": "urlencoded", "urlencoded": [_field(pair) for pair in content.fields]}
        case "formdata":
            return {"mode": "formdata", "formdata": [_part(part) for part in content.parts]}
        case "file":
            return {"mode": "file", "file": {"src": content.path} if content.path else {}}
        case "graphql":
            return {"mode": "raw", "raw": content.text, "options": {"raw": {"language": "json"}}}


def _field(pair: Pair) -> dict[str, Any]:
    return _pair(pair.key, pair.value) | ({"disabled": True} if pair.disabled else {})


def _part(part: Part) -> dict[str, Any]:
    if part.path is not None:
        return {"key": part.key, "type": "file", "src": part.path}
    text = part.content if isinstance(part.content, str) else part.content.decode("utf-8", "replace")
    return {"key": part.key, "type": "text", "value": text}
