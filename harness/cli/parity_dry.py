"""Parity without a second run: a replay of what the other runner sent and got."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.adoption.attribution import rows_of
from harness.adoption.newman_report import read_newman_run
from harness.adoption.newman_run import NewmanRun
from harness.adoption.replay import Replayed, replay
from harness.cli.adopt_command import in_dialect
from harness.cli.newmanrc import configured
from harness.cli.parity_row import ParityRow
from harness.cli.parity_side import ParitySide
from harness.cli.parser import parse
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.dialect import EXACT, Dialect
from harness.errors import HarnessError

_WHATS: Final = {"end": "exit code", "call": "request"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """A run of the other runner that is to be replayed: what it was asked for, and what came of it."""

    collection: str
    flags: Sequence[str]
    theirs: ParitySide
    mode: Dialect

    def replayed(self, run: NewmanRun, dialect: Dialect, terminal: Terminal) -> Replayed:
        """Replay it in a dialect."""
        given, _ = configured(*parse(["run", self.collection, *self.flags]), terminal)
        # A mixture of dialects has the name of the one that it began with, and reads options as that does.
        config = run_config(self.collection, in_dialect(given, dialect.name), terminal)
        return replay(run, config, dialect, exchanges=self.theirs.exchanges)

    def kinds(self, terminal: Terminal) -> Mapping[str, str]:
        """Name the documented differences that a default run shows, by what they can be seen in.

        Empty when they cannot be told.
        """
        if not self.theirs.outcome.report:
            return {}
        try:
            run = read_newman_run(self.theirs.report)
            found = self.replayed(run, EXACT, terminal)
            rows = rows_of(found, lambda dialect: self.replayed(run, dialect, terminal))
        except HarnessError:
            return {}
        kinds: dict[str, str] = {}
        for row in rows:
            for trace in row.traces:
                kinds.setdefault(trace, row.id)
        return kinds


def differences_of(dry: DryRun, named: str, terminal: Terminal) -> Iterator[ParityRow]:
    """Yield what a replay in the mode asked for does otherwise."""
    if not dry.theirs.outcome.report:
        yield ParityRow(collection=named, what="report", where="", theirs="none", ours="-")
        return
    run = read_newman_run(dry.theirs.report)
    found = dry.replayed(run, dry.mode, terminal)
    kinds = dry.kinds(terminal) if found.count and dry.mode.run.masks else {}
    for hole in found.holes:
        yield ParityRow(collection=named, what="answer", where=hole.place, theirs="-", ours=hole.why)
    for one in found.differences:
        what = _WHATS.get(one.what, one.what)
        yield ParityRow.of(named, (what, one.place, one.theirs, one.ours), kinds)
