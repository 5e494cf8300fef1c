"""Collections of the format v1, converted to v2.1 as postman-collection-transformer 4 does.

That is what newman runs; ids of folders and requests are left behind, as there.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from harness.collection.document import Spot
from harness.collection.javascript import as_boolean, as_text, trim

AUTH_TYPES: Final = {
    "apikeyAuth": "apikey",
    "basicAuth": "basic",
    "bearerAuth": "bearer",
    "digestAuth": "digest",
    "hawkAuth": "hawk",
    "oAuth1": "oauth1",
    "oAuth2": "oauth2",
    "ntlmAuth": "ntlm",
    "awsSigV4": "awsv4",
}
"""v1's `currentHelper` and the auth type it became."""

RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "basicAuth": {"saveToRequest": "saveHelperData"},
    "hawkAuth": {
        "hawk_id": "authId",
        "hawk_key": "authKey",
        "ext": "extraData",
        "app": "appId",
        "dlg": "delegation",
        "saveToRequest": "saveHelperData",
    },
    "oAuth1": {"header": "addParamsToHeader", "auto": "autoAddParam", "includeEmpty": "addEmptyParamsToSign"},
}
"""Parameters that have another name since."""

BODY_MODES: Final = {
    "binary": "file",
    "graphql": "graphql",
    "params": "formdata",
    "raw": "raw",
    "urlencoded": "urlencoded",
}

_HEADER: Final = re.compile(r"^((?://\s*)?\S+):(.*)$", re.MULTILINE)
_VARIABLE: Final = re.compile(r"\{\{[^{}]*[.:/?#@&\]][^{}]*\}\}")
_HELD: Final = "\ue000"


def is_v1(document: Mapping[str, Any]) -> bool:
    """Whether a document is of the format v1, by newman's rule."""
    return bool(document.get("name") and document.get("order") and document.get("requests"))


def convert(document: Mapping[str, Any], spot: Spot) -> dict[str, Any]:
    """Convert a collection to v2.1. Raises `InputError` when it can be none."""
    info = {"_postman_id": document.get("id"), "name": document["name"]}
    if document.get("description"):
        info["description"] = document["description"]
    converted = {"info": info, "item": _Converter(document, spot).items(), **_common(document)}
    auth = converted.get("auth")
    if auth and auth["type"] == "noauth":
        del converted["auth"]
    variables = _variables(document)
    return {**converted, "variable": variables} if variables else converted


class _Converter:
    """Puts requests and folders, which v1 lists side by side, where their orders say."""

    def __init__(self, document: Mapping[str, Any], spot: Spot) -> None:
        self.document = document
        self.spot = spot
        self.requests = {as_text(one["id"]): one for one in _objects(document.get("requests")) if "id" in one}
        self.folders = {as_text(one["id"]): one for one in _objects(document.get("folders")) if "id" in one}

    def items(self) -> list[dict[str, Any]]:
        inner = {child for folder in self.folders.values() for child in _ids(folder.get("folders_order"))}
        given = self.document.get("folders_order")
        order = list(self.folders) if given is None else _ids(given)
        top = [one for one in dict.fromkeys(order) if one in self.folders and one not in inner]
        folders = [self.folder(one, ()) for one in top]
        return folders + self.items_of(dict.fromkeys(_ids(self.document.get("order"))))

    def items_of(self, order: Iterable[str]) -> list[dict[str, Any]]:
        return [_item(self.requests[one]) for one in order if one in self.requests]

    def folder(self, id: str, above: tuple[str, ...]) -> dict[str, Any]:
        if id in above:
            self.spot.at("folders").refuse(f"the folder {id!r} is inside of itself")
        folder = self.folders[id]
        inner = [one for one in _ids(folder.get("folders_order")) if one in self.folders]
        children = [self.folder(one, (*above, id)) for one in inner]
        children += self.items_of(_ids(folder.get("order")))
        converted = {"name": folder.get("name"), "item": children, **_common(folder)}
        if folder.get("description"):
            converted["description"] = folder["description"]
        return converted


