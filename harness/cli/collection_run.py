"""One collection of `harness run`: its events go to the reporters, and its end is told and written."""

import argparse
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.api import LiveRun, RunConfig
from harness.cli.exports import write_exports
from harness.cli.reporting import DEFAULT, close_all, context_of, idle_options, reporters_of, tell_written
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.cli.warnings_told import tell_warnings
from harness.dialect import Dialect
from harness.errors import ExitCode
from harness.options.stand_in import StandIn
from harness.reporters.reporter import Reporter, find_kind, unknown_hint, writes_a_file
from harness.reporters.units import counted
from harness.runner.events import Event, RunFinished
from harness.runner.results import RunSummary
from harness.runner.run import Step
from harness.variables.environment import export_scope
from harness.variables.scope import Scope

if TYPE_CHECKING:
    from harness.api.sharding import Portion
    from harness.cli.joint_reports import JointReports

_PAGES: Final = frozenset({"html", "htmlextra"})
"""The reporters that tell the coverage of a description."""

# Of many calls whose requests are not in a cassette the first ones are named.
_MISSES_TOLD: Final = 5


@dataclass(slots=True, kw_only=True)
class CollectionRuns:
    """The runs of one command, and what they share.

    With `joint` the reports that are files are made of all collections in the end. With `stand_in` requests
    go to that server in place of their hosts. `left` are the variables that the run before left to the next.
    """

    options: argparse.Namespace
    reporter_options: Mapping[str, str | bool]
    terminal: Terminal
    joint: "JointReports | None" = None
    stand_in: StandIn | None = None
    left: dict[str, Any] = field(default_factory=dict)

    def run(self, collection: str, portion: "Portion | None" = None) -> ExitCode:
        """Run a collection, or a shard's portion of it, to its end. Raises `HarnessError`."""
        config = self._config(collection)
        chosen: frozenset[Step] | None = None
        set_up: frozenset[Step] = frozenset()
        if portion is not None:
            set_up = portion.set_up
            chosen = None if portion.whole else portion.steps | set_up
        if self.options.rerun_failed is not None:
            chosen = _rerun(Path(self.options.rerun_failed), config, self.terminal)
            if not chosen:
                return ExitCode.PASSED
        with LiveRun(config) as live:
            reporters = self._reporters(live, collection)
            names = reporter_names(self.options, config.dialect)
            idle = idle_options(names, self.reporter_options, self.terminal, dialect=config.dialect)
            warned = tell_warnings(idle, config.output.policy, self.terminal)
            finished = self._tell(live.events(chosen=chosen, set_up=set_up), reporters)
            self._settle(live, finished, whole=chosen is None and live.whole)
            return max(live.exit_code(finished.summary), warned)

    def _config(self, collection: str) -> RunConfig:
        config = run_config(collection, self.options, self.terminal)
        if self.stand_in is not None:
            config = config.but(stand_in=self.stand_in)
        if self.left:
            # The values that the command line set are in what the run before left.
            inputs = replace(config.inputs, **self.left, env_vars={}, global_vars={})
            config = replace(config, inputs=inputs)
        return config

    def _reporters(self, live: LiveRun, collection: str) -> list[Reporter]:
        options, joint, dialect = self.options, self.joint, live.set_up.config.dialect
        names = reporter_names(options, dialect)
        context = context_of(options, self.terminal, live.mask, dialect=dialect)
        if not dialect.inputs.strict_reporters:
            _warn_of_unknown(names, dialect, self.terminal)
        told = names if joint is None else [name for name in names if not writes_a_file(name)]
        # The history that shards are dealt out by has to be the same for all of them: none adds to it.
        history = options.history if joint is None and options.shard is None else None
        reporters = reporters_of(told, self.reporter_options, context, history=history, clear=options.no_mask)
        if joint is not None:
            reporters.append(joint.log(collection, context))
        if (contract := live.set_up.contract) is not None and not _PAGES.isdisjoint(told):
            from harness.contract.openapi.coverage_reporter import CoverageReporter

            reporters.insert(0, CoverageReporter(contract.description, contract.finder))
        return reporters

    def _tell(self, events: Generator[Event, None, None], reporters: Sequence[Reporter]) -> RunFinished:
        """Tell the reporters what happens, and return how the run ended."""
        finished: RunFinished | None = None
        try:
            while True:
                try:
                    event = next(events, None)
                    if event is None:
                        break
                    for reporter in reporters:
                        reporter.handle(event)
                    if isinstance(event, RunFinished):
                        finished = event
                except KeyboardInterrupt:
                    # The run ends in order: calls that always run are run, and reports are written.
                    event = events.throw(KeyboardInterrupt())
                    for reporter in reporters:
                        reporter.handle(event)
        finally:
            close_all(reporters)
            if self.joint is None and not self.options.silent:
                tell_written(reporters, self.terminal)
        if finished is None:
            raise RuntimeError("the run told no end")
        return finished

    def _settle(self, live: LiveRun, finished: RunFinished, *, whole: bool) -> None:
        """Write what a run leaves: baseline, exports, and variables for the next one."""
        for line in live.set_up.network.told():
            self.terminal.err.write(f"{line}\n")
        if live.set_up.baseline is not None:
            _settle_baseline(live, finished.summary, self.terminal, whole=whole)
        write_exports(live, self.options, self.terminal)
        if self.options.share_variables:
            scopes = live.set_up.scopes
            self.left |= {"environment": _left(scopes.environment), "globals": _left(scopes.globals)}
        if finished.summary.misses:
            _tell_misses(finished.summary, live.mask, self.terminal)


