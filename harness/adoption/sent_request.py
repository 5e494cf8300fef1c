"""Requests of both runners in the one form in which they are compared."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

from harness.adoption.compared_parts import ComparedRequest
from harness.client.message import Exchange, Headers
from harness.collection.model import Body, Request
from harness.reporters.newman.execution import request_document

JsonMapping = Mapping[str, Any]

NOT_TOLD: Final = "\0"
"""The body of a request whose body newman's report tells in another way than it was sent."""

_OPAQUE: Final = frozenset({"file", "graphql"})
_BODILESS: Final = frozenset({"GET", "COPY", "HEAD", "PURGE", "UNLOCK"})


def told_request(document: JsonMapping) -> ComparedRequest:
    """Return a request as newman's JSON tells it."""
    body = document.get("body")
    return ComparedRequest(
        method=str(document.get("method") or "GET"),
        url=_url(document.get("url")),
        headers=_headers(document.get("header")),
        body=_body(body) if isinstance(body, Mapping) else "",
    )


def exchanged_request(exchange: Exchange, authored: Request | None) -> ComparedRequest:
    """Return a request of ours in the same form."""
    first = exchange.hops[0].request if exchange.hops else exchange.request
    document = request_document(first, authored, url=exchange.address or first.url)
    told = told_request(document)
    headers = tuple((one.key, str(one.value)) for one in exchange.fields if not one.disabled)
    body = told.body
    written = authored.body if authored is not None else None
    if written is not None and _told_as_written(written, told):
        # newman tells these as they were written, not as they were sent.
        body = written.mode if written.mode in _OPAQUE else NOT_TOLD
    return ComparedRequest(method=told.method, url=told.url, headers=headers or first.headers, body=body)


def _told_as_written(written: Body, sent: ComparedRequest) -> bool:
    """Tell whether newman's report has a body that is not the one that was sent."""
    files = any(part.is_file or part.src is not None for part in written.formdata)
    bodiless = sent.method.upper() in _BODILESS or "{{" in sent.method
    return written.mode in _OPAQUE or files or (not sent.body and bodiless)


def _url(url: Any) -> str:
    if not isinstance(url, Mapping):
        return str(url or "")
    host, path = url.get("host") or (), url.get("path") or ()
    name = host if isinstance(host, str) else ".".join(map(str, host))
    port = f":{url['port']}" if url.get("port") else ""
    way = path if isinstance(path, str) else "/".join(_part(one) for one in path)
    pairs = [one for one in url.get("query") or () if isinstance(one, Mapping) and not one.get("disabled")]
    query = "&".join(
        str(one.get("key") or "") if one.get("value") is None else f"{one.get('key') or ''}={one['value']}"
        for one in pairs
    )
    scheme = str(url.get("protocol") or "http").removesuffix("://")
    return f"{scheme}://{name}{port}/{way.removeprefix('/')}{'?' if query else ''}{query}"


def _part(one: Any) -> str:
    return str(one.get("value") or "") if isinstance(one, Mapping) else str(one)


def _headers(told: Any) -> Headers:
    pairs = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    return tuple((str(one.get("key")), str(one.get("value"))) for one in pairs if not one.get("disabled"))


def _body(body: JsonMapping) -> str:
    mode = body.get("mode")
    content = body.get(mode) if isinstance(mode, str) else None
    if mode in _OPAQUE and not body.get("disabled"):
        return str(mode)
    if body.get("disabled") or content in (None, "", [], {}):
        return ""
    if mode == "raw":
        return _fields_of_text(str(content))
    if mode in {"urlencoded", "formdata"} and isinstance(content, list):
        parts = [one for one in content if isinstance(one, Mapping) and not one.get("disabled")]
        return json.dumps([_form_part(one) for one in parts], ensure_ascii=False) if parts else ""
    if mode == "urlencoded":
        return _pairs(str(content))
    return str(mode)


def _form_part(one: JsonMapping) -> list[str]:
    if one.get("type") == "file" or ("src" in one and "value" not in one):
        return [_name(one), "<file>"]
    return [_name(one), str(one.get("value") or "")]


def _name(one: JsonMapping) -> str:
    """Return a part's name as far as all parsers of multipart agree on it."""
    return str(one.get("key") or "").partition('"')[0]


def _fields_of_text(text: str) -> str:
    """Return a body as it is, JSON without what its layout adds."""
    if text[:1] in "{[":
        try:
            return json.dumps(json.loads(text), ensure_ascii=False)
        except (ValueError, RecursionError):
            return text
    return text


def _pairs(text: str) -> str:
    split = (pair.partition("=") for pair in text.split("&"))
    pairs = [[unquote_plus(key), unquote_plus(value)] for key, _, value in split]
    return json.dumps(pairs, ensure_ascii=False)
