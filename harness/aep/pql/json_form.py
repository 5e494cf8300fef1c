"""The `pql/json` form: the same tree as nodes of type fnApply, fieldLookup, literal and so on."""

from __future__ import annotations

import json
from typing import Any

from harness.aep.pql import tree
from harness.aep.pql.functions import FUNCTIONS, check_call
from harness.aep.pql.parser import COMPARISONS, check_boolean, check_depth
from harness.aep.pql.tokens import PqlError

_BINARY = (*COMPARISONS, "and", "or", "in", "notIn", "like", "+", "-", "*", "/", "%")
_DEEPEST = 60


def parse_json(text: str | dict[str, Any]) -> tree.QueryNode:
    """Read the JSON form, given as text or already decoded; raise PqlError when it is not it."""
    if isinstance(text, str):
        try:
            text = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PqlError(f"the expression is not JSON: {error}") from None
    root = _node(text, 0)
    check_boolean(root)
    check_depth(root)
    return root


def _node(value: Any, depth: int) -> tree.QueryNode:
    if depth > _DEEPEST:
        raise PqlError("the expression is nested too deeply")
    if not isinstance(value, dict):
        raise PqlError(f"a node must be an object, found {value!r}")
    match value.get("nodeType"):
        case "literal":
            return _literal(value)
        case "parameterReference":
            position = value.get("position")
            if position != 1:
                raise PqlError(f"there is only parameter 1, not {position!r}")
            return tree.Name(text="$1")
        case "variableReference" if isinstance(value.get("varName"), str):
            return tree.Name(text=value["varName"])
        case "fieldLookup" if isinstance(value.get("fieldName"), str):
            target = _node(value.get("object"), depth + 1)
            name = value["fieldName"]
            if name == tree.EVENTS and target == tree.Name(text="$1"):
                return tree.Name(text=tree.EVENTS)
            return tree.Member(target=target, name=name)
        case "fnApply" if isinstance(value.get("fnName"), str):
            parameters = value.get("params")
            if not isinstance(parameters, list):
                raise PqlError("a node of type fnApply has no array 'params'")
            return _apply(value["fnName"], [_node(item, depth + 1) for item in parameters])
        case other:
            raise PqlError(f"the node type {other!r} is not supported or lacks its fields")


def _literal(value: dict[str, Any]) -> tree.QueryNode:
    content = value.get("value")
    if isinstance(content, list):
        return tree.ListLiteral(items=tuple(_literal({"value": item}) for item in content))
    if isinstance(content, dict):
        return _literal(content)
    return tree.Literal(value=content)


def _apply(name: str, arguments: list[tree.QueryNode]) -> tree.QueryNode:
    if name == "chain":
        raise PqlError("sequences of events ('chain') are not supported")
    if name in ("not", "!") and len(arguments) == 1:
        return tree.Unary(operator="not", operand=arguments[0])
    if name in ("and", "or") and len(arguments) > 2:
        return tree.join(name, arguments)
    if name in _BINARY:
        if len(arguments) != 2:
            raise PqlError(f"{name!r} takes 2 params, {len(arguments)} are given")
        return tree.Binary(operator=name, left=arguments[0], right=arguments[1])
    if name in FUNCTIONS:
        call = tree.FunctionCall(name=name, target=None, arguments=tuple(arguments))
    elif arguments:
        call = tree.FunctionCall(name=name, target=arguments[0], arguments=tuple(arguments[1:]))
    else:
        raise PqlError(f"{name!r} is given no params")
    check_call(call)
    return call
