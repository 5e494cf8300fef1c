"""The files of a collection of format v3: keys, types, orders, names and scripts, with their lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.collection.model import Notice
from harness.collection.url_text import parse
from harness.collection.v3.directory import Directory, request_stem, scan
from harness.collection.v3.entries import OTHER_SCRIPT_TYPES, SCRIPT_TYPES
from harness.collection.v3.reader import read_yaml
from harness.collection.yaml_document import Node
from harness.errors import InputError, Place
from harness.linting.finding import Finding
from harness.linting.schema_checks import refused
from harness.linting.script_site import ScriptSite

_TEXTS: Final = ("name", "description", "url", "method", "query", "variables")
_REQUEST_SCRIPTS: Final = {
    "http-request": ("beforeRequest", "afterResponse"),
    "graphql-request": ("beforeQuery", "afterResponse"),
}


@dataclass(slots=True, kw_only=True)
class DirectoryFindings:
    """What the files of a collection say: findings, scripts, and the kinds of requests below."""

    findings: list[Finding] = field(default_factory=list)
    sites: list[ScriptSite] = field(default_factory=list)


def check_directory(root: str) -> DirectoryFindings:
    """Check all files of a collection."""
    found = DirectoryFindings()
    directory, _ = scan(root)
    _Checker(found).directory(directory)
    return found


def finding_of(notice: Notice) -> Finding | None:
    """Make a finding of what the reader left out; a type that the checks here name is theirs."""
    message = notice.message
    if "not known here" in message:
        rule = "unknown-key"
    elif message.startswith("scripts of type"):
        return None
    elif message.startswith("expected "):
        rule = "wrong-type"
    else:
        rule = "left-out"
    return Finding(rule_id=rule, message=message, file=notice.file, field=notice.field, line=notice.line)


class _Checker:
    def __init__(self, found: DirectoryFindings) -> None:
        self.found = found

    def add(self, rule: str, message: str, node: Node, where: str = "") -> None:
        self.found.findings.append(
            Finding(rule_id=rule, message=message, file=node.file, field=where, line=node.line)
        )

    def directory(self, directory: Directory) -> set[str]:
        """Check a directory and those below it; returns the kinds of the requests in it."""
        kinds: set[str] = set()
        orders: dict[Any, str] = {}
        names: dict[str, str] = {}
        definition: Node | None = None
        if directory.definition is not None:
            definition = self.read(f"{directory.path}/{directory.definition}")
            if definition is not None and isinstance(definition.value, tuple | str):
                message = f"a definition is a map, and this file holds {definition.kind}"
                self.add("unreadable-file", message, definition)
        for inner in directory.folders:
            self.name(names, f"{directory.path}/{inner.name}", inner.name)
            kinds |= self.directory(inner)
            if inner.definition is not None:
                self.order(orders, self.read(f"{inner.path}/{inner.definition}", tell=False), inner.name)
        for file in directory.requests:
            self.name(names, f"{directory.path}/{file}", request_stem(file) or "")
            node = self.read(f"{directory.path}/{file}")
            if node is not None and isinstance(node.value, dict):
                self.request(node)
                self.order(orders, node, file)
                if "$kind" in node.value:
                    kinds.add(node.value["$kind"].text)
        if definition is not None and isinstance(definition.value, dict):
            self.definition(definition, kinds)
        return kinds

    def read(self, file: str, *, tell: bool = True) -> Node | None:
        try:
            return read_yaml(file)
        except InputError as error:
            if tell:
                self.found.findings.append(unreadable(file, error))
            return None

    def name(self, names: dict[str, str], path: str, name: str) -> None:
        other = names.setdefault(name.casefold(), name)
        if other != name:
            message = f"{name!r} and {other!r} differ in case alone"
            self.found.findings.append(Finding(rule_id="case-clash", message=message, file=path))

    def order(self, orders: dict[Any, str], node: Node | None, name: str) -> None:
        order = node.value.get("order") if node is not None and isinstance(node.value, dict) else None
        if order is None or isinstance(order.value, dict | tuple):
            return
        other = orders.setdefault(order.value, name)
        if other != name:
            self.add("duplicate-order", f"{other!r} has the order {order.text}, too", order, "order")

    def definition(self, node: Node, kinds: set[str]) -> None:
        values = node.value
        self.texts(values, ("name", "description"))
        self.pairs(values.get("variables"), "variables")
        self.refused(values)
        self.scripts(node, tuple(SCRIPT_TYPES) + OTHER_SCRIPT_TYPES, kinds)

    def request(self, node: Node) -> None:
        values = node.value
        self.texts(values, _TEXTS)
        for key in ("headers", "pathVariables"):
            self.pairs(values.get(key), key)
        self.pairs(values.get("queryParams"), "queryParams", null=True)
        self.query(values)
        kind = values["$kind"].text if "$kind" in values else ""
        if kind in _REQUEST_SCRIPTS:
            self.refused(values)
            self.scripts(node, _REQUEST_SCRIPTS[kind], {kind})

    def refused(self, values: Mapping[str, Node]) -> None:
        for message, node, where in refused(values):
            self.add("wrong-type", message, node, where)

    def texts(self, values: Mapping[str, Node], keys: tuple[str, ...]) -> None:
        for key in keys:
            node = values.get(key)
            if node is not None and isinstance(node.value, bool | int | float):
                self.add(
                    "wrong-type", f"Postman expects a text, found {node.kind}; put it in quotes", node, key
                )
        order = values.get("order")
        if order is not None and isinstance(order.value, str):
            self.add("wrong-type", f"Postman expects a number, found {order.kind}", order, "order")

    def pairs(self, node: Node | None, where: str, *, null: bool = False) -> None:
        if node is None:
            return
        pairs: list[tuple[str, Node]] = []
        if isinstance(node.value, dict):
            pairs = [(f"{where}.{key}", value) for key, value in node.value.items()]
        elif isinstance(node.value, tuple):
            pairs = [
                (f"{where}[{index}].{key}", one.value[key])
                for index, one in enumerate(node.value)
                if isinstance(one.value, dict)
                for key in ("key", "value")
                if key in one.value
            ]
        for name, value in pairs:
            if isinstance(value.value, bool | int | float) or (value.value is None and not null):
                self.add(
                    "wrong-type", f"Postman expects a text, found {value.kind}; put it in quotes", value, name
                )

    def query(self, values: Mapping[str, Node]) -> None:
        listed, url = values.get("queryParams"), values.get("url")
        if listed is None or url is None or not isinstance(url.value, str):
            return
        given = {one.key: one.value for one in parse(url.text).query}
        if isinstance(listed.value, dict):
            wanted = {key: value.value for key, value in listed.value.items()}
        elif isinstance(listed.value, tuple):
            entries = [
                one.value for one in listed.value if isinstance(one.value, dict) and "key" in one.value
            ]
            wanted = {
                one["key"].text: one["value"].value if "value" in one else None
                for one in entries
                if "disabled" not in one or one["disabled"].value is not True
            }
        else:
            return
        if given != wanted:
            apart = sorted(
                key for key in {*given, *wanted} if given.get(key, _GONE) != wanted.get(key, _GONE)
            )
            self.add(
                "query-out-of-step",
                f"url and queryParams say different things of {', '.join(apart)}",
                listed,
                "queryParams",
            )

    def scripts(self, node: Node, valid: tuple[str, ...], kinds: set[str]) -> None:
        scripts = node.value.get("scripts")
        if scripts is None or not isinstance(scripts.value, tuple):
            return
        seen: set[str] = set()
        for index, one in enumerate(scripts.value):
            if not isinstance(one.value, dict):
                continue
            where = f"scripts[{index}]"
            kind = one.value.get("type")
            if kind is None or kind.text not in valid:
                named = (
                    "a script needs a type"
                    if kind is None
                    else f"there are no scripts of type {kind.text!r} here"
                )
                self.add("script-type", f"{named} (valid: {', '.join(valid)})", kind or one, f"{where}.type")
                continue
            if kind.text in seen:
                self.add(
                    "second-script", f"Postman runs only the first {kind.text} script", kind, f"{where}.type"
                )
            seen.add(kind.text)
            code = one.value.get("code")
            if code is None or not isinstance(code.value, str):
                continue
            if "pm.test" in code.value and not self.reached(kind.text, kinds):
                self.add(
                    "test-never-runs",
                    f"no request below runs scripts of type {kind.text}",
                    kind,
                    f"{where}.type",
                )
            line = code.line + 1 if code.end_line > code.line and not code.plain else code.line
            self.found.sites.append(ScriptSite(source=code.value, file=node.file, field=where, line=line))

    def reached(self, kind: str, kinds: set[str]) -> bool:
        protocol, colon, _ = kind.partition(":")
        return not colon or f"{protocol}-request" in kinds


_GONE: Final = object()


def unreadable(file: str, error: InputError, *, rule_id: str = "unreadable-file") -> Finding:
    """Make a finding of a file that cannot be read, or not with its collection."""
    place = error.where.field if isinstance(error.where, Place) else ""
    digits = place.partition("line ")[2].partition(",")[0]
    line = int(digits) if digits.isdigit() else None
    message = f"{error.what}; {error.hint}" if error.hint else error.what
    return Finding(rule_id=rule_id, message=message, file=file or str(Path()), line=line)
