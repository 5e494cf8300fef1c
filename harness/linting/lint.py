"""Linting files and folders: what each of them is, and which checks that calls for."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from harness.collection.companion import ENDINGS, bind, companion_beside
from harness.collection.companion_file import load_companion
from harness.collection.document import decode, like_named, read_bytes, read_json
from harness.collection.load import load_collection, whole_collection
from harness.collection.model import Collection, Notice
from harness.collection.v3.directory import definition_of, read_file, request_stem
from harness.errors import InputError, choices
from harness.linting.clear_secrets import (
    check_example,
    check_secrets,
    saved_examples,
    variables_in_clear,
)
from harness.linting.collection_checks import check_empty_folders, check_variables, script_sites, undefined
from harness.linting.directory_checks import check_directory, unreadable, with_notices
from harness.linting.finding import Finding
from harness.linting.rule import BY_ID
from harness.linting.script_checks import check_script
from harness.linting.script_reading import ScriptReading, read_scripts
from harness.linting.script_site import ScriptSite
from harness.variables.data import load_data
from harness.variables.environment import load_environment
from harness.variables.environment_yaml import environment_document

_OFF: Final = re.compile(r"harness-lint-disable:[ \t]*([a-z-]+(?:[ \t]*,[ \t]*[a-z-]+)*)")
_ENVIRONMENTS: Final = (".environment.yaml", ".environment.yml", ".globals.yaml", ".globals.yml")
_ENVIRONMENT_JSON: Final = (".postman_environment.json", ".postman_globals.json")

_CHECKED: Final = (
    "collections are folders with requests or .resources/definition.yaml, and files called "
    "NAME.postman_collection.json; name other files themselves"
)


def lint(
    paths: Sequence[str],
    *,
    environments: Sequence[str] = (),
    data: str | None = None,
    certain: bool = False,
) -> list[Finding]:
    """Check files and folders; `environments` and rows of `data` define variables, `certain`: they are all.

    Raises `InputError` for a path that is not there, or a folder with nothing to check in it.
    """
    defined = frozenset(
        variable.key for file in environments for variable in load_environment(file).variables
    ).union(*(load_data(data).rows if data else ()))
    findings: list[Finding] = []
    collections: list[_Checked] = []
    seen: set[str] = set()
    for path in dict.fromkeys(paths):
        if not Path(path).exists():
            raise InputError("there is nothing to check", where=path, hint=like_named(Path(path)))
        targets = list(_targets(Path(path)))
        if not targets:
            raise InputError("there is nothing to check in it", where=path, hint=_CHECKED)
        for target in targets:
            findings += _unknown_rules(target)
            whole = _whole(str(target))
            if whole in seen:
                continue
            seen.add(whole)
            checked = _checked(str(target))
            findings += checked.findings
            collections.append(checked)
    readings = iter(read_scripts([site.source for one in collections for site in one.sites]))
    for one in collections:
        read = list(zip(one.sites, readings, strict=False))
        findings += (found for site, reading in read for found in check_script(site, reading))
        findings += _undefined(one, read, defined, certain=certain)
    off = {file: _switched_off(file) for file in {one.file for one in findings}}
    kept = {one for one in findings if one.rule_id not in off.get(one.file, ())}
    return _numbered(
        sorted(kept, key=lambda one: (one.file, one.line or 0, one.rule_id, one.field, one.message))
    )


def _numbered(findings: Iterable[Finding]) -> list[Finding]:
    """Tell findings apart that say the same of one field, or a baseline would hide the second."""
    seen: Counter[str] = Counter()
    numbered = []
    for one in findings:
        told = one.fingerprint
        numbered.append(replace(one, nth=seen[told]) if seen[told] else one)
        seen[told] += 1
    return numbered


def _targets(path: Path) -> Iterator[Path]:
    """Walk what can be checked below a path: collections as a whole, and files by their names."""
    if not path.is_dir():
        yield path
        return
    if definition_of(str(path)) is not None or any(request_stem(one.name) for one in path.iterdir()):
        yield path
        return
    for inner in sorted(path.iterdir()):
        if inner.is_symlink() or inner.name in (".git", "node_modules", ".venv"):
            continue
        if inner.is_dir():
            yield from _targets(inner)
        elif inner.name.endswith((".postman_collection.json", *ENDINGS, *_ENVIRONMENTS, *_ENVIRONMENT_JSON)):
            yield inner


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What was found without reading scripts; `defined` are variables of the companion and of its files."""

    findings: Sequence[Finding] = ()
    sites: Sequence[ScriptSite] = ()
    collection: Collection | None = None
    defined: frozenset[str] = frozenset()


def _whole(path: str) -> str:
    """Return the collection that a file is a part of: a commit may name many files of one."""
    try:
        return whole_collection(path)
    except InputError:
        return path


def _checked(path: str) -> _Checked:
    name = path.lower()
    try:
        if name.endswith(ENDINGS):
            load_companion(path)
            return _Checked()
        if name.endswith((*_ENVIRONMENTS, *_ENVIRONMENT_JSON)) or _is_environment(path):
            return _Checked(findings=_environment(path))
        return _collection(whole_collection(path))
    except InputError as error:
        return _Checked(findings=[unreadable(path, error)])


