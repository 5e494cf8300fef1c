"""What Postman CLI 1.34.0 reads in the files of a collection: it leaves a file out that does not fit.

Found by giving its `collection lint` some 2 900 variations of files. Its lint does not look at variables and
orders of definitions, and its runs leave a definition out for them all the same, so they are here, too. So is
what its lint takes and its runs stop at, whatever else the collection holds: "Invalid input for model".
"""

from collections.abc import Iterator, Mapping
from typing import Final

from harness.collection.v3.entries import (
    AUTH_TYPES,
    FLAG_SETTINGS,
    LANGUAGES,
    PROTOCOL_VERSIONS,
    SYSTEM_HEADERS,
    TLS_PROTOCOLS,
)
from harness.collection.v3.request import RAW_TYPES
from harness.collection.yaml_document import YamlNode
from harness.linting.shape import (
    Broken,
    Shape,
    anything,
    either,
    flag,
    keys,
    list_of,
    map_of,
    number,
    one_of,
    tagged,
    text,
    text_or_nothing,
)

_TOLD: Final[Mapping[str, Shape]] = {"disabled": flag, "description": text}
_PAIRS: Final = either(
    a_list=list_of(keys({"key": text, "value": text}, _TOLD, only=True)), a_map=map_of(text)
)
_QUERY: Final = either(
    a_list=list_of(keys({"key": text_or_nothing, "value": text_or_nothing}, _TOLD, only=True)),
    a_map=map_of(text_or_nothing),
)

_CREDENTIALS: Final = either(
    a_list=list_of(keys({"key": text}, {"value": anything}, only=True)), a_map=map_of(anything)
)
_NAMED: Final[Mapping[str, Shape]] = {"name": text, "description": text}
_SCHEMES: Final = tuple(one for one in AUTH_TYPES if one != "noauth")
_AUTH: Final = either(
    a_map=tagged(
        "type",
        {
            "noauth": keys({"type": text}, _NAMED, only=True),
            **dict.fromkeys(
                (*_SCHEMES, "inherit"),
                keys({"type": text}, {"credentials": _CREDENTIALS, **_NAMED}, only=True),
            ),
        },
    ),
    a_list=list_of(
        tagged(
            "type",
            {
                "noauth": keys({"id": text, "name": text, "type": text}, {"description": text}, only=True),
                **dict.fromkeys(
                    _SCHEMES,
                    keys(
                        {"id": text, "name": text, "type": text},
                        {"credentials": _CREDENTIALS, "description": text},
                        only=True,
                    ),
                ),
            },
        )
    ),
)


def _request_auth(node: YamlNode, field: str) -> Iterator[Broken]:
    """Fit the auth of a request: one, as a map. A run stops at a list whose entries fit."""
    broken = list(_AUTH(node, field))
    if isinstance(node.value, tuple) and not broken:
        message = "Postman stops the whole run at a list of auths in a request; write the one auth as a map"
        broken = [Broken("wrong-type", message, node, field)]
    yield from broken


def _definition_auth(node: YamlNode, field: str) -> Iterator[Broken]:
    """Fit the auth of a definition: a run stops at `inherit`."""
    kind = node.value.get("type") if isinstance(node.value, dict) else None
    if kind is not None and kind.value == "inherit":
        message = "Postman stops the whole run at 'inherit' in a definition; leave auth out, which inherits"
        yield Broken("wrong-type", message, kind, f"{field}.type")
    else:
        yield from _AUTH(node, field)


# What types a script can have is a rule of its own.
_SCRIPTS: Final = list_of(
    keys(
        {"code": text},
        {
            "type": anything,
            "language": one_of(*LANGUAGES),
            "packages": map_of(keys({"id": text}, only=True)),
            "requests": map_of(keys({"workspace": text, "collection": text, "location": list_of(text)})),
        },
        only=True,
    )
)

_SETTINGS: Final = keys(
    optional={
        **dict.fromkeys(FLAG_SETTINGS, flag),
        "maxRedirects": number,
        "protocolVersion": one_of(*PROTOCOL_VERSIONS),
        "tlsDisabledProtocols": list_of(one_of(*TLS_PROTOCOLS)),
        "tlsCipherSelection": list_of(text),
        "disabledSystemHeaders": list_of(one_of(*SYSTEM_HEADERS)),
    }
)

_FORM: Final = list_of(
    tagged(
        "type",
        {
            "text": keys({"key": text, "value": text}, {"contentType": text, **_TOLD}),
            "file": keys(
                {"key": text, "src": either(a_list=list_of(text), a_map=text, else_text=text)},
                {"contentType": text, **_TOLD},
            ),
        },
    )
)
_BODY: Final = tagged(
    "type",
    {
        **dict.fromkeys(RAW_TYPES, keys({"content": text})),
        "urlencoded": keys({"content": _PAIRS}),
        "formdata": keys({"content": _FORM}),
        "file": keys({"content": keys(optional={"src": text})}),
        "none": anything,
    },
)

_ENTRY: Final[Mapping[str, Shape]] = {"id": text, "name": text, "description": text, "order": number}
_SENT: Final[Mapping[str, Shape]] = {
    "url": text, "headers": _PAIRS, "auth": _request_auth, "scripts": _SCRIPTS, "settings": _SETTINGS,
    "examples": text,
}  # fmt: skip
_SCHEMA: Final = tagged(
    "source",
    {
        "none": anything,
        "auto": anything,
        "file": keys({"location": text}),
        "api": keys({"apiId": text, "versionId": text}),
        "specification": keys({"specificationId": text}),
    },
)

REQUESTS: Final[Mapping[str, Shape]] = {
    "http-request": keys(
        optional={
            **_ENTRY, **_SENT, "method": text, "queryParams": _QUERY, "pathVariables": _PAIRS, "body": _BODY,
        }
    ),
    "graphql-request": keys(
        optional={**_ENTRY, **_SENT, "query": text, "variables": text, "schema": _SCHEMA}
    ),
    **dict.fromkeys(
        ("grpc-request", "websocket-request", "socket.io-request", "mqtt-request", "llm-request"),
        keys(optional={**_ENTRY, "url": text, "settings": keys()}),
    ),
    "mcp-request": keys({"transport": anything}, {**_ENTRY, "settings": keys()}),
}  # fmt: skip
"""Requests by their `$kind`. Of the kinds that are not run here only what all have in common is looked at."""

DEFINITION: Final = keys(
    optional={
        **_ENTRY,
        "variables": either(
            a_list=list_of(
                keys({"key": text}, {"value": text, "disabled": flag, "description": text, "type": text})
            ),
            a_map=map_of(text),
        ),
        "auth": _definition_auth,
        "scripts": _SCRIPTS,
    }
)
"""A definition of a collection or folder."""

_ANSWER: Final = keys(
    {
        "statusCode": number,
        "statusText": text,
        "body": keys({"type": one_of(*RAW_TYPES, "yaml"), "content": text}),
    },
    {"headers": _PAIRS},
)

EXAMPLES: Final[Mapping[str, Shape]] = {
    "http-example": keys(
        {"response": _ANSWER},
        {
            **_ENTRY,
            "request": keys(
                optional={
                    "url": text, "method": text, "headers": _PAIRS, "queryParams": _QUERY,
                    "pathVariables": _PAIRS, "body": _BODY, "auth": _AUTH,
                }
            ),
        },
    ),
    **dict.fromkeys(
        (
            "graphql-example", "grpc-example", "websocket-example", "socket.io-example", "mqtt-example",
        ),
        keys(optional=_ENTRY),
    ),
}  # fmt: skip
"""Examples by their `$kind`."""
