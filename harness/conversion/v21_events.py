"""The scripts of a file of format v3 as the events of v2.1."""

from collections.abc import Mapping
from typing import Any

from harness.collection.v3.definition import KIND
from harness.collection.v3.entries import LANGUAGES, SCRIPT_TYPES
from harness.collection.v3.request import PROTOCOLS
from harness.collection.yaml_document import YamlNode


def events_of(values: Mapping[str, YamlNode]) -> list[dict[str, Any]] | None:
    """Write the scripts that a run would run, and those that are disabled; `None` where the file has no list.

    A script for GraphQL that says what one for HTTP says is that one: v2.1 knows no protocols.
    """
    node = values.get("scripts")
    if node is None or not isinstance(node.value, dict | tuple):
        return None
    kind = values["$kind"].text if "$kind" in values else KIND
    events: list[dict[str, Any]] = []
    twins: list[tuple[str, str]] = []
    for one in node.value if isinstance(node.value, tuple) else (node,):
        found = _type(one, kind)
        if found is None:
            continue
        protocol, listen = found
        code = one.value["code"].text
        if kind == KIND and protocol == "http":
            twins.append((listen, code))
        elif kind == KIND and (listen, code) in twins:
            twins.remove((listen, code))
            continue
        events.append(_event(listen, code, one.value))
    return events


def _type(script: YamlNode, kind: str) -> tuple[str, str] | None:
    """Return protocol and event of a script, `None` for one that no run runs."""
    if not isinstance(script.value, dict):
        return None
    code, language = script.value.get("code"), script.value.get("language")
    if code is None or isinstance(code.value, dict | tuple):
        return None
    if language is not None and language.value is not None and language.text not in LANGUAGES:
        return None
    given = script.value.get("type")
    name = "" if given is None else given.text
    own = PROTOCOLS.get(kind)
    found = SCRIPT_TYPES.get(name if ":" in name else f"{own or 'http'}:{name}")
    return None if found is None or (own is not None and found[0] != own) else found


def _event(listen: str, code: str, values: Mapping[str, YamlNode]) -> dict[str, Any]:
    script: dict[str, Any] = {"exec": code.split("\n")}
    if "language" in values and values["language"].value is not None:
        script["type"] = values["language"].text
    for key in ("id", "name"):
        if key in values and isinstance(values[key].value, str):
            script[key] = values[key].text
    for key in ("packages", "requests"):
        if key in values and isinstance(values[key].value, dict):
            script[key] = values[key].data()
    event: dict[str, Any] = {"listen": listen, "script": script}
    if "disabled" in values and values["disabled"].text == "true":
        event["disabled"] = True
    return event
