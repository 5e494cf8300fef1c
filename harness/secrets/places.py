"""Where secrets stand in what is sent and answered: headers, cookies, addresses, fields of bodies.

A table says what is learnt of each header; bodies are read by what they are: JSON, forms, multipart, XML.
"""

import base64
import binascii
import codecs
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from harness.secrets.byte_text import as_text
from harness.secrets.fields import (
    learn_address,
    learn_assigned,
    learn_by_form,
    learn_document,
    learn_fields,
    learn_named,
)
from harness.secrets.multipart import multipart_parts
from harness.secrets.named_values import marked_up, tabled
from harness.secrets.names import name_rule
from harness.secrets.needles import SHORTEST
from harness.secrets.placeholder import PREFIX
from harness.secrets.redactor import Redactor
from harness.secrets.views import DEPTH, packed_file

HeaderPairs = Iterable[tuple[str, str]]

AUTHORIZATION: Final = frozenset({"authorization", "proxy-authorization"})

_SIGNED_SCHEMES: Final = frozenset({"digest", "aws4-hmac-sha256", "oauth", "hawk"})
"""Schemes whose header proves that a secret is known, and does not hold it."""

_OAUTH_PARAMETER: Final = re.compile(r'\b(oauth_token|oauth_token_secret)="([^"]*)"')
_SESSION_NAME: Final = re.compile(r"sess|sid|token|auth|jwt|secret|csrf|xsrf|key|login|ident", re.IGNORECASE)
_PLAIN_WORD: Final = re.compile(r"[A-Za-z]{1,11}|[a-z]{2}-[A-Z]{2}|[A-Z][a-z]+/[A-Z][a-z_]+")
_TABLES: Final = {"text/csv": ",", "application/csv": ",", "text/tab-separated-values": "\t"}
"""Media types of tables, and what stands between their cells."""
_ADDRESSES: Final = re.compile(r"(?:refresh|location|content-location|link)\Z")


def learn_sent(url: str, headers: HeaderPairs, body: bytes | None, redactor: Redactor) -> None:
    """Learn what a request shows to be secret; the body is what it says, without its content coding."""
    if redactor.has_just_read("request", url, headers, body):
        return
    kind = ""
    for name, value in headers:
        if name.lower() == "content-type":
            kind = kind or value
        if redactor.key_fields and ("header", name.lower()) in redactor.key_fields:
            redactor.learn(value, name, "auth")
        learn_header(name, value, redactor)
    if redactor.key_fields and "?" in url:
        for name, value in parse_qsl(url.partition("?")[2].partition("#")[0], errors="surrogateescape"):
            if ("query", name.lower()) in redactor.key_fields:
                redactor.learn(value, name, "auth")
    if not redactor.has_read("address", url):
        learn_address(url, redactor)
        learn_by_form(url, redactor)
    if body:
        learn_body(body, kind, redactor)


def learn_answered(headers: HeaderPairs, body: bytes, redactor: Redactor) -> None:
    """Learn what an answer shows to be secret: cookies, tokens and keys in headers and body."""
    if redactor.has_just_read("answer", headers, body):
        return
    kind = ""
    for name, value in headers:
        lower = name.lower()
        if lower == "content-type":
            kind = kind or value
        elif lower == "set-cookie":
            _learn_cookie(value.partition(";")[0], redactor)
        else:
            learn_header(name, value, redactor, answered=True)
            if _ADDRESSES.match(lower):
                # What a redirect hands on as `code` is a grant, whatever stands beside it.
                learn_address(value, redactor, granted=lower == "location")
    if body:
        learn_body(body, kind, redactor, answered=True)


def learn_header(name: str, value: str, redactor: Redactor, *, answered: bool = False) -> None:
    """Learn what a header shows to be secret."""
    if redactor.has_read(name, (answered, value)):
        return
    read = _HEADERS.get(name.lower())
    if read is not None:
        read(value, redactor)
    else:
        learn_named(name, value, redactor, answered=answered, sure=not answered)
        learn_assigned(value, redactor)
    learn_by_form(value, redactor)


