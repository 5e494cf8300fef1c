"""HTTP Archives (http://www.softwareishard.com/blog/har-12-spec/): import from browsers, export for them."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from harness.cassettes.file.interaction import Cassette, CassetteMetadata, Interaction
from harness.client.message import Failure, FailureKind, Headers, ResolvedRequest, Response, header
from harness.client.url import split
from harness.collection.document import parse_json
from harness.collection.document_kind import document_kind
from harness.errors import InputError, Place, misread
from harness.version import __version__

_PSEUDO: Final = ":"
_KINDS: Final[dict[str, FailureKind]] = {
    "REFUSED": "refused",
    "NAME_NOT_RESOLVED": "dns",
    "TIMED_OUT": "timeout",
    "CERT": "tls",
    "RESET": "reset",
}


def import_har(path: Path) -> Cassette:
    """Read a HAR of Chromium, Firefox or Playwright. Raises `InputError` when it is not one.

    Entries that never reached the network (cached ones, `data:` addresses) are left out; HTTP/2's
    pseudo-headers too. Playwright's bodies in files beside the HAR are read.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read the HAR: {error.strerror}", where=str(path)) from error
    except ValueError as error:
        raise InputError(f"this is no HAR: {misread(error)}", where=str(path)) from error
    document = parse_json(text, str(path))
    log = document.get("log") if isinstance(document, dict) else None
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        kind = document_kind(document)
        raise InputError(
            f"this is no HAR: {f'it is {kind}' if kind else 'log.entries is missing'}", where=str(path)
        )
    interactions: list[Interaction] = []
    for place, entry in enumerate(log["entries"]):
        try:
            one = _interaction(entry, path.parent)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"this entry of the HAR cannot be read: {misread(error)}",
                where=Place(file=str(path), field=f"/log/entries/{place}"),
            ) from error
        if one is not None:
            interactions.append(one.numbered(len(interactions)))
    creator = log.get("creator") or {}
    return Cassette(
        interactions=tuple(interactions),
        metadata=CassetteMetadata(
            harness=__version__,
            note=f"imported from a HAR of {creator.get('name', '?')} {creator.get('version', '')}".strip(),
        ),
        file=str(path),
    )


def _interaction(entry: Mapping[str, Any], folder: Path) -> Interaction | None:
    request, response = entry["request"], entry["response"]
    url = str(request["url"]).partition("#")[0]
    if not url.startswith(("http://", "https://")) or entry.get("_fromCache"):
        return None
    asked = ResolvedRequest(
        method=str(request["method"]).upper(),
        url=url,
        headers=_headers(request),
        body=_posted(request.get("postData"), folder),
    )
    elapsed_ms = round(float(entry.get("time") or 0), 3)
    told = Interaction(
        request=asked,
        recorded_at=_moment(str(entry.get("startedDateTime") or "")),
        elapsed_ms=max(0.0, elapsed_ms),
    )
    status = int(response.get("status") or 0)
    if status <= 0:
        message = str(response.get("_error") or entry.get("_failureText") or "no answer was recorded")
        return replace(told, failure=Failure(kind=_kind(message), message=message))
    content = response.get("content") or {}
    body = _content(content, folder)
    size = response.get("bodySize")
    return replace(
        told,
        response=Response(
            status=status,
            reason=str(response.get("statusText") or ""),
            headers=_headers(response),
            body=body,
            elapsed_ms=max(0.0, elapsed_ms),
            wire_size=size if isinstance(size, int) and size >= 0 else len(body),
        ),
    )


def _headers(message: Mapping[str, Any]) -> Headers:
    pairs: list[tuple[str, str]] = []
    for one in message.get("headers") or ():
        name, value = str(one["name"]), str(one["value"])
        if not name.startswith(_PSEUDO):
            # Chromium joins several Set-Cookie headers by line ends.
            lines = value.split("\n") if name.lower() == "set-cookie" else [value]
            pairs += ((name, line) for line in lines)
    return tuple(pairs)


def _posted(data: Mapping[str, Any] | None, folder: Path) -> bytes | None:
    if not data:
        return None
    if data.get("_file"):
        return (folder / str(data["_file"])).read_bytes()
    if data.get("text") is not None:
        text = str(data["text"])
        return base64.b64decode(text) if data.get("encoding") == "base64" else text.encode()
    params = data.get("params") or ()
    return urlencode([(one["name"], one.get("value", "")) for one in params]).encode() if params else None


def _content(content: Mapping[str, Any], folder: Path) -> bytes:
    if content.get("_file"):
        return (folder / str(content["_file"])).read_bytes()
    text = str(content.get("text") or "")
    return base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return ""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _kind(message: str) -> FailureKind:
    return next((kind for word, kind in _KINDS.items() if word in message.upper()), "protocol")


def export_har(cassette: Cassette) -> dict[str, Any]:
    """Return a cassette as the document of a HAR 1.2, which browsers and Playwright open."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "harness", "version": __version__},
            "pages": [],
            "entries": [_entry(one) for one in cassette.interactions],
        }
    }


def _entry(one: Interaction) -> dict[str, Any]:
    request, elapsed = one.request, one.elapsed_ms
    entry: dict[str, Any] = {
        "startedDateTime": one.recorded_at or "1970-01-01T00:00:00.000Z",
        "time": elapsed,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": list(_named(request.headers)),
            "queryString": [
                {"name": name, "value": value}
                for name, value in parse_qsl(split(request.url).query, keep_blank_values=True)
            ],
            "headersSize": -1,
            "bodySize": len(request.body or b""),
        },
        "response": _answer(one),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed, "receive": 0},
    }
    if request.body is not None:
        text, coding = _text(request.body)
        media = request.header("content-type") or "application/octet-stream"
        entry["request"]["postData"] = {"mimeType": media, "text": text, **coding}
    if one.context.call:
        entry["comment"] = " / ".join(one.context.call)
    return entry


def _answer(one: Interaction) -> dict[str, Any]:
    response = one.response
    if response is None:
        message = one.failure.message if one.failure is not None else ""
        response, extra = Response(status=0, reason=""), {"_error": message}
    else:
        extra = {}
    text, coding = _text(response.body)
    media = header(response.headers, "content-type") or "x-unknown"
    return {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": f"HTTP/{response.http_version}",
        "cookies": [],
        "headers": list(_named(response.headers)),
        "content": {"size": len(response.body), "mimeType": media, "text": text, **coding},
        "redirectURL": header(response.headers, "location") or "",
        "headersSize": -1,
        "bodySize": response.wire_size,
        **extra,
    }


def _named(headers: Headers) -> Iterator[dict[str, str]]:
    return ({"name": name, "value": value} for name, value in headers)


def _text(body: bytes) -> tuple[str, dict[str, str]]:
    try:
        return body.decode(), {}
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), {"encoding": "base64"}
