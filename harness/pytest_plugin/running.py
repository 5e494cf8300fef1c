"""The hooks of a session that met a collection; they are registered with the first one."""

import os
from collections.abc import Generator
from typing import Final

import pytest

from harness.errors import HarnessError
from harness.pytest_plugin.groups import tell_groups
from harness.pytest_plugin.html import html_extras, report_link
from harness.pytest_plugin.item import CallItem
from harness.pytest_plugin.notes import notes
from harness.pytest_plugin.options import option_value
from harness.pytest_plugin.run_settings import cassette_mode
from harness.pytest_plugin.subtest import is_subtest

_NAME: Final = "postman-harness-running"
_LISTED: Final = 8


class Running:
    """Keeps collections in order, and tells of assertions when it is clear what became of their call."""

    def __init__(self) -> None:
        self._current: CallItem | None = None

    @classmethod
    def register(cls, config: pytest.Config) -> None:
        """Register the hooks, unless they are."""
        if not config.pluginmanager.has_plugin(_NAME):
            config.pluginmanager.register(cls(), _NAME)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        """Keep the calls of each collection together and in its order, however others ordered them.

        The first of its calls says where the collection comes.
        """
        items[:] = _without_doubles(items)
        try:
            return (yield)
        finally:
            items[:] = _together(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell who deals items out to workers which of them stay together."""
        tell_groups(session.config, session.items)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Note that not all is run."""
        if items:
            notes(items[0].config).partial = True

    def pytest_report_collectionfinish(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> list[str] | None:
        """Tell which calls are run as set-up for the selected ones, or are missing."""
        if config.get_verbosity() < 0:
            return None
        sends = option_value(config, "upstream")
        lines: list[str] = []
        for file in dict.fromkeys(item.file for item in items if isinstance(item, CallItem)):
            try:
                replays = cassette_mode(config) in {"replay", "none"}
                # Set-up and teardown of the run are sent in any case.
                sent = frozenset() if replays or sends else file.once
                names = file.call_names(file.upstream(file.selected) - sent)
            except HarnessError:
                continue  # told when the first call runs
            if not names:
                continue
            listed = "; ".join(names[:_LISTED]) + (
                f"; and {len(names) - _LISTED} more" if names[_LISTED:] else ""
            )
            if replays or sends:
                lines.append(f"postman: {file.nodeid}: as set-up run {listed}")
            else:
                lines.append(
                    f"postman: {file.nodeid}: not sent, though the selected calls need them: {listed} "
                    "(--postman-upstream sends them)"
                )
        return lines

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Note which call pytest came to, also when it is then skipped."""
        self._current = item if isinstance(item, CallItem) else None
        if self._current is not None:
            self._current.file.came_to(self._current.step)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show where a skipped call stands, not what skipped it, and add what pytest-html shows of a call."""
        report = yield
        if not isinstance(item, CallItem):
            return report
        if report.skipped and isinstance(report.longrepr, tuple):
            path, line, _ = item.reportinfo()
            report.longrepr = (os.fspath(path), (line or 0) + 1, report.longrepr[2])
        if report.when == "call" and item.config.getoption("htmlpath", None):
            drive = item.file.drive
            if drive is not None:
                extras = html_extras(item.results, drive.live.mask, len(item.session.items))
                for result in item.results[-1:]:
                    extras += report_link(item.config, item.file.nodeid, result)
                report.extras = [*getattr(report, "extras", []), *extras]  # type: ignore[attr-defined]  # read by pytest-html
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell of the assertions of a call before the call; those of one that is run again are dropped."""
        item = self._current
        if item is None or report.when != "call" or is_subtest(report) or report.nodeid != item.nodeid:
            return
        subtests, item.subtests = item.subtests, []
        if str(report.outcome) == "rerun":  # the word of pytest-rerunfailures
            return
        for subtest in subtests:
            item.ihook.pytest_runtest_logreport(report=subtest)


def _without_doubles(items: list[pytest.Item]) -> list[pytest.Item]:
    """Leave out collections collected only to be recorded, where tests run, and so record, collections."""
    wanted = {"postman_run", "postman_environment"}
    if not any(wanted.intersection(getattr(item, "fixturenames", ())) for item in items):
        return items
    return [item for item in items if not (isinstance(item, CallItem) and item.file.only_to_record)]


def _together(items: list[pytest.Item]) -> list[pytest.Item]:
    groups: dict[object, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(item.file if isinstance(item, CallItem) else item, []).append(item)
    for group in groups.values():
        if isinstance(group[0], CallItem):
            group.sort(key=lambda item: item.step if isinstance(item, CallItem) else (0, 0))
    return [item for group in groups.values() for item in group]
