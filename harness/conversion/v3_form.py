"""What files of format v3 say, in one form: two that say the same are equal, however they are written.

A map of pairs is a list of them, a scalar is its text, what is left at its default is absent. Of what Postman
merges (`url` with `queryParams`) and derives (a name from the file's) only the result counts.
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.collection.url_text import parse
from harness.collection.v3.directory import RESOURCES
from harness.collection.v3.entries import SYSTEM_HEADERS, TLS_PROTOCOLS
from harness.collection.v3.request import RAW_TYPES
from harness.collection.yaml_document import YamlNode

_HELD: Final = ("id", "name", "disabled")
"""What v2.1 holds of a script though no file of v3 that we write says it."""

_KNOWN: Final = {"tlsDisabledProtocols": TLS_PROTOCOLS, "disabledSystemHeaders": SYSTEM_HEADERS}
"""Names that Postman knows; v2.1 holds others, too."""

_FORM_TYPE: Final = {True: "file", False: "text"}


@dataclass(slots=True, kw_only=True)
class V3Form:
    """What a file says as data. `places` has the field and line of a member, by its JSON pointer."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)

    def place(self, pointer: str) -> tuple[str, int | None]:
        """Return the field and line of a member, or of the nearest around it that the file has."""
        while pointer not in self.places:
            pointer, slash, _ = pointer.rpartition("/")
            if not slash:
                return "", None
        return self.places[pointer]


def v3_form(root: YamlNode | None, stem: str) -> V3Form:
    """Read a definition, request or example; `stem` is what it is called where it does not say its name."""
    form = V3Form(data={"name": stem})
    if root is not None and isinstance(root.value, dict):
        _Former(form).file(root)
    if form.data.get("examples") == f"{RESOURCES}/{stem}{RESOURCES}/examples":
        form.data["examples"] = "where they belong"
    return form


def with_all_types(form: V3Form, other: V3Form) -> None:
    """Give a form a list of scripts of each type that the other has some of."""
    if "scripts" in form.data and isinstance(other.data.get("scripts"), dict):
        form.data["scripts"] = {**{one: [] for one in other.data["scripts"]}, **form.data["scripts"]}


