from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.aep.query.crontab import parse_crontab

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("30 * * * *", "2024-05-15T12:30"),
        ("0 12 * * *", "2024-05-16T12:00"),
        ("*/20 8-9 * * *", "2024-05-16T08:00"),
        ("0 0 1 * *", "2024-06-01T00:00"),
        ("0 0 * * 0", "2024-05-19T00:00"),
        ("0 0 * * 7", "2024-05-19T00:00"),
        ("0 0 20 * 5", "2024-05-17T00:00"),
        ("15,45 0 29 2 *", "2028-02-29T00:15"),
    ],
)
def test_a_query_runs_next_at_the_first_minute_that_fits(text: str, after: str) -> None:
    crontab = parse_crontab(text)
    assert crontab is not None
    expected = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert crontab.next_ms(int(NOON.timestamp() * 1000)) == int(expected.timestamp() * 1000)


def test_a_day_that_never_comes_has_no_run() -> None:
    crontab = parse_crontab("0 0 31 2 *")
    assert crontab is not None
    assert crontab.next_ms(int(NOON.timestamp() * 1000)) is None


@pytest.mark.parametrize("text", ["", "* * * *", "60 * * * *", "a * * * *", "*/0 * * * *", "5-3 * * * *"])
def test_what_is_no_expression_of_five_fields_is_told(text: str) -> None:
    assert parse_crontab(text) is None