def _undefined(
    checked: _Checked,
    read: Sequence[tuple[ScriptSite, ScriptReading]],
    defined: frozenset[str],
    *,
    certain: bool,
) -> Iterator[Finding]:
    """Find variables that nothing defines, in requests and in templates of scripts."""
    if checked.collection is None:
        return
    known = defined | checked.defined | {variable.key for variable in checked.collection.variables}
    known |= {name for _, reading in read for name in reading.sets}
    possible = frozenset(name for _, reading in read for name in reading.words)
    yield from check_variables(checked.collection, known | possible, certain=certain)
    for site, reading in read:
        for template in reading.templates:
            for _, message, sure in undefined(template.text, known | possible):
                yield Finding(
                    rule_id="undefined-variable",
                    message=message,
                    file=site.file,
                    field=site.field,
                    line=site.at(template.line),
                    raised="warning" if certain or sure else None,
                )


def _is_environment(path: str) -> bool:
    if not path.lower().endswith(".json"):
        return False
    document = read_json(path, "the file")
    return isinstance(document, list) or (isinstance(document, Mapping) and "values" in document)


def _environment(path: str) -> list[Finding]:
    environment = load_environment(path)
    notices: tuple[Notice, ...] = ()
    if path.lower().endswith((".yaml", ".yml")):
        text = decode(read_bytes(path, "the environment"))
        _, notices = environment_document(text, path)
    findings = list(variables_in_clear(environment.variables, path))
    findings += (replace(one, raised="warning") for one in with_notices((), notices))
    told = {one.told for one in notices}
    findings += (
        Finding(rule_id="left-out", message=one, file=path, raised="warning")
        for one in environment.warnings
        if one not in told
    )
    return findings


def _collection(path: str) -> _Checked:
    collection = load_collection(path)
    findings: list[Finding] = []
    if Path(path).is_dir():
        checked = check_directory(path)
        findings += with_notices(checked.findings, collection.notices)
        sites = checked.sites
        examples = [(node.file, "", node.data()) for node in checked.examples]
    else:
        sites = list(script_sites(collection))
        findings += [
            Finding(rule_id="left-out", message=one, file=path, raised="warning")
            for one in collection.warnings
        ]
        findings += check_empty_folders(collection.root, path)
        examples = list(saved_examples(collection))
    findings += check_secrets(collection)
    findings += (found for example in examples for found in check_example(*example))
    defined, more = _companion(collection)
    findings += more
    return _Checked(findings=findings, sites=sites, collection=collection, defined=defined)


def _companion(collection: Collection) -> tuple[frozenset[str], list[Finding]]:
    """Check the companion beside a collection; name what it sets, and what its environment holds."""
    beside = companion_beside(collection.file)
    if beside is None:
        return frozenset(), []
    try:
        companion = load_companion(beside)
    except InputError as error:
        return frozenset(), [unreadable(str(beside), error)]
    names = {entry.variable for call in companion.calls for entry in call.extract}
    findings: list[Finding] = []
    try:
        bind(companion, collection)
    except InputError as error:
        findings.append(unreadable(str(beside), error, rule_id="companion-binding"))
    for file in (companion.environment, companion.globals):
        if file and Path(file).is_file():
            try:
                names |= {variable.key for variable in load_environment(file).variables}
            except InputError as error:
                findings.append(unreadable(file, error))
    return frozenset(names), findings


def _switched_off(file: str) -> frozenset[str]:
    """Read which rules a file asks not to be held to."""
    try:
        text = read_file(file).decode("utf-8", "replace")
    except (OSError, InputError):
        return frozenset()
    return frozenset(name.strip() for found in _OFF.findall(text) for name in found.split(","))


def _unknown_rules(target: Path) -> Iterator[Finding]:
    """Find names of rules that are switched off and do not exist."""
    files = sorted(target.rglob("*.y*ml")) if target.is_dir() else [target]
    for file in files:
        for name in sorted(_switched_off(str(file)) - BY_ID.keys()):
            hint = choices(name, BY_ID)
            yield Finding(
                rule_id="unknown-rule",
                message=f"there is no rule {name!r} to switch off; {hint}",
                file=str(file),
            )


def read_baseline(file: str) -> frozenset[str]:
    """Read the findings that are known, from what `--format json` wrote. Raises `InputError`."""
    document: Any = read_json(file, "the baseline")
    listed = document.get("findings") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise InputError(
            "this is no baseline", where=file, hint="write one with `harness lint --format json`"
        )
    return frozenset(str(one.get("fingerprint")) for one in listed if isinstance(one, Mapping))


def as_json(findings: Sequence[Finding]) -> str:
    """Write findings so that they are a baseline, too."""
    rows = [
        {
            "rule": one.rule_id,
            "severity": one.severity,
            "message": one.message,
            "file": one.file,
            "line": one.line,
            "field": one.field,
            "fingerprint": one.fingerprint,
        }
        for one in findings
    ]
    return json.dumps({"findings": rows}, indent=2, ensure_ascii=False)
