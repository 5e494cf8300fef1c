"""The dialects: told apart by name in their own room alone, known to the engine by their answers."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import harness
from harness.api import RunConfig
from harness.dialect import DIALECTS, EXACT, ScriptAnswers

ROOT = Path(harness.__file__).parent
NAMES = frozenset(DIALECTS)
SCRIPTS = ROOT / "scripting" / "js"


OF_FOLDERS = ROOT / "collection" / "v3" / "location.py"
"""Postman's workspaces have a folder called `postman`, and this module looks for it."""


def modules() -> Iterator[Path]:
    return (path for path in ROOT.rglob("*.py") if path.parent != ROOT / "dialect" and path != OF_FOLDERS)


def comparisons(tree: ast.AST) -> Iterator[int]:
    """Lines on which a dialect's name is compared, or its identity asked."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(_is_dialect(side) for side in sides):
                yield node.lineno
        elif isinstance(node, ast.MatchValue) and _is_name(node.value):
            yield node.value.lineno


def _is_dialect(side: ast.expr) -> bool:
    if isinstance(side, ast.Tuple | ast.List | ast.Set):
        return any(_is_dialect(element) for element in side.elts)
    if isinstance(side, ast.Name | ast.Attribute):
        word = side.id if isinstance(side, ast.Name) else side.attr
        return word in {name.upper() for name in NAMES} | {"compat"}
    return _is_name(side)


def _is_name(side: ast.expr) -> bool:
    # `exact` is a word of other rooms, too; there a dialect shows by the name or object on the other side.
    return isinstance(side, ast.Constant) and side.value in NAMES - {EXACT.name}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_dialect_is_found_by_its_own_name(name):
    assert DIALECTS[name].name == name


def test_no_other_room_asks_which_dialect_it_is():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules()
        for line in comparisons(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code", ["compat == 'newman'", "dialect is EXACT", "x in ('postman', 'a')", "options.compat != y"]
)
def test_the_rule_sees_a_comparison(code):
    assert list(comparisons(ast.parse(code))) == [1]


def test_the_engine_asks_only_what_the_dialect_answers():
    known = {re.sub("_(.)", lambda match: match[1].upper(), one.name) for one in fields(ScriptAnswers)}
    asked = {
        word
        for path in SCRIPTS.rglob("*.js")
        if "dist" not in path.parts
        for word in re.findall(r"\banswers\.(\w+)", path.read_text("utf-8"))
    }
    assert asked == known


def test_the_default_is_exact():
    assert RunConfig(collection="x.json").dialect is EXACT
