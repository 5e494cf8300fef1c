"""Reading a companion file. `companion.schema.json` beside this module says the same to editors."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, cast, get_args

from harness.collection.companion import (
    CallEntry,
    Companion,
    CompanionScope,
    ContractEntry,
    ExpectCheck,
    ExpectEntry,
    ExtractEntry,
    IgnoredRule,
    OnceEntry,
    RetryEntry,
    RetryGoal,
)
from harness.collection.document import decode, is_address, read_bytes
from harness.collection.yaml_document import YamlNode, parse_yaml
from harness.errors import InputError, choices

VERSIONS: Final = ("1",)
"""The versions of the format; a file that does not say is of the first."""

KEYS: Final = (
    "version", "environment", "globals", "platform", "cassette", "openapi", "before", "after", "calls"
)  # fmt: skip
CALL_KEYS: Final = (
    "call", "extract", "expect", "retry", "only", "always", "needs", "parallel", "after", "openapi",
    "tags"
)  # fmt: skip
EXTRACT_KEYS: Final = ("path", "header", "regex", "scope")
RETRY_KEYS: Final = ("until", "every", "for")
OPENAPI_KEYS: Final = ("file", "ignore")
IGNORE_KEYS: Final = ("rule", "at", "reason")
ONLY_KEYS: Final = ("platform",)
SCOPES: Final = get_args(CompanionScope)
CHECKS: Final = get_args(ExpectCheck)
HEADER_CHECKS: Final = ("equals", "matches", "exists")
TYPES: Final = ("string", "number", "integer", "boolean", "null", "array", "object")
GOALS: Final = get_args(RetryGoal)
PLATFORMS: Final = ("local",)

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)", re.ASCII)
_TAG: Final = re.compile(r"[\w.-]+", re.ASCII)
_STATUS: Final = re.compile(r"[1-5](?:\d\d|xx)", re.ASCII)


def load_companion(file: str | os.PathLike[str]) -> Companion:
    """Read a companion file. Raises `InputError` that says file and line.

    That its calls are calls of a collection is for `companion.bind` to say.
    """
    name = os.fspath(file)
    return parse_companion(decode(read_bytes(name, "the companion file")), name)


def parse_companion(text: str, file: str) -> Companion:
    """Read a companion file's text; its paths of files are relative to the file."""
    root = parse_yaml(text, file)
    if root.value is None:
        return Companion(file=file)
    values = _map(root, KEYS, "a companion file")
    if "version" in values:
        _one_of(values["version"], VERSIONS, "version")
    folder = Path(file).parent
    platform = values.get("platform")
    openapi = values.get("openapi")
    described = (
        _map(openapi, OPENAPI_KEYS, "openapi", field="openapi")
        if openapi is not None and isinstance(openapi.value, dict)
        else {"file": openapi}
    )
    return Companion(
        file=file,
        environment=_file(values.get("environment"), folder),
        globals=_file(values.get("globals"), folder),
        platform=None if platform is None else _one_of(platform, PLATFORMS, "platform"),
        cassette=_file(values.get("cassette"), folder),
        openapi=_description(described.get("file"), folder),
        ignored=tuple(_ignored(described.get("ignore"), ())),
        before=tuple(_once(values.get("before"), "before")),
        after=tuple(_once(values.get("after"), "after")),
        calls=tuple(_call(node) for node in _list(values.get("calls"), "calls")),
    )


def parse_duration(text: str) -> float | None:
    """Read `500ms`, `1.5s`, `2m` or `1h` as seconds; `None` when it is none of them."""
    found = _DURATION.fullmatch(text.strip())
    return float(found[1]) * _UNITS[found[2]] if found else None


def _once(node: YamlNode | None, field: str) -> Iterator[OnceEntry]:
    """Read the calls of the set-up or the teardown."""
    for one in _list(node, field):
        path = _path(one)
        yield OnceEntry(path=path, place=one.place(path, field))


