"""One request file: `$kind: http-request` or `graphql-request`, as v2.1 writes requests."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from harness.collection.model import NoticeKind, Pair, Protocol, Script
from harness.collection.request_json import url_to_json
from harness.collection.url_text import parse
from harness.collection.v3.entries import auth_json, read_scripts, read_settings
from harness.collection.v3.fields import Fields, Notes
from harness.collection.yaml_document import YamlNode

PROTOCOLS: Final[dict[str, Protocol]] = {"http-request": "http", "graphql-request": "graphql"}
"""The kinds of requests that are run."""

OTHER_REQUESTS: Final = frozenset(
    f"{name}-request" for name in ("grpc", "websocket", "socket.io", "mqtt", "llm", "mcp")
)
"""The kinds of requests that Postman has besides, and that are not run."""

RAW_TYPES: Final = ("json", "text", "xml", "html", "javascript")
BODY_TYPES: Final = (*RAW_TYPES, "urlencoded", "formdata", "file", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFile:
    """What a request file says. `json` is the request in v2.1's form; `order` sorts it among its siblings.

    `skipped` says why a request of another kind is not run.
    """

    name: str | None = None
    id: str | None = None
    order: int | float = 0
    description: str | None = None
    json: dict[str, Any] = field(default_factory=dict)
    scripts: tuple[Script, ...] = ()
    profile: dict[str, Any] = field(default_factory=dict)
    protocol: Protocol = "http"
    skipped: str | None = None


def read_request(root: YamlNode, notes: Notes) -> RequestFile | None:
    """Read a request; `None`, with a notice, when the file is none that can be run."""
    if not isinstance(root.value, dict):
        notes.leave_out(root, "$kind", f"a request is a map, and this file holds {root.kind}; it is left out")
        return None
    fields = Fields(root, notes)
    kind = fields.text("$kind")
    if kind is None:
        valid = ", ".join(PROTOCOLS)
        notes.leave_out(root, "$kind", f"the file does not say its $kind ({valid}); it is left out")
        return None
    protocol = PROTOCOLS.get(kind)
    if protocol is None:
        return _skipped(kind, fields)
    name, order = fields.text("name"), fields.number("order")
    given_id, description = fields.text("id"), fields.text("description")
    scripts = read_scripts(fields, protocol)
    profile = read_settings(fields)
    fields.take("examples")
    json: dict[str, Any] = {"method": "POST" if protocol == "graphql" else fields.text("method") or "GET"}
    headers = fields.pairs("headers")
    if headers:
        json["header"] = [{**one, "value": one["value"] or ""} for one in headers]
    json["url"] = _url(fields)
    auth = auth_json(fields)
    if auth is not None:
        json["auth"] = auth
    body = _graphql(fields) if protocol == "graphql" else _body(fields)
    if body is not None:
        json["body"] = body
    if description is not None:
        json["description"] = description
    fields.done()
    if protocol == "http" and body is None and not _body_is_known(fields):
        return None
    return RequestFile(
        name=name,
        id=given_id,
        order=order or 0,
        description=description,
        json=json,
        scripts=scripts,
        profile=profile,
        protocol=protocol,
    )


def _skipped(kind: str, fields: Fields) -> RequestFile | None:
    """Read as much of a request of another kind as reports need to name it."""
    notes, place = fields.notes, fields.values["$kind"]
    if not kind.endswith("request"):
        notes.leave_out(place, "$kind", f"the kind {kind!r} is not known; the file is left out")
        return None
    reason = f"requests of kind {kind!r} are not run"
    told: NoticeKind = "not-run" if kind in OTHER_REQUESTS else "left-out"
    notes.leave_out(place, "$kind", f"{reason}; the request is skipped", kind=told)
    url = fields.values.get("url")
    order = fields.values.get("order")
    name = fields.values.get("name")
    return RequestFile(
        name=name.text if name is not None and name.value is not None else None,
        order=order.value if order is not None and type(order.value) in (int, float) else 0,
        json={"method": "GET", "url": url.text if url is not None else ""},
        skipped=reason,
    )


def _url(fields: Fields) -> str | dict[str, Any]:
    """Read the address with its lists.

    A parameter of the address whose key is in the list goes, the list follows what stays.
    """
    raw = fields.text("url") or ""
    parameters, variables = fields.pairs("queryParams"), fields.pairs("pathVariables")
    if not parameters and not variables:
        return raw
    # A path names its variables, and gives them no values: only the list does.
    url = replace(parse(raw), variables=())
    written = url_to_json(url)
    assert isinstance(written, dict)  # noqa: S101 - it is parsed
    if parameters:
        listed = {one["key"] for one in parameters}
        kept = [_pair_json(one) for one in url.query if one.key not in listed]
        written["query"] = kept + parameters
    if variables:
        written["variable"] = variables
    return written


def _pair_json(pair: Pair) -> dict[str, Any]:
    return {"key": pair.key, "value": pair.value}


def _body_is_known(fields: Fields) -> bool:
    """Whether a body that is not sent is one that is understood: absent, or of type none."""
    body = fields.values.get("body")
    if body is None or body.value is None:
        return True
    if not isinstance(body.value, dict):
        return False
    kind = body.value.get("type")
    return kind is not None and kind.text == "none"


def _body(fields: Fields) -> dict[str, Any] | None:
    node = fields.values.get("body")
    if node is not None and node.value is not None and not isinstance(node.value, dict):
        fields.take("body")
        fields.notes.mistyped(node, "body", "a map", "the request is left out")
        return None
    body = fields.fields("body")
    if body is None:
        return None
    kind = body.text("type")
    content = body.take("content")
    if kind not in BODY_TYPES:
        what = "a body needs a type" if kind is None else f"there is no body of type {kind!r}"
        fields.notes.leave_out(
            body.values.get("type", body.node),
            body.name("type"),
            f"{what}; the request is left out (valid: {', '.join(BODY_TYPES)})",
        )
        return None
    body.done()
    if kind == "none":
        return None
    if kind in RAW_TYPES:
        if kind == "json" and content is not None and isinstance(content.value, dict | tuple):
            raw = content.json_text()
        else:
            raw = "" if content is None else body.text_of(content, body.name("content")) or ""
        return {"mode": "raw", "raw": raw, "options": {"raw": {"language": kind}}}
    if kind == "urlencoded":
        pairs = body.pairs("content", ("type",)) or []
        return {"mode": "urlencoded", "urlencoded": [{**one, "value": one["value"] or ""} for one in pairs]}
    if kind == "formdata":
        return {"mode": "formdata", "formdata": _form(body, content)}
    return {"mode": "file", "file": _file(body, content)}


def _form(body: Fields, content: YamlNode | None) -> list[dict[str, Any]]:
    if content is not None and isinstance(content.value, dict):
        pairs = body.pairs("content") or []
        return [{"key": one["key"], "value": one["value"] or "", "type": "text"} for one in pairs]
    parts = (_part(one) for one in body.entries("content", "form field"))
    return [part for part in parts if part is not None]


def _part(fields: Fields) -> dict[str, Any] | None:
    kind = fields.text("type") or ("file" if "src" in fields.values else "text")
    source = fields.take("src")
    part: dict[str, Any] = {"type": kind}
    for key in ("contentType", "fileName"):
        text = fields.text(key)
        if text is not None:
            part[key] = text
    pair = fields.pair(("type", "src", "contentType", "fileName"))
    if pair is None:
        return None
    if kind not in ("text", "file"):
        what = f"there is no form field of type {kind!r}; it is left out (valid: text, file)"
        fields.notes.leave_out(fields.values["type"], fields.name("type"), what)
        return None
    part |= pair
    if kind == "file":
        del part["value"]
        if source is not None and isinstance(source.value, tuple):
            part["src"] = [one.text for one in source.value if not isinstance(one.value, dict | tuple)]
        elif source is not None:
            part["src"] = fields.text_of(source, fields.name("src"))
    else:
        part["value"] = part["value"] or ""
    return part


def _file(body: Fields, content: YamlNode | None) -> dict[str, Any]:
    """Read the file that is a body: its path as `src`, or as the content itself."""
    if content is None:
        return {}
    if not isinstance(content.value, dict):
        source = body.text_of(content, body.name("content"))
    else:
        fields = Fields(content, body.notes, body.name("content"))
        source = fields.text("src")
        fields.done()
    return {} if source is None else {"src": source}


def _graphql(fields: Fields) -> dict[str, Any]:
    """Read query and variables; variables that are a map are their JSON."""
    # Where an editor finds the types of a server.
    fields.take("schema")
    graphql: dict[str, Any] = {}
    for key in ("query", "operationName"):
        text = fields.text(key)
        if text is not None:
            graphql[key] = text
    variables = fields.take("variables")
    if variables is not None:
        mapped = isinstance(variables.value, dict)
        graphql["variables"] = variables.data() if mapped else fields.text_of(variables, "variables")
    return {"mode": "graphql", "graphql": graphql}
