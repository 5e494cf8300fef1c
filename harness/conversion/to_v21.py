"""A collection of format v3 as one document of format v2.1, as Postman exports it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any

from harness.collection.model import Collection, Folder, Item, Notice
from harness.collection.request_json import url_to_json
from harness.collection.schemas import V21_SCHEMA
from harness.collection.url_text import parse
from harness.collection.v3.definition import KIND
from harness.collection.v3.directory import definition_of
from harness.collection.v3.fields import Fields, Notes
from harness.collection.v3.reader import read_directory, read_yaml
from harness.collection.v3.request import RAW_TYPES, read_request
from harness.collection.yaml_document import YamlNode
from harness.conversion.v21_events import events_of
from harness.errors import InputError


@dataclass(slots=True, kw_only=True)
class V21Document:
    """The document of a folder.

    `files` are the files of folders, requests and examples by the JSON pointers of what became of them, with
    what was read; a folder without a definition has its directory there. `left_out` is what the readers say
    of what they could not read, with our words for what v2.1 has no place for.
    """

    document: dict[str, Any]
    files: dict[str, tuple[str, YamlNode | None]]
    left_out: list[Notice] = field(default_factory=list)


def to_v21(root: str) -> V21Document:
    """Read a folder. Raises `InputError` when a file of it cannot be read: what it says would be missing."""
    collection = read_directory(root)
    for item in collection.items():
        if item.unreadable is not None:
            raise InputError(f"a file cannot be read: {item.unreadable.message}", where=item.unreadable.place)
    writer = _V21Writer(list(collection.notices))
    document = writer.collection(collection)
    return V21Document(document=document, files=writer.files, left_out=writer.lost)


class _V21Writer:
    """Completes what the reader made of each file, and gathers what has no place in v2.1."""

    def __init__(self, lost: list[Notice]) -> None:
        self.lost = lost
        self.files: dict[str, tuple[str, YamlNode | None]] = {}

    def collection(self, collection: Collection) -> dict[str, Any]:
        source = collection.source
        node = self.definition(collection.root, "")
        info: dict[str, Any] = {}
        if "id" in node:
            info["_postman_id"] = node["id"].text
        info["name"] = node["name"].text if "name" in node else collection.name
        info["schema"] = V21_SCHEMA
        body = self.folder(collection.root, source, node, "")
        if "description" in body:
            info["description"] = body.pop("description")
        body.pop("info", None)
        return {"info": info, **body}

    def definition(self, folder: Folder, pointer: str) -> Mapping[str, YamlNode]:
        directory = folder.file or ""
        found = definition_of(directory)
        self.files[pointer] = directory, None
        if found is None:
            return {}
        root = read_yaml(f"{directory}/{found}")
        kind = root.value.get("$kind") if isinstance(root.value, dict) else None
        if kind is None or kind.text != KIND:
            return {}
        self.files[pointer] = f"{directory}/{found}", root
        values: Mapping[str, YamlNode] = root.value
        return values

    def folder(
        self, folder: Folder, json: Mapping[str, Any], node: Mapping[str, YamlNode], pointer: str
    ) -> dict[str, Any]:
        written = {key: value for key, value in json.items() if key not in ("item", "event", "id")}
        if "id" in node and folder.path:
            written["id"] = node["id"].text
        file = self.files[pointer][0]
        events = events_of(node)
        if events is not None:
            written["event"] = events
        self.auth(node, file)
        if not folder.path and "variables" in node:
            written["variable"] = [
                {**one, **_type(node["variables"], index), **_disabled(node["variables"], index)}
                for index, one in enumerate(json.get("variable", []))
            ]
        if folder.path and "name" in node:
            written["name"] = node["name"].text
        written["item"] = []
        for child, one in zip(folder.children, json["item"], strict=True):
            here = f"{pointer}/item/{len(written['item'])}"
            if isinstance(child, Folder):
                inner = self.definition(child, here)
                written["item"].append(self.folder(child, one, inner, here))
            elif child.skipped is None:
                written["item"].append(self.item(child, one, here))
            else:
                self.skip(child.file or "")
        return written

    def item(self, item: Item, json: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        file = item.file or ""
        node = read_yaml(file)
        self.files[pointer] = file, node
        values: Mapping[str, YamlNode] = node.value
        written: dict[str, Any] = {"id": values["id"].text} if "id" in values else {}
        written["name"] = values["name"].text if "name" in values else item.name
        request = dict(json["request"])
        if values["$kind"].text == "http-request" and ("method" not in values or not values["method"].text):
            del request["method"]
        self.request(request, values)
        written["request"] = request
        events = events_of(values)
        if events is not None:
            written["event"] = events
        self.auth(values, file)
        if "protocolProfileBehavior" in json:
            written["protocolProfileBehavior"] = json["protocolProfileBehavior"]
        if "examples" in values and isinstance(values["examples"].value, str):
            written["response"] = self.examples(Path(file).parent, values["examples"], pointer)
        return written

    def request(self, request: dict[str, Any], values: Mapping[str, YamlNode]) -> None:
        url = request.get("url")
        if isinstance(url, str):
            url = url_to_json(replaced(parse(url), variables=()))
        if isinstance(url, dict):
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
        if "headers" in values and values["headers"].value is not None:
            request.setdefault("header", [])
            _restore_disabled(request["header"], values["headers"])
        body = request.get("body")
        if isinstance(body, dict) and body["mode"] in ("urlencoded", "formdata"):
            content = values["body"].value.get("content")
            _restore_disabled(body[body["mode"]], content)

    def auth(self, values: Mapping[str, YamlNode], file: str) -> None:
        """Note what v2.1 has no word for."""
        node = values.get("auth")
        entries = node.value if node is not None and isinstance(node.value, tuple) else (node,)
        for one in entries:
            if one is None or not isinstance(one.value, dict):
                continue
            if "type" in one.value and one.value["type"].text == "inherit":
                self.lose(file, "auth", "that an auth says `inherit` is lost", one.line)

    def examples(self, folder: Path, given: YamlNode, pointer: str) -> list[dict[str, Any]]:
        """Read the examples that a request names; a path that leads out of its folder is not followed."""
        path = folder / given.value
        inside = os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep)
        if not inside or not path.is_dir():
            if path.is_dir():
                text = "the path leads outside of the folder; the examples are lost"
                self.lose(given.file, "examples", text, given.line)
            return []
        found: list[tuple[float, str, YamlNode]] = []
        for file in sorted(path.iterdir()):
            if not file.name.endswith((".example.yaml", ".example.yml")) or file.is_symlink():
                continue
            root = read_yaml(str(file))
            if not isinstance(root.value, dict):
                self.lose(str(file), "", "an example is a map; it is lost")
                continue
            order = root.value.get("order")
            rank = order.value if order is not None and type(order.value) in (int, float) else 0
            found.append((rank, str(file), root))
        found.sort(key=lambda one: one[:2])
        examples = []
        for index, (_, name, root) in enumerate(found):
            self.files[f"{pointer}/response/{index}"] = name, root
            examples.append(self.example(root, name))
        return examples

    def example(self, root: YamlNode, file: str) -> dict[str, Any]:
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

    def skip(self, file: str) -> None:
        """Say of a request of another kind that it is lost, with all that it says."""
        line = next((one.line for one in self.lost if one.file == file), None)
        self.lost = [one for one in self.lost if one.file != file]
        self.lose(file, "$kind", "v2.1 has no requests of this kind; it is lost", line)

    def lose(self, file: str, key: str, message: str, line: int | None = None) -> None:
        self.lost.append(Notice(message=message, file=file, line=line, field=key))


def _disabled(entries: YamlNode, index: int) -> dict[str, bool]:
    given = (
        entries.value[index].value
        if isinstance(entries.value, tuple) and index < len(entries.value)
        else None
    )
    flag = given.get("disabled") if isinstance(given, dict) else None
    return {"disabled": False} if flag is not None and flag.value is False else {}


def _type(entries: YamlNode, index: int) -> dict[str, str]:
    """Return the type of a variable where the file has one: a run knows texts alone."""
    entry = entries.value[index].value if isinstance(entries.value, tuple) else None
    given = entry.get("type") if isinstance(entry, dict) else None
    return {} if given is None or not isinstance(given.value, str) else {"type": given.text}


def _restore_disabled(written: Any, entries: YamlNode | None) -> None:
    """Write `disabled: false` where the file says so; the list's entries are the last of those written."""
    if not isinstance(written, list) or entries is None or not isinstance(entries.value, tuple):
        return
    offset = len(written) - len(entries.value)
    for index in range(len(entries.value)):
        if offset >= 0:
            written[offset + index].update(_disabled(entries, index))