def reporter_names(options: argparse.Namespace, dialect: Dialect) -> list[str]:
    """Return the names of the reporters that a run is told to."""
    named = options.reporters
    if dialect.inputs.strict_reporters:
        named = named or DEFAULT
    return [name for name in (DEFAULT if named is None else named).split(",") if name]


def _settle_baseline(live: LiveRun, summary: RunSummary, terminal: Terminal, *, whole: bool) -> None:
    """Write the baseline when that is asked, and say what of it no longer occurs."""
    baseline, output = live.set_up.baseline, live.set_up.config.output
    if baseline is None or output.baseline is None:
        return
    gone = baseline.gone(summary, whole=whole, ignored=output.ignore_warnings)
    if output.update_baseline:
        from harness.api.baseline_file import write_baseline

        new = write_baseline(output, baseline, summary, whole=whole)
        terminal.err.write(f"baseline: {output.baseline}: {new} new, {len(gone)} taken out\n")
        return
    met = len(baseline.met(summary))
    if met:
        terminal.err.write(f"baseline: {counted(met, 'known finding')} did not count\n")
    for one in gone:
        told = live.mask(f"{one} ({baseline.known[one]})")
        terminal.err.write(f"baseline: no longer occurs: {told}; --update-baseline takes it out\n")


def _tell_misses(summary: RunSummary, mask: Callable[[str], str], terminal: Terminal) -> None:
    """Say on stderr which requests the cassette has no answer for, whatever the reporters tell."""
    missed = list(dict.fromkeys(" / ".join(one.path) for one in summary.failures if one.cause == "miss"))
    more = f" and {len(missed) - _MISSES_TOLD} more" if len(missed) > _MISSES_TOLD else ""
    told = mask(", ".join(missed[:_MISSES_TOLD]))
    requests = counted(summary.misses, "request")
    terminal.err.write(f"not in the cassette: {requests}{f' of {told}' if told else ''}{more}\n")


def _left(scope: Scope) -> dict[str, Any]:
    """Return the variables as a run left them, for the next one to begin with."""
    return export_scope(scope, exported_at="", exported_using="", mask=None)


def _warn_of_unknown(names: Sequence[str], dialect: Dialect, terminal: Terminal) -> None:
    """Say which reporters there are not, as newman does, which goes on without them."""
    for name in names:
        if find_kind(name) is None:
            terminal.err.write(f'{dialect.name}: could not find "{name}" reporter\n  {unknown_hint(name)}\n')


def _rerun(log: Path, config: RunConfig, terminal: Terminal) -> frozenset[Step]:
    """Choose the steps that failed in a result, with those they need, and say how many they are."""
    from harness.cli.rerun import failed_steps

    failed, needed = failed_steps(log, config)
    if not failed:
        terminal.err.write(f"nothing to run again: no call of {config.collection} failed in {log}\n")
    else:
        told = f" with {counted(len(needed), 'call')} that they need" if needed else ""
        terminal.err.write(f"running {counted(len(failed), 'failed call')} again{told}\n")
    return failed | needed