def _call(node: YamlNode) -> CallEntry:
    values = _map(node, CALL_KEYS, "an entry of calls")
    if "call" not in values:
        _refuse("an entry of calls needs `call`: the names that lead to it", node)
    path = _path(values["call"])
    if len(values) == 1:
        _refuse("this entry says nothing of its call", node, path, f"it can have {', '.join(CALL_KEYS[1:])}")
    only, always = values.get("only"), values.get("always")
    needs = _list(values.get("needs"), "needs", path)
    parallel = values.get("parallel")
    after = _list(values.get("after"), "after", path)
    return CallEntry(
        path=path,
        extract=tuple(_extracts(values.get("extract"), path)),
        expect=tuple(_expects(values.get("expect"), path)),
        retry=_retry(values.get("retry"), path),
        only_platform=_only(only, path) if only is not None else None,
        always=False if always is None else _boolean(always, "always", path),
        needs=tuple(_path(need) for need in needs),
        openapi=_contract(values.get("openapi"), path),
        parallel=None if parallel is None else _boolean(parallel, "parallel", path),
        after=tuple(_path(other) for other in after),
        tags=tuple(_tag(one, path) for one in _list(values.get("tags"), "tags", path)),
        place=node.place(path),
    )


def _path(node: YamlNode) -> tuple[str, ...]:
    """Read a call's path: a list of names, or one text with ` / ` between them."""
    if isinstance(node.value, tuple):
        if not node.value or any(isinstance(one.value, dict | tuple) for one in node.value):
            _refuse("expected the names that lead to a call", node)
        return tuple(one.text for one in node.value)
    if isinstance(node.value, dict) or not node.text:
        _refuse(f"expected the names that lead to a call, found {node.kind}", node)
    return tuple(node.text.split(" / "))


def _tag(node: YamlNode, path: tuple[str, ...]) -> str:
    if isinstance(node.value, dict | tuple) or not _TAG.fullmatch(node.text):
        hint = "letters, digits, dots, dashes and underscores"
        _refuse(f"expected a tag, found {node.kind}", node, path, hint, field="tags")
    return node.text


def _extracts(node: YamlNode | None, path: tuple[str, ...]) -> Iterator[ExtractEntry]:
    if node is None:
        return
    _expect_kind(node, dict, "variables with what they take", path, "extract")
    for key, value in node.items():
        yield _extract(key.text, value, path)


def _extract(variable: str, node: YamlNode, path: tuple[str, ...]) -> ExtractEntry:
    field = f"extract.{variable}"
    place = node.place(path, field)
    if isinstance(node.value, str):
        return ExtractEntry(variable=variable, source="path", expression=_expression(node), place=place)
    values = _map(node, EXTRACT_KEYS, "an extraction", path, field)
    sources = [name for name in ("path", "header") if name in values]
    if len(sources) == 2:
        _refuse("an extraction has `path` or `header`, not both", node, path, field=field)
    if not sources and "regex" not in values:
        _refuse("an extraction needs `path`, `header` or `regex`", node, path, field=field)
    regex = None if "regex" not in values else _regex(values["regex"], path, f"{field}.regex")
    scope = values.get("scope")
    given = values[sources[0]] if sources else None
    return ExtractEntry(
        variable=variable,
        source="body" if given is None else "path" if sources[0] == "path" else "header",
        expression="" if given is None else _expression(given, path, f"{field}.{sources[0]}"),
        regex=regex,
        scope="environment"
        if scope is None
        else cast("CompanionScope", _one_of(scope, SCOPES, f"{field}.scope", path)),
        place=place,
    )


def _expects(node: YamlNode | None, path: tuple[str, ...]) -> Iterator[ExpectEntry]:
    if node is None:
        return
    _expect_kind(node, dict, "what has to hold", path, "expect")
    for key, value in node.items():
        match key.text:
            case "status":
                yield _status(value, path)
            case "header":
                _expect_kind(value, dict, "headers with what has to hold", path, "expect.header")
                for name, wanted in value.items():
                    field = f"expect.header.{name.text}"
                    for check, one in _checks(wanted, HEADER_CHECKS, path, field):
                        place = one.place(path, field)
                        yield ExpectEntry(
                            subject="header",
                            target=name.text,
                            check=check,
                            wanted=_wanted(check, one, path, field),
                            place=place,
                        )
            case expression if expression.startswith("$") or "`" in expression:
                for check, one in _checks(value, CHECKS, path, f"expect.{expression}"):
                    field = f"expect.{expression}"
                    yield ExpectEntry(
                        subject="path",
                        target=expression.strip(),
                        check=check,
                        wanted=_wanted(check, one, path, field),
                        place=key.place(path, field),
                    )
            case other:
                hint = "expect has `status`, `header`, and JSONPaths, which begin with `$`"
                _refuse(f"unknown key {other!r} in expect", key, path, hint, field="expect")


