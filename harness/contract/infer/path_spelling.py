"""Places and values, spelled as RFC 9535 wants them."""

import json
import re
from typing import Any, Final

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def step(path: str, name: str) -> str:
    """Return the JSONPath of a member."""
    if _PLAIN_NAME.fullmatch(name):
        return f"{path}.{name}"
    return f"{path}[{quoted(name)}]"


def is_spelled(name: str) -> bool:
    """Tell whether a path can name a member; half of a surrogate pair cannot be written."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def literal(value: Any) -> str:
    """Spell a text, a number, `true`, `false` or `null` for a comparison."""
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    """Spell a text."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"
