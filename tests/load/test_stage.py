"""How much load there is at which time."""

from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.load.stage import PROFILES, course_of, duration_of, rate_of


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("30s", 30), ("5m", 300), ("1h", 3600), ("7", 7)]
)
def test_durations_have_units(text: str, seconds: float) -> None:
    assert duration_of(text, "--duration") == seconds


@pytest.mark.parametrize("text", ["", "5 minutes", "-3s", "nan", "1d"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(HarnessError, match="no duration"):
        duration_of(text, "--duration")


def test_rates_are_per_second_or_minute() -> None:
    assert [rate_of(text, "--rate") for text in ("200/s", "30/min", "5")] == [200, 0.5, 5]
    with pytest.raises(HarnessError, match="no rate"):
        rate_of("0/s", "--rate")


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_takes_the_whole_time_and_reaches_its_level(profile: str) -> None:
    course = course_of(profile=profile, level=100, ramp_s=0, seconds=60, by_rate=False)
    assert course.seconds == pytest.approx(60)
    assert course.most == 100


def test_a_ramp_grows_in_a_line_within_the_duration() -> None:
    course = course_of(profile="fixed", level=40, ramp_s=10, seconds=30, by_rate=False)
    assert course.seconds == 30
    assert [course.level(at) for at in (0, 5, 10, 29, 99)] == [0, 20, 40, 40, 40]


def test_arrivals_come_as_often_as_the_level_says() -> None:
    course = course_of(profile="fixed", level=10, ramp_s=2, seconds=4, by_rate=True)
    due = [course.arrival(number) for number in range(31)]
    assert due[30] is None
    assert due[0] == 0
    assert due[10] == pytest.approx(2)
    assert due[20] == pytest.approx(3)
    assert due[:30] == sorted(one for one in due[:30] if one is not None)


def test_as_many_arrivals_are_due_as_have_their_time_before() -> None:
    course = course_of(profile="spike", level=40, ramp_s=0, seconds=50, by_rate=True)
    due = [moment for number in range(3000) if (moment := course.arrival(number)) is not None]
    for second in (0, 10, 20, 25.5, 50, 90):
        assert course.arrivals(second) == sum(moment < second - 1e-9 for moment in due)


def test_a_file_names_stages(tmp_path: Path) -> None:
    file = tmp_path / "stages.yaml"
    file.write_text(
        "stages: [{duration: 10s, users: 20}, {duration: 0s, users: 50}, {duration: 1m, users: 50}]"
    )
    course = course_of(profile=str(file), level=0, ramp_s=0, seconds=0, by_rate=False)
    assert course.seconds == 70
    assert (course.level(5), course.level(11)) == (10, 50)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stages: 3",
        "stages: []",
        "stages: [{duration: 5s}]",
        "stages: [{duration: 5s, rate: 4}]",
        "stages: [{duration: 5s, users: many}]",
        "stages: [{duration: 5s, users: .nan}]",
        "stages: [{duration: 5s, users: 0}]",
        "stages: [",
    ],
)
def test_a_file_that_says_no_stages_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "stages.yaml"
    file.write_text(text)
    with pytest.raises(HarnessError, match=r"stage|users"):
        course_of(profile=str(file), level=0, ramp_s=0, seconds=0, by_rate=False)


def test_a_profile_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="cannot read the stages"):
        course_of(profile=str(tmp_path / "steep"), level=1, ramp_s=0, seconds=1, by_rate=False)
