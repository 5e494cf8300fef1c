"""The functions of Data Prep's expressions, by name.

Source: Adobe's guide to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.mapping import hierarchies, moments
from harness.aep.mapping.function import Function
from harness.aep.mapping.texts import TEXTS
from harness.aep.mapping.user_agents import USER_AGENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.aep.mapping.scope import MappingScope


def _new_id(scope: MappingScope) -> str:
    return scope.surroundings.new_id()


_SCOPED = hierarchies.SCOPED | moments.SCOPED | {"uuid", "guid"}


def _rows() -> Iterator[tuple[str, str, str, Callable[..., Any], int, int]]:
    yield from TEXTS
    yield from hierarchies.HIERARCHIES
    yield from (("special", f"{name}()", "String", _new_id, 0, 0) for name in ("uuid", "guid"))
    yield from (("date", *row) for row in moments.MOMENTS)
    yield from (("user_agent", *row) for row in USER_AGENTS)


FUNCTIONS: dict[str, Function] = {
    name: Function(
        category=category,
        syntax=syntax,
        returns=returns,
        body=body,
        least=least,
        most=most,
        scoped=name in _SCOPED,
    )
    for category, syntax, returns, body, least, most in _rows()
    for name in (syntax.partition("(")[0],)
}
