"""The parts of a collection's document as newman writes them, with what their author left out spelled out.

The shapes are those that `toJSON` of postman-collection 4.4 gives.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from harness.collection.request_json import request_from_json
from harness.reporters.name_uuid import name_uuid
from harness.reporters.newman.execution import JsonObject, unsent_document

_OF_RESPONSE: Final = ("name", "status", "code", "header", "body", "responseTime")


def expanded_item(document: Mapping[str, Any]) -> JsonObject:
    """Spell out an item: the parts of its URL, its method, the language and lines of its scripts."""
    item: JsonObject = _named(document)
    item["request"] = _request(document.get("request"))
    examples = document.get("response")
    item["response"] = [
        _example(one, f"{document.get('id')}/{number}")
        for number, one in enumerate(examples if isinstance(examples, list) else ())
        if isinstance(one, Mapping)
    ]
    return item | _shared(document)


def expanded_folder(document: Mapping[str, Any]) -> JsonObject:
    """Spell out a folder, or the collection, but for what it holds."""
    folder = _named(document)
    if isinstance(document.get("info"), Mapping):
        folder["info"] = _described(document["info"])
    for name in ("item", "variable"):
        if name in document:
            folder[name] = document[name]
    if isinstance(folder.get("variable"), list):
        folder["variable"] = _typed(map(_described, filter(_is_object, folder["variable"])))
    return folder | _shared(document)


def _named(document: Mapping[str, Any]) -> JsonObject:
    return _described({name: document[name] for name in ("id", "name", "description") if name in document})


def _shared(document: Mapping[str, Any]) -> JsonObject:
    shared: JsonObject = {"event": list(_events(document))}
    if isinstance(document.get("auth"), Mapping):
        shared["auth"] = _auth(document["auth"])
    if document.get("protocolProfileBehavior"):
        shared["protocolProfileBehavior"] = document["protocolProfileBehavior"]
    return shared


def _described(document: Mapping[str, Any]) -> JsonObject:
    """Spell out a description, which may be a text; leave out one that is empty."""
    told = {name: value for name, value in document.items() if name != "description" or value}
    if isinstance(told.get("description"), str):
        told["description"] = {"content": told["description"], "type": "text/plain"}
    return told


def _request(given: Any) -> JsonObject:
    document = unsent_document(request_from_json(given))
    if isinstance(given, Mapping) and isinstance(given.get("auth"), Mapping):
        document["auth"] = _auth(given["auth"])
    document["url"]["variable"] = _typed(document["url"]["variable"])
    return document


def _auth(given: Mapping[str, Any]) -> JsonObject:
    kind = given.get("type")
    auth: JsonObject = {"type": kind}
    params = given.get(str(kind))
    if isinstance(params, Mapping):
        params = [{"key": key, "value": value} for key, value in params.items()]
    if isinstance(params, list):
        auth[str(kind)] = _typed(filter(_is_object, params))
    return auth


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _typed(variables: Iterable[Mapping[str, Any]]) -> list[JsonObject]:
    return [{"type": "any", **one} for one in variables]


def _events(document: Mapping[str, Any]) -> Iterator[JsonObject]:
    given = document.get("event")
    for number, event in enumerate(given if isinstance(given, list) else ()):
        if not isinstance(event, Mapping):
            continue
        script = event.get("script")
        if not isinstance(script, Mapping):
            script = {"exec": script or []}
        lines = script.get("exec")
        told: JsonObject = {
            "id": name_uuid(f"{document.get('id')}/{number}"),
            "type": "text/javascript",
            **script,
            "exec": lines.split("\n") if isinstance(lines, str) else lines or [],
        }
        yield {**event, "script": told}


def _example(given: Mapping[str, Any], place: str) -> JsonObject:
    example: JsonObject = {"id": str(given.get("id") or name_uuid(place)), "cookie": []}
    example |= {name: given[name] for name in _OF_RESPONSE if given.get(name) is not None}
    if given.get("originalRequest") is not None:
        example["originalRequest"] = _request(given["originalRequest"])
    return example
