"""Interactions and what is known about them as plain documents, in vcrpy's words and a few of our own.

What vcrpy has no word for stands beside `request` and `response`, where it ignores it.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from harness.cassettes.file.interaction import Cassette, CassetteMetadata, ClockStart, Interaction
from harness.client.message import Failure, Headers, ResolvedRequest, Response, header
from harness.client.transport import HopContext
from harness.collection.document_kind import document_kind
from harness.errors import misread
from harness.secrets.content_coding import decoded, plain_body

CODED_HEADERS: Final = frozenset({"content-encoding", "transfer-encoding"})
_MOST_NUMBER: Final = 1e15
Document = dict[str, Any]

NOT_UNDERSTOOD: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading a document raises where a value is of another type than anybody writes."""


class MalformedCassette(ValueError):
    """A cassette document does not say what it should; `pointer` is the JSON pointer of the place."""

    def __init__(self, what: str, pointer: str) -> None:
        super().__init__(what)
        self.what = what
        self.pointer = pointer


def cassette_of(document: Any, *, file: str = "") -> Cassette:
    """Turn a document into a cassette. Raises `MalformedCassette`."""
    if isinstance(document, list):
        raise MalformedCassette("a list, as vcrpy wrote before 1.0; run `python -m vcr.migration` on it", "")
    if isinstance(document, dict) and "interactions" not in document and (other := document_kind(document)):
        raise MalformedCassette(f"it is {other}", "")
    entries = _member(document, "interactions", list, "")
    interactions = [_understood(entry, f"/interactions/{index}") for index, entry in enumerate(entries)]
    failures = document.get("failures") or []
    if not isinstance(failures, list):
        raise MalformedCassette("a list of failures is expected", "/failures")
    interactions += [_understood(entry, f"/failures/{index}") for index, entry in enumerate(failures)]
    if failures:
        interactions.sort(key=lambda one: one.number)
    metadata = document.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise MalformedCassette("a mapping of metadata is expected", "/metadata")
    try:
        known = metadata_of(metadata)
    except NOT_UNDERSTOOD as error:
        raise MalformedCassette(f"the metadata is not understood: {misread(error)}", "/metadata") from error
    return Cassette(
        interactions=tuple(one.numbered(index) for index, one in enumerate(interactions)),
        metadata=known,
        file=file,
    )


def _understood(entry: Any, pointer: str) -> Interaction:
    try:
        return interaction_of(entry, pointer)
    except MalformedCassette:
        raise
    except NOT_UNDERSTOOD as error:
        raise MalformedCassette(f"the interaction is not understood: {misread(error)}", pointer) from error


def _member(mapping: Any, name: str, kind: type | tuple[type, ...], pointer: str) -> Any:
    if not isinstance(mapping, dict):
        raise MalformedCassette(f"a mapping is expected, {_kind(mapping)} found", pointer)
    if name not in mapping:
        raise MalformedCassette(f"{name!r} is missing", pointer)
    value = mapping[name]
    if not isinstance(value, kind):
        raise MalformedCassette(f"{_kind(value)} is not expected here", f"{pointer}/{name}")
    return value


_KINDS: Final[Mapping[type, str]] = {
    type(None): "nothing", bool: "true or false", int: "a number", float: "a number", str: "text",
    bytes: "binary data", list: "a list", tuple: "a list", dict: "a mapping",
}  # fmt: skip


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a value of another type")


def interaction_of(entry: Any, pointer: str = "") -> Interaction:
    """Turn one entry of a document into an interaction. Raises `MalformedCassette`."""
    request = _request_of(entry, pointer)
    elapsed_ms = round(float(_number(entry.get("elapsed"), 0.0)) * 1000, 3)
    response = failure = None
    if "failure" in entry:
        failed = _member(entry, "failure", dict, pointer)
        failure = Failure(
            kind=failed.get("kind", "protocol"),
            message=str(failed.get("message", "")),
            code=str(failed.get("code", "")),
        )
    else:
        response = _response_of(entry, pointer, elapsed_ms)
    clock = entry.get("clock")
    return Interaction(
        request=request,
        response=response,
        failure=failure,
        context=HopContext(
            call=call_of(entry),
            iteration=int(_number(entry.get("iteration"), 0)),
            attempt=int(_number(entry.get("attempt"), 1)),
            origin=str(entry.get("origin") or "call"),
        ),
        recorded_at=str(entry.get("recorded_at") or ""),
        elapsed_ms=elapsed_ms,
        clock_ms=float(clock) if isinstance(clock, int | float) else None,
        number=int(_number(entry.get("number"), 0)),
    )


