"""What parity tells: a row for each difference, and how much was compared."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self

from harness.cli.parity_difference import TableRow
from harness.cli.parity_outcome import ParityOutcome
from harness.reporters.units import counted
from harness.secrets.watch import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityRow:
    """One difference; `kind` is its id among the documented ones, empty when it is none of them."""

    collection: str
    what: str
    where: str
    theirs: str
    ours: str
    kind: str = ""

    @classmethod
    def of(cls, collection: str, row: TableRow, kinds: Mapping[str, str]) -> Self:
        """Make a row of what was compared; `kinds` are ids by what they can be seen in."""
        what, where, theirs, ours = row
        seen_in = what.split()[0]
        return cls(
            collection=collection,
            what=what,
            where=where,
            theirs=theirs,
            ours=ours,
            kind=kinds.get(what, kinds.get(seen_in, "")),
        )

    def shown(self, mask: Mask) -> Self:
        """Return it without secrets."""
        where, theirs, ours = mask.label(self.where), mask(self.theirs), mask(self.ours)
        return replace(self, where=mask.url(where), theirs=theirs, ours=ours)

    def as_json(self) -> dict[str, str]:
        """Return it as the JSON that the command prints."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityCount:
    """How much was compared; `unread` are connections that the proxy could not read."""

    requests: int = 0
    assertions: int = 0
    variables: int = 0
    unread: int = 0

    @classmethod
    def of(cls, outcome: ParityOutcome) -> Self:
        """Count what there is of one run."""
        return cls(
            requests=len(outcome.requests),
            assertions=len(outcome.assertions),
            variables=len(outcome.variables),
            unread=outcome.tunnels,
        )

    def with_more(self, other: "ParityCount") -> "ParityCount":
        """Return the sum of both."""
        return ParityCount(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )

    def as_json(self) -> dict[str, int]:
        """Return it as the JSON that the command prints."""
        return {"requests": self.requests, "assertions": self.assertions, "variables": self.variables}

    def told(self) -> str:
        """Say it in words."""
        told = ((self.requests, "request"), (self.assertions, "assertion"), (self.variables, "variable"))
        return ", ".join(counted(number, name) for number, name in told)
