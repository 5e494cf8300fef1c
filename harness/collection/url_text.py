"""Addresses as text, taken apart.

The rules are those of postman-collection's `Url`: tolerant of `{{name}}` with any character inside.
Nothing is decoded or checked; any text is some address.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from harness.collection.model import Pair, PathVariable, Url

_VARIABLE_WITH_RESERVED: Final = re.compile(r"\{\{[^{}]*[.:/?#@&\]][^{}]*\}\}")
_SPACES: Final = (
    " \t\n\r\v\f\ufeff\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# Stands for a `{{name}}` while a text is taken apart; not a character that an address can hold.
_HOLDER: Final = "\ue000"


def _put_back(text: str, held: Sequence[str], start: int) -> tuple[str, int]:
    """Replace the holders in a text by what they stand for, from the `start`th on."""
    if _HOLDER not in text:
        return text, start
    pieces = text.split(_HOLDER)
    result = [pieces[0]]
    for piece in pieces[1:]:
        result += (held[start], piece)
        start += 1
    return "".join(result), start


def _parameter(text: str, last: bool) -> Pair:
    key, equals, value = text.partition("=")
    if not text and not last:
        return Pair(key="")
    return Pair(key=key, value=value if equals else None)


def path_variable_name(segment: str) -> str | None:
    """Return the name in a `:name` or `:name.suffix` segment."""
    return (segment[1:].split(".", 1)[0] or None) if segment.startswith(":") else None


@lru_cache(maxsize=2048)
def parse(raw: str) -> Url:
    """Take an address apart. Nothing is decoded or checked: any text is some address."""
    raw = raw.lstrip(_SPACES)
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return _HOLDER

    text = _VARIABLE_WITH_RESERVED.sub(hold, raw) if "{{" in raw else raw
    protocol = user = password = port = fragment = None
    text, has_fragment, after = text.partition("#")
    if has_fragment:
        fragment = after
    text, has_query, query_text = text.partition("?")
    text = text.replace("\\", "/")
    before, has_protocol, after = text.partition("://")
    if has_protocol:
        protocol = before
        stripped = after.lstrip("/")
        text = "/" + stripped if protocol.lower() == "file" and stripped != after else stripped
    text, has_path, path_text = text.partition("/")
    credentials, has_user, after = text.rpartition("@")
    if has_user:
        text = after
        user, has_password, secret = credentials.partition(":")
        password = secret if has_password else None
    before, has_port, after = text.rpartition(":")
    if has_port and "]" not in after:
        text, port = before, after
    host = text.split(".") if text else []
    path = path_text.split("/") if has_path else None
    words = query_text.split("&") if has_query else []

    if held:
        # The order of the parts in the text, which is the order in which the holders were made.
        used = 0
        if protocol is not None:
            protocol, used = _put_back(protocol, held, used)
        if user is not None:
            user, used = _put_back(user, held, used)
        if password is not None:
            password, used = _put_back(password, held, used)
        for index, label in enumerate(host):
            host[index], used = _put_back(label, held, used)
        if port is not None:
            port, used = _put_back(port, held, used)
        for index, segment in enumerate(path or ()):
            assert path is not None  # noqa: S101 - an empty path is not walked
            path[index], used = _put_back(segment, held, used)
        for index, word in enumerate(words):
            words[index], used = _put_back(word, held, used)
        if fragment is not None:
            fragment, used = _put_back(fragment, held, used)

    names = dict.fromkeys(filter(None, map(path_variable_name, path or ())))
    return Url(
        raw=raw,
        parsed=True,
        protocol=protocol,
        auth_user=user,
        auth_password=password,
        host=tuple(host),
        port=port,
        path=None if path is None else tuple(path),
        query=tuple(_parameter(word, index == len(words) - 1) for index, word in enumerate(words)),
        hash=fragment,
        variables=tuple(PathVariable(key=name) for name in names),
    )
