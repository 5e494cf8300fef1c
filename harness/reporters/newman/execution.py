"""One HTTP request of a run in the JSON that newman's reporter gives it.

The shapes are those of postman-collection 4.4 (`Request`, `Response`, `Url`), as newman 6.2 writes them.
"""

from collections.abc import Container, Sequence
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final
from urllib.parse import unquote_plus

from harness.client.message import Cookie, Headers, ResolvedRequest, Response
from harness.client.url import split
from harness.collection.model import Request
from harness.collection.request_json import request_to_json
from harness.collection.url_text import parse, path_variable_name
from harness.reporters.newman.collection_document import Shown, texts_in
from harness.reporters.newman.json_text import Octets, Spelled, compact
from harness.scripting.job import cookie_json
from harness.secrets.watch import Mask

JsonObject = dict[str, Any]


def request_document(
    sent: ResolvedRequest,
    authored: Request | None,
    *,
    url: str | JsonObject | Spelled | None = None,
    headers: Spelled | None = None,
) -> JsonObject:
    """Tell a request that was sent; what its author did not write is marked as `system`.

    `url` and `headers` are what may be shown of them, where that was found out before.
    """
    url = sent.url if url is None else url
    document: JsonObject = {
        "url": url_document(url) if isinstance(url, str) else url,
        "header": header_list(sent.headers, authored) if headers is None else headers,
        "method": sent.method,
    }
    if sent.body:
        document["body"] = _body_document(sent, authored)
    if authored and authored.description:
        document["description"] = {"content": authored.description, "type": "text/plain"}
    return document


def header_list(headers: Headers, authored: Request | None) -> list[JsonObject]:
    """Tell the headers of a request; those that its author did not write are marked as `system`."""
    written = _written_by(authored)
    return [
        {"key": key, "value": value} | ({} if key.lower() in written else {"system": True})
        for key, value in headers
    ]


def spelled_headers(headers: Headers, mask: Mask, system: Container[int] = ()) -> Spelled:
    """Spell the list of headers as they may be shown; `system` are the numbers of those to be marked so."""
    count = len(headers)
    told = [name for name, _ in headers] + [value for _, value in headers]
    shown = mask.texts(told)
    if shown is not told:
        shown = [mask.label(name) for name in told[:count]] + list(shown[count:])
    spelled = [encode_basestring(text) for text in shown]
    entries = [
        f'{{"key":{spelled[at]},"value":{spelled[count + at]}{_SYSTEM if at in system else ""}}}'
        for at in range(count)
    ]
    return Spelled(f"[{','.join(entries)}]")


def system_headers(headers: Headers, authored: Request | None) -> set[int]:
    """Return the numbers of the headers that the author of a request did not write."""
    written = _written_by(authored)
    return {number for number, (key, _) in enumerate(headers) if key.lower() not in written}


_SYSTEM: Final = ',"system":true'


def _written_by(authored: Request | None) -> set[str]:
    return {pair.key.lower() for pair in authored.headers} if authored else set()


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


@lru_cache(maxsize=256)
def spelled_url(url: str) -> tuple[Spelled, tuple[str, ...]]:
    """Spell what `url_document` tells of a URL, and give the texts in it that may have to be hidden."""
    document = url_document(url)
    return Spelled(compact(document)), tuple(texts_in(document))


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


def response_document(
    response: Response,
    id: str,
    body: bytes,
    cookies: tuple[Cookie, ...],
    *,
    headers: Spelled | None = None,
) -> JsonObject:
    """Tell a response; `body` and `headers` are what may be shown of them, `None` where that is open."""
    if headers is None:
        listed: Any = [{"key": key, "value": value} for key, value in response.headers]
    else:
        listed = headers
    return {
        "id": id,
        "status": response.reason,
        "code": response.status,
        "header": listed,
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
