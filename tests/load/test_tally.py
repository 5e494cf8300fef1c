"""What is counted while a load runs."""

import json
import math
import random

import pytest

from harness.load.report import LoadReport, report_of
from harness.load.sketch import ACCURACY, Sketch
from harness.load.stage import Course, Stage
from harness.load.tally import MOST_ERRORS, MOST_POINTS, Book, Window


def test_percentiles_are_as_accurate_as_promised() -> None:
    draws = random.Random(5)
    values = sorted(draws.lognormvariate(3, 1) for _ in range(5000))
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    for percent in (50, 90, 95, 99):
        exact = values[math.ceil(percent / 100 * len(values)) - 1]
        assert sketch.percentile(percent) == pytest.approx(exact, rel=ACCURACY * 1.01)


def test_sketches_of_workers_say_together_what_one_would_say() -> None:
    draws = random.Random(6)
    whole, merged, parts = Sketch(), Sketch(), [Sketch() for _ in range(4)]
    for number in range(4000):
        value = draws.expovariate(0.01)
        whole.add(value)
        parts[number % 4].add(value)
    for part in parts[:2]:
        merged.merge(part)
    for part in parts[2:]:
        merged.take_in(json.loads(json.dumps(part.pack())))
    assert merged.pack() == whole.pack()


def test_no_value_is_too_odd_to_be_counted() -> None:
    sketch = Sketch()
    assert sketch.percentile(50) is None
    for value in (0.0, -1.0, 1e12):
        sketch.add(value)
    assert sketch.count == 3


def test_points_in_time_do_not_grow_with_the_length_of_a_run() -> None:
    book = Book()
    book.begun = 1000.0
    for second in range(10_000):
        window = Window()
        window.add(("A",), 5.0, 1000.0 + second, failed=False)
        book.take_in("w", window.pack())
    assert len(book.points) <= MOST_POINTS
    assert sum(point.tally.requests for point in book.points.values()) == 10_000


def test_errors_of_ever_other_words_are_counted_together() -> None:
    window = Window()
    for number in range(MOST_ERRORS * 3):
        window.error(("A",), f"expected {number}")
    book = Book()
    for _ in range(2):
        book.take_in("w", window.pack())
    assert sum(book.errors.values()) == MOST_ERRORS * 6
    assert len(book.errors) == MOST_ERRORS + 1


def arrived(seconds: range, each: int, *, late: int = 0) -> Book:
    book, window = Book(), Window()
    for second in seconds:
        for number in range(each):
            window.start(second, 500.0 if number < late else 0.0, 100.0)
    book.take_in("w", window.pack())
    return book


def told(book: Book, seconds: int, rate: float) -> LoadReport:
    course = Course(stages=(Stage(seconds=seconds, begin=rate, end=rate),))
    return report_of(
        book,
        collection="C",
        paths=[],
        thresholds=[],
        course=course,
        by_rate=True,
        seconds=float(seconds),
        lost=[],
        interrupted=False,
    )


def test_arrivals_are_held_against_the_plan_in_each_stretch() -> None:
    report = told(arrived(range(30), 20), 30, 20)
    assert [(one.at, one.planned, one.started) for one in report.arrivals] == [
        (0, 200, 200), (10, 200, 200), (20, 200, 200)
    ]  # fmt: skip
    assert report.limit == ""
    assert report.json()["arrivals"][0] == {"at_s": 0.0, "planned": 200, "started": 200}


def test_the_generator_is_the_limit_when_runs_begin_late_or_never() -> None:
    assert "20 of 600 runs began late" in told(arrived(range(20), 30, late=1), 20, 30).limit
    assert "and 100 never" in told(arrived(range(25), 20), 30, 20).limit
    assert told(arrived(range(1, 2), 500, late=1), 2, 250).limit == ""


def test_stretches_of_arrivals_do_not_grow_with_the_length_of_a_run() -> None:
    book = arrived(range(0, 20_000, 7), 1)
    assert len(book.arrivals) <= 240
    assert book.started == len(range(0, 20_000, 7))
