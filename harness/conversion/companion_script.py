"""A companion's extractions and expectations as test scripts, so that other runners chain the calls, too."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.collection.companion import CallEntry, ExpectEntry, ExtractEntry, bind, once
from harness.collection.companion_file import load_companion
from harness.collection.model import Collection, Notice
from harness.conversion.jsonpath_script import SELECTORS, NoScript, path_script

_SCOPES: Final = {
    "environment": "environment",
    "collection": "collectionVariables",
    "globals": "globals",
    "local": "variables",
}
_BODY: Final = (
    "  const body = (() => { try { return pm.response.json(); } catch (error) { return undefined; } })();\n"
)
_TYPES: Final = """\
  const typeOf = (value) => value === null ? 'null' : Array.isArray(value) ? 'array'
    : Number.isInteger(value) ? 'integer' : typeof value;
"""


@dataclass(slots=True, kw_only=True)
class WithCompanion:
    """The document with scripts of the companion, and what of the companion none could be made of."""

    document: dict[str, Any]
    lost: list[Notice] = field(default_factory=list)


def with_companion(document: Mapping[str, Any], collection: Collection, file: str) -> WithCompanion:
    """Put what a companion says of each call in front of the call's test script. Raises `InputError`."""
    companion = load_companion(file)
    bound = bind(companion, collection)
    once(companion, collection)
    items = zip(collection.items(), bound, strict=True)
    entries = iter([entry for item, entry in items if item.skipped is None])
    result = WithCompanion(document={})
    for key, entries_once in (("before", companion.before), ("after", companion.after)):
        if entries_once:
            told = f"{key} has no form in a script"
            result.lost.append(Notice(message=told, file=file, field=key))
    result.document = {**document, "item": _children(document.get("item"), entries, result, file)}
    return result


def _children(given: Any, entries: Iterator[CallEntry | None], result: WithCompanion, file: str) -> list[Any]:
    children: list[Any] = []
    for child in given or ():
        if not isinstance(child, Mapping):
            children.append(child)
        elif isinstance(child.get("item"), list | Mapping) or child.get("item"):
            children.append({**child, "item": _children(child["item"], entries, result, file)})
        else:
            entry = next(entries)
            children.append(child if entry is None else _call(child, entry, result, file))
    return children


def _call(given: Mapping[str, Any], entry: CallEntry, result: WithCompanion, file: str) -> Mapping[str, Any]:
    def lose(what: str) -> None:
        where = " / ".join(entry.path)
        result.lost.append(Notice(message=f"{what} has no form in a script", file=file, field=where))

    if entry.retry is not None:
        lose("retry")
    if entry.only_platform is not None:
        lose("only")
    if entry.always:
        lose("always")
    if entry.tags:
        lose("tags")
    lines: list[str] = []
    for extract in entry.extract:
        try:
            lines.append(_extract(extract))
        except NoScript:
            lose(f"the expression of {extract.variable}, {extract.expression!r},")
    for expect in entry.expect:
        try:
            lines.append(_expect(expect))
        except NoScript:
            lose(f"the expression {expect.target!r}")
    if not lines:
        return given
    code = "(() => {\n" + SELECTORS + _TYPES + _BODY + "".join(lines) + "})();"
    return {**given, "event": _in_front(given.get("event"), code)}


def _in_front(events: Any, code: str) -> list[Any]:
    """Put a script in front of the first test script: of several Postman runs only the first in format v3."""
    written = list(events) if isinstance(events, list) else []
    for index, event in enumerate(written):
        script = event.get("script") if isinstance(event, Mapping) else None
        if not isinstance(script, Mapping) or not isinstance(script.get("exec"), list) or "src" in script:
            continue
        if event.get("listen") == "test" and not event.get("disabled"):
            lines = [*code.split("\n"), *script["exec"]]
            written[index] = {**event, "script": {**script, "exec": lines}}
            return written
    made = {"type": "text/javascript", "exec": code.split("\n")}
    return [*written, {"listen": "test", "script": made}]


def _test(name: str, *lines: str) -> str:
    inner = "".join(f"    {line}\n" for line in lines)
    return f"  pm.test({json.dumps(name)}, () => {{\n{inner}  }});\n"


def _extract(entry: ExtractEntry) -> str:
    match entry.source:
        case "path":
            found = f"const values = {path_script(entry.expression)};"
        case "header":
            found = f"const values = [pm.response.headers.get({json.dumps(entry.expression)})];"
        case "body":
            found = "const values = [pm.response.text()];"
    lines = [found, "pm.expect(values, 'values found').to.have.lengthOf(1);", "let value = values[0];"]
    lines.append("pm.expect(value, 'value').to.not.be.undefined;")
    if entry.regex is not None:
        lines += [
            f"const part = new RegExp({json.dumps(entry.regex)}).exec(String(value));",
            "pm.expect(part, 'what the expression matches').to.not.be.null;",
            "value = part[1] === undefined ? part[0] : part[1];",
        ]
    lines.append(
        f"pm.{_SCOPES[entry.scope]}.set({json.dumps(entry.variable)}, "
        "isObject(value) ? JSON.stringify(value) : value);"
    )
    return _test(f"{entry.variable} is extracted", *lines)


def _expect(entry: ExpectEntry) -> str:
    if entry.subject == "status":
        wanted = [str(one) for one in entry.wanted]
        test = " || ".join(
            f"Math.floor(pm.response.code / 100) === {one[0]}"
            if one.endswith("xx")
            else f"pm.response.code === {one}"
            for one in wanted
        )
        return _test(
            f"status is {' or '.join(wanted)}", f"pm.expect({test}, 'status ' + pm.response.code).to.be.true;"
        )
    if entry.subject == "header":
        header = f"pm.response.headers.get({json.dumps(entry.target)})"
        values, name = (
            f"[{header}].filter((value) => value !== undefined && value !== null)",
            f"header {entry.target}",
        )
    else:
        values, name = path_script(entry.target), entry.target
    return _test(_name(name, entry), f"const values = {values};", *_check(entry))


def _name(name: str, entry: ExpectEntry) -> str:
    match entry.check:
        case "exists":
            return f"{name} exists" if entry.wanted else f"{name} does not exist"
        case "type":
            return f"{name} is of type {entry.wanted}"
        case "count":
            return f"{name} selects {entry.wanted}"
        case _:
            return f"{name} {entry.check}"


def _check(entry: ExpectEntry) -> Iterator[str]:
    wanted = json.dumps(entry.wanted)
    templated = "{{" in wanted
    if templated:
        wanted = (
            f"pm.variables.replaceIn({wanted})"
            if isinstance(entry.wanted, str)
            else (f"JSON.parse(pm.variables.replaceIn({json.dumps(wanted)}))")
        )
    match entry.check:
        case "exists":
            yield f"pm.expect(values.length > 0).to.equal({wanted});"
        case "count":
            yield f"pm.expect(values).to.have.lengthOf({wanted});"
        case _:
            yield "pm.expect(values, 'values found').to.have.lengthOf(1);"
            if entry.check == "type":
                number = "number" if entry.wanted == "number" else ""
                value = "typeof values[0]" if number else "typeOf(values[0])"
                yield f"pm.expect({value}).to.equal({wanted});"
            elif entry.check == "matches":
                yield f"pm.expect(new RegExp({wanted}).test(String(values[0]))).to.be.true;"
            elif templated and isinstance(entry.wanted, str):
                yield f"pm.expect(String(values[0])).to.equal({wanted});"
            else:
                yield f"pm.expect(values[0]).to.eql({wanted});"
