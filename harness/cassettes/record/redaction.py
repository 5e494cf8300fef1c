"""Taking secrets out of interactions.

First what an interaction shows to be secret is learnt, then all that is known is replaced.
Headers that prove who sends keep their scheme alone; cookies keep their names and attributes.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from harness.cassettes.file.canonical import content_type, multipart_parts
from harness.cassettes.file.content_coding import plain_body
from harness.cassettes.file.interaction import CassetteMetadata, Interaction
from harness.cassettes.file.variable_state import redact_start
from harness.client.message import Headers, ResolvedRequest, Response, header
from harness.client.url import split
from harness.secrets.encodings import SHORTEST, as_text
from harness.secrets.redactor import PREFIX, Redactor, secret_name

AUTHORIZATION: Final = frozenset({"authorization", "proxy-authorization"})
SECRET_HEADERS: Final = frozenset(
    {
        "api-key", "ocp-apim-subscription-key", "x-amz-security-token", "x-api-key", "x-auth-token",
        "x-csrf-token", "x-goog-api-key", "x-vault-token", "x-xsrf-token",
    }
)  # fmt: skip

_XML_FIELD: Final = re.compile(r"<([A-Za-z_][\w.-]*)>([^<>]{6,})</\1>")
_USERINFO: Final = re.compile(r"://([^/@\s:\"']*):([^/@\s\"']+)@")
_SESSION_NAME: Final = re.compile(r"sess|sid|token|auth|jwt|secret|csrf|xsrf|key|login|ident", re.IGNORECASE)
_PLAIN_WORD: Final = re.compile(r"[A-Za-z]{1,11}|[a-z]{2}-[A-Z]{2}|[A-Z][a-z]+/[A-Z][a-z_]+")


def secret_header(name: str) -> bool:
    """Tell whether a header's value is a secret as a whole."""
    return name.lower() in SECRET_HEADERS or secret_name(name)


def learn_interaction(interaction: Interaction, redactor: Redactor) -> None:
    """Learn all that an interaction shows to be secret."""
    request = interaction.request
    learn_request(request, redactor)
    if interaction.response is not None:
        learn_response(interaction.response, redactor)


def learn_request(request: ResolvedRequest, redactor: Redactor) -> None:
    """Learn what a request shows to be secret: authorization, cookies, keys, fields with secret names."""
    for name, value in request.headers:
        _learn_header(name, value, redactor)
    for found in _USERINFO.finditer(request.url):
        redactor.learn(found.group(2), "url_password")
    _learn_fields(split(request.url).query, redactor)
    redactor.learn_from(request.url)
    body = plain_body(request)
    if body:
        _learn_body(body, content_type(request), request.header("content-type") or "", redactor)


def learn_response(response: Response, redactor: Redactor) -> None:
    """Learn what a response shows to be secret: cookies, tokens and keys in headers and body."""
    for name, value in response.headers:
        if name.lower() == "set-cookie":
            _learn_cookie(value.partition(";")[0], redactor)
        else:
            _learn_header(name, value, redactor)
            if name.lower() == "location":
                _learn_fields(split(value).query, redactor)
                _learn_fields(split(value).fragment, redactor)
    if response.body:
        media = (header(response.headers, "content-type") or "").partition(";")[0].strip().lower()
        _learn_body(response.body, media, header(response.headers, "content-type") or "", redactor)


def _learn_header(name: str, value: str, redactor: Redactor) -> None:
    lower = name.lower()
    if lower in AUTHORIZATION:
        _learn_authorization(value, redactor)
    elif lower == "cookie":
        for pair in value.split(";"):
            _learn_cookie(pair, redactor)
    elif secret_header(name):
        redactor.learn(value, name)
    redactor.learn_from(value)


def _learn_authorization(value: str, redactor: Redactor) -> None:
    scheme, _, credentials = value.strip().partition(" ")
    credentials = credentials.strip()
    if not credentials:
        redactor.learn(scheme, "authorization")
        return
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(credentials).decode("utf-8", "surrogateescape")
        except (binascii.Error, ValueError):
            decoded = ""
        user, colon, password = decoded.partition(":")
        if colon and PREFIX not in decoded:
            # A password too short to be taken out by itself is hidden by its encoding as a whole.
            if len(password) >= SHORTEST:
                redactor.learn(password, "basic_password")
            elif not password and len(user) >= 16:
                redactor.learn(user, "basic_user")
            redactor.learn(credentials, "basic_credentials")
    elif scheme.lower() not in {"digest", "aws4-hmac-sha256", "oauth", "hawk"}:
        redactor.learn(credentials, "authorization")


def _learn_cookie(pair: str, redactor: Redactor) -> None:
    name, _, value = pair.strip().partition("=")
    value = value.strip().strip('"')
    if len(value) < SHORTEST:
        return
    if _SESSION_NAME.search(name) or not _PLAIN_WORD.fullmatch(value):
        redactor.learn(value, f"cookie_{name}")


def _learn_fields(text: str, redactor: Redactor) -> None:
    if "=" in text:
        for name, value in parse_qsl(text, errors="surrogateescape"):
            if value and secret_name(name):
                redactor.learn(value, name)


