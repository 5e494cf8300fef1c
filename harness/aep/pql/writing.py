"""Trees written in either form. Quantifiers, `let` and `occurs` have no form in JSON here."""

from __future__ import annotations

import json
from typing import Any

from harness.aep.pql import tree
from harness.aep.pql.tokens import PqlError

_TYPES = {bool: "Boolean", int: "Integer", float: "Double", str: "String"}
_PROFILE = {"nodeType": "parameterReference", "position": 1}


def write_json(node: tree.QueryNode) -> dict[str, Any]:
    """Return the nodes of the JSON form; PqlError for what cannot be written in it."""
    match node:
        case tree.Literal(value=None):
            return {"nodeType": "literal", "literalType": "Null", "value": None}
        case tree.Literal(value=value):
            return {"nodeType": "literal", "literalType": _TYPES[type(value)], "value": value}
        case tree.ListLiteral(items=items):
            return {"nodeType": "literal", "literalType": "List", "value": [_plain(one) for one in items]}
        case tree.Name(text="$1"):
            return dict(_PROFILE)
        case tree.Name(text=text):
            return {"nodeType": "fieldLookup", "fieldName": text, "object": dict(_PROFILE)}
        case tree.Member(target=target, name=name):
            return {"nodeType": "fieldLookup", "fieldName": name, "object": write_json(target)}
        case tree.Unary(operator="not", operand=operand):
            return _apply("not", [operand])
        case tree.Binary(operator=operator, left=left, right=right):
            return _apply(operator, [left, right])
        case tree.FunctionCall(name=name, target=target, arguments=arguments):
            return _apply(name, [*(() if target is None else (target,)), *arguments])
        case _:
            raise PqlError(f"{type(node).__name__} cannot be written as pql/json")


def write_text(node: tree.QueryNode) -> str:
    """Return the text form, with parentheses wherever an operator stands inside of another."""
    match node:
        case tree.Literal(value=value):
            return json.dumps(value, ensure_ascii=False)
        case tree.ListLiteral(items=items):
            return f"[{', '.join(map(write_text, items))}]"
        case tree.Name(text=text):
            return text
        case tree.Member(target=tree.Name(text="$1"), name=name):
            return name
        case tree.Member(target=target, name=name):
            return f"{write_text(target)}.{name}"
        case tree.Unary(operator=operator, operand=operand):
            return f"{operator} {_inner(operand)}"
        case tree.Binary(operator=operator, left=left, right=right):
            word = {"notIn": "not in"}.get(operator, operator)
            return f"{_inner(left)} {word} {_inner(right)}"
        case tree.FunctionCall(name=name, target=None, arguments=arguments):
            return f"{name}({', '.join(map(write_text, arguments))})"
        case tree.FunctionCall(name="filter", target=target, arguments=(condition,)) if target is not None:
            return f"{write_text(target)}[{write_text(condition)}]"
        case tree.FunctionCall(name=name, target=target, arguments=arguments) if target is not None:
            return f"{_inner(target)}.{name}({', '.join(map(write_text, arguments))})"
        case _:
            raise PqlError(f"{type(node).__name__} cannot be written as pql/text")


def _apply(name: str, nodes: list[tree.QueryNode]) -> dict[str, Any]:
    return {"nodeType": "fnApply", "fnName": name, "params": [write_json(one) for one in nodes]}


def _plain(node: tree.QueryNode) -> Any:
    if isinstance(node, tree.Literal):
        return node.value
    raise PqlError("a list in pql/json holds literals only")


def _inner(node: tree.QueryNode) -> str:
    text = write_text(node)
    return f"({text})" if isinstance(node, tree.Binary | tree.Unary) else text
