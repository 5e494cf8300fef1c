"""Requests as v2.1 JSON, read and written: in collections, and on their way to scripts and back.

Reading follows the Postman SDK (postman-collection 4.4) in what it tolerates, and newman in what reaches
the wire when a value has an unexpected type: a number in a query is sent without its value, in a header
as text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast, get_args

from harness.collection.document import Spot
from harness.collection.javascript import as_boolean, as_text, to_json, trim
from harness.collection.model import (
    Auth,
    Body,
    BodyMode,
    FormPart,
    Pair,
    PathVariable,
    Request,
    Url,
)
from harness.collection.variable import read_variable, read_variables

BODY_MODES: Final = get_args(BodyMode)
_GRAPHQL: Final = ("query", "operationName", "variables")

_HOST_DOT: Final = re.compile(r"\.(?![^{]*\}\})")  # a dot that is not inside of {{ }}
_HEADER_LINE: Final = re.compile(r"^(\S+):(.*)$", re.MULTILINE)
_FOLD: Final = re.compile(r"\r\n([ \t])")


def request_from_json(given: Any, spot: Spot | None = None) -> Request:
    """Read a request: an object, or a text that is its URL.

    With a `spot`, what can be no request raises `InputError`; without one (a script's doing) it is ignored,
    as the SDK does.
    """
    if isinstance(given, str):
        return Request(url=Url(raw=given))
    if not isinstance(given, Mapping):
        if given is not None:
            _wrong(spot, "a request (an object, or a text that is its URL)", given)
        return Request(url=Url())
    method = given.get("method")
    return Request(
        url=url_from_json(given.get("url"), spot and spot.at("url")),
        method="GET" if method is None else as_text(method).upper(),
        headers=headers_from_json(given.get("header"), spot and spot.at("header")),
        body=body_from_json(given["body"], spot and spot.at("body")) if "body" in given else None,
        auth=auth_from_json(given.get("auth")),
        description=description_text(given.get("description")),
        certificate=_mapping(given.get("certificate")),
        proxy=_mapping(given.get("proxy")),
        source=given,
    )


def request_to_json(request: Request) -> dict[str, Any]:
    """Write a request as v2.1 JSON, from which `request_from_json` makes the same request again."""
    written: dict[str, Any] = {"url": url_to_json(request.url), "method": request.method}
    if request.headers:
        written["header"] = [_pair_to_json(header) for header in request.headers]
    if request.body is not None:
        written["body"] = body_to_json(request.body)
    if request.auth is not None:
        written["auth"] = auth_to_json(request.auth)
    if request.description is not None:
        written["description"] = request.description
    if request.certificate is not None:
        written["certificate"] = dict(request.certificate)
    if request.proxy is not None:
        written["proxy"] = dict(request.proxy)
    return written


def authored_json(request: Request) -> Mapping[str, Any]:
    """Return the JSON that a request was read from, or one like it when it was read from none."""
    return request_to_json(request) if request.source is None else request.source


def url_from_json(given: Any, spot: Spot | None = None) -> Url:
    """Read a URL: a text is kept as it is, to be taken apart when it is resolved."""
    if isinstance(given, str):
        return Url(raw=given)
    if given is None:
        return Url()
    if not isinstance(given, Mapping):
        _wrong(spot, "a URL (a text or an object)", given)
        return Url()
    raw, auth, port, protocol = (given.get(name) for name in ("raw", "auth", "port", "protocol"))
    return Url(
        raw=raw if isinstance(raw, str) else "",
        parsed=True,
        protocol=as_text(protocol) if protocol else None,
        auth_user=_text(auth.get("user")) if isinstance(auth, Mapping) else None,
        auth_password=_text(auth.get("password")) if isinstance(auth, Mapping) else None,
        host=_host(given.get("host")),
        port=None if port is None else as_text(port),
        path=_path(given.get("path")),
        query=tuple(_query(given.get("query"))),
        hash=_text(given.get("hash")),
        variables=tuple(_path_variables(given.get("variable"))),
    )


def url_to_json(url: Url) -> str | dict[str, Any]:
    """Write a URL: the text when it was never taken apart, otherwise its parts."""
    if not url.parsed:
        return url.raw
    written: dict[str, Any] = {}
    if url.raw:
        written["raw"] = url.raw
    if url.protocol is not None:
        written["protocol"] = url.protocol
    credentials = {"user": url.auth_user, "password": url.auth_password}
    if any(value is not None for value in credentials.values()):
        written["auth"] = {name: value for name, value in credentials.items() if value is not None}
    if url.host:
        written["host"] = list(url.host)
    if url.port is not None:
        written["port"] = url.port
    if url.path is not None:
        written["path"] = list(url.path)
    if url.query:
        written["query"] = [_pair_to_json(parameter) for parameter in url.query]
    if url.hash is not None:
        written["hash"] = url.hash
    if url.variables:
        written["variable"] = [_path_variable_to_json(variable) for variable in url.variables]
    return written


def headers_from_json(given: Any, spot: Spot | None = None) -> tuple[Pair, ...]:
    """Read headers: a list of objects or texts, one text of several lines, or a map."""
    if not given:
        return ()
    if isinstance(given, str):
        return tuple(_header_lines(given))
    if isinstance(given, Mapping):
        return tuple(
            Pair(key=as_text(key), value=value) if isinstance(value, str) else Pair(key="", value="")
            for key, value in given.items()
        )
    if not isinstance(given, list):
        _wrong(spot, "headers (a list, a map or a text)", given)
        return ()
    return tuple(header for one in given for header in _header(one))


def body_from_json(given: Any, spot: Spot | None = None) -> Body:
    """Read a body: an object, or a text that is raw. Without a mode nothing is sent."""
    if isinstance(given, str):
        return Body(mode="raw", raw=given) if given else Body()
    if not isinstance(given, Mapping):
        if given:
            _wrong(spot, "a body (an object or a text)", given)
        return Body()
    mode: BodyMode | None = None
    if given.get("mode"):
        named = as_text(given["mode"]).lower()
        mode = cast("BodyMode", named) if named in BODY_MODES else "raw"
    file = given.get("file")
    if isinstance(file, str):
        file = {"src": file}
    graphql = given.get("graphql")
    source, content = (file.get("src"), file.get("content")) if isinstance(file, Mapping) else (None, None)
    raw = _raw(given.get("raw"))
    return Body(
        mode=mode,
        raw="" if raw is None and mode == "raw" else raw,
        language=_language(given.get("options")),
        urlencoded=tuple(_urlencoded(given.get("urlencoded"))),
        formdata=tuple(_formdata(given.get("formdata"))),
        file_src=_text(source),
        file_content=_text(content),
        graphql={name: graphql[name] for name in _GRAPHQL if name in graphql}
        if isinstance(graphql, Mapping)
        else {},
        disabled=as_boolean(given.get("disabled")),
    )


def body_to_json(body: Body) -> dict[str, Any]:
    """Write a body with all that it holds, also what its mode does not use."""
    written: dict[str, Any] = {}
    if body.mode is not None:
        written["mode"] = body.mode
    if body.raw is not None:
        written["raw"] = body.raw
    if body.language is not None:
        written["options"] = {"raw": {"language": body.language}}
    if body.urlencoded or body.mode == "urlencoded":
        written["urlencoded"] = [_pair_to_json(field) for field in body.urlencoded]
    if body.formdata or body.mode == "formdata":
        written["formdata"] = [_form_part_to_json(part) for part in body.formdata]
    file = {"src": body.file_src, "content": body.file_content}
    if body.mode == "file" or any(value is not None for value in file.values()):
        written["file"] = {name: value for name, value in file.items() if value is not None}
    if body.mode == "graphql" or body.graphql:
        written["graphql"] = dict(body.graphql)
    if body.disabled:
        written["disabled"] = True
    return written


def auth_from_json(given: Any) -> Auth | None:
    """Read how a request authenticates; `None` (inherit) when no type is named.

    Parameters are a map (v2.0) or a list of typed entries (v2.1), of which the last of a name wins.
    """
    if not isinstance(given, Mapping):
        return None
    scheme = given.get("type")
    if not isinstance(scheme, str) or scheme == "type":
        return None
    params = given.get(scheme)
    if isinstance(params, Mapping):
        return Auth(type=scheme, params={as_text(key): value for key, value in params.items()})
    if isinstance(params, list):
        return Auth(type=scheme, params={one.key: one.value for one in read_variables(params)})
    return Auth(type=scheme)


def auth_to_json(auth: Auth) -> dict[str, Any]:
    """Write an auth with its parameters as a list."""
    params = [{"key": key, "value": value, "type": _type_of(value)} for key, value in auth.params.items()]
    return {"type": auth.type, auth.type: params}


def description_text(given: Any) -> str | None:
    """Read a description: a text, or an object whose `content` it is."""
    if isinstance(given, Mapping):
        given = given.get("content")
    return given if isinstance(given, str) else None


def _wrong(spot: Spot | None, wanted: str, given: Any) -> None:
    if spot is not None:
        spot.expect(wanted, given)


def _mapping(given: Any) -> Mapping[str, Any] | None:
    return dict(given) if isinstance(given, Mapping) and given else None


def _text(given: Any) -> str | None:
    return given if isinstance(given, str) else None


def _type_of(value: Any) -> str:
    match value:
        case str():
            return "string"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case _:
            return "any"


def _host(given: Any) -> tuple[str, ...]:
    if isinstance(given, list):
        return tuple("" if part is None else as_text(part) for part in given)
    if not given:
        return ()
    return tuple(_HOST_DOT.split(as_text(given)))


def _path(given: Any) -> tuple[str, ...] | None:
    if isinstance(given, list):
        return tuple("" if part is None else as_text(part) for part in given)
    if not given or not isinstance(given, str):
        return None
    if given == "/":
        return ("",)
    return tuple(given.removeprefix("/").split("/"))


def _query(given: Any) -> Iterator[Pair]:
    if isinstance(given, str):
        given = given.split("&") if given else ()
    elif isinstance(given, Mapping):
        given = ({"key": key, "value": value} for key, value in given.items())
    elif not isinstance(given, list):
        return
    for one in given:
        if isinstance(one, str):
            yield _parse_parameter(one)
        elif isinstance(one, Mapping):
            yield Pair(
                key=_text(one.get("key")) or "",
                value=_text(one.get("value")),
                disabled=as_boolean(one.get("disabled")),
            )


def _parse_parameter(text: str) -> Pair:
    key, equals, value = text.partition("=")
    return Pair(key=key, value=value if equals else None)


def _path_variables(given: Any) -> Iterator[PathVariable]:
    entries = given if isinstance(given, list) else (given,)
    for entry in entries:
        if not isinstance(entry, Mapping):
            continue
        key = entry.get("key") or (entry.get("id") if isinstance(given, list) else None)
        variable = read_variable(entry, as_text(key)) if key else None
        if variable is not None:
            yield PathVariable(key=variable.key, value=_text(variable.value), disabled=variable.disabled)


def _path_variable_to_json(variable: PathVariable) -> dict[str, Any]:
    written: dict[str, Any] = {"key": variable.key, "value": variable.value}
    if variable.disabled:
        written["disabled"] = True
    return written


def _header(given: Any) -> Iterator[Pair]:
    if isinstance(given, str):
        name, _, text = given.partition(":")
        yield Pair(key=trim(name), value=trim(text))
    elif isinstance(given, Mapping):
        key, value = given.get("key"), given.get("value", "")
        values = value if isinstance(value, list) else (value,)
        for one in values:
            yield Pair(
                key=as_text(key) if key else "",
                value=as_text(one),
                disabled=as_boolean(given.get("disabled")),
            )


def _header_lines(text: str) -> Iterator[Pair]:
    """Read `Name: value` lines; what is no header is left out, a folded line belongs to the one before."""
    unfolded = _FOLD.sub(r"\1", text).replace("\r\n", "\n")
    for name, value in _HEADER_LINE.findall(unfolded):
        yield Pair(key=name, value=trim(value))


def _raw(given: Any) -> str | None:
    """Read a raw body; a JSON value is written out, a bare number counts as no body."""
    if isinstance(given, str):
        return given
    return to_json(given) if isinstance(given, Mapping | list) else None


def _language(options: Any) -> str | None:
    raw = options.get("raw") if isinstance(options, Mapping) else None
    return _text(raw.get("language")) if isinstance(raw, Mapping) else None


def _urlencoded(given: Any) -> Iterator[Pair]:
    if isinstance(given, str):
        for part in given.split("&") if given else ():
            parameter = _parse_parameter(part)
            yield Pair(key=parameter.key, value=parameter.value or "")
        return
    for one in _entries(given):
        key, value = one.get("key", "undefined"), one.get("value")
        for single in value if isinstance(value, list) else (value,):
            yield Pair(
                key=as_text(key),
                value="" if single is None or isinstance(single, Mapping) else as_text(single),
                disabled=as_boolean(one.get("disabled")),
            )


def _formdata(given: Any) -> Iterator[FormPart]:
    for one in _entries(given):
        key, value, is_file = one.get("key"), one.get("value"), one.get("type") == "file"
        text = value if isinstance(value, str) else (to_json(value) if as_boolean(value) else "")
        yield FormPart(
            key=as_text(key) if key else "",
            value=(text or None) if is_file else text,
            src=_sources(one["src"]) if "src" in one else None,
            listed=isinstance(one.get("src"), list),
            is_file=is_file,
            content_type=_text(one.get("contentType")),
            file_name=_text(one.get("fileName")),
            disabled=as_boolean(one.get("disabled")),
        )


def _sources(given: Any) -> tuple[str, ...]:
    entries: Iterable[Any] = given if isinstance(given, list) else (given,)
    return tuple(one for one in entries if isinstance(one, str))


def _entries(given: Any) -> Iterator[Mapping[str, Any]]:
    for one in given if isinstance(given, list) else (given,):
        if isinstance(one, Mapping):
            yield one


def _pair_to_json(pair: Pair) -> dict[str, Any]:
    written: dict[str, Any] = {"key": pair.key, "value": pair.value}
    if pair.disabled:
        written["disabled"] = True
    return written


def _form_part_to_json(part: FormPart) -> dict[str, Any]:
    written: dict[str, Any] = {"key": part.key, "type": "file" if part.is_file else "text"}
    if part.value is not None:
        written["value"] = part.value
    if part.src is not None:
        written["src"] = list(part.src) if part.listed else next(iter(part.src), None)
    if part.content_type is not None:
        written["contentType"] = part.content_type
    if part.file_name is not None:
        written["fileName"] = part.file_name
    if part.disabled:
        written["disabled"] = True
    return written
