"""A collection of format v2.1 as the files of format v3, by their paths in the folder.

The order of siblings becomes numbers as Postman writes them. A name that no file can have is kept as `name`.
What v3 has no place for is left out; `differences` tells what that was.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.collection.javascript import as_boolean, as_text
from harness.collection.request_json import body_from_json, description_text
from harness.conversion.file_names import Taken, file_stem
from harness.conversion.v3_parts import (
    auth_data,
    body_data,
    changes_url,
    headers_data,
    pairs_data,
    scripts_data,
    settings_data,
    url_data,
)
from harness.conversion.yaml_text import comment, yaml_text

STEP: Final = 1000
"""How far apart the orders of siblings are."""

DEFINITION: Final = ".resources/definition.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class V3Files:
    """The texts of a collection's files, by their paths with `/`.

    `places` are those paths by the JSON pointers of what the files hold: folders, requests and examples.
    """

    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def add(self, pointer: str, path: str, text: str) -> None:
        """Add a file."""
        self.texts[path] = text
        self.places[pointer] = path


def to_v3(document: Mapping[str, Any]) -> V3Files:
    """Make the files of a collection that is in the form of `v21_form`."""
    files = V3Files()
    info = document["info"]
    data: dict[str, Any] = {"$kind": "collection"}
    if info.get("_postman_id"):
        data["id"] = as_text(info["_postman_id"])
    if "name" in info:
        data["name"] = as_text(info["name"])
    _folder(files, "", "", data, {**document, "description": info.get("description")}, changed=False)
    return files


def _folder(
    files: V3Files,
    prefix: str,
    pointer: str,
    data: dict[str, Any],
    given: Mapping[str, Any],
    *,
    changed: bool,
) -> None:
    """Add the files of a folder. `changed`: a script of one around it changes what its requests ask for."""
    changed = changed or changes_url(given.get("event"))
    description = description_text(given.get("description"))
    if description is not None:
        data["description"] = description
    if not prefix and isinstance(given.get("variable"), list):
        data["variables"] = [_variable(one) for one in _maps(given["variable"])]
    auth = auth_data(given.get("auth"))
    if auth is not None:
        data["auth"] = auth
    graphql = _has_graphql(given)
    scripts, disabled = scripts_data(given.get("event"), ("http:", "graphql:") if graphql else ("http:",))
    if scripts is not None:
        data["scripts"] = scripts
    files.add(pointer, prefix + DEFINITION, yaml_text(data) + _disabled(disabled))
    taken = Taken()
    taken.free(".resources")
    for index, child in enumerate(_maps(given.get("item"))):
        if isinstance(child.get("item"), list | Mapping) or child.get("item"):
            _inner_folder(files, prefix, f"{pointer}/item/{index}", child, taken, changed=changed)
        else:
            _request(files, prefix, f"{pointer}/item/{index}", child, taken, changed=changed)


def _order(pointer: str) -> int:
    return (int(pointer.rpartition("/")[2]) + 1) * STEP


def _inner_folder(
    files: V3Files, prefix: str, pointer: str, given: Mapping[str, Any], taken: Taken, *, changed: bool
) -> None:
    stem = taken.free(file_stem(_name(given), "folder"))
    data: dict[str, Any] = {"$kind": "collection"}
    _head(data, given, stem)
    data["order"] = _order(pointer)
    _folder(files, f"{prefix}{stem}/", pointer, data, given, changed=changed)


def _name(given: Mapping[str, Any]) -> str:
    name = given.get("name")
    return as_text(name) if name else ""


def _head(data: dict[str, Any], given: Mapping[str, Any], stem: str) -> None:
    own = given.get("id") or given.get("_postman_id")
    if own:
        data["id"] = as_text(own)
    if "name" in given and _name(given) != stem:
        data["name"] = _name(given)


def _request(
    files: V3Files, prefix: str, pointer: str, given: Mapping[str, Any], taken: Taken, *, changed: bool
) -> None:
    stem = taken.free(file_stem(_name(given), "request"))
    request = given.get("request")
    request = request if isinstance(request, Mapping) else {}
    graphql = _is_graphql(request)
    data: dict[str, Any] = {"$kind": "graphql-request" if graphql else "http-request"}
    _head(data, given, stem)
    description = description_text(request.get("description"))
    description = description_text(given.get("description")) if description is None else description
    if description is not None:
        data["description"] = description
    _sent(data, request, graphql=graphql, changed=changed or changes_url(given.get("event")))
    auth = auth_data(request.get("auth"))
    if auth is not None:
        data["auth"] = auth
    scripts, disabled = scripts_data(given.get("event"), ("",), graphql=graphql)
    if scripts is not None:
        data["scripts"] = scripts
    settings = settings_data(given.get("protocolProfileBehavior"))
    if settings:
        data["settings"] = settings
    if isinstance(given.get("response"), list):
        folder = f".resources/{stem}.resources/examples"
        data["examples"] = f"./{folder}"
        for index, (path, text) in enumerate(_examples(given["response"])):
            files.add(f"{pointer}/response/{index}", f"{prefix}{folder}/{path}", text)
    data["order"] = _order(pointer)
    files.add(pointer, f"{prefix}{stem}.request.yaml", yaml_text(data) + _disabled(disabled))


def _sent(
    data: dict[str, Any], request: Mapping[str, Any], *, graphql: bool = False, changed: bool = False
) -> None:
    """Fill in what is sent: address, method, headers and body."""
    if "url" in request:
        data |= url_data(request["url"], changed=changed)
    if not graphql and "method" in request:
        data["method"] = as_text(request["method"] or "GET")
    headers = headers_data(request.get("header"))
    if headers is not None:
        data["headers"] = headers
    if graphql:
        given = body_from_json(request["body"]).graphql
        for key in ("query", "operationName", "variables"):
            if isinstance(given.get(key), str):
                data[key] = given[key]
            elif key == "variables" and isinstance(given.get(key), Mapping):
                data[key] = json.dumps(given[key], ensure_ascii=False)
        data.setdefault("query", "")
        return
    body = body_data(request.get("body"))
    if body is not None:
        data["body"] = body


def _examples(given: list[Any]) -> Iterator[tuple[str, str]]:
    taken = Taken()
    for index, one in enumerate(_maps(given)):
        name = as_text(one["name"]) if one.get("name") else ""
        stem = taken.free(file_stem(name, "example"))
        data: dict[str, Any] = {"$kind": "http-example"}
        if "name" in one and name != stem:
            data["name"] = name
        if isinstance(one.get("originalRequest"), Mapping):
            data["request"] = {}
            _sent(data["request"], one["originalRequest"])
        response: dict[str, Any] = {}
        if isinstance(one.get("code"), int):
            response["statusCode"] = one["code"]
        if isinstance(one.get("status"), str):
            response["statusText"] = one["status"]
        if isinstance(one.get("header"), list):
            response["headers"] = pairs_data(one["header"])
        if isinstance(one.get("body"), str):
            language = one.get("_postman_previewlanguage")
            known = language in ("json", "text", "xml", "html", "javascript")
            response["body"] = {"type": language if known else "text", "content": one["body"]}
        yield f"{stem}.example.yaml", yaml_text({**data, "response": response, "order": (index + 1) * STEP})


def _variable(given: Mapping[str, Any]) -> dict[str, Any]:
    value = given.get("value")
    data: dict[str, Any] = {
        "key": as_text(given.get("key") or given.get("id") or ""),
        "value": "" if value is None else as_text(value),
    }
    description = description_text(given.get("description"))
    if description is not None:
        data["description"] = description
    if "disabled" in given:
        data["disabled"] = as_boolean(given["disabled"])
    return data


def _disabled(scripts: list[tuple[str, str]]) -> str:
    """Keep disabled scripts as comments, which nothing runs."""
    return "".join(comment(f"A disabled script ({kind}):\n{code}") for kind, code in scripts)


def _is_graphql(request: Mapping[str, Any]) -> bool:
    body = request.get("body")
    return (
        isinstance(body, Mapping) and body.get("mode") == "graphql" and not as_boolean(body.get("disabled"))
    )


def _has_graphql(given: Mapping[str, Any]) -> bool:
    for one in _maps(given.get("item")):
        request = one.get("request")
        if (isinstance(request, Mapping) and _is_graphql(request)) or _has_graphql(one):
            return True
    return False


def _maps(given: Any) -> list[Mapping[str, Any]]:
    given = [given] if isinstance(given, Mapping) else given
    return [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
