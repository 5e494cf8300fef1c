"""A function of Data Prep's expressions: what is known of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 99
"""The most arguments of a function that takes any number."""


class FunctionError(Exception):
    """A function cannot be worked out for what it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function: its category, how it is written, and how many arguments it takes.

    The body of a `scoped` one is given the scope before the arguments.
    """

    category: str
    syntax: str
    returns: str
    body: Callable[..., Any]
    least: int
    most: int
    scoped: bool = False

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return self.least <= count <= self.most

    def count(self) -> str:
        """Say how many arguments it takes."""
        if self.least == self.most:
            return str(self.least)
        return f"at least {self.least}" if self.most == MANY else f"{self.least} to {self.most}"
