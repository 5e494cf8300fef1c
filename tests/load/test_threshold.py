"""The rules that a load has to keep."""

import pytest

from harness.errors import UsageError
from harness.load.tally import LoadTally
from harness.load.threshold import threshold_of

PATHS = [("Orders", "Read order"), ("Orders", "Old: write"), ("Health",)]


def tally(*times: float, failures: int = 0) -> LoadTally:
    made = LoadTally()
    for place, ms in enumerate(times):
        made.add(ms, failed=place < failures)
    return made


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("p50<25ms", True),
        ("p50 < 0.015 s", False),
        ("p99>=39ms", True),
        ("failed<1%", False),
        ("failed<=25%", True),
        ("failed<0.3", True),
        ("requests_per_s>1", True),
        ("requests_per_s>3/s", False),
    ],
)
def test_a_rule_is_held_against_what_was_measured(rule: str, holds: bool) -> None:
    threshold = threshold_of(rule, PATHS)
    measured = threshold.value(tally(10, 20, 30, 40, failures=1), 2.0)
    assert threshold.holds(measured) is holds


def test_what_was_not_measured_holds_no_rule() -> None:
    threshold = threshold_of("p95<1s", PATHS)
    assert threshold.value(LoadTally(), 1.0) is None
    assert not threshold.holds(None)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("Orders / Read order: p99<1s", ("Orders", "Read order")),
        ("Orders: p99<1s", ("Orders",)),
        ("Orders / Old: write: failed<1%", ("Orders", "Old: write")),
        ("p99<1s", ()),
    ],
)
def test_a_rule_is_for_a_call_a_folder_or_all(rule: str, path: tuple[str, ...]) -> None:
    assert threshold_of(rule, PATHS).path == path


@pytest.mark.parametrize("rule", ["p95", "p95<500", "p101<1s", "failed<1ms", "Shop: p95<1s", "p95=1s", ""])
def test_a_rule_that_cannot_be_read_is_refused(rule: str) -> None:
    with pytest.raises(UsageError):
        threshold_of(rule, PATHS)
