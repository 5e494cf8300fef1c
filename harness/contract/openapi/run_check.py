"""A run's exchanges held against an OpenAPI description: violations are assertions of the calls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from harness.client.message import Exchange
from harness.collection.companion import ContractEntry, IgnoredRule
from harness.contract.openapi.exchange_check import ExchangeChecker, Violation
from harness.contract.openapi.operation import Description, load_description
from harness.contract.openapi.operation_match import NoMatch, OperationFinder
from harness.extract.answer import shown
from harness.runner.contract import Checked, RunContract
from harness.runner.results import RunWarning
from harness.scripting.engine import Assertion, ScriptError

_OF_WHAT_IS_ABSENT: Final = frozenset({"required", "security", "encoding"})
"""The rules that may be violated by nothing: then no value is told."""


@dataclass(slots=True)
class OpenApiCheck(RunContract):
    """Checks the calls of one run. `entries` are what the companion says of calls, by their position."""

    description: Description
    finder: OperationFinder
    checker: ExchangeChecker
    ignored: Sequence[IgnoredRule] = ()
    entries: Mapping[int, ContractEntry] = field(default_factory=dict)
    _told: set[tuple[str, str]] = field(default_factory=set)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the description nobody checks."""
        return self.description.warnings

    def check(self, position: int, exchanges: Sequence[Exchange], place: str) -> Checked:
        """Check what one call sent and was answered; requests that no operation has are told once."""
        entry = self.entries.get(position)
        if entry is not None and not entry.check:
            return Checked()
        ignored = (*self.ignored, *(entry.ignored if entry else ()))
        assertions: list[Assertion] = []
        warnings: list[RunWarning] = []
        for exchange in exchanges:
            last = max((hop.leg for hop in exchange.hops), default=0)
            for hop in exchange.hops:
                if hop.leg != last:
                    continue
                match = self.finder.find(hop.request.method, hop.request.url)
                if isinstance(match, NoMatch):
                    path = urlsplit(hop.request.url)
                    address = f"{path.scheme}://{path.netloc.rpartition('@')[2]}{path.path}"
                    if (hop.request.method, address) not in self._told:
                        self._told.add((hop.request.method, address))
                        what = f"{hop.request.method} {address}: no operation of {self.description.file}"
                        warnings.append(
                            RunWarning(
                                kind="undescribed-request", message=f"{what} ({match.why})", place=place
                            )
                        )
                    continue
                found = list(self.checker.violations(match, hop.request, hop.response))
                left = [one for one in found if not any(_is_ignored(one, rule) for rule in ignored)]
                name = f"{match.operation.label} is as described"
                assertions += _assertions(name, left, len(found) - len(left), len(assertions))
        return Checked(assertions=tuple(assertions), warnings=tuple(warnings))


def open_check(
    source: str,
    *,
    servers: Sequence[str] = (),
    ignored: Sequence[IgnoredRule] = (),
    entries: Mapping[int, ContractEntry] | None = None,
) -> OpenApiCheck:
    """Read a description for a run. Raises `InputError` at the place of what is wrong in it."""
    description = load_description(source)
    return OpenApiCheck(
        description=description,
        finder=OperationFinder(description.operations, description.file, servers),
        checker=ExchangeChecker(description),
        ignored=ignored,
        entries=entries or {},
    )


def _assertions(name: str, violations: Sequence[Violation], ignored: int, begin: int) -> Iterator[Assertion]:
    """Yield each violation as a failed assertion; one that passes where there is none."""
    if not violations:
        yield Assertion(name=name + (f" ({ignored} ignored)" if ignored else ""), index=begin)
    for index, one in enumerate(violations, begin):
        value = (
            ""
            if one.value is None and one.rule in ("required", "security", "encoding")
            else f"; found {shown(one.value)}"
        )
        error = ScriptError(
            name="ContractViolation",
            message=f"{one.place}: {_cut(one.message)} (rule {one.rule}){value}",
            actual=shown(one.value),
        )
        yield Assertion(name=f"{name}: {one.place}, {one.rule}", index=index, error=error)


def _cut(message: str) -> str:
    """Cut a message that spells a large value out; the value is told beside it."""
    return message if len(message) <= 300 else f"…{message[-299:]}"


def _is_ignored(violation: Violation, rule: IgnoredRule) -> bool:
    if rule.rule and rule.rule != violation.rule:
        return False
    return not rule.at or _fits(rule.at, violation.place)


def _fits(pattern: str, place: str) -> bool:
    """Compare a place with one in which `*` is any step of a pointer."""
    wanted, given = pattern.split("/"), place.split("/")
    if len(wanted) != len(given):
        return False
    same = zip(wanted, given, strict=True)
    return all(one == "*" or one.strip() == other.strip() for one, other in same)
