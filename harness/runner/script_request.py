"""The request as scripts see it after it was sent: as authored, resolved, with what sending made of it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from harness.client.build import BuiltRequest
from harness.client.draft import Content
from harness.client.message import Exchange, Field
from harness.client.resolve import resolve_deep
from harness.collection.model import Body, Request
from harness.collection.request_json import auth_to_json, authored_json
from harness.variables.substitute import Resolver


def sent_json(
    built: BuiltRequest, exchange: Exchange, authored: Request, resolver: Resolver
) -> dict[str, Any]:
    """Write a request as it was sent as v2.1 JSON; headers that are not the author's are `system`.

    The address is the encoded one. `resolver` is that which the request was built with: where the author
    lets a value be drawn, scripts are shown the one that was sent.
    """
    draft = built.draft
    again = resolver.replay()
    source = authored_json(authored)
    written: dict[str, Any] = {
        "url": exchange.address or resolve_deep(source.get("url"), again),
        "method": draft.method,
        "header": [_header(field, given) for field, given in _with_given(exchange.fields, source)],
    }
    if authored.body is not None and "body" in source:
        written["body"] = _body(source["body"], authored.body, draft.content, again)
    written |= {
        name: resolve_deep(value, again)
        for name, value in source.items()
        if name not in {"url", "method", "header", "body"}
    }
    if authored.auth is None and built.auth is not None:
        written["auth"] = auth_to_json(built.auth)
    return written


def _with_given(
    fields: tuple[Field, ...], source: Mapping[str, Any]
) -> Iterator[tuple[Field, Mapping[str, Any]]]:
    """Pair the author's headers with what was written beside their value; the others have nothing."""
    given = source.get("header")
    entries = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    for field in fields:
        entry = next((one for one in entries if not field.system and one.get("key") == field.key), None)
        if entry is not None:
            entries.remove(entry)
        yield field, entry or {}


def _header(field: Field, given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in given.items() if name not in {"key", "value", "disabled"}}
    value = field.value if isinstance(given.get("value", ""), str) else given["value"]
    flags = {name: True for name in ("disabled", "system") if getattr(field, name)}
    return {"key": field.key, "value": value} | kept | flags


def _body(given: Any, authored: Body, content: Content | None, again: Callable[[str], str]) -> Any:
    """Resolve a body; comments and files are taken out as they were when it was sent."""
    if not isinstance(given, Mapping):
        return resolve_deep(given, again)
    # What the mode names was resolved first.
    order = sorted(given, key=lambda name: name != authored.mode)
    shown = {name: resolve_deep(given[name], again) for name in order}
    written = {name: shown[name] for name in given}
    if authored.mode == "raw" and content is not None:
        written["raw"] = content.text
    elif authored.mode == "file" and not (content is not None and content.path):
        source = written["file"].get("src") if isinstance(written["file"], Mapping) else written["file"]
        written["file"] = {"src": source, "value": None} if source else {}
    elif authored.mode == "formdata" and content is not None:
        written["formdata"] = list(_form(shown.get("formdata"), content))
    return written


def _form(entries: Any, content: Content) -> Iterator[Any]:
    """Write the parts of a form: one for each file that was read, and those without it switched off."""
    read = {(part.key, PurePath(part.path).name) for part in content.parts if part.path is not None}
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping) or entry.get("type") != "file" or entry.get("disabled"):
            yield entry
            continue
        source = entry.get("src")
        found = [one for one in _texts(source) if (entry.get("key"), PurePath(one).name) in read]
        if not source:
            yield {"fileName": "", **entry}
        elif isinstance(source, list):
            yield from ({**entry, "src": one} for one in found)
        else:
            yield entry if found else {**entry, "disabled": True}


def _texts(given: Any) -> list[str]:
    return [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]
