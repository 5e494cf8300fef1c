"""The parts of requests and definitions as v3 writes them: address, pairs, body, auth, scripts, settings."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from harness.client.url import unparse
from harness.collection.javascript import as_boolean, as_text
from harness.collection.model import Pair, Url
from harness.collection.request_json import (
    auth_from_json,
    body_from_json,
    description_text,
    headers_from_json,
    url_from_json,
)
from harness.collection.url_text import parse
from harness.collection.v3.entries import (
    AUTH_TYPES,
    FLAG_SETTINGS,
    LIST_SETTINGS,
    PROTOCOL_VERSIONS,
    SYSTEM_HEADERS,
    TLS_PROTOCOLS,
)

SCRIPT_TYPES: Final = {"prerequest": "beforeRequest", "test": "afterResponse"}
GRAPHQL_TYPES: Final = {"prerequest": "beforeQuery", "test": "afterResponse"}
LANGUAGES: Final = ("json", "text", "xml", "html", "javascript")


_CHANGES_URL: Final = re.compile(r"\.\s*url\b|QueryParams\b|\brequest\s*\.\s*update\b")


def changes_url(events: Any) -> bool:
    """Whether a pre-request script looks as if it changed the address of the request."""
    return any(
        event.get("listen") == "prerequest"
        and isinstance(event.get("script"), Mapping)
        and _CHANGES_URL.search(json.dumps(event["script"].get("exec"))) is not None
        for event in (events if isinstance(events, list) else ())
        if isinstance(event, Mapping)
    )


def url_data(given: Any, *, changed: bool = False) -> dict[str, Any]:
    """Write an address with the lists of its parameters and path variables.

    Postman merges the list of parameters into the address after the scripts: what one of them took away is
    sent. Where a script may have `changed` the address, a list that says no more than the address is not
    written.
    """
    url = url_from_json(given)
    data: dict[str, Any] = {"url": url.raw}
    if not isinstance(given, Mapping):
        return data
    if not _agrees(url):
        bare = replace(url, variables=())
        if any(set("=&#") & set(one.key) for one in url.query):
            bare = replace(bare, query=())
        data["url"] = unparse(bare)
    query = given.get("query")
    listed = query if isinstance(query, list) else []
    needed = not (changed and _says_query(data["url"], listed))
    if needed and any(isinstance(one, Mapping) for one in listed):
        data["queryParams"] = pairs_data(listed, null=True)
    if isinstance(given.get("variable"), list):
        data["pathVariables"] = pairs_data([_named(one) for one in given["variable"]])
    return data


def _says_query(text: str, query: list[Any]) -> bool:
    """Whether the text of an address says all that the list of its parameters does."""
    if not all(isinstance(one, Mapping) and set(one) <= {"key", "value"} for one in query):
        return False
    return [(one.key, one.value) for one in parse(text).query] == [
        (one.get("key"), one.get("value")) for one in query
    ]


def _named(given: Any) -> Any:
    """Return a path variable with its key; older files call that `id`."""
    if not isinstance(given, Mapping) or given.get("key") or not given.get("id"):
        return given
    return {**given, "key": given["id"]}


def headers_data(given: Any) -> Any:
    """Write headers of whatever form; `None` where there are none."""
    if isinstance(given, list) and all(
        isinstance(one, Mapping) and not isinstance(one.get("value"), list) for one in given
    ):
        # What has no value is sent as newman sends it: as the text `null`.
        return pairs_data(
            [{**one, "value": "null"} if one.get("value", "") is None else one for one in given]
        )
    headers = [
        {"key": one.key, "value": one.value} | ({"disabled": True} if one.disabled else {})
        for one in headers_from_json(given)
    ]
    return pairs_data(headers) if headers else None


def _agrees(url: Url) -> bool:
    """Whether the text of an address says what its parts say."""
    if not url.parsed:
        return True
    text = parse(url.raw)

    def parts(one: Url) -> tuple[object, ...]:
        query = tuple(Pair(key=pair.key, value=pair.value) for pair in one.query if not pair.disabled)
        return (one.protocol, one.auth_user, one.auth_password, one.host, one.port, one.path, one.hash, query)

    return parts(text) == parts(url)


def pairs_data(given: list[Any], *, null: bool = False, more: tuple[str, ...] = ()) -> Any:
    """Write pairs of key and value: a map where each key is there once and has a text alone."""
    entries = [_pair(one, null=null, more=more) for one in given if isinstance(one, Mapping)]
    keys = [one["key"] for one in entries]
    simple = (
        entries
        and not more
        and len(set(keys)) == len(keys)
        and all(set(one) == {"key", "value"} for one in entries)
    )
    if simple and all(0 < len(key) < 100 and key.isprintable() and key != "<<" for key in keys):
        return {one["key"]: one["value"] for one in entries}
    return entries


def _pair(given: Mapping[str, Any], *, null: bool, more: tuple[str, ...]) -> dict[str, Any]:
    value = given.get("value")
    data: dict[str, Any] = {"key": "" if given.get("key") is None else as_text(given["key"])}
    for key in more:
        if isinstance(given.get(key), str):
            data[key] = given[key]
    data["value"] = (
        (None if null else "") if value is None else value if isinstance(value, str) else _written(value)
    )
    description = description_text(given.get("description"))
    if description is not None:
        data["description"] = description
    if "disabled" in given:
        data["disabled"] = as_boolean(given["disabled"])
    return data


def _written(value: Any) -> str:
    return json.dumps(value) if isinstance(value, Mapping | list) else as_text(value)


def body_data(given: Any) -> dict[str, Any] | None:
    """Write a body; one that is disabled, or has no mode, is none."""
    if not isinstance(given, Mapping):
        return None if not isinstance(given, str) else {"type": "text", "content": given}
    body = body_from_json(given)
    if body.disabled:
        return None
    match body.mode:
        case "raw":
            if body.raw is None:
                return None
            language = body.language if body.language in LANGUAGES else "text"
            return {"type": language, "content": body.raw}
        case "urlencoded":
            fields = given.get("urlencoded")
            return {"type": "urlencoded", "content": pairs_data(fields) if isinstance(fields, list) else []}
        case "formdata":
            fields = given.get("formdata")
            return {
                "type": "formdata",
                "content": [_part(one) for one in fields or () if isinstance(one, Mapping)],
            }
        case "file":
            return {"type": "file", "content": {"src": body.file_src or ""}}
    return None


def _part(given: Mapping[str, Any]) -> dict[str, Any]:
    is_file = given.get("type") == "file"
    data = _pair(given, null=False, more=("contentType", "fileName"))
    data = {"key": data.pop("key"), "type": "file" if is_file else "text", **data}
    if is_file:
        del data["value"]
        source = given.get("src")
        if isinstance(source, list):
            data["src"] = [as_text(one) for one in source]
        else:
            data["src"] = "" if source is None else as_text(source)
    return data


def auth_data(given: Any) -> dict[str, Any] | None:
    """Write an auth; one of a type that v3 does not know sends none, as in newman, and inherits none."""
    auth = auth_from_json(given)
    if auth is None:
        return None
    if auth.type not in AUTH_TYPES or auth.type == "noauth":
        return {"type": "noauth"}
    params = given.get(auth.type)
    entries = (
        [one for one in params if isinstance(one, Mapping) and "key" in one]
        if isinstance(params, list)
        else []
    )
    pairs = [
        (as_text(one["key"]), _credential(one.get("value")))
        for one in entries
        if one.get("value") is not None
    ]
    if not pairs:
        return {"type": auth.type} if params is None else {"type": auth.type, "credentials": []}
    if len(dict(pairs)) == len(pairs):
        return {"type": auth.type, "credentials": dict(pairs)}
    return {"type": auth.type, "credentials": [{"key": key, "value": value} for key, value in pairs]}


def _credential(value: Any) -> Any:
    return value if isinstance(value, str | bool | Mapping | list) else as_text(value)


def scripts_data(
    events: Any, prefixes: tuple[str, ...], *, graphql: bool = False
) -> tuple[list[dict[str, Any]] | None, list[tuple[str, str]]]:
    """Write scripts, once for each prefix of protocols; the second value are those that are disabled."""
    if not isinstance(events, list):
        return None, []
    scripts: list[dict[str, Any]] = []
    disabled: list[tuple[str, str]] = []
    for event in events:
        script = event.get("script") if isinstance(event, Mapping) else None
        if not isinstance(script, Mapping) or event.get("listen") not in SCRIPT_TYPES or "src" in script:
            continue
        lines = script.get("exec")
        code = "\n".join(map(as_text, lines)) if isinstance(lines, list) else ""
        for prefix in prefixes:
            types = GRAPHQL_TYPES if graphql or prefix == "graphql:" else SCRIPT_TYPES
            kind = prefix + types[event["listen"]]
            if as_boolean(event.get("disabled")):
                if prefix == prefixes[0]:
                    disabled.append((kind, code))
                continue
            scripts.append({"type": kind, **_script(script, code)})
    return scripts, disabled


def _script(script: Mapping[str, Any], code: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if script.get("type") == "text/javascript":
        data["language"] = "text/javascript"
    data["code"] = code
    for key, written in (("packages", _package), ("requests", _named_request)):
        given = script.get(key)
        entries = [(name, written(one)) for name, one in given.items()] if isinstance(given, Mapping) else []
        if found := {name: one for name, one in entries if one is not None}:
            data[key] = found
    return data


def _package(given: Any) -> dict[str, str] | None:
    """Write a package that a script requires: Postman takes an id alone, and no file with anything else."""
    own = given.get("id") if isinstance(given, Mapping) else given
    return {"id": own} if isinstance(own, str) else None


def _named_request(given: Any) -> Mapping[str, Any] | None:
    """Write a request that a script runs; one that does not say where it is stops Postman from reading it."""
    places = {"workspace": str, "collection": str, "location": list}
    known = isinstance(given, Mapping) and all(
        isinstance(given.get(key), kind) for key, kind in places.items()
    )
    return given if known else None


def _is_plain_setting(key: str, value: Any) -> bool:
    """Whether a setting is written as it is: a flag, how many redirects, or a protocol's version."""
    if key == "maxRedirects":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if key == "protocolVersion":
        return value in PROTOCOL_VERSIONS
    return key in FLAG_SETTINGS and isinstance(value, bool)


def settings_data(given: Any) -> dict[str, Any]:
    """Write the settings of a request that v3 knows."""
    data: dict[str, Any] = {}
    for key, value in given.items() if isinstance(given, Mapping) else ():
        if _is_plain_setting(key, value):
            data[key] = value
        elif key in LIST_SETTINGS and isinstance(value, list):
            known = TLS_PROTOCOLS if key == "tlsDisabledProtocols" else value
            data[key] = [one for one in value if isinstance(one, str) and one in known]
        elif key == "disabledSystemHeaders" and isinstance(value, Mapping):
            names = [one for one, on in value.items() if on is True and one in SYSTEM_HEADERS]
            if names:
                data[key] = names
    return data
