"""Recordings grow old."""

from datetime import UTC, datetime, timedelta

import pytest

from harness.cassettes.file.expiry import ExpiryRule, check_expiry, oldest, parse_expiry, spell
from harness.cassettes.file.interaction import Interaction
from harness.client.message import ResolvedRequest
from harness.errors import UsageError

NOW = datetime(2026, 6, 30, tzinfo=UTC)


def recorded(moment):
    return Interaction(request=ResolvedRequest(method="GET", url="https://a.example/"), recorded_at=moment)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("30d", ExpiryRule(age=timedelta(days=30), consequence="warn")),
        ("12h=fail", ExpiryRule(age=timedelta(hours=12), consequence="fail")),
        (" 2w=record ", ExpiryRule(age=timedelta(weeks=2), consequence="record")),
    ],
)
def test_a_rule_is_read(text, rule):
    assert parse_expiry(text) == rule


@pytest.mark.parametrize("text", ["", "d", "30", "30y", "30d=explode", "-1d"])
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(UsageError, match=r"30d|valid: warn, fail, record"):
        parse_expiry(text)


def test_only_what_is_older_expires():
    rule = parse_expiry("30d=fail")
    moments = ["2026-06-29T00:00:00.000Z", "2026-05-01T00:00:00.000Z", "2026-05-20T00:00:00", "", "rubbish"]
    expiry = check_expiry([recorded(moment) for moment in moments], rule, now=NOW)
    assert [one.recorded_at for one in expiry.expired] == moments[1:3]
    assert expiry.message == "2 recorded interactions are older than 30 days, the oldest 60 days"
    assert check_expiry([recorded(moments[0])], rule, now=NOW) is None


def test_the_age_of_a_recording_is_that_of_its_oldest_interaction():
    moments = ["2026-06-29T00:00:00.000Z", "2026-05-01T00:00:00.000Z", ""]
    assert oldest([recorded(moment) for moment in moments], now=NOW) == timedelta(days=60)
    assert oldest([recorded("")], now=NOW) is None


@pytest.mark.parametrize(
    ("age", "spelled"),
    [
        (timedelta(days=1, hours=5), "1 day"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(minutes=1, seconds=59), "1 minute"),
        (timedelta(seconds=30), "30 seconds"),
        (timedelta(seconds=-30), "0 seconds"),
    ],
)
def test_an_age_is_spelled_in_its_largest_unit(age, spelled):
    assert spell(age) == spelled
