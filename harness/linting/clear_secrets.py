"""Secrets that are written out by name: in variables, auth, headers, addresses, bodies and examples."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.collection.model import Auth, Body, Collection, Folder, Item, Request, Url, Variable
from harness.collection.url_text import parse
from harness.linting.file_lines import authored_in, line_of
from harness.linting.finding import Finding
from harness.secrets.auth_params import SECRET_AUTH_PARAMS
from harness.secrets.names import name_rule, secret_name
from harness.secrets.token_forms import secrets_by_form
from harness.secrets.value_form import looks_drawn, plain_words

_MEMBER: Final = re.compile(r'"([^"\\]{1,200})"\s*:\s*"((?:[^"\\]|\\.)*)"')
_USER: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#@:\s]+:([^/?#@\s]+)@")
_TO_FILL_IN: Final = re.compile(
    r"<.*>|\[.*\]|\(.*\)|\$\{.*|%.*%|[x*.#•_-]+|[A-Z]+(?:_[A-Z]+)+|.*\b(?:your|my|some|enter|insert|example|sample|"
    r"placeholder|dummy|changeme|redacted|here)(?![a-z]).*",
    re.DOTALL | re.IGNORECASE,
)
"""What people write where somebody else is to put his own."""
_SCHEME: Final = re.compile(r"^(?:Bearer|Basic|Token|ApiKey|JWT|Digest)\s+(?=\S+$)", re.IGNORECASE)
_WORDS: Final = frozenset(
    ("string", "text", "token", "password", "secret", "null", "undefined", "none", "true", "false", "bearer",
     "basic", "value", "test", "apikey", "key")
)  # fmt: skip
_SHORTEST: Final = 6


def in_clear(value: Any) -> bool:
    """Whether a value is more than a template, a scheme (`Bearer {{token}}`) or a place to fill in."""
    if not isinstance(value, str) or "{{" in value:
        return False
    text = _SCHEME.sub("", value.strip())
    return len(text) > 1 and not _TO_FILL_IN.fullmatch(text) and text.lower() not in _WORDS


def spelled_out(name: str, value: Any) -> bool:
    """Whether a text that has a name of a secret is one: it was drawn, or is no word that names something."""
    if not isinstance(value, str) or len(value.strip()) < _SHORTEST or not in_clear(value):
        return False
    text = _SCHEME.sub("", value.strip())
    rule = name_rule(name)
    return bool(rule) and (
        looks_drawn(text) or (rule == "exact" and not plain_words(text) and " " not in text)
    )


def check_secrets(collection: Collection) -> Iterator[Finding]:
    """Find secrets that a collection spells out."""
    yield from variables_in_clear(collection.variables, authored_in(collection.file))

    def walk(entry: Folder | Item, file: str) -> Iterator[Finding]:
        own = authored_in(entry.file or file)
        where = " / ".join(entry.path)
        if isinstance(entry, Item):
            for field in _request_secrets(entry.request):
                yield _secret(own, f"{where}, {field}")
        else:
            for field in _auth_secrets(entry.auth):
                yield _secret(own, f"{where}, {field}" if where else field)
            for child in entry.children:
                yield from walk(child, file)

    yield from walk(collection.root, collection.file)


def variables_in_clear(variables: tuple[Variable, ...], file: str) -> Iterator[Finding]:
    """Find variables that hold a secret."""
    for variable in variables:
        if (variable.secret or secret_name(variable.key)) and in_clear(variable.value):
            yield _secret(file, f"variable {variable.key}")


def saved_examples(collection: Collection) -> Iterator[tuple[str, str, Any]]:
    """Walk the saved answers of a v2 document: the file, the call, and the answer as written."""

    def walk(entries: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping):
                here = (*path, str(entry.get("name") or ""))
                yield from walk(entry.get("item"), here)
                answers = entry.get("response")
                for answer in answers if isinstance(answers, list) else ():
                    yield collection.file, " / ".join(here), answer

    yield from walk((collection.source or {}).get("item"), ())


def check_example(file: str, where: str, example: Any) -> Iterator[Finding]:
    """Find secrets in an example of an answer, and in the request that it keeps."""
    named = example.get("name") if isinstance(example, Mapping) else None
    place = ", ".join(one for one in (where, f"example {named}" if where and named else "") if one)
    for field in dict.fromkeys(_example_secrets(example)):
        yield _secret(file, f"{place}, {field}" if place else field)


def _example_secrets(example: Any) -> Iterator[str]:
    if isinstance(example, Mapping):
        for key in ("request", "originalRequest"):
            yield from _member_secrets(example.get(key), key)
        answer = example.get("response", example)
        body = answer.get("body") if isinstance(answer, Mapping) else None
        text = body.get("content") if isinstance(body, Mapping) else body
        if isinstance(text, str) and any(True for _ in secrets_by_form(text)):
            yield "body"


def _request_secrets(request: Request) -> Iterator[str]:
    yield from _auth_secrets(request.auth)
    for pair in request.headers:
        if secret_name(pair.key) and in_clear(pair.value):
            yield f"header {pair.key}"
    yield from _url_secrets(request.url)
    if request.body is not None:
        yield from _body_secrets(request.body)


def _auth_secrets(auth: Auth | None) -> Iterator[str]:
    if auth is None:
        return
    for key in SECRET_AUTH_PARAMS.get(auth.type, ()):
        if in_clear(auth.params.get(key)):
            yield f"auth.{key}"


def _url_secrets(url: Url) -> Iterator[str]:
    for pair in url.query or parse(url.raw).query:
        if secret_name(pair.key) and in_clear(pair.value):
            yield f"query {pair.key}"
    user = _USER.match(url.raw)
    if in_clear(url.auth_password) or (user is not None and in_clear(user[1])):
        yield "url"


def _body_secrets(body: Body) -> Iterator[str]:
    pairs = [(one.key, one.value) for one in body.urlencoded]
    pairs += [(one.key, one.value) for one in body.formdata]
    for key, value in pairs:
        if spelled_out(key, value):
            yield f"body {key}"
    yield from _text_secrets(body.raw or "", "body")


def _text_secrets(text: str, field: str) -> Iterator[str]:
    for name, value in dict.fromkeys(_MEMBER.findall(text)):
        if spelled_out(name, value):
            yield f"{field} {name}"
    if any(True for _ in secrets_by_form(text)):
        yield field


def _member_secrets(value: Any, field: str) -> Iterator[str]:
    if isinstance(value, str):
        yield from _text_secrets(value, field)
    elif isinstance(value, Mapping):
        key = value.get("key")
        if isinstance(key, str) and spelled_out(key, value.get("value")):
            yield f"{field} {key}"
        for name, one in value.items():
            if name != "description":
                told = spelled_out(str(name), one)
                yield from (f"{field} {name}",) if told else _member_secrets(one, f"{field}.{name}")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _member_secrets(one, field)


def _secret(file: str, field: str) -> Finding:
    return Finding(
        rule_id="secret-in-clear",
        message="a secret is written out",
        file=file,
        field=field,
        line=line_of(file, re.split(r"[ .]", field)[-1]),
    )
