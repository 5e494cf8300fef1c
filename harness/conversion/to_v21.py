"""A collection of format v3 as one document of format v2.1, as Postman exports it."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any

from harness.collection.model import Collection, Folder, Item, Notice
from harness.collection.request_json import url_to_json
from harness.collection.schemas import V21_SCHEMA
from harness.collection.url_text import parse
from harness.collection.v3.directory import definition_of, request_stem
from harness.collection.v3.entries import SCRIPT_TYPES
from harness.collection.v3.fields import Fields, Notes
from harness.collection.v3.reader import read_directory, read_yaml
from harness.collection.v3.request import RAW_TYPES, read_request
from harness.collection.yaml_document import Node
from harness.errors import InputError


@dataclass(slots=True, kw_only=True)
class V21Document:
    """The document, and what of the folder it does not hold."""

    document: dict[str, Any]
    lost: list[Notice] = field(default_factory=list)


def to_v21(root: str) -> V21Document:
    """Read a folder. Raises `InputError` when a file of it cannot be read: what it says would be missing."""
    collection = read_directory(root)
    for item in collection.items():
        if item.unreadable is not None:
            raise InputError(f"a file cannot be read: {item.unreadable.message}", where=item.unreadable.place)
    writer = _V21Writer(list(collection.notices))
    return V21Document(document=writer.collection(collection), lost=writer.lost)


class _V21Writer:
    """Completes what the reader made of each file, and gathers what is lost."""

    def __init__(self, lost: list[Notice]) -> None:
        self.lost = lost

    def collection(self, collection: Collection) -> dict[str, Any]:
        source = collection.source
        node = self.definition(collection.root)
        info: dict[str, Any] = {}
        if "id" in node:
            info["_postman_id"] = node["id"].text
        info["name"] = node["name"].text if "name" in node else collection.name
        info["schema"] = V21_SCHEMA
        body = self.folder(collection.root, source, node)
        if "description" in body:
            info["description"] = body.pop("description")
        body.pop("info", None)
        return {"info": info, **body}

    def definition(self, folder: Folder) -> Mapping[str, Node]:
        found = definition_of(folder.file or "")
        if found is None:
            return {}
        root = read_yaml(f"{folder.file}/{found}")
        return root.value if isinstance(root.value, dict) else {}

    def folder(self, folder: Folder, json: Mapping[str, Any], node: Mapping[str, Node]) -> dict[str, Any]:
        written = {key: value for key, value in json.items() if key not in ("item", "event", "id")}
        if "id" in node and folder.path:
            written["id"] = node["id"].text
        file = f"{folder.file}/{definition_of(folder.file or '')}"
        self.scripts(written, node, file)
        self.auth(node, file)
        if not folder.path and "variables" in node:
            written["variable"] = [
                {**one, **_disabled(node["variables"], index)}
                for index, one in enumerate(json.get("variable", []))
            ]
        if folder.path:
            if "name" in node:
                written["name"] = node["name"].text
            base = Path(folder.file or "").name
            if written["name"] != base:
                self.lose(folder.file or "", "", "the folder's name on disk is lost")
        children = zip(folder.children, json["item"], strict=True)
        written["item"] = [
            self.folder(child, one, self.definition(child))
            if isinstance(child, Folder)
            else self.item(child, one)
            for child, one in children
            if isinstance(child, Folder) or child.skipped is None
        ]
        return written

    def item(self, item: Item, json: Mapping[str, Any]) -> dict[str, Any]:
        file = item.file or ""
        node = read_yaml(file)
        values: Mapping[str, Node] = node.value
        written: dict[str, Any] = {"id": values["id"].text} if "id" in values else {}
        written["name"] = values["name"].text if "name" in values else item.name
        if "name" in values and request_stem(Path(file).name) != written["name"]:
            self.lose(file, "", "the name of the file is lost")
        request = dict(json["request"])
        if values["$kind"].text == "http-request" and "method" not in values:
            del request["method"]
        self.request(request, values)
        if "body" in values and "body" not in request and values["body"].value is not None:
            self.lose(file, "body", "a body of type none is lost")
        written["request"] = request
        self.scripts(written, values, file)
        self.auth(values, file)
        if "protocolProfileBehavior" in json:
            written["protocolProfileBehavior"] = json["protocolProfileBehavior"]
        if "examples" in values:
            written["response"] = list(self.examples(Path(file).parent, values["examples"]))
        return written

    def request(self, request: dict[str, Any], values: Mapping[str, Node]) -> None:
        url = request.get("url")
        if isinstance(url, str):
            url = url_to_json(replaced(parse(url), variables=()))
        if isinstance(url, dict) and url.get("raw"):
            if "pathVariables" not in values:
                url.pop("variable", None)
            elif "variable" not in url:
                url["variable"] = []
            _restore_disabled(url.get("query"), values.get("queryParams"))
            _restore_disabled(url.get("variable"), values.get("pathVariables"))
        if "url" not in values:
            request.pop("url", None)
        else:
            request["url"] = url
        if "headers" in values:
            request.setdefault("header", [])
            _restore_disabled(request["header"], values["headers"])
        body = request.get("body")
        if isinstance(body, dict) and body["mode"] in ("urlencoded", "formdata"):
            content = values["body"].value.get("content")
            _restore_disabled(body[body["mode"]], content)

    def scripts(self, written: dict[str, Any], values: Mapping[str, Node], file: str) -> None:
        """Write the scripts of a file; one for GraphQL that says what one for HTTP says is that one."""
        node = values.get("scripts")
        if node is None or not isinstance(node.value, tuple):
            if node is not None and isinstance(node.value, dict):
                node = node._replace(value=(node,))
            else:
                return
        events: list[dict[str, Any]] = []
        twins: list[tuple[str, str]] = []
        for index, one in enumerate(node.value):
            if not isinstance(one.value, dict):
                continue
            kind, code = (one.value[key].text if key in one.value else "" for key in ("type", "code"))
            named = (
                kind
                if ":" in kind
                else f"{'graphql' if values['$kind'].text == 'graphql-request' else 'http'}:{kind}"
            )
            found = SCRIPT_TYPES.get(named)
            if found is None:
                self.lose(file, f"scripts[{index}]", f"a script of type {kind!r} is lost", one.line)
                continue
            protocol, listen = found
            if ":" in kind and protocol == "http":
                twins.append((listen, code))
            elif ":" in kind and (listen, code) in twins:
                twins.remove((listen, code))
                continue
            elif ":" in kind:
                self.lose(
                    file,
                    f"scripts[{index}].type",
                    "that a script is for GraphQL requests alone is lost",
                    one.line,
                )
            script: dict[str, Any] = {"exec": code.split("\n")}
            if "language" in one.value:
                script["type"] = one.value["language"].text
            if "id" in one.value:
                script["id"] = one.value["id"].text
            for key in ("packages", "requests"):
                if key in one.value:
                    script[key] = one.value[key].data()
            event: dict[str, Any] = {"listen": listen, "script": script}
            if "disabled" in one.value and one.value["disabled"].value:
                event["disabled"] = True
            events.append(event)
        written["event"] = events

    def auth(self, values: Mapping[str, Node], file: str) -> None:
        """Note what v2.1 has no place for: names, ids and rules of an auth."""
        node = values.get("auth")
        entries = node.value if node is not None and isinstance(node.value, tuple) else (node,)
        for one in entries:
            if one is None or not isinstance(one.value, dict):
                continue
            for key in ("id", "name", "rules"):
                if key in one.value:
                    self.lose(file, f"auth.{key}", "it is lost", one.value[key].line)
            if "type" in one.value and one.value["type"].text == "inherit":
                self.lose(file, "auth", "that an auth says `inherit` is lost", one.line)

    def examples(self, folder: Path, given: Node) -> Iterator[dict[str, Any]]:
        """Read the examples that a request names; a path that leads out of its folder is not followed."""
        if not isinstance(given.value, str):
            return
        path = folder / given.value
        inside = os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep)
        if not inside or not path.is_dir():
            if path.is_dir():
                self.lose(
                    given.file, "examples", "the path leads outside of the folder; the examples are lost"
                )
            return
        found: list[tuple[float, str, dict[str, Any]]] = []
        for file in sorted(path.iterdir()):
            if not file.name.endswith((".example.yaml", ".example.yml")) or file.is_symlink():
                continue
            root = read_yaml(str(file))
            if not isinstance(root.value, dict):
                self.lose(str(file), "", "an example is a map; it is lost")
                continue
            order = root.value.get("order")
            rank = order.value if order is not None and type(order.value) in (int, float) else 0
            example = self.example(root, str(file))
            found.append((rank, file.name, example))
        yield from (one for _, _, one in sorted(found, key=lambda one: one[:2]))

    def example(self, root: Node, file: str) -> dict[str, Any]:
        values = root.value
        notes = Notes(file)
        stem = Path(file).name.rpartition(".example.")[0]
        example: dict[str, Any] = {"name": values["name"].text if "name" in values else stem}
        asked = values.get("request")
        if asked is not None and isinstance(asked.value, dict):
            kind = asked._replace(value="http-request", text="http-request", composed_keys=())
            inner = asked._replace(value={**asked.value, "$kind": kind})
            read = read_request(inner, notes)
            if read is not None:
                request = dict(read.json)
                if "method" not in asked.value:
                    del request["method"]
                self.request(request, asked.value)
                example["originalRequest"] = request
        answer = values.get("response")
        if answer is not None and isinstance(answer.value, dict):
            fields = Fields(answer, notes, "response")
            if "statusText" in answer.value:
                example["status"] = fields.text("statusText")
            if "statusCode" in answer.value:
                example["code"] = fields.number("statusCode")
            body = fields.fields("body")
            if body is not None:
                language = body.text("type")
                if language in RAW_TYPES:
                    example["_postman_previewlanguage"] = language
                example["body"] = body.text("content") or ""
                body.done()
            if "headers" in answer.value:
                example["header"] = [
                    {**one, "value": one["value"] or ""} for one in fields.pairs("headers") or []
                ]
                _restore_disabled(example["header"], answer.value["headers"])
            fields.done()
        example["cookie"] = []
        self.lost += notes.notices
        return example

    def lose(self, file: str, key: str, message: str, line: int | None = None) -> None:
        self.lost.append(Notice(message=message, file=file, line=line, field=key))


def _disabled(entries: Node, index: int) -> dict[str, bool]:
    given = (
        entries.value[index].value
        if isinstance(entries.value, tuple) and index < len(entries.value)
        else None
    )
    flag = given.get("disabled") if isinstance(given, dict) else None
    return {"disabled": False} if flag is not None and flag.value is False else {}


def _restore_disabled(written: Any, entries: Node | None) -> None:
    """Write `disabled: false` where the file says so; the list's entries are the last of those written."""
    if not isinstance(written, list) or entries is None or not isinstance(entries.value, tuple):
        return
    offset = len(written) - len(entries.value)
    for index in range(len(entries.value)):
        if offset >= 0:
            written[offset + index].update(_disabled(entries, index))