def _status(node: YamlNode, path: tuple[str, ...]) -> ExpectEntry:
    given = node.value if isinstance(node.value, tuple) else (node,)
    for one in given:
        if isinstance(one.value, dict | tuple) or not _STATUS.fullmatch(one.text):
            hint = "as 200, 2xx, or a list of them"
            _refuse(f"expected a status, found {one.kind}", one, path, hint, field="expect.status")
    if not given:
        _refuse("expected a status, found an empty list", node, path, field="expect.status")
    wanted = tuple(one.text if "x" in one.text else int(one.text) for one in given)
    return ExpectEntry(
        subject="status", check="equals", wanted=wanted, place=node.place(path, "expect.status")
    )


def _checks(
    node: YamlNode, valid: tuple[str, ...], path: tuple[str, ...], field: str
) -> Iterator[tuple[ExpectCheck, YamlNode]]:
    """Read the checks of one thing; what is no map has to be equal."""
    if not isinstance(node.value, dict):
        yield "equals", node
        return
    if not node.value:
        _refuse("this says nothing", node, path, f"it can have {', '.join(valid)}", field=field)
    for name, wanted in _map(node, valid, "this check", path, field).items():
        yield cast("ExpectCheck", name), wanted


def _wanted(check: ExpectCheck, node: YamlNode, path: tuple[str, ...], field: str) -> Any:
    field = f"{field}.{check}"
    match check:
        case "matches":
            return _regex(node, path, field)
        case "exists":
            return _boolean(node, field, path)
        case "type":
            return _one_of(node, TYPES, field, path)
        case "count":
            if type(node.value) is not int or node.value < 0:
                _refuse(f"expected a count, found {node.kind}", node, path, field=field)
            return node.value
        case _:
            return node.data()


def _retry(node: YamlNode | None, path: tuple[str, ...]) -> RetryEntry | None:
    if node is None:
        return None
    values = _map(node, RETRY_KEYS, "retry", path, "retry")
    until, every, bound = (values.get(name) for name in RETRY_KEYS)
    default = RetryEntry()
    retry = RetryEntry(
        until=default.until
        if until is None
        else cast("RetryGoal", _one_of(until, GOALS, "retry.until", path)),
        every_s=default.every_s if every is None else _duration(every, "retry.every", path),
        for_s=default.for_s if bound is None else _duration(bound, "retry.for", path),
    )
    if retry.every_s <= 0:
        _refuse("a retry has to wait between its attempts", every or node, path, field="retry.every")
    return retry


def _goal(node: YamlNode, path: tuple[str, ...]) -> RetryGoal:
    return cast("RetryGoal", _one_of(node, GOALS, "retry.until", path))


def _only(node: YamlNode, path: tuple[str, ...]) -> str:
    values = _map(node, ONLY_KEYS, "only", path, "only")
    if "platform" not in values:
        _refuse("only needs `platform`", node, path, field="only")
    return _one_of(values["platform"], PLATFORMS, "only.platform", path)


def _contract(node: YamlNode | None, path: tuple[str, ...]) -> ContractEntry | None:
    """Read how a call is checked against the description: `false`, or what is known of it."""
    if node is None:
        return None
    if isinstance(node.value, bool):
        return ContractEntry(check=node.value)
    values = _map(node, ("ignore",), "openapi of a call", path, "openapi")
    return ContractEntry(ignored=tuple(_ignored(values.get("ignore"), path)))


