"""Two results side by side: which calls fail newly, which were fixed, which became slower."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from harness.reporters.fault import faults_of
from harness.reporters.units import duration
from harness.runner.events import CallFinished, Event
from harness.runner.results import CallResult

Key = tuple[tuple[str, ...], int]
"""The path of a call, and the iteration."""

LEAST_MS: Final = 20
"""What is slower by less than this is noise, whatever its share."""


@dataclass(slots=True, kw_only=True)
class ComparedCall:
    """What came of a call in one result; calls of one name and iteration count as one."""

    messages: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    skipped: bool = False

    @property
    def failed(self) -> bool:
        """Whether anything failed."""
        return bool(self.messages)

    @property
    def mean_ms(self) -> float | None:
        """The mean response time, `None` when there was no response."""
        return sum(self.times) / len(self.times) if self.times else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeChange:
    """One call that changed, and how: `newly failing`, `fixed`, `slower`, `gone` or `new`."""

    kind: str
    key: Key
    detail: str


def outcomes(events: Iterable[Event]) -> dict[Key, ComparedCall]:
    """Return what came of each call of a run."""
    found: dict[Key, ComparedCall] = {}
    for event in events:
        if isinstance(event, CallFinished):
            _take(
                found.setdefault((event.result.call.path, event.result.iteration), ComparedCall()),
                event.result,
            )
    return found


def _take(outcome: ComparedCall, result: CallResult) -> None:
    outcome.skipped = result.skipped is not None
    outcome.messages += (f"{fault.test or fault.name}: {fault.message}" for fault in faults_of(result))
    if result.exchange is not None and result.exchange.response is not None:
        outcome.times.append(result.exchange.response.elapsed_ms)


def compare_results(
    before: Mapping[Key, ComparedCall], after: Mapping[Key, ComparedCall], *, slower_percent: int
) -> tuple[OutcomeChange, ...]:
    """Return what changed from one result to another: the gravest first, each in the order of the run."""
    changes = [
        change for key, now in after.items() for change in _changes(key, before.get(key), now, slower_percent)
    ]
    gone = (OutcomeChange(kind="gone", key=key, detail="") for key in before if key not in after)
    order = ("newly failing", "fixed", "slower", "new", "gone")
    return tuple(sorted((*changes, *gone), key=lambda change: order.index(change.kind)))


def _changes(
    key: Key, then: ComparedCall | None, now: ComparedCall, slower_percent: int
) -> Iterator[OutcomeChange]:
    if now.failed and (then is None or not then.failed):
        yield OutcomeChange(kind="newly failing", key=key, detail=now.messages[0])
    elif then is None:
        yield OutcomeChange(kind="new", key=key, detail="")
    elif then.failed and not now.failed and not now.skipped:
        yield OutcomeChange(kind="fixed", key=key, detail=then.messages[0])
    if then is None or then.mean_ms is None or now.mean_ms is None:
        return
    more = now.mean_ms - then.mean_ms
    if more >= LEAST_MS and more * 100 >= then.mean_ms * slower_percent:
        slower = f"{duration(then.mean_ms)} -> {duration(now.mean_ms)}"
        yield OutcomeChange(kind="slower", key=key, detail=slower)