class _Former:
    def __init__(self, form: V3Form) -> None:
        self.places = form.places
        self.data = form.data

    def file(self, root: YamlNode) -> None:
        values: Mapping[str, YamlNode] = {
            key: one for key, one in root.value.items() if one.value is not None
        }
        kind = values["$kind"].text if "$kind" in values else ""
        for key, node in root.items():
            self.mark(f"/{_escaped(key.text)}", key.text, key)
            if node.value is None or key.text in ("order", "queryParams"):
                continue
            self.data[key.text] = self.member(key.text, node, kind)
        if "queryParams" in values and "url" not in values:
            self.data["url"] = self.address(None, values)
        elif "url" in values:
            self.data["url"] = self.address(values["url"], values)

    def member(self, key: str, node: YamlNode, kind: str) -> Any:
        pointer = f"/{_escaped(key)}"
        match key:
            case "headers" | "pathVariables":
                return self.pairs(node, pointer, key)
            case "variables" if kind == "collection":
                return self.pairs(node, pointer, key, without=("type",))
            case "body":
                return self.body(node, pointer)
            case "auth":
                return self.auth(node, pointer)
            case "scripts":
                return self.scripts(node, kind)
            case "settings":
                return self.settings(node, pointer)
            case "examples" if isinstance(node.value, str):
                return posixpath.normpath(node.value)
            case "request" | "response" if kind == "http-example" and isinstance(node.value, dict):
                return self.inner(node, key)
            case "variables" if isinstance(node.value, dict):
                return node.json_text()
        return _plain(node)

    def inner(self, node: YamlNode, key: str) -> dict[str, Any]:
        """Read the request or response of an example as a file of its own."""
        form = V3Form()
        _Former(form).file(node)
        for pointer, (name, line) in form.places.items():
            self.places[f"/{key}{pointer}"] = f"{key}.{name}", line
        return form.data

    def mark(self, pointer: str, name: str, node: YamlNode) -> None:
        self.places[pointer] = name, node.line

    def address(self, url: YamlNode | None, values: Mapping[str, YamlNode]) -> Any:
        if url is not None and isinstance(url.value, dict | tuple):
            return _plain(url)
        text = "" if url is None else url.text
        parts = parse(text)
        node = values.get("queryParams")
        listed = [] if node is None else self.pairs(node, "/url/query", "queryParams", null=None)
        if not isinstance(listed, list):
            return {"text": text, "query": listed}
        keys = {one.get("key") for one in listed if isinstance(one, dict)}
        kept = [{"key": one.key, "value": one.value} for one in parts.query if one.key not in keys]
        for index in reversed(range(len(listed))):
            moved = f"/url/query/{index}"
            for pointer in [one for one in self.places if one == moved or one.startswith(f"{moved}/")]:
                behind = pointer.removeprefix(moved)
                self.places[f"/url/query/{index + len(kept)}{behind}"] = self.places.pop(pointer)
        bare = text.partition("#")[0].partition("?")[0] if parts.query or "?" in text else text
        return {"text": bare, "hash": parts.hash, "query": [*kept, *listed]}

    def pairs(
        self,
        node: YamlNode,
        pointer: str,
        name: str,
        *,
        null: str | None = "",
        without: tuple[str, ...] = (),
        defaults: Callable[[Mapping[str, YamlNode]], Mapping[str, Any]] = lambda _: {},
    ) -> Any:
        """Read a list or map of pairs. `null` is what an absent value is, `defaults` what else is absent."""
        if isinstance(node.value, dict):
            for index, (key, value) in enumerate(node.items()):
                self.mark(f"{pointer}/{index}", f"{name}.{key.text}", value)
            return [
                {**defaults({}), "key": key, "value": null if value.value is None else _plain(value)}
                for key, value in node.value.items()
            ]
        if not isinstance(node.value, tuple):
            return _plain(node)
        found: list[Any] = []
        for index, one in enumerate(node.value):
            if one.value is None:
                continue
            at = f"{pointer}/{len(found)}"
            place = f"{name}[{index}]"
            self.mark(at, place, one)
            if not isinstance(one.value, dict):
                found.append(_plain(one))
                continue
            for key in one.keys:
                self.mark(f"{at}/{_escaped(key.text)}", f"{place}.{key.text}", key)
            pair = {
                key: _plain(value)
                for key, value in one.value.items()
                if key not in without
                and value.value is not None
                and (key != "disabled" or value.text != "false")
            }
            found.append({**defaults(one.value), "value": null, **pair})
        return found

    def body(self, node: YamlNode, pointer: str) -> Any:
        if not isinstance(node.value, dict):
            return _plain(node)
        self.members(node, pointer, "body")
        body = {key: _plain(one) for key, one in node.value.items() if one.value is not None}
        content = node.value.get("content")
        kind = body.get("type")
        if kind in RAW_TYPES:
            body.setdefault("content", "")
            if kind == "json" and content is not None and isinstance(content.value, dict | tuple):
                body["content"] = content.json_text()
        elif kind in ("urlencoded", "formdata"):
            parts = _form_part if kind == "formdata" else _urlencoded_part
            given = content is not None and content.value is not None
            body["content"] = (
                self.pairs(content, f"{pointer}/content", "body.content", defaults=parts)
                if given and content is not None
                else []
            )
            for one in body["content"] if isinstance(body["content"], list) else ():
                if isinstance(one, dict) and one.get("type") == "file" and not one["value"]:
                    del one["value"]
        elif kind == "file":
            source = body.get("content") or {"src": ""}
            body["content"] = {"src": source} if isinstance(source, str) else source
        return body

    def auth(self, node: YamlNode, pointer: str) -> Any:
        if isinstance(node.value, tuple):
            entries = [(at, one) for at, one in enumerate(node.value) if one.value is not None]
            for at, one in entries[:-1]:
                self.mark(f"/auth {at}", f"auth[{at}]", one)
                self.data[f"auth {at}"] = _plain(one)
            if not entries:
                return {"type": "inherit"}
            node = entries[-1][1]
        if not isinstance(node.value, dict):
            return _plain(node)
        self.members(node, pointer, "auth")
        auth = {key: _plain(one) for key, one in node.value.items() if one.value is not None}
        given = node.value.get("credentials")
        if given is not None and isinstance(given.value, dict | tuple):
            auth["credentials"] = self.pairs(given, f"{pointer}/credentials", "auth.credentials", null=None)
            auth["credentials"] = [
                one for one in auth["credentials"] if not isinstance(one, dict) or one["value"] is not None
            ]
        return {key: one for key, one in auth.items() if one != []}

    def scripts(self, node: YamlNode, kind: str) -> dict[str, list[Any]]:
        """Read scripts by their types; those that are disabled belong to no run and are not compared."""
        entries = node.value if isinstance(node.value, tuple) else (node,)
        scripts: dict[str, list[Any]] = {}
        for at, one in enumerate(entries):
            off = one.value.get("disabled") if isinstance(one.value, dict) else None
            if one.value is None or (off is not None and off.text == "true"):
                continue
            name = _script_type(one, kind)
            alike = scripts.setdefault(name, [])
            pointer = f"/scripts/{_escaped(name)}/{len(alike)}"
            self.mark(pointer, f"scripts[{at}]", one)
            if not isinstance(one.value, dict):
                alike.append(_plain(one))
                continue
            self.members(one, pointer, f"scripts[{at}]")
            script = {key: _plain(part) for key, part in one.value.items() if part.value is not None}
            for key, part in one.value.items():
                if key in _HELD or (key in ("packages", "requests") and isinstance(part.value, dict)):
                    script.pop(key, None)
            if "code" in one.value:
                script.setdefault("code", "")
            alike.append({**script, "type": name})
        return scripts

    def settings(self, node: YamlNode, pointer: str) -> Any:
        if not isinstance(node.value, dict):
            return _plain(node)
        self.members(node, pointer, "settings")
        settings = {key: _plain(one) for key, one in node.value.items() if one.value is not None}
        off = settings.get("disabledSystemHeaders")
        if isinstance(off, dict):
            settings["disabledSystemHeaders"] = [name for name, flag in off.items() if flag == "true"]
        for key, known in _KNOWN.items():
            if isinstance(settings.get(key), list):
                settings[key] = [one for one in settings[key] if not isinstance(one, str) or one in known]
        if isinstance(settings.get("protocolVersion"), str):
            del settings["protocolVersion"]
        return {key: one for key, one in settings.items() if one != []}

    def members(self, node: YamlNode, pointer: str, name: str) -> None:
        for key in node.keys:
            self.mark(f"{pointer}/{_escaped(key.text)}", f"{name}.{key.text}", key)


def _script_type(node: YamlNode, kind: str) -> str:
    given = node.value.get("type") if isinstance(node.value, dict) else None
    name = given.text if given is not None else ""
    if kind == "collection":
        return name if ":" in name else f"http:{name}"
    return name.removeprefix("graphql:" if kind == "graphql-request" else "http:")


def _form_part(values: Mapping[str, YamlNode]) -> Mapping[str, Any]:
    return {"type": _FORM_TYPE["src" in values]}


def _urlencoded_part(values: Mapping[str, YamlNode]) -> Mapping[str, Any]:
    return {"type": "text"} if not values or "type" not in values else {}


def _plain(node: YamlNode) -> Any:
    """Return a value as data whose scalars are their texts; a number is the same however it is written."""
    match node.value:
        case dict():
            return {key: _plain(one) for key, one in node.value.items()}
        case tuple():
            return [_plain(one) for one in node.value]
        case None:
            return None
        case float() if node.value.is_integer():
            return str(int(node.value))
    return node.text


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
