"""Where it is known from how a platform answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class ValueSource(Enum):
    """What stands behind an answer, the strongest first."""

    OBSERVED = "observed"
    CLIENT = "client"
    DOCUMENTED = "documented"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a rule is known from.

    `detail` says more: for what was observed live the date and by whom, for a real client its name and
    version, for documentation the page, for what is assumed why.
    """

    source: ValueSource
    detail: str = ""

    @property
    def line(self) -> str:
        """In one line, for people."""
        words = {
            ValueSource.OBSERVED: "observed live",
            ValueSource.CLIENT: "a real client",
            ValueSource.DOCUMENTED: "documentation",
            ValueSource.ASSUMED: "assumed",
        }
        return f"{words[self.source]}: {self.detail}" if self.detail else words[self.source]


ASSUMED = Provenance(source=ValueSource.ASSUMED)


class AnswerKind(NamedTuple):
    """What answers are counted by: `refused` are those of status 400 and above."""

    source: ValueSource
    route: str
    refused: bool


class AssumedCount(NamedTuple):
    """How many answers of a call were assumed, and how many of these were refusals."""

    answers: int
    refusals: int


def assumed_by_route(counted: Mapping[AnswerKind, int]) -> dict[str, AssumedCount]:
    """Count the assumed answers of each call, in the order of the calls' names."""
    found: dict[str, AssumedCount] = {}
    for kind, count in sorted(counted.items(), key=lambda one: one[0].route):
        if kind.source is ValueSource.ASSUMED:
            answers, refusals = found.get(kind.route, (0, 0))
            found[kind.route] = AssumedCount(answers + count, refusals + count * kind.refused)
    return found


def summary(counted: Mapping[AnswerKind, int]) -> list[str]:
    """Lines that end a run: how many answers were assumed, and of which calls. None before any answer.

    Refusals are told apart: a call that succeeds as the real service's does may well be refused otherwise.
    """
    total = sum(counted.values())
    if not total:
        return []
    assumed = assumed_by_route(counted)
    few = sum(one.answers for one in assumed.values())
    of_these = _refusals(few, sum(one.refusals for one in assumed.values()))
    lines = [
        f"{few} of {total} answers of the platform were assumed, not known from the real service{of_these}"
    ]
    lines += [f"  {route}  ({one.answers}{_refusals(*one)})" for route, one in assumed.items()]
    return lines


def _refusals(answers: int, refusals: int) -> str:
    if not refusals:
        return ""
    if refusals < answers:
        return f", {refusals} of them refused"
    return ", refused" if answers == 1 else ", all refused"
