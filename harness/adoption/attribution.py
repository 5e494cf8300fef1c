"""Which documented differences from newman a run shows, found out by trying.

Each row of `harness.dialect.differences` names the answers that decide it. A difference is that row's when a
replay with newman's answers to just these questions no longer has it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from harness.adoption.comparison import RunDifference
from harness.adoption.replay import Replayed
from harness.dialect import EXACT, NEWMAN, Dialect
from harness.dialect import differences as table

_TRACES: Final = {"call": "request", "end": "exit code"}
_FIRST: Final = (
    "late-failure",
    "untested-assertion",
    "async-test",
    "companion",
    "oauth2-token",
    "outside-file",
)
_MOST_CALLS: Final = 10_000
_LEAST_TRIALS: Final = 4
"""How many calls are replayed to find the rows: a long run is tried with the likeliest rows alone."""

Trial = Callable[[Dialect], Replayed]
"""Replays the run in a dialect."""


def rows_of(found: Replayed, trial: Trial) -> tuple[table.DialectDifference, ...]:
    """Return the rows that account for what differs, as few as do; empty when none does."""
    trials = max(_LEAST_TRIALS, _MOST_CALLS // max(1, found.calls))
    left, rows = found, list[table.DialectDifference]()
    dialect = EXACT
    while left.count:
        for row in _candidates(left.differences):
            if row in rows:
                continue
            if not trials:
                return tuple(rows)
            trials -= 1
            tried = with_newmans(dialect, row.answers)
            replayed = trial(tried)
            if replayed.count < left.count:
                left, dialect = replayed, tried
                rows.append(row)
                break
        else:
            break
    return tuple(rows)


def with_newmans(dialect: Dialect, answers: Sequence[str]) -> Dialect:
    """Return a dialect with newman's answers to some questions, each named as in `run.masks`."""
    parts: dict[str, dict[str, Any]] = {}
    for answer in answers:
        part, _, name = answer.partition(".")
        parts.setdefault(part, {})[name] = getattr(getattr(NEWMAN, part), name)
    changed = {part: replace(getattr(dialect, part), **values) for part, values in parts.items()}
    return replace(dialect, **changed)


def _candidates(differences: Sequence[RunDifference]) -> Iterator[table.DialectDifference]:
    """Yield the rows that an answer decides, the likely ones first."""
    traces = {_TRACES.get(one.what, one.what) for one in differences}

    def rank(row: table.DialectDifference) -> tuple[int, bool]:
        first = _FIRST.index(row.id) if row.id in _FIRST else len(_FIRST)
        return first, not traces & set(row.traces)

    yield from sorted((row for row in table.DIFFERENCES.values() if row.answers), key=rank)
