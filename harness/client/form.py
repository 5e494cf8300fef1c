"""Urlencoded forms as Postman writes them: through an object of JavaScript, then Node's `querystring`.

Headers and JSON go through such an object, too, and so come in the order of its properties.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from harness.client.url import utf8
from harness.collection.model import Pair

PROTOTYPE: Final = "__proto__"
"""The one name that an object of JavaScript, of which Postman makes forms and headers, cannot hold."""
_ARRAY_INDEX: Final = re.compile(r"(?:0|[1-9][0-9]{0,9})\Z")


def object_order(keys: Iterable[str]) -> list[str]:
    """Order names as the properties of a JavaScript object: array indices first, each once."""
    unique = list(keys if isinstance(keys, dict) else dict.fromkeys(keys))
    for key in unique:
        if "0" <= key < ":":
            break
    else:
        return unique
    indices = [key for key in unique if _ARRAY_INDEX.match(key) and int(key) < 2**32 - 1]
    if not indices:
        return unique
    return sorted(indices, key=int) + [key for key in unique if key not in set(indices)]


def encode_form(fields: Sequence[Pair]) -> str:
    """Write an urlencoded body: a name's values stand together, a space is `%20`."""
    values: dict[str, list[str]] = {}
    for field in fields:
        if not field.disabled and field.key != PROTOTYPE:
            values.setdefault(field.key, []).append(field.value or "")
    return "&".join(
        f"{quote(utf8(key), safe='-._~')}={quote(utf8(value), safe='-._~')}"
        for key in object_order(list(values))
        for value in values[key]
    )
