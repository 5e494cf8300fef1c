"""What requests and definitions have in common: auth, scripts, settings."""

from collections.abc import Mapping
from typing import Any, Final

from harness.collection.model import Auth, EventName, Protocol, Script
from harness.collection.request_json import auth_from_json
from harness.collection.v3.fields import Fields
from harness.collection.yaml_document import YamlNode

AUTH_TYPES: Final = (
    "noauth", "basic", "bearer", "digest", "oauth1", "oauth2", "awsv4", "hawk", "ntlm", "apikey", "edgegrid",
    "jwt", "asap",
)  # fmt: skip

SCRIPT_TYPES: Final[Mapping[str, tuple[Protocol, EventName]]] = {
    "http:beforeRequest": ("http", "prerequest"),
    "http:afterResponse": ("http", "test"),
    "graphql:beforeQuery": ("graphql", "prerequest"),
    "graphql:afterResponse": ("graphql", "test"),
}
"""The protocol and event of each type of script."""

OTHER_SCRIPT_TYPES: Final = ("grpc:beforeInvoke", "grpc:onIncomingMessage", "grpc:afterResponse")
"""Types of scripts for requests of kinds that are not run."""

LANGUAGES: Final = ("text/javascript",)

FLAG_SETTINGS: Final = (
    "strictSSL", "followRedirects", "followOriginalHttpMethod", "followAuthorizationHeader",
    "removeRefererHeaderOnRedirect", "insecureHTTPParser", "disableUrlEncoding", "disableCookies",
    "tlsPreferServerCiphers",
)  # fmt: skip
LIST_SETTINGS: Final = ("tlsDisabledProtocols", "tlsCipherSelection")
PROTOCOL_VERSIONS: Final = ("auto", "http1", "http2")
TLS_PROTOCOLS: Final = ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3")
SYSTEM_HEADERS: Final = (
    "cache-control", "postman-token", "content-type", "content-length", "accept-encoding", "user-agent",
    "connection", "accept", "host",
)  # fmt: skip
"""The headers that a setting can switch off in Postman, which reads no file that names another."""


def auth_json(fields: Fields, key: str = "auth") -> dict[str, Any] | None:
    """Take an auth as v2.1 writes it; `None` inherits. Of a list the last entry is used."""
    node = fields.take(key)
    if node is None:
        return None
    name = fields.name(key)
    if isinstance(node.value, tuple):
        entries = [one for one in node.value if one.value is not None]
        for index, one in enumerate(entries[:-1]):
            fields.notes.leave_out(one, f"{name}[{index}]", "of several auths only the last is used")
        if not entries:
            return None
        node, name = entries[-1], f"{name}[{len(node.value) - 1}]"
    if not isinstance(node.value, dict):
        fields.notes.mistyped(node, name, "an auth (a map)", "none is sent")
        return {"type": "noauth"}
    return _auth(Fields(node, fields.notes, name))


def _auth(auth: Fields) -> dict[str, Any] | None:
    scheme = auth.text("type")
    for key in ("id", "name", "description", "rules"):
        auth.take(key)
    if scheme == "inherit":
        auth.take("credentials")
        auth.done()
        return None
    credentials = auth.take("credentials")
    auth.done()
    if scheme not in AUTH_TYPES:
        what = "an auth needs a type" if scheme is None else f"there is no auth of type {scheme!r}"
        auth.notes.leave_out(auth.values.get("type", auth.node), auth.name("type"), f"{what}; none is sent")
        return {"type": "noauth"}
    params = [] if credentials is None else _credentials(auth, credentials)
    return {"type": scheme, scheme: params} if scheme != "noauth" else {"type": scheme}


def _credentials(auth: Fields, given: YamlNode) -> list[dict[str, Any]]:
    name = auth.name("credentials")
    if isinstance(given.value, dict):
        return [_credential(key, value) for key, value in given.value.items() if value.value is not None]
    if isinstance(given.value, tuple):
        return [
            _credential(key, value)
            for entry in auth.entries("credentials", "credential")
            if (key := entry.text("key")) is not None and (value := entry.take("value")) is not None
        ]
    auth.notes.mistyped(given, name, "a map")
    return []


def _credential(key: str, value: YamlNode) -> dict[str, Any]:
    """Read one credential: booleans, maps and lists stay what they are, a number is its text."""
    match value.value:
        case bool():
            return {"key": key, "value": value.value, "type": "boolean"}
        case dict() | tuple():
            return {"key": key, "value": value.data(), "type": "any"}
        case _:
            return {"key": key, "value": value.text, "type": "string"}


def read_auth(given: dict[str, Any] | None) -> Auth | None:
    """Turn the v2.1 form of an auth into one of the model."""
    return None if given is None else auth_from_json(given)


