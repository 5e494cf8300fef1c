"""What a JSON document shows of messages: values with their names, headers among them."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any, Final

_SCHEME_AND_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]* ([^\s,]+)")
_WORDS: Final = re.compile(r"[^A-Za-z0-9]+")


def is_cookie(name: str) -> bool:
    """Tell whether a member of that name holds cookies."""
    return _WORDS.sub("", name).lower() in {"cookie", "setcookie"}


def is_authorization(name: str) -> bool:
    """Tell whether a member of that name holds what an Authorization header does."""
    return _WORDS.sub("", name).lower() in {"authorization", "proxyauthorization"}


def credentials(value: str) -> str:
    """Return the secret part of a header that a document shows: `Bearer x` is a scheme and a secret."""
    found = _SCHEME_AND_TOKEN.fullmatch(value)
    return found.group(1) if found else value


def claims(token: str) -> Any:
    """Return the claims of a JSON Web Token, `None` when it is not one."""
    try:
        part = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, IndexError):
        return None


_LABELS: Final = ("key", "name", "id", "field", "Key", "Name", "Id", "Field")


def _labelled(entry: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the value of an entry by the member that names it."""
    held = entry.get("value", entry.get("Value"))
    if isinstance(held, str):
        for label in _LABELS:
            if isinstance(entry.get(label), str):
                yield entry[label], held


def members(document: Any) -> Iterator[tuple[str, Any]]:
    """Walk a JSON document: each value that is no container, with the name it has or its list has."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.items()
            # Postman's and others' lists of {key, value} name their values by a member.
            if "value" in value or "Value" in value:
                waiting += _labelled(value)
        elif isinstance(value, list):
            waiting += ((name, entry) for entry in value)
        else:
            yield name, value
