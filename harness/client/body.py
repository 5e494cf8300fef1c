"""Bodies: what the author wrote, resolved, with its files read, as text or as bytes.

The rules are those of postman-runtime's `core-body-builder`, of its file loading before sending.
"""

import binascii
import re
from collections.abc import Callable, Sequence
from typing import Final

from harness.client.draft import Content, DraftPart
from harness.client.files import FilePolicy, FileRefused
from harness.client.message import Field
from harness.client.resolve import Resolve, resolve_deep
from harness.collection.javascript import to_json
from harness.collection.model import Body, FormPart, Pair

LANGUAGE_TYPES: Final = {
    "html": "text/html",
    "text": "text/plain",
    "json": "application/json",
    "javascript": "application/javascript",
    "xml": "application/xml",
}
_JSON_TYPE: Final = re.compile(r"application/(\S+\+)?json")
_COMMENT_OR_STRING: Final = re.compile(r'//[^\n]*|/\*.*?(?:\*/|\Z)|"', re.DOTALL)
_BASE64_NOISE: Final = re.compile(r"[^A-Za-z0-9+/]")


def decode_base64(text: str) -> bytes:
    """Decode as Node does: noise is skipped, the URL alphabet is understood, the end may be missing."""
    clean = _BASE64_NOISE.sub("", text.split("=", 1)[0].replace("-", "+").replace("_", "/"))
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + "=" * (-len(clean) % 4))


def strip_comments(text: str) -> str:
    """Remove `//` and `/* */` comments outside of strings, as strip-json-comments does."""
    result: list[str] = []
    position = 0
    while match := _COMMENT_OR_STRING.search(text, position):
        result.append(text[position : match.start()])
        position = match.end()
        if match[0] == '"':
            end = position if _escaped(text, match.start()) else _string_end(text, position)
            result.append(text[match.start() : end])
            position = end
    result.append(text[position:])
    return "".join(result)


def _escaped(text: str, position: int) -> bool:
    before = text[:position]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _string_end(text: str, start: int) -> int:
    """Return where the string ends that starts before `start`: after the next quote that is not escaped."""
    end = start
    while (end := text.find('"', end)) != -1:
        slashes = end
        while text[slashes - 1] == "\\":
            slashes -= 1
        end += 1
        if (end - 1 - slashes) % 2 == 0:
            return end
    return len(text)


def _graphql_text(body: Body, resolve: Resolve) -> str:
    """Write a GraphQL body: variables that are a text are JSON already, and are put in as they are."""
    given = dict(resolve_deep(body.graphql, resolve))
    variables = given.get("variables")
    if not isinstance(variables, str):
        return to_json(given)
    del given["variables"]
    words = [f'"{name}":{to_json(text)}' for name, text in given.items() if isinstance(text, str)]
    if variables:
        words.append('"variables":' + variables)
    return "{" + ",".join(words) + "}"


def _form_parts(
    part: FormPart, resolve: Resolve, files: FilePolicy | None, warn: Callable[[str], None]
) -> list[DraftPart]:
    """Read one part of a form: none when its file is missing, several when it names several files.

    Without `files` a part that names some is sent empty.
    """
    key = resolve(part.key)
    content_type = resolve(part.content_type) if part.content_type else None
    file_name = None if part.file_name is None else resolve(part.file_name)
    value = resolve(part.value) if part.value else ""

    def made(content: bytes | str, path: str | None = None, name: str | None = file_name) -> DraftPart:
        return DraftPart(key=key, content=content, path=path, content_type=content_type, file_name=name)

    if not part.is_file:
        return [made(value)]
    sources = [resolve(source) for source in part.src or ()]
    if not any(sources):
        if value and not sources:
            return [made(decode_base64(value))]
        warn(f"Form param `{key}`, file load error: missing file source")
        return [made("", name=file_name or "")]
    if files is None:
        warn(f"Form param `{key}`, file load error: newman reads no files after a list of files, sent empty")
        return [made("", name=file_name or "")]
    parts = []
    for source in sources:
        try:
            path, content = files.read(source)
            parts.append(made(content, str(path)))
        except FileRefused as error:
            warn(f"Form param `{key}`, file load error: {error}")
    return parts


def _all_form_parts(
    given: Sequence[FormPart], resolve: Resolve, files: FilePolicy, warn: Callable[[str], None]
) -> tuple[DraftPart, ...]:
    """Read the parts of a form; after one with a list of files no more files are read, as in newman."""
    parts: list[DraftPart] = []
    readable: FilePolicy | None = files
    for part in given:
        if not part.disabled:
            parts += _form_parts(part, resolve, readable, warn)
            if part.is_file and part.listed and any(part.src or ()):
                readable = None
    return tuple(parts)


def _file_content(body: Body, resolve: Resolve, files: FilePolicy, warn: Callable[[str], None]) -> Content:
    source = resolve(body.file_src) if body.file_src else ""
    if not source and body.file_content:
        return Content(mode="file", data=decode_base64(resolve(body.file_content)))
    try:
        path, data = files.read(source)
        return Content(mode="file", data=data, path=str(path))
    except FileRefused as error:
        warn(f"Binary file load error: {error}")
        return Content(mode="file")


def read_content(
    body: Body | None, resolve: Resolve, files: FilePolicy, warn: Callable[[str], None]
) -> Content | None:
    """Resolve a body and read its files; `None` when there is nothing to send.

    A file that cannot be read is told to `warn`; its part is left out, and so is a body that was only it.
    """
    if body is None or body.mode is None or body.disabled:
        return None
    match body.mode:
        case "raw":
            text = resolve(body.raw) if body.raw else ""
            return Content(mode="raw", text=text, language=body.language) if text else None
        case "urlencoded":
            fields = tuple(
                Pair(key=resolve(pair.key), value=pair.value and resolve(pair.value))
                for pair in body.urlencoded
                if not pair.disabled
            )
            return Content(mode="urlencoded", fields=fields)
        case "formdata":
            parts = _all_form_parts(body.formdata, resolve, files, warn)
            return Content(mode="formdata", parts=parts) if parts else None
        case "file":
            content = _file_content(body, resolve, files, warn)
            return content if body.file_src or body.file_content else None
        case "graphql":
            return Content(mode="graphql", text=_graphql_text(body, resolve))


def is_json(language: str | None, headers: Sequence[Field]) -> bool:
    """Whether comments are stripped from a raw body: its language says JSON, or else its content type."""
    if language:
        return language == "json"
    types = [field for field in headers if field.key.lower() == "content-type"]
    if not types:
        return False
    chosen = types[0] if len(types) == 1 else next((field for field in types if not field.disabled), None)
    return chosen is None or chosen.value is None or bool(_JSON_TYPE.match(chosen.value))


def content_type(content: Content) -> str | None:
    """Return the content type that a body brings with it; `None` for forms and files, which add it later."""
    if content.mode == "raw":
        return LANGUAGE_TYPES.get(content.language or "text", LANGUAGE_TYPES["text"])
    return LANGUAGE_TYPES["json"] if content.mode == "graphql" else None
