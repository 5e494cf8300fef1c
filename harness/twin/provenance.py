"""Where it is known from how a platform answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

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


def summary(counted: Mapping[tuple[ValueSource, str], int]) -> list[str]:
    """Lines that end a run: how many answers were assumed, and of which calls. None before any answer."""
    total = sum(counted.values())
    if not total:
        return []
    assumed = {route: count for (source, route), count in counted.items() if source is ValueSource.ASSUMED}
    few = sum(assumed.values())
    lines = [f"{few} of {total} answers of the platform were assumed, not known from the real service"]
    lines += [f"  {route}  ({count})" for route, count in sorted(assumed.items())]
    return lines
