"""What newman counts and measures of a run: the `stats` and `timings` of its report."""

from dataclasses import replace

from harness.reporters.newman.execution import JsonObject
from harness.reporters.phases import PhaseTimes
from harness.runner.events import Event, RunFinished, RunStarted
from harness.runner.results import CallResult, RunSummary, Tally
from harness.runner.tally import count


class RunTotals:
    """Counts a run as newman does.

    `calls` are those that are over, `summary` is what this runner counts too, `phases` are those of the
    requests that were given to it.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.summary = RunSummary()
        self.phases = PhaseTimes()
        self._prerequests = Tally()
        self._tests = Tally()
        self._untested = 0
        self._broken_off = 0

    def take(self, event: Event) -> None:
        """Count an event in."""
        count(self.summary, event)

    def call(self, result: CallResult) -> None:
        """Count a call that is over."""
        self.calls += 1
        exchange = result.exchange
        if exchange is not None and exchange.failure is not None:
            self._untested += sum(one.untested is not None for one in result.assertions)
            self._broken_off += sum(run.untested is not None for run in result.test)
        self._prerequests.count()
        if exchange is not None:
            self._tests.count()

    def stats(self) -> JsonObject:
        """Return newman's `stats`."""
        summary = self.summary
        # What could not be tested has failed, for newman.
        assertions = replace(summary.assertions, failed=summary.assertions.failed + self._untested)
        tests = replace(summary.test_scripts, failed=summary.test_scripts.failed + self._broken_off)
        scripts = Tally(
            total=tests.total + summary.prerequest_scripts.total,
            failed=tests.failed + summary.prerequest_scripts.failed,
        )
        # newman counts no failed iteration and no failed item, whatever happens in them.
        tallies = {
            "iterations": Tally(total=summary.iterations.total),
            "items": Tally(total=summary.items.total),
            "scripts": scripts,
            "prerequests": self._prerequests,
            "requests": summary.requests,
            "tests": self._tests,
            "assertions": assertions,
            "testScripts": tests,
            "prerequestScripts": summary.prerequest_scripts,
        }
        return {
            name: {"total": tally.total, "pending": 0, "failed": tally.failed}
            for name, tally in tallies.items()
        }

    def timings(self, started: RunStarted, finished: RunFinished | None) -> JsonObject:
        """Return newman's `timings`, in milliseconds; `finished` is missing where the run was broken off."""
        times = self.summary.response_times
        elapsed = finished.summary.elapsed_ms if finished else 0.0
        timings: JsonObject = {
            "responseAverage": times.mean,
            "responseMin": times.least,
            "responseMax": times.most,
            "responseSd": times.deviation,
        }
        for phase, spread in (("dns", self.phases.dns), ("firstByte", self.phases.first_byte)):
            values = (spread.mean, spread.least, spread.most, spread.deviation)
            for what, value in zip(("Average", "Min", "Max", "Sd"), values, strict=True):
                timings[f"{phase}{what}"] = value or 0
        timings["started"] = round(started.started_ms)
        timings["completed"] = round(started.started_ms + elapsed)
        return timings