def _number(value: Any, default: float) -> float:
    """Read a number, also one in a text; the default for what is none, or is none of this world."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return default
    return value if isinstance(value, int | float) and abs(value) < _MOST_NUMBER else default


def _request_of(entry: Any, pointer: str) -> ResolvedRequest:
    request = _member(entry, "request", dict, pointer)
    pointer += "/request"
    body = request.get("body")
    coded = entry.get("request_body_base64")
    if coded is not None:
        body = _from_base64(coded, pointer)
    headers = _headers_of(request.get("headers"), f"{pointer}/headers")
    sent = entry.get("sent")
    if isinstance(sent, dict) and isinstance(sent.get("headers"), list):
        headers = tuple((str(name), str(value)) for name, value in sent["headers"])
    return ResolvedRequest(
        method=_member(request, "method", str, pointer).upper(),
        url=_member(request, "uri", str, pointer),
        headers=headers,
        body=_bytes_of(body, f"{pointer}/body"),
    )


def _response_of(entry: Mapping[str, Any], pointer: str, elapsed_ms: float) -> Response:
    response = _member(entry, "response", dict, pointer)
    pointer += "/response"
    if "status_code" in response:
        # vcrpy's own layout for httpx, until version 6.
        status, reason = _member(response, "status_code", int, pointer), ""
        body = response.get("content")
    else:
        line = _member(response, "status", dict, pointer)
        status, reason = _member(line, "code", int, f"{pointer}/status"), str(line.get("message") or "")
        body = response.get("body")
        if isinstance(body, dict):
            body = (
                _from_base64(body["base64_string"], pointer)
                if body.get("base64_string") is not None
                else body.get("string")
            )
    content = _bytes_of(body, f"{pointer}/body") or b""
    headers = _headers_of(response.get("headers"), f"{pointer}/headers")
    wire = entry.get("wire")
    size = len(content)
    if wire is None:
        content = _unpacked(content, headers)
    wire = wire or {}
    if not isinstance(wire, dict):
        raise MalformedCassette("a mapping is expected", f"{pointer}/wire")
    pairs = wire.get("headers")
    if isinstance(pairs, list):
        headers = tuple((str(name), str(value)) for name, value in pairs)
    return Response(
        status=status,
        reason=reason,
        headers=headers,
        body=content,
        elapsed_ms=elapsed_ms,
        wire_size=int(_number(wire.get("size"), size)),
        http_version=str(wire.get("http_version") or "1.1"),
    )


def _unpacked(stored: bytes, headers: Headers) -> bytes:
    """Return what a body says that somebody else recorded.

    vcrpy keeps the packed bytes where httpx asked and the text where requests asked, under the same
    `Content-Encoding`: what is stored decides. (In cassettes of ours a body is always what it says.)
    """
    encoding = header(headers, "content-encoding")
    if encoding is None:
        return stored
    plain = decoded(stored, encoding)
    return stored if plain is None else plain


def _from_base64(coded: Any, pointer: str) -> bytes:
    try:
        return base64.b64decode(coded, validate=True)
    except (ValueError, TypeError) as error:
        raise MalformedCassette("this is no base64", pointer) from error


def _bytes_of(body: Any, pointer: str) -> bytes | None:
    if hasattr(body, "read"):
        body = body.read()
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, list | tuple | Iterator):
        return b"".join(_piece_of(part, pointer) for part in body)
    if isinstance(body, dict):
        # betamax's layout, and vcrpy's own of old.
        if body.get("base64_string"):
            return _from_base64(body["base64_string"], pointer)
        return _piece_of(body.get("string"), pointer)
    raise MalformedCassette(f"a body cannot be {_kind(body)}", pointer)


def _piece_of(body: Any, pointer: str) -> bytes:
    """Read a part of a body, which has no parts of its own: lists in lists repeat each other without end."""
    if not isinstance(body, str | bytes | None):
        raise MalformedCassette(f"a part of a body cannot be {_kind(body)}", pointer)
    return _bytes_of(body, pointer) or b""


def _headers_of(headers: Any, pointer: str) -> Headers:
    if headers is None:
        return ()
    if isinstance(headers, list):
        headers = {
            entry[0]: entry[1] for entry in headers if isinstance(entry, list | tuple) and len(entry) == 2
        }
    if not isinstance(headers, dict):
        raise MalformedCassette("a mapping of headers is expected", pointer)
    pairs: list[tuple[str, str]] = []
    for name, values in headers.items():
        for value in values if isinstance(values, list | tuple) else (values,):
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            pairs.append((str(name), text))
    return tuple(pairs)


def metadata_of(document: Mapping[str, Any]) -> CassetteMetadata:
    """Turn the metadata of a document into what is known about the recording; unknown keys are kept."""
    known = {one.name for one in fields(CassetteMetadata)} - {"other", "clock_ms", "clocks", "seeds"}
    values = {name: value for name, value in document.items() if name in known and value is not None}
    for name in ("base_addresses", "environment", "shapes"):
        mapping = values.get(name)
        values[name] = {str(key): str(value) for key, value in mapping.items()} if mapping else {}
    clock = document.get("clock")
    clocks = tuple(
        start_of(entry)
        for entry in document.get("clocks") or ()
        if isinstance(entry, dict) and isinstance(entry.get("start"), int | float)
    )
    seeds = {
        tuple(map(str, entry["call"])): int(entry["seed"])
        for entry in document.get("seeds") or ()
        if isinstance(entry, dict)
    }
    return CassetteMetadata(
        **values,
        seeds=seeds,
        clock_ms=float(clock) if isinstance(clock, int | float) else None,
        clocks=clocks,
        other={
            name: _plain(value)
            for name, value in document.items()
            if name not in known and name not in {"clock", "clocks", "seeds"}
        },
    )


def interaction_document(interaction: Interaction) -> Document:
    """Turn an interaction into an entry as JSON has it: bodies that are no text are base64."""
    context = interaction.context
    entry: Document = {}
    if context.call:
        entry["call"] = list(context.call)
    entry |= {"iteration": context.iteration, "attempt": context.attempt, "origin": context.origin}
    if interaction.recorded_at:
        entry["recorded_at"] = interaction.recorded_at
    entry["elapsed"] = round(interaction.elapsed_ms / 1000, 6)
    if interaction.clock_ms is not None:
        entry["clock"] = interaction.clock_ms
    entry["number"] = interaction.number
    request = interaction.request
    plain = plain_body(request)
    body = _body_value(plain)
    headers = request.headers
    if request.header("content-encoding") is not None:
        headers = decoded_headers(headers, len(plain or b""))
        entry["sent"] = {"headers": [list(pair) for pair in request.headers]}
    if isinstance(body, bytes):
        entry["request_body_base64"] = base64.b64encode(body).decode()
        body = ""
    entry["request"] = {
        "method": request.method,
        "uri": request.url,
        "body": body,
        "headers": _headers_value(headers),
    }
    if interaction.failure is not None:
        failure = interaction.failure
        entry["failure"] = {"kind": failure.kind, "message": failure.message, "code": failure.code}
    elif interaction.response is not None:
        _describe_response(entry, interaction.response)
    return entry


def _describe_response(entry: Document, response: Response) -> None:
    stored = decoded_headers(response.headers, len(response.body))
    by_name = _headers_value(stored)
    wire: Document = {}
    if tuple([(name, value) for name, values in by_name.items() for value in values]) != response.headers:
        wire["headers"] = [list(pair) for pair in response.headers]
    if response.wire_size != len(response.body):
        wire["size"] = response.wire_size
    if response.http_version != "1.1":
        wire["http_version"] = response.http_version
    body = _body_value(response.body)
    content: Document = {"string": body if body is not None else ""}
    if isinstance(body, bytes):
        # vcrpy keeps no binary in JSON: without `string` it fails, and does not answer with nothing.
        content = {"base64_string": base64.b64encode(body).decode()}
    entry["response"] = {
        "status": {"code": response.status, "message": response.reason},
        "headers": by_name,
        "body": content,
    }
    if wire:
        entry["wire"] = wire


def call_of(entry: Document) -> tuple[str, ...]:
    """Return the path of the call that an entry is of; empty where it tells none."""
    return tuple(map(str, entry.get("call") or ()))


def numbered(entry: Document, number: int) -> Document:
    """Return an entry with another number."""
    return {**entry, "number": number}


def with_bytes(entry: Document) -> Document:
    """Return an entry as YAML has it: bodies that are no text are bytes."""
    coded = entry.get("request_body_base64")
    if coded is not None:
        entry = {name: value for name, value in entry.items() if name != "request_body_base64"}
        entry["request"] = {**entry["request"], "body": base64.b64decode(coded)}
    response = entry.get("response")
    content = None if response is None else response["body"].get("base64_string")
    if response is not None and content is not None:
        entry = {**entry, "response": {**response, "body": {"string": base64.b64decode(content)}}}
    return entry


def decoded_headers(headers: Headers, size: int) -> Headers:
    """Return headers that are true of a body as it is kept: no encodings, and its own length.

    An empty body keeps the length it was announced with: an answer to HEAD has one.
    """
    return tuple(
        [
            (name, str(size) if size and lower == "content-length" else value)
            for name, value in headers
            if (lower := name.lower()) not in CODED_HEADERS
        ]
    )


def _body_value(body: bytes | None) -> str | bytes | None:
    if body is None:
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body


def _headers_value(headers: Headers) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = {}
    for name, value in headers:
        by_name.setdefault(name, []).append(value)
    return by_name


def metadata_document(metadata: CassetteMetadata) -> Document:
    """Turn what is known about a recording into the metadata of a document; what is empty is left out."""
    document: Document = {
        one.name: dict(value) if isinstance(value, Mapping) else value
        for one in fields(metadata)
        if one.name not in {"other", "clock_ms", "clocks", "seeds"}
        and (value := getattr(metadata, one.name)) not in ("", None, {})
    }
    if metadata.clock_ms is not None:
        document["clock"] = metadata.clock_ms
    if metadata.clocks:
        document["clocks"] = [start_document(one) for one in metadata.clocks]
    if metadata.seeds:
        document["seeds"] = [{"call": list(call), "seed": seed} for call, seed in metadata.seeds.items()]
    return document | dict(metadata.other)


def start_of(document: Mapping[str, Any]) -> ClockStart:
    """Turn a document into the start of a clock."""
    variables = document.get("variables")
    return ClockStart(
        call=tuple(map(str, document.get("call") or ())),
        iteration=int(document.get("iteration", 0)),
        attempt=int(document.get("attempt", 1)),
        start_ms=float(document["start"]),
        variables={
            str(scope): {str(name): _plain(value) for name, value in values.items()}
            for scope, values in (variables.items() if isinstance(variables, dict) else ())
            if isinstance(values, dict)
        },
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: what YAML alone knows (dates, sets, names that are no text) as text."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value if isinstance(value, str | int | float | None) else str(value)


def start_document(start: ClockStart) -> Document:
    """Turn the start of a clock into a document."""
    document: Document = {
        "call": list(start.call),
        "iteration": start.iteration,
        "attempt": start.attempt,
        "start": start.start_ms,
    }
    if start.variables:
        document["variables"] = {scope: dict(values) for scope, values in start.variables.items()}
    return document
