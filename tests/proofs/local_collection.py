"""Collections made to send everything to one server on this machine, and to draw nothing at random."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = "schema.getpostman.com/json/collection/v2"

_DRAWN: Final = (
    (re.compile(r"\{\{\$\w+\}\}"), "77"),
    (re.compile(r"Math\.random\(\)"), "0.5"),
    (re.compile(r"Date\.now\(\)"), "1700000000000"),
    (re.compile(r"new Date\(\)"), "new Date(1700000000000)"),
    (re.compile(r"(replaceIn\(['\"`])\{\{\$\w+\}\}"), r"\g<1>77"),
)
_LODASH: Final = re.compile(r"\b_\.(?:random|sample|sampleSize|shuffle)\(")
_HOST: Final = re.compile(r"(https?)://(?!\{)(?:[^/\s\"'`?#{}@]*@)?[^/\s\"'`?#{}\\]+")
_TOKEN: Final = re.compile(r"__(?:ECHO|RAW|HTTPS|NMREDIR)__")
_LEADING: Final = re.compile(r"^(?:https?://)?\{\{([^{}]+)\}\}")


def collections(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find the v2 collections among the JSON files below a folder."""
    for file in sorted(folder.rglob("*.json")) if folder.is_dir() else [folder]:
        try:
            text = file.read_text("utf-8-sig")
            found = json.loads(text) if SCHEMA in text else None
        except (OSError, ValueError):
            continue
        if isinstance(found, dict) and isinstance(found.get("collection"), dict):
            found = found["collection"]
        if not isinstance(found, dict):
            continue
        if isinstance(found.get("item"), list) and isinstance(found.get("info"), dict):
            yield str(file), found


def localized(given: dict[str, Any], host: str, *, most: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Point a collection at a host; the second value are variables that have to hold that address.

    Of its requests the first `most` stay.
    """
    text = _undrawn(json.dumps(given))
    text = _TOKEN.sub(host, text).replace("__PORT__", host.partition(":")[2])
    schema = given["info"].get("schema")
    text = _HOST.sub(f"http://{host}", text)
    document: dict[str, Any] = json.loads(text)
    document["info"]["schema"] = schema
    addresses: dict[str, str] = {}
    left = [most]
    document["item"] = list(_items(document["item"], host, addresses, left))
    return document, addresses


def draws(given: dict[str, Any]) -> bool:
    """Whether a collection draws what cannot be fixed, and so sends other things in every run."""
    return _LODASH.search(json.dumps(given)) is not None


def _undrawn(text: str) -> str:
    for pattern, instead in _DRAWN:
        text = pattern.sub(instead, text)
    return text


def _items(given: Any, host: str, addresses: dict[str, str], left: list[int]) -> Iterator[Any]:
    for one in given if isinstance(given, list) else []:
        if not isinstance(one, dict):
            continue
        item = deepcopy(one)
        if "item" in item:
            item["item"] = list(_items(item["item"], host, addresses, left))
        elif left[0] <= 0:
            continue
        else:
            left[0] -= 1
            request = item.get("request")
            if isinstance(request, str):
                item["request"] = _local(request, host, addresses)
            elif isinstance(request, dict) and "url" in request:
                request["url"] = _url(request["url"], host, addresses)
        yield item


def _url(given: Any, host: str, addresses: dict[str, str]) -> Any:
    if isinstance(given, str):
        return _local(given, host, addresses)
    if not isinstance(given, dict):
        return given
    if isinstance(given.get("raw"), str):
        given["raw"] = _local(given["raw"], host, addresses)
    where = given.get("host")
    name = ".".join(map(str, where)) if isinstance(where, list) else where
    if isinstance(name, str) and (found := _LEADING.match(name)) and found[0] == name:
        addresses[found[1]] = f"http://{host}"
        given.pop("protocol", None)
    elif name:
        given["protocol"] = "http"
        given["host"] = host.partition(":")[0].split(".")
        given["port"] = host.partition(":")[2]
    return given


def _local(text: str, host: str, addresses: dict[str, str]) -> str:
    found = _LEADING.match(text)
    if found:
        addresses[found[1]] = f"http://{host}"
        return re.sub(r"^https?://", "", text)
    if not text or "://" in text:
        return text
    return f"http://{host}" + re.sub(r"^[^/?#]*", "", text)


def settings_beside(file: Path, work: Path, host: str) -> dict[str, Any]:
    """Copy what lies beside a collection, and return the settings that a `case.json` there gives."""
    case = file.parent / "case.json"
    if not case.is_file():
        return {}
    for one in sorted(file.parent.rglob("*")):
        if one.is_file() and one.name not in (file.name, "case.json", "expected.json"):
            copy = work / one.relative_to(file.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = one.read_bytes().decode("utf-8", "surrogateescape")
            text = _TOKEN.sub(host, _undrawn(text)).replace("__PORT__", host.partition(":")[2])
            copy.write_bytes(text.encode("utf-8", "surrogateescape"))
    given = json.loads(case.read_text("utf-8"))
    found = {key: str(work / given[key]) for key in ("environment", "globals", "data") if given.get(key)}
    flags = given.get("flags", [])
    return found | ({"iterations": int(flags[flags.index("-n") + 1])} if "-n" in flags else {})
