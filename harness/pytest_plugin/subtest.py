"""Assertions as pytest's subtests. This is the only door to what pytest keeps to itself of them.

pytest's public `Subtests` tells of each at once, and only from within a fixture's request: an item that is no
function has none, and assertions of a call that is run again are not to be told before it is clear that they
count. So the reports are made here, and logged with their call's.
"""

import pytest
from _pytest.subtests import SubtestContext
from pytest import SubtestReport  # noqa: PT013 - the type of that name, which tests of ours do not import

from harness.pytest_plugin.failure import AssertionFailure, assertion_text
from harness.pytest_plugin.notes import ASSERTION_MARK
from harness.runner.results import CallResult
from harness.runner.untested import UNTESTED
from harness.scripting.engine import Assertion
from harness.secrets.watch import Mask


def assertion_report(
    item: pytest.Item, result: CallResult, assertion: Assertion, mask: Mask, *, bodies: bool
) -> SubtestReport:
    """Report one assertion of a call as a subtest of its item, to be logged before the item's own report."""

    def check() -> None:
        if assertion.skipped:
            why = mask.label(assertion.name) if assertion.untested is None else UNTESTED
            raise pytest.skip.Exception(why, _use_item_location=True)
        if assertion.error is not None:
            raise AssertionFailure(assertion_text(result, assertion, mask, bodies=bodies))

    call = pytest.CallInfo.from_call(check, when="call")
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    # What a report tells besides belongs to the item, and would be told once for each assertion.
    report.sections, report.user_properties = [], []
    report.extras = []  # read by pytest-html
    context = SubtestContext(msg=mask.label(assertion.name), kwargs={})
    made = SubtestReport._new(report, context, None, None)
    vars(made)[ASSERTION_MARK] = True
    return made


def assertion_status(report: object) -> tuple[str, str, str] | None:
    """Count an assertion that failed as a subtest that did, and not as one more test.

    What failed is told with its call. `None` for other reports.
    """
    if not isinstance(report, SubtestReport) or not getattr(report, ASSERTION_MARK, False):
        return None
    if not report.failed or hasattr(report, "wasxfail"):
        return None
    return "subtests failed", "u", f"SUBFAILED{report._sub_test_description()}"


def is_subtest(report: object) -> bool:
    """Whether a report tells of a subtest."""
    return isinstance(report, SubtestReport)


__all__ = ["SubtestReport", "assertion_report", "assertion_status", "is_subtest"]
