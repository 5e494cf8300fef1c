"""Which segments of a recorded path stand for a parameter, and answers for other values of it."""

import json
import re
from dataclasses import replace
from typing import Any, Final

from harness.cassettes.compare.generated_values import shape
from harness.cassettes.file.interaction import Interaction
from harness.collection.document import is_too_deep

_NUMBERED: Final = re.compile(r"(?:[A-Za-z]{1,16}[-_])?\d+")


def path_shape(path: str) -> str:
    """Return a path with `{}` for each segment that looks like an id: what systems make up, or a number.

    A number may follow a word, as in `ord-77`.
    """
    return "/".join("{}" if _is_id(one) else one for one in path.split("/"))


def with_path(one: Interaction, recorded: str, asked: str) -> Interaction:
    """Return an interaction whose answer names the parameters that were asked for, not the recorded ones."""
    if recorded == asked or one.response is None:
        return one
    pairs = zip(recorded.split("/"), asked.split("/"), strict=False)
    values = {old: new for old, new in pairs if old != new}
    try:
        document = json.loads(one.response.body)
    except (ValueError, RecursionError):
        return one
    if is_too_deep(document):
        return one
    body = json.dumps(_replaced(document, values), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return replace(one, response=replace(one.response, body=body))


def _replaced(value: Any, values: dict[str, str]) -> Any:
    match value:
        case dict():
            return {key: _replaced(one, values) for key, one in value.items()}
        case list():
            return [_replaced(one, values) for one in value]
        case str():
            return values.get(value, value)
        case int() if not isinstance(value, bool) and str(value) in values:
            new = values[str(value)]
            return int(new) if new.isdecimal() and len(new) < 300 else new
        case _:
            return value


def _is_id(segment: str) -> bool:
    return bool(segment) and (_NUMBERED.fullmatch(segment) is not None or shape(segment) != segment)
