"""What is counted while a load runs."""

import json
import math
import random

import pytest

from harness.load.sketch import ACCURACY, Sketch
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
