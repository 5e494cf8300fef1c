"""One HTTP request of a run in the JSON that newman's reporter gives it.

The shapes are those of postman-collection 4.4 (`Request`, `Response`, `Url`), as newman 6.2 writes them.
"""

from collections.abc import Sequence
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from typing import Any
from urllib.parse import unquote_plus

from harness.client.message import Cookie, ResolvedRequest, Response
from harness.client.url import split
from harness.collection.model import Request
from harness.collection.request_json import request_to_json
from harness.collection.url_text import parse, path_variable_name
from harness.reporters.newman.byte_lists import Octets
from harness.reporters.newman.collection_document import Shown
from harness.scripting.job import cookie_json

JsonObject = dict[str, Any]


def request_document(
    sent: ResolvedRequest, authored: Request | None, *, url: str | None = None
) -> JsonObject:
    """Tell a request that was sent; what its author did not write is marked as `system`."""
    written = {pair.key.lower() for pair in authored.headers} if authored else set()
    headers: list[JsonObject] = []
    for key, value in sent.headers:
        entry: JsonObject = {"key": key, "value": value}
        if key.lower() not in written:
            entry["system"] = True
        headers.append(entry)
    document: JsonObject = {
        "url": url_document(sent.url if url is None else url),
        "header": headers,
        "method": sent.method,
    }
    if sent.body:
        document["body"] = _body_document(sent, authored)
    if authored and authored.description:
        document["description"] = {"content": authored.description, "type": "text/plain"}
    return document


def unsent_document(authored: Request) -> JsonObject:
    """Tell a request that was not sent, as its author wrote it."""
    url = authored.url if authored.url.parsed else parse(authored.url.raw)
    document = request_to_json(replace(authored, url=url))
    named = dict.fromkeys(filter(None, map(path_variable_name, url.path or ())))
    parts: JsonObject = {"query": [], "variable": [{"type": "any", "key": name} for name in named]}
    parts |= document["url"] if isinstance(document["url"], dict) else {}
    parts.pop("raw", None)
    document["url"] = parts
    if authored.description:
        document["description"] = {"content": authored.description, "type": "text/plain"}
    return document


def url_document(url: str) -> JsonObject:
    """Take an absolute URL apart as Postman does."""
    parts = split(url)
    authority = parts.netloc.rpartition("@")[2]
    host, _, port = authority.partition(":") if not authority.startswith("[") else (authority, "", "")
    document: JsonObject = {"protocol": parts.scheme}
    if port:
        document["port"] = port
    document["path"] = [Shown(part) for part in parts.path.removeprefix("/").split("/")] if parts.path else []
    document["host"] = host.split(".")
    query: list[JsonObject] = []
    for pair in parts.query.split("&") if parts.query else []:
        key, equals, value = pair.partition("=")
        query.append({"key": key, "value": value if equals else None})
    document["query"] = query
    document["variable"] = []
    return document


def _body_document(sent: ResolvedRequest, authored: Request | None) -> JsonObject:
    body = sent.body or b""
    mode = authored.body.mode if authored and authored.body else None
    kind = (sent.header("content-type") or "").lower()
    if mode == "urlencoded":
        pairs = (pair.partition("=") for pair in body.decode("utf-8", "replace").split("&"))
        fields = [{"key": unquote_plus(key), "value": unquote_plus(value)} for key, _, value in pairs]
        return {"mode": "urlencoded", "urlencoded": fields}
    if mode == "formdata" and kind.startswith("multipart/"):
        return {"mode": "formdata", "formdata": _form_parts(sent.header("content-type") or "", body)}
    document: JsonObject = {"mode": "raw", "raw": body.decode("utf-8", "replace")}
    language = authored.body.language if authored and authored.body else None
    if language:
        document["options"] = {"raw": {"language": language}}
    return document


def _form_parts(content_type: str, body: bytes) -> list[JsonObject]:
    message = BytesParser(policy=policy.HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body
    )
    parts: list[JsonObject] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        key = str(part.get_param("name", "", header="content-disposition"))
        file = part.get_filename()
        if file is not None:
            parts.append({"key": key, "type": "file", "src": file})
        else:
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            parts.append({"key": key, "value": text, "type": "text"})
    return parts


def response_document(response: Response, id: str, body: bytes, cookies: tuple[Cookie, ...]) -> JsonObject:
    """Tell a response; `body` is what may be shown of its body."""
    return {
        "id": id,
        "status": response.reason,
        "code": response.status,
        "header": [{"key": key, "value": value} for key, value in response.headers],
        "stream": {"type": "Buffer", "data": Octets(body)},
        "cookie": [cookie_json(cookie) for cookie in cookies],
        "responseTime": round(response.elapsed_ms),
        "responseSize": len(response.body),
    }


def variables_document(id: str, name: str, values: Sequence[JsonObject]) -> JsonObject:
    """Tell a scope of variables in the shape of newman's exports."""
    document: JsonObject = {"id": id}
    if name:
        document["name"] = name
    document["values"] = list(values)
    return document
