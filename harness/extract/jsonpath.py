r"""JSONPath: RFC 9535, and jsonpath-ng where an expression asks for its functions.

An expression with a backtick outside of a quoted name (``$[0].`sub(/@\/dataSets\//, )` ``) is
jsonpath-ng's, visibly; all others are the standard's (https://www.rfc-editor.org/rfc/rfc9535).
jsonpath-ng's functions are listed at https://github.com/h2non/jsonpath-ng#extensions.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from harness.errors import InputError, Place
from harness.lazy_dataclass import dataclass

_QUOTED_OR_BACKTICK: Final = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(`)""", re.DOTALL)
_NG_ERRORS: Final = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError, re.error)
_NG_POSITION: Final = re.compile(r"(?:at |line )\d+(?::|, col(?:umn)? )(\d+)")


@dataclass(frozen=True, slots=True)
class Match:
    """A value found in a document, and the path to it: normalized by the standard, or jsonpath-ng's."""

    value: Any
    path: str


class PathError(Exception):
    """An expression cannot be applied to a document: `sub` of a number, for instance."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A compiled expression."""

    expression: str
    _find: Callable[[Any], Sequence[Match]]

    def find(self, document: Any) -> tuple[Match, ...]:
        """Return all that the expression selects, in its order. Raises `PathError`."""
        return tuple(self._find(document))


def compile_path(expression: str, where: Place | None = None) -> JsonPath:
    """Compile an expression, or take it from the cache.

    Raises `InputError` with the column at which the expression goes wrong; `where` is where it is written.
    """
    compiled = _compile(expression.strip())
    if isinstance(compiled, JsonPath):
        return compiled
    column, what = compiled
    at = f" at column {column}" if column else ""
    hint = "" if expression.lstrip().startswith("$") else "a JSONPath begins with `$`, the whole document"
    raise InputError(f"not a JSONPath: {expression.strip()!r}: {what}{at}", where=where or Place(), hint=hint)


def uses_jsonpath_ng(expression: str) -> bool:
    """Whether an expression is jsonpath-ng's: whether it has a backtick that is not part of a quoted name."""
    return any(found[1] for found in _QUOTED_OR_BACKTICK.finditer(expression))


@lru_cache(maxsize=1024)
def _compile(expression: str) -> JsonPath | tuple[int | None, str]:
    """Compile, or say at which column (from 1) what is wrong: errors are values here, to be cached too."""
    return _compile_ng(expression) if uses_jsonpath_ng(expression) else _compile_standard(expression)


def _compile_standard(expression: str) -> JsonPath | tuple[int | None, str]:
    from jsonpath_rfc9535 import JSONPathError
    from jsonpath_rfc9535 import compile as compile_query

    try:
        query = compile_query(expression)
    except JSONPathError as error:
        return error.token.index + 1 if error.token else None, str(error.args[0])
    except UnicodeError:
        return None, "it has half of a surrogate pair"
    except RecursionError:
        return None, "it is nested too deeply"

    def find(document: Any) -> Sequence[Match]:
        try:
            return [Match(node.value, node.path()) for node in query.find(document)]
        except (JSONPathError, RecursionError) as error:
            what = "the document is nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise PathError(what) from error

    return JsonPath(expression, find)


def _compile_ng(expression: str) -> JsonPath | tuple[int | None, str]:
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.ext.parser import parse

    try:
        query = parse(expression)
    except JSONPathError as error:
        return _ng_problem(str(error))
    except _NG_ERRORS as error:
        return None, f"jsonpath-ng does not understand it ({error})"

    def find(document: Any) -> Sequence[Match]:
        try:
            return [Match(found.value, str(found.full_path)) for found in query.find(document)]
        except (JSONPathError, *_NG_ERRORS) as error:
            raise PathError(f"jsonpath-ng cannot apply it here ({error})") from error

    return JsonPath(expression, find)


def _ng_problem(message: str) -> tuple[int | None, str]:
    """Take the position out of jsonpath-ng's message; it counts columns from 0."""
    position = _NG_POSITION.search(message)
    what = message.strip().rstrip("!")
    return (int(position[1]) + 1 if position else None), f"jsonpath-ng: {what}"
