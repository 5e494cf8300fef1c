"""Items: what pytest sees of a call."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from harness.api import MissingCassette
from harness.errors import HarnessError
from harness.pytest_plugin import allure
from harness.pytest_plugin.failure import (
    CallFailure,
    call_text,
    command_for,
    describe,
    error_text,
    failure_around,
    request_line,
    setup_text,
)
from harness.pytest_plugin.subtest import assertion_report
from harness.reporters.outside_text import clean, cut
from harness.runner.plan import Call
from harness.runner.results import CallResult
from harness.runner.run import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.pytest_plugin.drive import Drive
    from harness.pytest_plugin.subtest import SubtestReport
    from harness.secrets.watch import Mask


class SharedRun(Protocol):
    """What a call asks of its collection: the one run that all of its calls share."""

    drive: "Drive | None"
    only_to_record: bool
    missed: "dict[str, CallItem]"

    @property
    def nodeid(self) -> str:
        """The name that pytest has for the collection."""

    @property
    def selected(self) -> frozenset[Step]:
        """The steps that pytest is to run."""

    def group(self, step: Step) -> str:
        """Name what has to stay on one of xdist's workers with a step."""

    def upstream(self, chosen: frozenset[Step]) -> frozenset[Step]:
        """Return the steps that others stand on. Raises `HarnessError`."""

    @property
    def once(self) -> frozenset[Step]:
        """The steps of set-up and teardown, which run with whatever is selected."""

    def call_names(self, steps: "Iterable[Step]") -> list[str]:
        """Return the paths of calls, in order, each once."""

    def start(self, step: Step) -> "Drive":
        """Return the run, started when it was not. Raises `HarnessError`."""

    def came_to(self, step: Step) -> None:
        """Note that pytest came to a step, whether or not it is then run."""


class CallItem(pytest.Item):
    """A call of a collection in one iteration.

    `file` is the collection it is of; `subtests` are its assertions, until they are told.
    """

    def __init__(self, *, file: SharedRun, call: Call, step: Step, **options: Any) -> None:
        super().__init__(**options)
        self.file = file
        self.call = call
        self.step = step
        self.results: Sequence[CallResult] = ()
        self.subtests: list[SubtestReport] = []
        self.add_marker("postman")

    @property
    def group(self) -> str:
        """What has to stay on one of xdist's workers with this call."""
        return self.file.group(self.step)

    def setup(self) -> None:
        """Run the calls that this one stands on and that are not selected themselves."""
        self.subtests = []
        self.user_properties[:] = [one for one in self.user_properties if not one[0].startswith("postman_")]
        try:
            drive = self.file.start(self.step)
            if drive.ended is not None:
                raise pytest.skip.Exception(f"the run ended early: {drive.ended}")
            results = drive.reach(self.step)
        except HarnessError as error:
            raise failure_around(self._told_once(error), self) from None
        if not results:
            return
        mask = drive.shown
        lines = [request_line(one, mask) for one in results]
        self.add_report_section("setup", "upstream calls", "\n".join(lines))
        self.user_properties += (("postman_setup", line) for line in lines)
        self._show(lines)
        failures = [text for one in results if (text := setup_text(one, mask)) is not None]
        if failures:
            raise failure_around("\n".join(("a call that this one stands on failed", *failures)), self)

    def _told_once(self, error: HarnessError) -> str:
        """Say what is wrong; of a cassette that is not there what to do is said where it is missed first."""
        if isinstance(error, MissingCassette):
            first = self.file.missed.setdefault(str(error.where), self)
            if first is not self:
                return f"{error.what}\n  --> {error.where}\n  as told of {clean(' / '.join(first.call.path))}"
        return error_text(error, self)

    def runtest(self) -> None:
        """Run the call, and whatever it goes back to, and report the assertions."""
        drive = self.file.start(self.step)
        self.results = drive.take(self.step)
        if not self.results:
            raise pytest.skip.Exception("a script went on to another request")
        failures = [text for result in self.results for text in self._report(result, drive)]
        if allure.is_listening(self.config):
            allure.tell_allure(self.results, drive.shown)
        if failures:
            raise CallFailure("\n".join(failures))
        reasons = [result.skipped for result in self.results if result.skipped is not None]
        if len(reasons) == len(self.results):
            raise pytest.skip.Exception(drive.shown(reasons[0]))

    def teardown(self) -> None:
        """Let go of what was received."""
        self.results = ()

    def _report(self, result: CallResult, drive: "Drive") -> list[str]:
        """Report what came of the call once, and return what failed."""
        mask = drive.shown
        bodies = self.config.get_verbosity() >= 2
        self._sections(result, mask)
        self.user_properties += describe(result, mask)
        reports = (assertion_report(self, result, one, mask, bodies=bodies) for one in result.assertions)
        self.subtests += (one for one in reports if one is not None)
        texts = [call_text(result, mask, bodies=bodies, origins=drive.origins(result))]
        policy = drive.live.set_up.config.output.policy
        asked = "--postman-strict" if policy.strict else "--postman-error-on"
        texts += (
            mask(f"{one.message}\n  a warning ({one.kind}), and {asked}")
            for one in result.warnings
            if policy.fails(one)
        )
        if result.exchange is not None and result.exchange.failure is not None:
            missed = result.exchange.failure.kind == "miss"
            texts.append(f"  record just this: {command_for(self, '--postman-record')}" if missed else None)
        return [text for text in texts if text is not None]

    def _sections(self, result: CallResult, mask: "Mask") -> None:
        console = [line.text for run in (*result.prerequest, *result.test) for line in run.console]
        if console:
            self.add_report_section("call", "console", "\n".join(cut(mask(text)) for text in console))
        if result.warnings:
            self.add_report_section(
                "call", "warnings", mask("\n".join(one.message for one in result.warnings))
            )

    def _show(self, lines: list[str]) -> None:
        """Show set-up calls among the fixtures that `--setup-show` lists."""
        if not self.config.getoption("setupshow", False):
            return
        writer = self.config.get_terminal_writer()
        capture = self.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            for line in lines:
                writer.line()
                writer.write(f"    SETUP    C {line}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what the user can use; a bug keeps its traceback."""
        if isinstance(excinfo.value, CallFailure | HarnessError | pytest.fail.Exception):
            return f"{excinfo.value}\n  rerun: {command_for(self)}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the call by its path."""
        iteration = self.step[0]
        row = f" [row-{iteration + 1}]" if iteration or self.name.endswith("[row-1]") else ""
        return self.path, 0, clean(" / ".join(self.call.path)) + row
