"""JSON Patch (RFC 6902) over JSON Pointer (RFC 6901), as far as the platform's services take it.

Flow Service and Schema Registry document ``add``, ``replace`` and ``remove``; the other three
operations of the RFC are refused. Adobe's OpenAPI spells the operations in upper case and its
guides in lower case, so the name is compared without case.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from enum import Enum
from typing import Any


class PatchProblem(Enum):
    """Why a patch was refused; services map each to their own error code."""

    MALFORMED = "malformed"
    UNSUPPORTED_OPERATION = "unsupported operation"
    UNRESOLVABLE_PATH = "unresolvable path"


class PatchError(Exception):
    """A patch that cannot be applied; the document it was meant for is unchanged."""

    def __init__(self, problem: PatchProblem, message: str) -> None:
        super().__init__(message)
        self.problem = problem
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One checked instruction; `value` is None for a removal, whatever the client sent."""

    name: str
    path: tuple[str, ...]
    value: Any = None

    @property
    def pointer(self) -> str:
        """The path as RFC 6901 writes it."""
        return format_pointer(self.path)


OPERATIONS = ("add", "remove", "replace")


def parse_pointer(text: str) -> tuple[str, ...]:
    """Split a JSON Pointer into its unescaped tokens; raise PatchError when it is not one."""
    if text == "":
        return ()
    if not text.startswith("/"):
        raise PatchError(
            PatchProblem.MALFORMED,
            f"the path {text!r} is not a JSON Pointer: it must start with '/'",
        )
    tokens = []
    for token in text[1:].split("/"):
        if "~" in token.replace("~0", "").replace("~1", ""):
            raise PatchError(
                PatchProblem.MALFORMED, f"the path {text!r} has a '~' that is neither '~0' nor '~1'"
            )
        # RFC 6901 section 4: ~1 first, then ~0, so that ~01 becomes ~1 and not /.
        tokens.append(token.replace("~1", "/").replace("~0", "~"))
    return tuple(tokens)


def format_pointer(path: tuple[str, ...]) -> str:
    """Write tokens as a JSON Pointer."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in path)


def parse_patch(body: Any) -> tuple[Operation, ...]:
    """Check the form of a patch document before anything is applied."""
    if not isinstance(body, list) or not body:
        raise PatchError(PatchProblem.MALFORMED, "the body must be a non-empty array of patch instructions")
    return tuple(_parse_operation(index, entry) for index, entry in enumerate(body))


def _parse_operation(index: int, entry: Any) -> Operation:
    if not isinstance(entry, dict):
        raise PatchError(PatchProblem.MALFORMED, f"instruction {index} is not an object")
    for field in ("op", "path"):
        if not isinstance(entry.get(field), str):
            raise PatchError(PatchProblem.MALFORMED, f"instruction {index} has no {field!r} of type string")
    name = entry["op"].lower()
    if name not in OPERATIONS:
        raise PatchError(
            PatchProblem.UNSUPPORTED_OPERATION,
            f"instruction {index} has the unsupported op {entry['op']!r};"
            f" supported are {', '.join(OPERATIONS)}",
        )
    if name != "remove" and "value" not in entry:
        raise PatchError(PatchProblem.MALFORMED, f"instruction {index} ({name}) has no 'value'")
    path = parse_pointer(entry["path"])
    if name == "remove" and not path:
        raise PatchError(
            PatchProblem.UNRESOLVABLE_PATH, f"instruction {index} would remove the whole document"
        )
    return Operation(name=name, path=path, value=entry.get("value") if name != "remove" else None)


def apply_patch(document: Any, operations: tuple[Operation, ...]) -> Any:
    """Return the patched copy; all operations apply in sequence, or PatchError and none does."""
    result = copy.deepcopy(document)
    for operation in operations:
        result = _apply(result, operation)
    return result


def _apply(document: Any, operation: Operation) -> Any:
    value = copy.deepcopy(operation.value)
    if not operation.path:
        return value
    parent = _resolve(document, operation.path[:-1], operation)
    token = operation.path[-1]
    if isinstance(parent, dict):
        _apply_to_object(parent, token, value, operation)
    elif isinstance(parent, list):
        _apply_to_array(parent, token, value, operation)
    else:
        raise _unresolvable(operation, "its parent is neither an object nor an array")
    return document


def _resolve(document: Any, path: tuple[str, ...], operation: Operation) -> Any:
    node = document
    for token in path:
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list):
            node = node[_index(token, len(node), operation)]
        else:
            raise _unresolvable(operation, f"there is no {token!r} on the way")
    return node


def _apply_to_object(parent: dict[str, Any], token: str, value: Any, operation: Operation) -> None:
    if operation.name != "add" and token not in parent:
        raise _unresolvable(operation, "it does not exist")
    if operation.name == "remove":
        del parent[token]
    else:
        parent[token] = value


def _apply_to_array(parent: list[Any], token: str, value: Any, operation: Operation) -> None:
    if operation.name == "add":
        # RFC 6902 section 4.1: "-" appends, an index may be at most the length of the array.
        index = len(parent) if token == "-" else _index(token, len(parent) + 1, operation)
        parent.insert(index, value)
        return
    index = _index(token, len(parent), operation)
    if operation.name == "remove":
        del parent[index]
    else:
        parent[index] = value


def _index(token: str, bound: int, operation: Operation) -> int:
    # RFC 6901 section 4: digits without a leading zero.
    if not (token.isascii() and token.isdigit()) or (len(token) > 1 and token[0] == "0"):
        raise _unresolvable(operation, f"{token!r} is not an array index")
    if len(token) > len(str(bound)) or (index := int(token)) >= bound:
        raise _unresolvable(operation, f"the index {token} is out of bounds")
    return index


def _unresolvable(operation: Operation, why: str) -> PatchError:
    return PatchError(
        PatchProblem.UNRESOLVABLE_PATH,
        f"the path {operation.pointer!r} of the op {operation.name!r} cannot be resolved: {why}",
    )