def _common(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Convert what collection, folders and requests have alike."""
    parts: dict[str, Any] = {"auth": _auth(entity), "event": _events(entity)}
    profile = entity.get("protocolProfileBehavior")
    if isinstance(profile, Mapping) and profile:
        parts["protocolProfileBehavior"] = profile
    return {name: part for name, part in parts.items() if part}


def _item(request: Mapping[str, Any]) -> dict[str, Any]:
    common = _common(request)
    converted: dict[str, Any] = {
        "method": request.get("method"),
        "header": _headers(request),
        "url": _url(request),
    }
    if "auth" in common:
        converted["auth"] = common.pop("auth")
    body = _body(request)
    if body is not None:
        converted["body"] = body
    if request.get("description"):
        converted["description"] = request["description"]
    return {"name": request.get("name") or "", "request": converted, **common}


def _variables(entity: Mapping[str, Any]) -> list[dict[str, Any]]:
    variables = []
    for given in _objects(entity.get("variables") or entity.get("variable")):
        variable = {"key": given.get("key") or given.get("id")}
        if "value" in given:
            variable["value"] = given["value"]
        if given.get("type"):
            variable["type"] = "string" if given["type"] == "text" else given["type"]
        if given.get("disabled"):
            variable["disabled"] = True
        variables.append(variable)
    return variables


def _events(entity: Mapping[str, Any]) -> list[Any]:
    events = entity.get("events")
    if events and not (entity.get("tests") or entity.get("preRequestScript")):
        return [{"listen": "test", **event} for event in _objects(events)]
    scripts = (("test", entity.get("tests")), ("prerequest", entity.get("preRequestScript")))
    return [{"listen": listen, "script": {"exec": script}} for listen, script in scripts if script]


def _auth(entity: Mapping[str, Any]) -> dict[str, Any] | None:
    legacy = "currentHelper" in entity or bool(entity.get("helperAttributes"))
    auth = entity.get("auth")
    if not legacy and isinstance(auth, Mapping):
        return dict(auth) if auth.get("type") else None
    helper = entity.get("currentHelper")
    if not isinstance(helper, str) or helper in ("", "normal"):
        return None
    params = entity.get("helperAttributes")
    if isinstance(params, str):
        try:
            params = json.loads(params)
        except ValueError:
            return None
    scheme = AUTH_TYPES.get(helper, helper)
    if not isinstance(params, Mapping) or helper not in AUTH_TYPES:
        return {"type": scheme}
    renamed = RENAMED.get(helper, {})
    return {
        "type": scheme,
        scheme: {renamed.get(key, key): value for key, value in params.items() if key != "id"},
    }


def _headers(request: Mapping[str, Any]) -> list[Any]:
    given = request.get("headers")
    if isinstance(given, list):
        return given
    headers: list[Any] = []
    for one in _objects(request.get("headerData")):
        header = {key: value for key, value in one.items() if key != "enabled"}
        key = as_text(one.get("key") or "")
        if key.startswith("//") or one.get("enabled") is False:
            header["disabled"] = True
            header["key"] = key.replace("//", "", 1).strip()
        headers.append(header)
    known = {header.get("key") for header in headers}
    unfolded = re.sub(r"\r\n([ \t])", r"\1", given).replace("\r\n", "\n") if isinstance(given, str) else ""
    for key, value in _HEADER.findall(unfolded):
        name = key.removeprefix("//").strip()
        if name not in known:
            disabled = {"disabled": True} if key.startswith("//") else {}
            headers.append({"key": name, "value": trim(value), **disabled})
    return headers


def _body(request: Mapping[str, Any]) -> dict[str, Any] | None:
    data, raw_data, graphql = (request.get(name) for name in ("data", "rawModeData", "graphqlModeData"))
    options = request.get("dataOptions")
    mode = BODY_MODES.get(as_text(request.get("dataMode")))
    if ("dataMode" in request and request["dataMode"] is None) or not (mode or data or raw_data or graphql):
        return None
    raw = raw_data[0] if isinstance(raw_data, list) and len(raw_data) == 1 else raw_data
    raw = raw if isinstance(raw, str) else None
    if not graphql and isinstance(options, Mapping) and "graphql" in options and data:
        graphql = data
    fields = data if as_boolean(data) else raw_data
    if mode is None:
        form = not raw and isinstance(fields, list)
        mode = "formdata" if form else "graphql" if not raw and graphql else "raw"
    body: dict[str, Any] = {"mode": mode}
    match mode:
        case "raw":
            body["raw"] = raw or (data if isinstance(data, str) else "")
        case "graphql":
            body["graphql"] = graphql
        case "file":
            body["file"] = {"src": raw}
        case _:
            body[mode] = list(_form(fields))
    if isinstance(options, Mapping):
        kept = {BODY_MODES[name]: options[name] for name in BODY_MODES if options.get(name)}
        body |= {"options": kept} if kept else {}
    if request.get("dataDisabled"):
        body["disabled"] = True
    return body


def _form(given: Any) -> Iterator[dict[str, Any]]:
    for one in _objects(given):
        if one.get("key") is None:
            continue
        field = {key: value for key, value in one.items() if key != "enabled"}
        if field.get("type") == "file" and not field.get("src") and field.get("value"):
            value = field.pop("value")
            field["src"] = value if isinstance(value, str | list) else None
        if one.get("enabled") is False:
            field["disabled"] = True
        yield field


def _url(request: Mapping[str, Any]) -> Any:
    """Convert a URL; it stays a text unless query or path variables are given beside it."""
    raw = request.get("url")
    query = [_parameter(one) for one in _objects(request.get("queryParams"))]
    variables = [
        {key: value for key, value in one.items() if key != "id"}
        for one in _objects(request.get("pathVariableData"))
    ]
    known = {variable.get("key") for variable in variables}
    given = request.get("pathVariables")
    if isinstance(given, Mapping):
        variables += [{"key": key, "value": value} for key, value in given.items() if key not in known]
    if not query and not variables:
        return None if raw is None else as_text(raw)
    parts = _taken_apart(as_text(raw or "").lstrip())
    if query:
        parts["query"] = query
    if variables:
        parts["variable"] = variables
    return parts


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    parameter = {key: value for key, value in given.items() if key not in ("enabled", "equals")}
    if given.get("enabled") is False:
        parameter["disabled"] = True
    if "equals" in given:
        value = given.get("value")
        parameter["value"] = ("" if value is None else value) if given["equals"] else (value or None)
    return parameter


def _taken_apart(raw: str) -> dict[str, Any]:
    """Take a URL apart, leaving `{{ }}` whole."""
    held = _VARIABLE.findall(raw)
    rest = _VARIABLE.sub(_HELD, raw)
    parts: dict[str, Any] = {"raw": raw}
    rest, hash_mark, fragment = rest.partition("#")
    rest, question, query = rest.partition("?")
    if "://" in rest:
        parts["protocol"], _, rest = rest.partition("://")
    rest, slash, path = rest.replace("\\", "/").partition("/")
    credentials, at, host = rest.rpartition("@")
    if at:
        user, colon, password = credentials.partition(":")
        parts["auth"] = {"user": user} | ({"password": password} if colon else {})
    name, colon, port = host.rpartition(":")
    if colon and "]" not in port:
        host, parts["port"] = name, port
    if host:
        parts["host"] = host.split(".")
    if slash:
        parts["path"] = path.split("/")
    if question:
        parts["query"] = query.split("&")
    if hash_mark:
        parts["hash"] = fragment
    variables = iter(held)
    order = ("protocol", "auth", "host", "port", "path", "query", "hash")
    return {"raw": raw} | {name: _put_back(parts[name], variables) for name in order if name in parts}


def _put_back(part: Any, held: Iterator[str]) -> Any:
    if isinstance(part, list):
        return [_put_back(one, held) for one in part]
    if isinstance(part, dict):
        return {key: _put_back(one, held) for key, one in part.items()}
    return re.sub(_HELD, lambda _: next(held), part)


def _ids(given: Any) -> list[str]:
    return [as_text(one) for one in given] if isinstance(given, list) else []


def _objects(given: Any) -> Iterator[Mapping[str, Any]]:
    return (one for one in given if isinstance(one, Mapping)) if isinstance(given, list) else iter(())