def _learn_authorization(value: str, redactor: Redactor) -> None:
    scheme, _, credentials = value.strip().partition(" ")
    credentials = credentials.strip()
    if not credentials:
        redactor.learn(scheme, "authorization", "protocol")
    elif scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(credentials).decode("utf-8", "surrogateescape")
        except (binascii.Error, ValueError):
            decoded = ""
        user, colon, password = decoded.partition(":")
        if colon and PREFIX not in decoded:
            # A password too short to be taken out by itself is hidden by its encoding as a whole.
            if len(password) >= SHORTEST:
                redactor.learn(password, "basic_password", "protocol")
            elif not password and len(user) >= 16:
                redactor.learn(user, "basic_user", "protocol")
            redactor.learn(credentials, "basic_credentials", "protocol")
        elif not decoded:
            redactor.learn(credentials, "authorization", "protocol")
    elif scheme.lower() == "oauth":
        for name, token in _OAUTH_PARAMETER.findall(credentials):
            redactor.learn(token, name, "protocol")
    elif scheme.lower() not in _SIGNED_SCHEMES:
        redactor.learn(credentials, "authorization", "protocol")


def _learn_cookies(value: str, redactor: Redactor) -> None:
    for pair in value.split(";"):
        _learn_cookie(pair, redactor)


def _learn_cookie(pair: str, redactor: Redactor) -> None:
    name, _, value = pair.strip().partition("=")
    value = value.strip().strip('"')
    if len(value) < SHORTEST:
        return
    if _SESSION_NAME.search(name) or not _PLAIN_WORD.fullmatch(value):
        redactor.learn(value, f"cookie_{name}", "cookie")


_HEADERS: Final[Mapping[str, Callable[[str, Redactor], None]]] = {
    "authorization": _learn_authorization,
    "proxy-authorization": _learn_authorization,
    "cookie": _learn_cookies,
}
"""What is learnt of headers that are more than a name and a value."""


def learn_body(
    body: bytes, kind: str, redactor: Redactor, *, answered: bool = False, depth: int = DEPTH
) -> None:
    """Learn what a body shows to be secret; `kind` is its content type with parameters.

    A file that is packed several times is unpacked `depth` times at most.
    """
    if redactor.has_read(f"{answered}{kind}", body):
        return
    packed = packed_file(as_text(body)) if depth > 0 and body[:1] in {b"\x1f", b"x"} else None
    if packed is not None:
        learn_body(packed.plain, "", redactor, answered=answered, depth=depth - 1)
        return
    wide = _wide_text(body)
    if wide is not None:
        learn_body(wide, kind, redactor, answered=answered)
        return
    media = kind.partition(";")[0].strip().lower()
    text = as_text(body)
    learn_by_form(text, redactor)
    if media == "application/x-www-form-urlencoded":
        learn_fields(text, redactor, answered=answered)
        return
    if media.startswith("multipart/"):
        for part in multipart_parts(body, kind) or ():
            if part.name and name_rule(part.name):
                learn_named(part.name, as_text(part.content), redactor, answered=answered)
            elif part.content:
                learn_body(part.content, part.content_type, redactor, answered=answered)
        return
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped[:1] in {"{", "["} and _learn_documents(stripped, redactor, answered=answered):
        return
    _learn_text(text, media, redactor, answered=answered)


def _wide_text(body: bytes) -> bytes | None:
    """Return what a body says that is text of two or four bytes a character; `None` for others."""
    if body[:2] not in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} and b"\0" not in body[:2]:
        return None
    encoding = json.detect_encoding(body)
    if encoding.startswith("utf-8"):
        return None
    try:
        return body.decode(encoding).encode()
    except UnicodeError:
        return None


def _learn_text(text: str, media: str, redactor: Redactor, *, answered: bool) -> None:
    """Learn what text shows that is neither JSON nor a form."""
    learn_assigned(text, redactor)
    if text.lstrip("\ufeff \t\r\n")[:1] == "<":
        for name, value in marked_up(text):
            learn_named(name, value, redactor, answered=answered)
            if "?" in value and "=" in value:
                learn_address(html.unescape(value), redactor)
    elif media in _TABLES:
        for name, value in tabled(text, delimiter=_TABLES[media]):
            learn_named(name, value, redactor, answered=answered)
    elif "=" in text and (not media or media.startswith("text/")):
        learn_fields(text, redactor, answered=answered)
        for line in text.splitlines() if "\n" in text else ():
            learn_fields(line, redactor, answered=answered)


def _learn_documents(text: str, redactor: Redactor, *, answered: bool) -> bool:
    """Learn what JSON or lines of JSON show. Returns whether all of the text is JSON."""
    try:
        learn_document(json.loads(text), redactor, answered=answered)
    except (ValueError, RecursionError):
        pass
    else:
        return True
    whole = True
    for line in text.splitlines():
        try:
            learn_document(json.loads(line), redactor, answered=answered)
        except (ValueError, RecursionError):
            whole = whole and not line.strip()
    return whole
