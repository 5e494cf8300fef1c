from __future__ import annotations

import re

from harness.twin.clock import SettableClock, StoppedClock, iso
from harness.twin.ids import Ids

NOW_MS = 1_715_774_400_250


def test_a_seed_gives_the_same_ids_again() -> None:
    def drawn() -> list[str]:
        ids = Ids(StoppedClock(NOW_MS), seed=5)
        return [ids.uuid(), ids.hex(24), ids.etag(), ids.xaction(), ids.ulid()]

    assert drawn() == drawn()


def test_ids_have_the_formats_of_the_services() -> None:
    ids = Ids(StoppedClock(NOW_MS))
    formats = (
        (ids.uuid(), r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        (ids.hex(64), r"[0-9a-f]{64}"),
        (ids.etag(), rf'"[0-9a-f]{{8}}-0000-0200-0000-{NOW_MS // 1000:08x}0000"'),
        (ids.xaction(), rf"{NOW_MS}:\d+:\d+"),
        (ids.ulid(), r"[0-7][0-9A-HJKMNP-TV-Z]{25}"),
    )
    for text, form in formats:
        assert re.fullmatch(form, text), (text, form)


def test_later_batches_sort_after_earlier_ones() -> None:
    clock = StoppedClock(NOW_MS)
    ids = Ids(clock)
    first = ids.ulid()
    clock.advance(1)
    assert ids.ulid() > first


def test_times_are_written_as_rfc_3339() -> None:
    assert iso(NOW_MS) == "2024-05-15T12:00:00Z"
    assert iso(NOW_MS, millis=True) == "2024-05-15T12:00:00.250Z"


def test_a_clock_can_be_set_and_runs_on() -> None:
    clock = SettableClock(start_ms=NOW_MS)
    assert 0 <= clock.now_ms() - NOW_MS < 60_000
    clock.advance(3_600_000)
    assert clock.now_ms() - NOW_MS >= 3_600_000
    assert clock.now_s() == clock.now_ms() // 1000
