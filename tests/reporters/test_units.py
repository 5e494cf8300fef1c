import io

import pytest

from harness.reporters.terminal.colours import signs_for
from harness.reporters.units import counted, duration, fact_told, percent, size, tallied
from harness.runner.results import Tally


@pytest.mark.parametrize(
    ("ms", "spelled"),
    [
        (0, "0ms"),
        (0.42, "420µs"),
        (45.9, "45ms"),
        (1997, "1997ms"),
        (2340, "2.3s"),
        (60_000, "1m 0s"),
        (65_240, "1m 5.2s"),
        (7_380_000, "2h 3m"),
    ],
)
def test_durations_are_spelled_in_the_largest_unit(ms, spelled):
    assert duration(ms) == spelled


@pytest.mark.parametrize(
    ("count", "spelled"),
    [(0, "0B"), (999, "999B"), (1050, "1.05kB"), (12_400_000, "12.4MB"), (10**13, "10TB")],
)
def test_sizes_are_spelled_in_the_largest_unit(count, spelled):
    assert size(count) == spelled


def test_one_thing_is_not_plural():
    assert [counted(number, "call") for number in (1, 2, 20_000)] == ["1 call", "2 calls", "20,000 calls"]


def test_what_was_skipped_is_not_counted_in_but_told():
    assert tallied(Tally(total=3), "call") == "3 calls"
    assert tallied(Tally(total=3, skipped=2), "call") == "1 call (2 skipped)"


@pytest.mark.parametrize(("number", "told"), [(1, "1 interaction recorded"), (2, "2 interactions recorded")])
def test_a_fact_that_is_a_number_has_its_noun(number, told):
    assert fact_told("{} recorded", "recorded", number) == told
    assert fact_told("cassette {}", "cassette", number) == f"cassette {number}"


@pytest.mark.parametrize(("encoding", "spelled"), [("ascii", "420us"), ("utf-8", "420µs")])
@pytest.mark.parametrize("plain", [True, False])
def test_a_microsecond_is_spelled_as_the_stream_can(encoding, spelled, plain):
    signs = signs_for(io.TextIOWrapper(io.BytesIO(), encoding=encoding), plain=plain)
    assert duration(0.42, signs.micro) == spelled


@pytest.mark.parametrize(
    ("share", "spelled"),
    [(0, "0%"), (0.0004, "0.04%"), (1 / 3, "33.33%"), (0.8, "80%"), (1, "100%")],
)
def test_shares_are_spelled_without_zeros_that_say_nothing(share, spelled):
    assert percent(share) == spelled
