"""The names that `pm` and what hangs on it have, in Postman CLI 1.34.0 and here."""

from collections.abc import Mapping
from typing import Final

_OWN: Final = frozenset(
    ("toString", "toJSON", "toLocaleString", "valueOf", "hasOwnProperty", "constructor", "length", "name",
     "call", "apply", "bind")
)  # fmt: skip
"""What objects and functions of any kind have."""

_PROPERTY: Final = frozenset(
    ("describe", "findInParents", "findParentContaining", "findSubstitutions", "forEachParent", "meta",
     "parent", "setParent", "toObjectResolved", "update", "id", "disabled", "description")
)  # fmt: skip
_LIST: Final = _PROPERTY | frozenset(
    ("Type", "add", "all", "append", "assimilate", "clear", "contentSize", "count", "each", "eachParent",
     "filter", "find", "get", "has", "idx", "indexOf", "insert", "insertAfter", "map", "members", "one",
     "populate", "prepend", "reduce", "reference", "remove", "repopulate", "toObject", "upsert")
)  # fmt: skip
_SCOPE: Final = _PROPERTY | frozenset(
    ("addLayer", "applyMutation", "clear", "disableTracking", "enableTracking", "get", "has", "mutations",
     "replaceIn", "set", "syncVariablesFrom", "syncVariablesTo", "toObject", "unset", "values", "variables")
)  # fmt: skip

KNOWN: Final[Mapping[str, frozenset[str]]] = {
    path: _OWN | names
    for path, names in {
        "pm": frozenset(
            ("collectionVariables", "cookies", "datasets", "environment", "execution", "expect", "getData",
             "globals", "info", "iterationData", "message", "mock", "request", "require", "response",
             "sendRequest", "setNextRequest", "state", "test", "variables", "vault", "visualizer")
        ),
        "pm.environment": _SCOPE,
        "pm.globals": _SCOPE,
        "pm.collectionVariables": _SCOPE,
        "pm.variables": _SCOPE,
        "pm.iterationData": _SCOPE,
        "pm.execution": frozenset(("location", "runRequest", "setNextRequest", "skipRequest")),
        "pm.test": frozenset(("index", "skip")),
        "pm.info": frozenset(("eventName", "iteration", "iterationCount", "requestId", "requestName")),
        "pm.vault": frozenset(("get", "set", "unset")),
        "pm.visualizer": frozenset(("clear", "set")),
        "pm.cookies": _LIST | {"jar"},
        "pm.cookies.jar.()": frozenset(("clear", "get", "getAll", "jar", "set", "store", "unset")),
        "pm.request": _PROPERTY | frozenset(
            ("addHeader", "addQueryParams", "auth", "authorizeUsing", "body", "certificate", "clone",
             "forEachHeader", "getHeaders", "headers", "message", "messages", "metadata", "method",
             "methodPath", "proxy", "removeHeader", "removeQueryParams",
             "size", "to", "upsertHeader", "url")
        ),
        "pm.request.headers": _LIST,
        "pm.request.url": _PROPERTY | frozenset(
            ("addQueryParams", "auth", "getHost", "getOAuth1BaseUrl", "getPath", "getPathWithQuery",
             "getQueryString", "getRaw", "getRemote", "hash", "host", "path", "port", "protocol", "query",
             "removeQueryParams", "variables")
        ),
        "pm.request.body": _PROPERTY | frozenset(
            ("file", "formdata", "graphql", "isEmpty", "mode", "options", "raw", "urlencoded")
        ),
        "pm.response": _PROPERTY | frozenset(
            ("code", "contentInfo", "cookies", "dataURI", "details", "downloadedBytes", "encoding",
             "headers", "json", "jsonp", "messages", "metadata", "mime", "originalRequest", "reason",
             "responseSize", "responseTime", "size",
             "status", "stream", "text", "to", "trailers")
        ),
        "pm.response.headers": _LIST,
        "postman": frozenset(
            ("clearEnvironmentVariable", "clearEnvironmentVariables", "clearGlobalVariable",
             "clearGlobalVariables", "getEnvironmentVariable", "getGlobalVariable", "getResponseCookie",
             "getResponseHeader", "setEnvironmentVariable", "setGlobalVariable", "setNextRequest",
             "__environment", "__execution", "__globals")
        ),
    }.items()
}  # fmt: skip
"""The names on an object by its path; `()` is what a call gives. Paths that are not here have any names."""
