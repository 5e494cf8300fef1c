"""Parameters and bodies as the values that their schemas describe: texts become numbers, lists, objects."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Final
from urllib.parse import unquote

from harness.client.message import Headers
from harness.contract.openapi.documents import DescriptionFiles, Spotted
from harness.contract.openapi.operation import Parameter, PartEncoding, SchemaUse
from harness.contract.openapi.request_pairs import query_pairs

_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)
_DELIMITERS: Final = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "simple": ","}
_DEEPEST: Final = 8


class SchemaTypes:
    """Says of a schema which types a value of it may have, and which members."""

    def __init__(self, documents: DescriptionFiles) -> None:
        self._documents = documents
        self._types: dict[tuple[str, str], frozenset[str]] = {}

    def types(self, source: Spotted | None) -> frozenset[str]:
        """Return the types that a schema names, in any of its branches; empty when it names none."""
        if source is None:
            return frozenset()
        key = (source.spot.file, source.spot.pointer)
        if key not in self._types:
            self._types[key] = frozenset(self._walk(source, 0))
        return self._types[key]

    def _walk(self, source: Spotted, depth: int) -> Iterable[str]:
        found = self._documents.follow(source.value, source.spot)
        if not isinstance(found.value, dict) or depth > _DEEPEST:
            return
        given = found.value.get("type")
        yield from (given,) if isinstance(given, str) else given if isinstance(given, list) else ()
        if "properties" in found.value:
            yield "object"
        for word in ("allOf", "anyOf", "oneOf"):
            for index, one in enumerate(found.value.get(word) or ()):
                yield from self._walk(Spotted(one, found.spot.at(word, index)), depth + 1)

    def member(self, source: Spotted | None, name: str) -> Spotted | None:
        """Return the schema of a member or, with the name `*`, of the items of a list."""
        if source is None:
            return None
        found = self._documents.follow(source.value, source.spot)
        if not isinstance(found.value, dict):
            return None
        if name == "*":
            return Spotted(found.value["items"], found.spot.at("items")) if "items" in found.value else None
        members = found.value.get("properties")
        if isinstance(members, dict) and name in members:
            return Spotted(members[name], found.spot.at("properties", name))
        for word in ("allOf", "anyOf", "oneOf"):
            for index, one in enumerate(found.value.get(word) or ()):
                inner = self.member(Spotted(one, found.spot.at(word, index)), name)
                if inner is not None:
                    return inner
        return None

    def scalar(self, text: str, source: Spotted | None) -> Any:
        """Read a text as the type that the schema wants, and as a text where it is none of that type."""
        types = self.types(source)
        if types & {"integer", "number"} and _NUMBER.fullmatch(text) and len(text) < 300:
            return json.loads(text)
        if "boolean" in types and text in ("true", "false"):
            return text == "true"
        return None if "null" in types and text in ("", "null") else text

    def listed(self, texts: Sequence[str], source: Spotted | None) -> list[Any]:
        """Read texts as items of a list."""
        item = self.member(source, "*")
        return [self.scalar(text, item) for text in texts]

    def object(self, pairs: Iterable[tuple[str, str]], source: Spotted | None) -> dict[str, Any]:
        """Read pairs as an object; of a name that is there several times the values are a list."""
        values: dict[str, list[str]] = {}
        for name, text in pairs:
            values.setdefault(name, []).append(text)
        made: dict[str, Any] = {}
        for name, texts in values.items():
            member = self.member(source, name)
            if len(texts) > 1 or "array" in self.types(member):
                made[name] = self.listed(texts, member)
            elif "object" in self.types(member):
                made[name] = _json_or_text(texts[0])
            else:
                made[name] = self.scalar(texts[0], member)
        return made


def read_parameter(parameter: Parameter, texts: Sequence[str], shapes: SchemaTypes) -> Any:
    """Read what stands for a parameter in a path, a header or a cookie."""
    source = parameter.schema.source if parameter.schema else None
    text = texts[0] if len(texts) == 1 else ",".join(texts)
    if parameter.media:
        return _json_or_text(text)
    types = shapes.types(source)
    label = parameter.place == "path"
    if label and parameter.style == "label":
        text = text.removeprefix(".")
    elif label and parameter.style == "matrix":
        text = text.removeprefix(";").removeprefix(f"{parameter.name}=")
    if "array" in types and "string" not in types:
        separator = "." if label and parameter.style == "label" and parameter.explode else ","
        return shapes.listed(
            [unquote(one) if label else one.strip() for one in text.split(separator)], source
        )
    if "object" in types and "string" not in types:
        words = [unquote(one) if label else one.strip() for one in text.split(",")]
        if parameter.explode:
            return shapes.object((tuple(one.partition("=")[::2]) for one in words), source)  # type: ignore[misc]
        return shapes.object(zip(words[::2], words[1::2], strict=False), source)
    return shapes.scalar(unquote(text) if label else text, source)


def read_query(parameter: Parameter, pairs: Sequence[tuple[str, str]], shapes: SchemaTypes) -> Any:
    """Read a parameter out of a query; `None` when it is not there."""
    source = parameter.schema.source if parameter.schema else None
    name, types = parameter.name, shapes.types(source)
    if parameter.style == "deepObject":
        inner = [
            (key[len(name) + 1 : -1], value)
            for key, value in pairs
            if key.startswith(f"{name}[") and key.endswith("]")
        ]
        return shapes.object(inner, source) if inner else None
    if "object" in types and parameter.explode and parameter.style == "form" and not parameter.media:
        inner = [(key, value) for key, value in pairs if shapes.member(source, key) is not None]
        return shapes.object(inner, source) if inner else None
    texts = [value for key, value in pairs if key == name]
    if not texts:
        return None
    if parameter.media:
        return _json_or_text(texts[0])
    if "array" in types:
        if len(texts) == 1 and not parameter.explode:
            texts = texts[0].split(_DELIMITERS.get(parameter.style, ","))
        return shapes.listed(texts, source)
    if "object" in types:
        words = texts[0].split(",")
        return shapes.object(zip(words[::2], words[1::2], strict=False), source)
    return shapes.scalar(texts[0], source)


def form_value(
    body: bytes, source: Spotted | None, shapes: SchemaTypes, encoding: Mapping[str, PartEncoding]
) -> dict[str, Any]:
    """Read a body that is `application/x-www-form-urlencoded`."""
    pairs = query_pairs(body.decode("utf-8", "replace"))
    made = shapes.object(pairs, source)
    for name, one in encoding.items():
        member = shapes.member(source, name)
        if one.style and member is not None:
            schema = SchemaUse(direction="request", name="", source=member)
            written = Parameter(name=name, place="query", style=one.style, explode=one.explode, schema=schema)
            value = read_query(written, pairs, shapes)
            if value is not None:
                made[name] = value
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class SpelledPart:
    """A part of a body that is `multipart/form-data`; `type` is its media type, empty when it names none."""

    name: str
    type: str
    headers: Headers
    content: bytes


def multipart_parts(body: bytes, content_type: str) -> Iterator[SpelledPart]:
    """Take the parts out of a body."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str):
            named = part["content-type"]
            yield SpelledPart(
                name=name,
                type="" if named is None else part.get_content_type(),
                headers=tuple((key, str(value)) for key, value in part.items()),
                content=content if isinstance(content, bytes) else b"",
            )


def multipart_value(
    parts: Sequence[SpelledPart], source: Spotted | None, shapes: SchemaTypes
) -> dict[str, Any]:
    """Read the parts of a form; a file is a text, and what says that it is JSON a document."""
    made = shapes.object(((one.name, one.content.decode("utf-8", "replace")) for one in parts), source)
    documents: dict[str, list[Any]] = {}
    for one in parts:
        if one.type == "application/json" or one.type.endswith("+json"):
            text = one.content.decode("utf-8", "replace")
            documents.setdefault(one.name, []).append(_json_or_text(text))
    for name, found in documents.items():
        listed = isinstance(made.get(name), list) and not (len(found) == 1 and isinstance(found[0], list))
        made[name] = found if listed else found[0]
    return made


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