def read_scripts(fields: Fields, protocol: Protocol | None) -> tuple[Script, ...]:
    """Take the scripts of a request of a protocol, or with `None` those of a definition, in their order."""
    scripts = (_script(one, protocol) for one in fields.entries("scripts", "script"))
    return tuple(script for script in scripts if script is not None)


def _script(fields: Fields, protocol: Protocol | None) -> Script | None:
    kind = fields.text("type")
    code = fields.take("code")
    language = fields.text("language")
    disabled = fields.flag("disabled")
    given_id = fields.text("id")
    packages = fields.take("packages")
    for key in ("requests", "name"):
        fields.take(key)
    fields.done()
    if disabled:
        return None
    named = kind if kind is None or ":" in kind else f"{protocol or 'http'}:{kind}"
    found = SCRIPT_TYPES.get(named or "")
    if found is None or (protocol is not None and found[0] != protocol):
        if protocol is None and kind in OTHER_SCRIPT_TYPES:
            return None
        what = "a script needs a type" if kind is None else f"scripts of type {kind!r} are not known here"
        valid = ", ".join(_valid(protocol))
        fields.notes.leave_out(
            fields.values.get("type", fields.node),
            fields.name("type"),
            f"{what}; the script is left out (valid: {valid})",
            kind="script-type",
        )
        return None
    if language is not None and language not in LANGUAGES:
        fields.notes.leave_out(
            fields.values["language"],
            fields.name("language"),
            f"scripts of language {language!r} are not run; the script is left out",
        )
        return None
    if code is None and "code" not in fields.values:
        fields.notes.leave_out(fields.node, fields.field, "a script without code is left out")
        return None
    source = "" if code is None else fields.text_of(code, fields.name("code"))
    if source is None:
        return None
    return Script(
        event=found[1],
        source=source,
        id=given_id,
        packages={} if packages is None else _packages(packages),
        protocol=found[0] if protocol is None else None,
    )


def _valid(protocol: Protocol | None) -> tuple[str, ...]:
    """List the types that a script can have."""
    if protocol is None:
        return tuple(SCRIPT_TYPES)
    return tuple(one.partition(":")[2] for one, (owner, _) in SCRIPT_TYPES.items() if owner == protocol)


def _packages(given: YamlNode) -> dict[str, str]:
    """Read a script's packages: a name with its id, as text or as a map."""
    ids: dict[str, str] = {}
    for key, value in given.items():
        found = value.value.get("id") if isinstance(value.value, dict) else value
        if found is not None and found.text:
            ids[key.text] = found.text
    return ids


def script_json(script: Script) -> dict[str, Any]:
    """Write a script as an event of v2.1."""
    written: dict[str, Any] = {"type": "text/javascript", "exec": script.source.split("\n")}
    if script.id is not None:
        written["id"] = script.id
    if script.packages:
        written["packages"] = {name: {"id": one} for name, one in script.packages.items()}
    return {"listen": script.event, "script": written}


def read_settings(fields: Fields) -> dict[str, Any]:
    """Take settings as v2.1's `protocolProfileBehavior`."""
    settings = fields.fields("settings")
    if settings is None:
        return {}
    profile: dict[str, Any] = {}
    for key in FLAG_SETTINGS:
        if key in settings.values:
            profile[key] = settings.flag(key)
    if "maxRedirects" in settings.values:
        profile["maxRedirects"] = settings.number("maxRedirects")
    if "protocolVersion" in settings.values:
        profile["protocolVersion"] = settings.text("protocolVersion")
    for key in LIST_SETTINGS:
        if key in settings.values:
            profile[key] = _texts(settings, key)
    if "disabledSystemHeaders" in settings.values:
        profile["disabledSystemHeaders"] = _disabled_headers(settings)
    settings.done()
    return {key: value for key, value in profile.items() if value is not None}


def _texts(settings: Fields, key: str) -> list[str] | None:
    node = settings.take(key)
    if node is None:
        return None
    entries = node.value if isinstance(node.value, tuple) else (node,)
    texts = (settings.text_of(one, settings.name(key)) for one in entries)
    return [one for one in texts if one is not None]


def _disabled_headers(settings: Fields) -> dict[str, bool] | None:
    """Read the headers that are not to be sent: a list of names, or v2.1's map of names and booleans."""
    node = settings.take("disabledSystemHeaders")
    if node is None:
        return None
    if isinstance(node.value, dict):
        headers = settings.fields("disabledSystemHeaders")
        assert headers is not None  # noqa: S101 - it is a map
        return {key: bool(headers.flag(key)) for key in node.value}
    if not isinstance(node.value, tuple):
        settings.notes.mistyped(node, settings.name("disabledSystemHeaders"), "a list of header names")
        return None
    return dict.fromkeys(_texts(settings, "disabledSystemHeaders") or (), True)