def _learn_body(body: bytes, media: str, header_value: str, redactor: Redactor) -> None:
    text = as_text(body)
    redactor.learn_from(text)
    if media == "application/x-www-form-urlencoded":
        _learn_fields(text, redactor)
        return
    if media.startswith("multipart/"):
        for part in multipart_parts(body, header_value) or ():
            if part.name and secret_name(part.name):
                redactor.learn(as_text(part.content), part.name)
            elif part.content:
                _learn_body(part.content, part.content_type.partition(";")[0].lower(), "", redactor)
        return
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped[:1] in {"{", "["}:
        for document in _documents(stripped):
            redactor.learn_document(document)
    elif stripped[:1] == "<":
        for found in _XML_FIELD.finditer(text):
            if secret_name(found.group(1)):
                redactor.learn(found.group(2), found.group(1))
    elif not media or media.startswith("text/"):
        _learn_fields(text, redactor)


def _documents(text: str) -> Iterator[Any]:
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        # JSON lines: each line that is a document counts.
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                continue


def redact_interaction(interaction: Interaction, redactor: Redactor) -> Interaction:
    """Return an interaction without the secrets known so far."""
    response, failure = interaction.response, interaction.failure
    if response is not None:
        response = redact_response(response, redactor)
    if failure is not None:
        failure = replace(failure, message=redactor.text(failure.message), code=redactor.text(failure.code))
    context = interaction.context
    names = "\0".join(context.call)
    redacted_names = redactor.text(names)
    if redacted_names != names:
        context = replace(context, call=tuple(redacted_names.split("\0")))
    request = redact_request(interaction.request, redactor)
    return replace(interaction, request=request, response=response, failure=failure, context=context)


def redact_request(request: ResolvedRequest, redactor: Redactor) -> ResolvedRequest:
    """Return a request without the secrets known so far; a body that was coded is what it says."""
    body = plain_body(request)
    return ResolvedRequest(
        method=request.method,
        url=_redact_url(request.url, redactor),
        headers=_redact_headers(request.headers, redactor),
        body=redactor.bytes(body) if body else body,
    )


def redact_response(response: Response, redactor: Redactor) -> Response:
    """Return a response without the secrets known so far."""
    return replace(
        response,
        reason=redactor.text(response.reason),
        headers=_redact_headers(response.headers, redactor),
        body=redactor.bytes(response.body),
    )


def _redact_url(url: str, redactor: Redactor) -> str:
    return redactor.text(_USERINFO.sub(rf"://\1:{PREFIX}url_password@", url) if "@" in url else url)


def _redact_headers(headers: Headers, redactor: Redactor) -> Headers:
    # One text for all: the searches cost per text.
    joined = redactor.text("\n".join(f"{name}\0{value}" for name, value in headers))
    pairs = [line.partition("\0") for line in joined.split("\n")] if headers else []
    if len(pairs) != len(headers):
        pairs = [(redactor.text(name), "\0", redactor.text(value)) for name, value in headers]
    return tuple((name, _redact_header(name, value)) for name, _, value in pairs)


def _redact_header(name: str, value: str) -> str:
    lower = name.lower()
    if lower in AUTHORIZATION:
        scheme, _, credentials = value.strip().partition(" ")
        if not credentials:
            return value if PREFIX in value else f"{PREFIX}authorization"
        return value if credentials.startswith(PREFIX) else f"{scheme} {PREFIX}authorization"
    if lower == "cookie":
        return "; ".join(_redact_pair(pair.strip()) for pair in value.split(";"))
    if lower == "set-cookie":
        pair, semicolon, attributes = value.partition(";")
        return _redact_pair(pair) + semicolon + attributes
    if secret_header(name) and len(value) >= SHORTEST and PREFIX not in value:
        return PREFIX + re.sub(r"\W+", "_", lower)
    return value


def _redact_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if len(value) < SHORTEST or PREFIX in value:
        return pair
    return f"{name}{equals}{PREFIX}cookie_{re.sub(r'[^A-Za-z0-9]+', '_', name).strip('_')}"


def redact_metadata(metadata: CassetteMetadata, redactor: Redactor) -> CassetteMetadata:
    """Return what is known about a recording without the secrets known so far."""

    def redacted(mapping: Mapping[str, str]) -> dict[str, str]:
        return {redactor.text(name): redactor.text(value) for name, value in mapping.items()}

    return replace(
        metadata,
        collection=redactor.text(metadata.collection),
        note=redactor.text(metadata.note),
        base_addresses=redacted(metadata.base_addresses),
        environment=redacted(metadata.environment),
        clocks=tuple(redact_start(one, redactor) for one in metadata.clocks),
    )


def remains(interaction: Interaction, redactor: Redactor) -> str | None:
    """Return where an interaction still holds a secret, as a JSON pointer below it; `None` when nowhere."""
    request, response = interaction.request, interaction.response
    places: list[tuple[str, str]] = [
        ("/call", "\n".join(interaction.context.call)),
        ("/request/uri", request.url),
        ("/request/body", as_text(plain_body(request) or b"")),
        *((f"/request/headers/{name}", f"{name}: {value}") for name, value in request.headers),
    ]
    if response is not None:
        places += [
            ("/response/status/message", response.reason),
            ("/response/body/string", as_text(response.body)),
            *((f"/response/headers/{name}", f"{name}: {value}") for name, value in response.headers),
        ]
    if interaction.failure is not None:
        places.append(("/failure/message", interaction.failure.message))
    if not redactor.holds_secret("\n".join(text for _, text in places)):
        return None
    return next((pointer for pointer, text in places if redactor.holds_secret(text)), "")
