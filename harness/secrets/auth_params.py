"""Which parameters of auth schemes nobody may see, and what of them a collection spells out."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from harness.collection.model import Auth, Collection, Folder

_REFERENCE: Final = re.compile(r"\{\{([^{}]+)\}\}")

SECRET_AUTH_PARAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "apikey": ("value",),
    "asap": ("privateKey",),
    "awsv4": ("secretKey", "sessionToken"),
    "basic": ("password",),
    "bearer": ("token",),
    "digest": ("password",),
    "edgegrid": ("accessToken", "clientToken", "clientSecret"),
    "hawk": ("authKey",),
    "jwt": ("secret", "privateKey"),
    "ntlm": ("password",),
    "oauth1": ("consumerSecret", "token", "tokenSecret", "privateKey"),
    "oauth2": ("accessToken", "clientSecret", "password", "refreshToken", "privateKey"),
}
"""The parameters of each auth scheme that nobody may see."""


def auth_secrets(collection: Collection) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """Return which variables the collection's auth parameters take secrets from, and the secrets spelled out.

    The second part pairs a name with a value.
    """
    names: set[str] = set()
    literals: list[tuple[str, str]] = []
    for auth in _auths(collection.root):
        for param in SECRET_AUTH_PARAMS.get(auth.type, ()):
            value = auth.params.get(param)
            if isinstance(value, str) and value:
                references = _REFERENCE.findall(value)
                names.update(references)
                if not references:
                    literals.append((f"{auth.type}_{param}", value))
    return frozenset(names), tuple(literals)


def key_fields(collection: Collection) -> Iterator[tuple[str, str]]:
    """Yield where the collection's API keys are sent, `header` or `query`, and the name of the field."""
    for auth in _auths(collection.root):
        name = auth.params.get("key")
        if auth.type == "apikey" and isinstance(name, str) and name and _REFERENCE.search(name) is None:
            yield ("query" if auth.params.get("in") == "query" else "header"), name


def _auths(folder: Folder) -> Iterator[Auth]:
    if folder.auth is not None:
        yield folder.auth
    for child in folder.children:
        if isinstance(child, Folder):
            yield from _auths(child)
        elif child.request.auth is not None:
            yield child.request.auth
