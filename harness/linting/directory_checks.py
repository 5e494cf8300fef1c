"""The files of a collection of format v3: keys, types, orders, names and scripts, with their lines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.collection.model import Notice
from harness.collection.url_text import parse
from harness.collection.v3.directory import Directory, request_stem, scan
from harness.collection.v3.entries import OTHER_SCRIPT_TYPES, SCRIPT_TYPES
from harness.collection.v3.reader import read_yaml
from harness.collection.yaml_document import YamlNode
from harness.errors import InputError, Place
from harness.linting.finding import Finding
from harness.linting.postman_shapes import DEFINITION, EXAMPLES, REQUESTS
from harness.linting.rule import SEVERITIES, Severity
from harness.linting.script_site import ScriptSite
from harness.linting.shape import Shape

EXAMPLE_ENDINGS: Final = (".example.yaml", ".example.yml")
_OF_BOTH: Final = frozenset({"wrong-type", "unknown-key", "script-type"})
"""Rules that the reader and the checks here both look after."""

_REQUEST_SCRIPTS: Final = {
    "http-request": ("beforeRequest", "afterResponse"),
    "graphql-request": ("beforeQuery", "afterResponse"),
}


@dataclass(slots=True, kw_only=True)
class DirectoryFindings:
    """What the files of a collection say: findings, scripts, and examples of answers."""

    findings: list[Finding] = field(default_factory=list)
    sites: list[ScriptSite] = field(default_factory=list)
    examples: list[YamlNode] = field(default_factory=list)


def check_directory(root: str) -> DirectoryFindings:
    """Check all files of a collection."""
    found = DirectoryFindings()
    directory, _ = scan(root)
    _Checker(found).directory(directory)
    return found


def with_notices(findings: Iterable[Finding], notices: Iterable[Notice]) -> Iterator[Finding]:
    """Add what the reader left out.

    Of two findings about one place the more severe one is kept; of two that are alike the reader's, which
    says what comes of it.
    """
    told = {(notice.file, notice.field): _finding_of(notice) for notice in notices}
    for finding in findings:
        place = finding.file, finding.field
        other = told.get(place) if finding.rule_id in _OF_BOTH else None
        if other is None:
            yield finding
        elif SEVERITIES.index(finding.severity) < SEVERITIES.index(other.severity):
            del told[place]
            yield finding
    yield from told.values()


def _finding_of(notice: Notice) -> Finding:
    """Make a finding of what the reader left out; a request that only we do not run is no mistake."""
    not_run = notice.kind == "not-run"
    return Finding(
        rule_id="left-out" if not_run else notice.kind,
        message=notice.message,
        file=notice.file,
        field=notice.field,
        line=notice.line,
        raised="warning" if not_run else None,
    )


class _Checker:
    def __init__(self, found: DirectoryFindings) -> None:
        self.found = found

    def add(self, rule: str, message: str, node: YamlNode, where: str = "") -> None:
        self.found.findings.append(
            Finding(rule_id=rule, message=message, file=node.file, field=where, line=node.line)
        )

    def directory(self, directory: Directory) -> set[str]:
        """Check a directory and those below it; returns the kinds of the requests in it."""
        kinds: set[str] = set()
        orders: dict[Any, str] = {}
        names: dict[str, str] = {}
        definition: YamlNode | None = None
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

    def read(self, file: str, *, tell: bool = True) -> YamlNode | None:
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

    def order(self, orders: dict[Any, str], node: YamlNode | None, name: str) -> None:
        order = node.value.get("order") if node is not None and isinstance(node.value, dict) else None
        if order is None or isinstance(order.value, dict | tuple):
            return
        other = orders.setdefault(order.value, name)
        if other != name:
            self.add("duplicate-order", f"{other!r} has the order {order.text}, too", order, "order")

    def definition(self, node: YamlNode, kinds: set[str]) -> None:
        self.shape(node, DEFINITION)
        self.scripts(node, tuple(SCRIPT_TYPES) + OTHER_SCRIPT_TYPES, kinds)

    def request(self, node: YamlNode) -> None:
        values = node.value
        kind = values["$kind"].text if "$kind" in values else ""
        if kind in REQUESTS:
            self.shape(node, REQUESTS[kind])
        if kind in _REQUEST_SCRIPTS:
            self.query(values)
            self.scripts(node, _REQUEST_SCRIPTS[kind], {kind})
        self.examples(node.file, values.get("examples"))

    def examples(self, file: str, given: YamlNode | None) -> None:
        """Check the examples that a request names: a folder below its own."""
        if given is None or not isinstance(given.value, str):
            return
        here = Path(file).parent
        folder = here / given.value
        inside = here.resolve()
        if inside not in folder.resolve().parents or not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            if path.name.endswith(EXAMPLE_ENDINGS) and inside in path.resolve().parents:
                node = self.read(path.as_posix())
                if node is not None:
                    self.example(node)

    def example(self, node: YamlNode) -> None:
        kind = node.value.get("$kind") if isinstance(node.value, dict) else None
        shape = None if kind is None else EXAMPLES.get(kind.text)
        if shape is not None:
            self.shape(node, shape)
            self.found.examples.append(node)
            return
        what = "it does not say its $kind" if kind is None else f"there is no example of kind {kind.text!r}"
        self.add("left-out", f"{what} (valid: {', '.join(EXAMPLES)})", kind or node, "$kind")

    def shape(self, node: YamlNode, shape: Shape) -> None:
        for broken in shape(node, ""):
            severity: Severity | None = "error" if broken.rule_id == "unknown-key" else None
            self.found.findings.append(
                Finding(
                    rule_id=broken.rule_id,
                    message=broken.message,
                    file=node.file,
                    field=broken.field,
                    line=broken.node.line,
                    raised=severity,
                )
            )

    def query(self, values: Mapping[str, YamlNode]) -> None:
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

    def scripts(self, node: YamlNode, valid: tuple[str, ...], kinds: set[str]) -> None:
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
