"""Assertions as pytest's subtests.

The fixture `subtests` tells of each at once, and only from within a test's function: a call has none, and
assertions of one that is run again are not to be told before it is clear that they count. So the reports are
made here, through the hooks that carry reports between processes, and logged with the call.
"""

import pytest
from pytest import SubtestReport  # noqa: PT013 - the type of that name, which tests of ours do not import

from harness.pytest_plugin.failure import AssertionFailure, assertion_text
from harness.pytest_plugin.notes import ASSERTION_MARK
from harness.runner.results import CallResult
from harness.runner.untested import UNTESTED
from harness.scripting.engine import Assertion
from harness.secrets.watch import Mask


def assertion_report(
    item: pytest.Item, result: CallResult, assertion: Assertion, mask: Mask, *, bodies: bool
) -> SubtestReport | None:
    """Report one assertion of a call as a subtest of its item, to be logged before the item's own report.

    `None` where pytest was started without its subtests (`-p no:subtests`).
    """

    def check() -> None:
        if assertion.skipped:
            pytest.skip(mask.label(assertion.name) if assertion.untested is None else UNTESTED)
        if assertion.error is not None:
            raise AssertionFailure(assertion_text(result, assertion, mask, bodies=bodies))

    call = pytest.CallInfo.from_call(check, when="call")
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    # What a report tells besides belongs to the item, and would be told once for each assertion.
    report.sections, report.user_properties = [], []
    report.extras = []  # read by pytest-html
    return _as_subtest(item, report, mask.label(assertion.name))


def _as_subtest(item: pytest.Item, report: pytest.TestReport, name: str) -> SubtestReport | None:
    """Make a subtest's report of a test's, as pytest makes one of what a worker of xdist sent it."""
    data = item.ihook.pytest_report_to_serializable(config=item.config, report=report)
    del data["$report_type"]
    data |= {"_report_type": "SubTestReport", "_subtest.context": {"msg": name, "kwargs": {}}}
    data[ASSERTION_MARK] = True
    made = item.ihook.pytest_report_from_serializable(config=item.config, data=data)
    return made if isinstance(made, SubtestReport) else None


def assertion_status(report: object) -> tuple[str, str, str] | None:
    """Count an assertion that failed as a subtest that did, and not as one more test.

    What failed is told with its call. `None` for other reports.
    """
    if not isinstance(report, SubtestReport) or not getattr(report, ASSERTION_MARK, False):
        return None
    if not report.failed or hasattr(report, "wasxfail"):
        return None
    return "subtests failed", "u", f"SUBFAILED[{report.context.msg}]"


def is_subtest(report: object) -> bool:
    """Whether a report tells of a subtest."""
    return isinstance(report, SubtestReport)


__all__ = ["SubtestReport", "assertion_report", "assertion_status", "is_subtest"]