def _ignored(node: YamlNode | None, path: tuple[str, ...]) -> Iterator[IgnoredRule]:
    field = "openapi.ignore"
    for one in _list(node, field, path):
        values = _map(one, IGNORE_KEYS, "an ignored violation", path, field)
        if "rule" not in values and "at" not in values:
            _refuse("what is ignored needs `rule`, `at` or both", one, path, field=field)
        if "reason" not in values:
            _refuse("what is ignored needs a `reason`", one, path, field=field)
        yield IgnoredRule(
            **{key: _expression(value, path, f"{field}.{key}") for key, value in values.items()}
        )


def _duration(node: YamlNode, field: str, path: tuple[str, ...]) -> float:
    seconds = None if isinstance(node.value, dict | tuple) else parse_duration(node.text)
    if seconds is None:
        hint = "a number with its unit: 500ms, 1.5s, 2m, 1h"
        _refuse(f"expected a duration, found {node.kind}", node, path, hint, field=field)
    return seconds


def _regex(node: YamlNode, path: tuple[str, ...], field: str) -> str:
    if isinstance(node.value, dict | tuple) or not node.text:
        _refuse(f"expected a regular expression, found {node.kind}", node, path, field=field)
    if "{{" not in node.text:
        try:
            re.compile(node.text)
        except re.error as error:
            at = "" if error.pos is None else f" at position {error.pos + 1}"
            _refuse(f"not a regular expression: {error.msg}{at}", node, path, field=field)
    return node.text


def _expression(node: YamlNode, path: tuple[str, ...] = (), field: str = "") -> str:
    if isinstance(node.value, dict | tuple) or not node.text.strip():
        _refuse(f"expected a text, found {node.kind}", node, path, field=field)
    return node.text.strip()


def _boolean(node: YamlNode, field: str, path: tuple[str, ...]) -> bool:
    if not isinstance(node.value, bool):
        _refuse(f"expected true or false, found {node.kind}", node, path, field=field)
    return node.value is True


def _one_of(node: YamlNode, valid: tuple[str, ...], field: str, path: tuple[str, ...] = ()) -> str:
    if isinstance(node.value, dict | tuple) or node.text not in valid:
        what = f"{field} cannot be {node.kind}"
        _refuse(what, node, path, choices(node.text, valid), field=field)
    return node.text


def _file(node: YamlNode | None, folder: Path) -> str | None:
    if node is None:
        return None
    if not isinstance(node.value, str):
        _refuse(f"expected the path of a file, found {node.kind}", node)
    return node.text if is_address(node.text) else os.path.normpath(folder / node.text)


def _description(node: YamlNode | None, folder: Path) -> str | None:
    """Return the path of an OpenAPI description: what strangers wrote asks for nothing over the network."""
    if node is not None and is_address(node.text):
        _refuse("an address is named on the command line alone", node, hint="--openapi URL", field="openapi")
    return _file(node, folder)


def _list(node: YamlNode | None, field: str, path: tuple[str, ...] = ()) -> tuple[YamlNode, ...]:
    if node is None or node.value is None:
        return ()
    _expect_kind(node, tuple, "a list", path, field)
    nodes: tuple[YamlNode, ...] = node.value
    return nodes


def _map(
    node: YamlNode, valid: tuple[str, ...], what: str, path: tuple[str, ...] = (), field: str = ""
) -> Mapping[str, YamlNode]:
    _expect_kind(node, dict, f"a map of {', '.join(valid)}", path, field)
    for key in node.keys:
        if key.text not in valid:
            message = f"{what} has no key {key.text!r}"
            _refuse(message, key, path, choices(key.text, valid), field=field)
    values: Mapping[str, YamlNode] = node.value
    return values


def _expect_kind(node: YamlNode, kind: type, wanted: str, path: tuple[str, ...], field: str) -> None:
    if not isinstance(node.value, kind):
        _refuse(f"expected {wanted}, found {node.kind}", node, path, field=field)


def _refuse(
    what: str, node: YamlNode, path: tuple[str, ...] = (), hint: str = "", *, field: str = ""
) -> NoReturn:
    raise InputError(what, where=node.place(path, field), hint=hint)
