"""What Postman's schema refuses though it has a reading: Postman leaves the whole file out then."""

from collections.abc import Iterator, Mapping
from typing import Final

from harness.collection.v3.entries import PROTOCOL_VERSIONS, SYSTEM_HEADERS, TLS_PROTOCOLS
from harness.collection.yaml_document import Node

Refused = tuple[str, Node, str]
"""What is refused: a message, where it stands, and its field."""

_SCRIPT_KEYS: Final = ("type", "code", "language", "packages", "requests")
_FIELD_KEYS: Final = ("key", "value", "description", "disabled")
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "protocolVersion": PROTOCOL_VERSIONS,
    "tlsDisabledProtocols": TLS_PROTOCOLS,
    "disabledSystemHeaders": SYSTEM_HEADERS,
}


def refused(values: Mapping[str, Node]) -> Iterator[Refused]:
    """Find what Postman does not read in a request or definition."""
    yield from _settings(values.get("settings"))
    yield from _scripts(values.get("scripts"))
    auth = values.get("auth")
    if auth is not None and isinstance(auth.value, dict):
        kind, credentials = auth.value.get("type"), auth.value.get("credentials")
        if kind is not None and kind.text == "noauth" and credentials is not None:
            yield "Postman reads no noauth with credentials", credentials, "auth.credentials"
    body = values.get("body")
    if body is not None and isinstance(body.value, dict):
        kind, content = body.value.get("type"), body.value.get("content")
        if kind is not None and kind.text == "urlencoded" and content is not None:
            for field, entry in _entries(content, "body.content"):
                yield from _keys(entry, field, _FIELD_KEYS)


def _settings(node: Node | None) -> Iterator[Refused]:
    if node is None or not isinstance(node.value, dict):
        return
    for key, valid in _NAMES.items():
        value = node.value.get(key)
        if value is None or isinstance(value.value, dict):
            continue
        for one in value.value if isinstance(value.value, tuple) else (value,):
            if isinstance(one.value, str) and one.value not in valid:
                text = f"Postman knows no {one.text!r} here (valid: {', '.join(valid)})"
                yield text, one, f"settings.{key}"


def _scripts(node: Node | None) -> Iterator[Refused]:
    for field, script in _entries(node, "scripts") if node is not None else ():
        yield from _keys(script, field, _SCRIPT_KEYS)
        packages = script.value.get("packages")
        if packages is None or not isinstance(packages.value, dict):
            continue
        for name, one in packages.value.items():
            inner = f"{field}.packages.{name}"
            own = one.value.get("id") if isinstance(one.value, dict) else None
            if own is None or not isinstance(own.value, str):
                yield "Postman reads a package as a map with its id, a text", one, inner
            else:
                yield from _keys(one, inner, ("id",))


def _entries(node: Node, field: str) -> Iterator[tuple[str, Node]]:
    for index, one in enumerate(node.value) if isinstance(node.value, tuple) else ():
        if isinstance(one.value, dict):
            yield f"{field}[{index}]", one


def _keys(node: Node, field: str, valid: tuple[str, ...]) -> Iterator[Refused]:
    for key in node.keys:
        if key.text not in valid:
            yield (
                f"Postman knows no key {key.text!r} here (valid: {', '.join(valid)})",
                key,
                f"{field}.{key.text}",
            )
