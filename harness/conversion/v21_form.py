"""One form for what v2.0 and v2.1 let an author write in several: the lists and objects of v2.1's exports."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.collection.javascript import as_text
from harness.collection.request_json import headers_from_json, url_to_json
from harness.collection.schemas import V21_SCHEMA
from harness.collection.url_text import parse


def in_v21_form(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a collection with texts taken apart, and the auth of v2.0 as lists. Nothing is left out."""
    info = document.get("info")
    form = {**document, **_entity(document)}
    form["info"] = {**info, "schema": V21_SCHEMA} if isinstance(info, Mapping) else {"schema": V21_SCHEMA}
    return form


def _entity(given: Mapping[str, Any]) -> dict[str, Any]:
    form: dict[str, Any] = {}
    if "auth" in given:
        form["auth"] = _auth(given["auth"])
    if given.get("event"):
        events = given["event"]
        events = [events] if isinstance(events, Mapping) else events
        form["event"] = [_event(one) for one in events] if isinstance(events, list) else events
    if "item" in given:
        entries = given["item"]
        if isinstance(entries, Mapping) and ("request" in entries or "item" in entries):
            entries = [entries]
        form["item"] = [_child(one) for one in entries] if isinstance(entries, list) else entries
    return form


def _child(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    form = {**given, **_entity(given)}
    if "request" in given:
        form["request"] = request_form(given["request"])
    if isinstance(given.get("response"), list):
        form["response"] = [_response(one) for one in given["response"]]
    return form


def request_form(given: Any) -> Any:
    """Return a request as an object, its address taken apart."""
    if isinstance(given, str):
        return {"method": "GET", "url": url_form(given)}
    if not isinstance(given, Mapping):
        return given
    form = dict(given)
    if "url" in form:
        form["url"] = url_form(form["url"])
    if isinstance(form.get("header"), str):
        form["header"] = [
            {"key": one.key, "value": one.value} | ({"disabled": True} if one.disabled else {})
            for one in headers_from_json(form["header"])
        ]
    if "auth" in form:
        form["auth"] = _auth(form["auth"])
    return form


def url_form(given: Any) -> Any:
    """Return an address in parts; a text has no values for its path's variables."""
    return url_to_json(replace(parse(given), variables=())) if isinstance(given, str) else given


def _auth(given: Any) -> Any:
    scheme = given.get("type") if isinstance(given, Mapping) else None
    params = given.get(scheme) if isinstance(scheme, str) else None
    if not isinstance(params, Mapping):
        return given
    return {
        **given,
        scheme: [{"key": key, "value": value, "type": _type(value)} for key, value in params.items()],
    }


def _type(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "any"


def _event(given: Any) -> Any:
    script = given.get("script") if isinstance(given, Mapping) else None
    if isinstance(script, str | list):
        script = {"exec": script}
    if not isinstance(script, Mapping):
        return given
    lines = script.get("exec")
    if isinstance(lines, str):
        lines = lines.replace("\r\n", "\n").split("\n")
    elif isinstance(lines, list):
        lines = "\n".join("" if line is None else as_text(line) for line in lines).split("\n")
    return {**given, "script": {**script, "exec": lines} if "exec" in script else script}


def _response(given: Any) -> Any:
    if not isinstance(given, Mapping) or "originalRequest" not in given:
        return given
    return {**given, "originalRequest": request_form(given["originalRequest"])}
