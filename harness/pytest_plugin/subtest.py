"""Assertions as pytest's subtests. This is the only door to pytest's own subtest reports."""

import time
from contextlib import nullcontext

import pytest
from _pytest.subtests import SubtestContext, SubtestReport, failed_subtests_key

from harness.pytest_plugin.failure import Mask, assertion_text
from harness.runner.results import CallResult
from harness.scripting.engine import Assertion


def report_assertion(item: pytest.Item, result: CallResult, assertion: Assertion, mask: Mask) -> None:
    """Report one assertion of a call as a subtest of its item."""
    now = time.time()
    outcome = "skipped" if assertion.skipped else "passed" if assertion.error is None else "failed"
    longrepr: object = None
    if outcome == "failed":
        longrepr = assertion_text(result, assertion, mask)
    elif outcome == "skipped":
        longrepr = (str(item.path), 0, f"Skipped: {assertion.name}")
    report = pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={},
        outcome=outcome,  # type: ignore[arg-type]  # one of the three words
        longrepr=longrepr,  # type: ignore[arg-type]  # a text, or where it was skipped
        when="call",
        start=now,
        stop=now,
        duration=0.0,
    )
    sub = SubtestReport._new(report, SubtestContext(msg=assertion.name, kwargs={}), None, None)
    if outcome == "failed":
        item.config.stash[failed_subtests_key][item.id] += 1
    capture = item.config.pluginmanager.getplugin("capturemanager")
    # What the report prints is pytest's, not the call's.
    with capture.global_and_fixture_disabled() if capture is not None else nullcontext():
        item.ihook.pytest_runtest_logreport(report=sub)
