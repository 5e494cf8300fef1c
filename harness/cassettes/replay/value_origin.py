"""Where a differing value of a request came from: the variables that its author wrote at that place.

The collection says which variables an address, a field or a member of a body is made of. Where it does not
say (a script made or changed the request), variables whose value is there are named, when that value is no
word that stands anywhere.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.cassettes.replay.miss import RecordingDifference
from harness.client.message import ResolvedRequest
from harness.collection.javascript import to_json
from harness.collection.model import Body, Request, Url

SHOWN: Final = 3
"""How many variables are named at most."""

_REFERENCE: Final = re.compile(r"\{\{([^{}]+)\}\}")
_PART_NAME: Final = re.compile(r'name="((?:[^"\\]|\\.)*)"')
_PLAIN: Final = re.compile(r"[A-Za-z]*|\d{1,5}")
_DISTINCTIVE: Final = 6

Variables = Mapping[str, str]


def origins(
    difference: RecordingDifference, sent: ResolvedRequest, authored: Request | None, variables: Variables
) -> tuple[str, ...]:
    """Return the names of the variables that the sent value of a difference came from.

    `authored` is the call's request when the call itself sent it, `variables` the values of today.
    """
    if difference.sent is None:
        return ()
    template = _template(difference.pointer, sent, authored) if authored is not None else None
    if template is not None:
        names = _REFERENCE.findall(template)
        if names:
            return tuple(dict.fromkeys(names))[:SHOWN]
        if template == difference.sent.strip('"'):
            return ()
    return tuple(_holding(difference.sent.strip('"'), variables))[:SHOWN]


def _holding(sent: str, variables: Variables) -> Iterator[str]:
    """Yield the variables whose value is the sent one, or within it, the longest values first."""
    held = [
        (name, value)
        for name, value in variables.items()
        if len(value) >= _DISTINCTIVE and value in sent and not _PLAIN.fullmatch(value)
    ]
    exact = [name for name, value in variables.items() if value == sent and len(value) >= _DISTINCTIVE]
    yield from exact or (name for name, _ in sorted(held, key=lambda pair: -len(pair[1])))


def _template(pointer: str, sent: ResolvedRequest, authored: Request) -> str | None:
    """Return what the author wrote at a place, `None` when that cannot be told."""
    part, *places = pointer.split("/")
    if part == "url":
        return _of_url(places, sent.url, authored.url)
    if part == "body" and authored.body is not None and not authored.body.disabled:
        return _of_body([place.replace("~1", "/").replace("~0", "~") for place in places], authored.body)
    return None


def _of_url(places: list[str], sent: str, url: Url) -> str | None:
    segments, query = _authored_parts(url)
    match places:
        case ["query", *names]:
            return query.get("/".join(names))
        case ["host"]:
            return segments[0] if segments else None
        case ["path", number] if number.isdigit():
            # A variable may hold the host and the first segments: the last ones stand for each other.
            path = sent.partition("?")[0].partition("://")[2].split("/")[1:]
            from_end = len(path) - int(number)
            if from_end < 1:
                return None
            found = segments[-from_end] if from_end < len(segments) else (segments[0] if segments else None)
            return _path_variable(found, url)
        case _:
            return url.raw or "/".join(segments)


def _authored_parts(url: Url) -> tuple[list[str], dict[str, str]]:
    """Return the host followed by the segments of the path, and the query's fields."""
    if url.parsed:
        host = ".".join(url.host)
        pairs = ((pair.key, pair.value or "") for pair in url.query if not pair.disabled)
        return [host, *(url.path or ())], dict(pairs)
    address, _, query = url.raw.partition("#")[0].partition("?")
    scheme, separator, rest = address.partition("://")
    fields = (field.partition("=") for field in query.split("&"))
    return (rest if separator else scheme).split("/"), {name: value for name, _, value in fields if name}


def _path_variable(segment: str | None, url: Url) -> str | None:
    if segment is None or not segment.startswith(":"):
        return segment
    return next((one.value or "" for one in url.variables if one.key == segment[1:]), segment)


def _of_body(places: list[str], body: Body) -> str | None:
    match body.mode:
        case "raw" if body.raw is not None:
            return _of_json(places, body.raw) if places else body.raw
        case "urlencoded" if places:
            return next(
                (one.value or "" for one in body.urlencoded if one.key == places[0] and not one.disabled),
                None,
            )
        case "formdata" if places:
            found = _PART_NAME.search(places[0])
            name = found.group(1) if found else places[0]
            return next((one.value for one in body.formdata if one.key == name and not one.disabled), None)
        case "graphql" if places[:1] == ["query"]:
            query = body.graphql.get("query")
            return query if isinstance(query, str) else None
        case "graphql" if places[:1] == ["variables"]:
            variables = body.graphql.get("variables")
            raw = variables if isinstance(variables, str) else to_json(variables)
            return _of_json(places[1:], raw)
        case _:
            return None


def _of_json(places: list[str], raw: str) -> str | None:
    """Go down a document that holds variables, as far as it is written out."""
    try:
        value: Any = json.loads(_quoted(raw))
    except ValueError:
        return None
    for place in places:
        if isinstance(value, dict) and place in value:
            value = value[place]
        elif isinstance(value, list) and place.isdigit() and int(place) < len(value):
            value = value[int(place)]
        elif isinstance(value, str):
            # What a variable holds goes on below.
            break
        else:
            return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _quoted(raw: str) -> str:
    """Put variables that stand where a value does into quotes."""
    parts: list[str] = []
    at, inside = 0, False
    for found in re.finditer(r'\\.|"|\{\{[^{}]+\}\}', raw):
        if found.group() == '"':
            inside = not inside
        elif found.group()[0] == "{" and not inside:
            parts += (raw[at : found.start()], json.dumps(found.group()))
            at = found.end()
    parts.append(raw[at:])
    return "".join(parts)
