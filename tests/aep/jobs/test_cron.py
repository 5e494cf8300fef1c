"""When a schedule comes, by Quartz' rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.aep.jobs.cron import parse_cron


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


# The 15th of May 2024 is a Wednesday.
@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("0 0 1 * * ?", ["2024-05-16T01:00:00", "2024-05-17T01:00:00"]),
        ("30 15 12 * * ?", ["2024-05-15T12:15:30", "2024-05-16T12:15:30"]),
        ("0 0 1 * * ? 2025", ["2025-01-01T01:00:00"]),
        ("0 0 1 ? * MON-FRI", ["2024-05-16T01:00:00", "2024-05-17T01:00:00", "2024-05-20T01:00:00"]),
        ("0 0 1 ? * 1,7", ["2024-05-18T01:00:00", "2024-05-19T01:00:00"]),
        ("0 0 1 ? * fri-sun", ["2024-05-17T01:00:00", "2024-05-18T01:00:00", "2024-05-19T01:00:00"]),
        ("0 0 1 ? * L", ["2024-05-18T01:00:00"]),
        ("0 0 1 ? * FRIL", ["2024-05-31T01:00:00", "2024-06-28T01:00:00"]),
        ("0 0 1 ? * 6#3", ["2024-05-17T01:00:00", "2024-06-21T01:00:00"]),
        ("0 0 1 3 * ?", ["2024-06-03T01:00:00", "2024-07-03T01:00:00"]),
        ("0 0 1 1/10 * ?", ["2024-05-21T01:00:00", "2024-05-31T01:00:00", "2024-06-01T01:00:00"]),
        ("0 0 1 L * ?", ["2024-05-31T01:00:00", "2024-06-30T01:00:00"]),
        ("0 0 1 L-2 * ?", ["2024-05-29T01:00:00"]),
        ("0 0 1 LW * ?", ["2024-05-31T01:00:00", "2024-06-28T01:00:00"]),
        ("0 0 1 1W * ?", ["2024-06-03T01:00:00", "2024-07-01T01:00:00"]),
        ("0 0 1 29 2 ?", ["2028-02-29T01:00:00"]),
        ("0 0 1 1 NOV-FEB ?", ["2024-11-01T01:00:00", "2024-12-01T01:00:00", "2025-01-01T01:00:00"]),
        ("0 0 1 31 2 ?", []),
    ],
)
def test_an_expression_comes_when_quartz_says(expression: str, runs: list[str]) -> None:
    cron = parse_cron(expression)
    at = ms("2024-05-15T12:00:00")
    for run in runs:
        at = cron.next_ms(at) or 0
        assert datetime.fromtimestamp(at / 1000, tz=UTC).isoformat()[:-6] == run
    if not runs:
        assert cron.next_ms(at) is None


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "0 0 1 * *",
        "0 0 1 * * ? 2024 x",
        "60 0 1 * * ?",
        "0 0 24 * * ?",
        "0 0 1 0 * ?",
        "0 0 1 32W * ?",
        "0 0 1 * 13 ?",
        "0 0 1 ? * 8",
        "0 0 1 ? * MON#6",
        "0 0 1 ? * XYZ",
        "0 0 1 */0 * ?",
        "0 0 1 * * ? 1969",
        "0 0 * * * ?",
        "0 0,30 1 * * ?",
        "*/5 0 1 * * ?",
        f"0 0 1 {'31,' * 30_000}31 2 ?",
    ],
)
def test_what_is_none_or_runs_too_often_is_refused(text: str | None) -> None:
    with pytest.raises(ValueError, match="schedule"):
        parse_cron(text)
