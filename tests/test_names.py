"""A name of a class or of a type has one meaning in the whole package."""

import ast
from collections import defaultdict
from pathlib import Path

import harness

ROOT = Path(harness.__file__).parent


def named_types() -> dict[str, set[str]]:
    """Return what each name stands for: of a class its module, of an alias what it is short for."""
    found = defaultdict(set)
    for file in ROOT.rglob("*.py"):
        for node in ast.parse(file.read_text("utf-8")).body:
            match node:
                case ast.ClassDef(name=name):
                    found[name].add(file.relative_to(ROOT).as_posix())
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_type(name, value):
                    found[name].add(ast.unparse(value))
                case _:
                    pass
    return found


def is_type(name: str, value: ast.expr) -> bool:
    variable = isinstance(value, ast.Call) and ast.unparse(value.func) in {"ParamSpec", "TypeVar"}
    return name[0].isupper() and not name.isupper() and not variable


def test_no_name_of_a_type_has_two_meanings() -> None:
    assert {name: meanings for name, meanings in named_types().items() if len(meanings) > 1} == {}


def test_types_are_found_in_the_package() -> None:
    assert {"RunConfig", "Headers", "LiveRun"} <= named_types().keys()
