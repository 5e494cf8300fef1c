"""No circle of imports: not among modules, those for typing and those within functions counted."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph("harness", exclude_type_checking_imports=False, cache_dir=None)
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}

    assert circle(imports) == []


def test_a_circle_is_told_with_its_modules() -> None:
    assert sorted(set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}))) == ["a", "b", "c"]


@pytest.mark.parametrize("imports", [{}, {"a": {"b"}, "b": set()}, {"a": {"b", "c"}, "b": {"c"}, "c": set()}])
def test_what_stands_in_layers_is_no_circle(imports: Mapping[str, Iterable[str]]) -> None:
    assert circle(imports) == []


def circle(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the modules of one circle in order, the first again at the end; nothing when there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
