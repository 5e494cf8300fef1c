"""What is due by the clock is done once, when the platform looks at its clock."""

from harness.twin.agenda import NEVER, Agenda, Due
from harness.twin.clock import StoppedClock
from harness.twin.tenant import Tenant

_TENANT = Tenant(org="one@AdobeOrg", sandbox="prod")


class _Store:
    def __init__(self) -> None:
        self.writes = 0

    def generation(self, kind: str) -> int:
        return self.writes


class _Platform:
    def __init__(self) -> None:
        self.clock = StoppedClock(1_000)
        self.store = _Store()
        self.looks = []

    def at_settle(self, wait) -> None:
        self.looks.append(wait)


def _agenda(times):
    platform, done, found = _Platform(), [], []

    def find():
        found.append(platform.clock.now_ms())
        return [Due(at_ms=at, tenant=_TENANT, body={"id": name}) for name, at in times.items()]

    def do(due, now):
        done.append((due.body["id"], now))
        times[due.body["id"]] = NEVER

    Agenda(platform, kind="alarm", find=find, do=do)
    return platform, done, found


def test_what_is_due_is_done_once_and_what_is_not_waits():
    platform, done, _ = _agenda({"early": 2_000, "late": 9_000})
    platform.looks[0]()
    assert done == []
    platform.clock.set(3_000)
    platform.looks[0]()
    platform.looks[0]()
    assert done == [("early", 3_000)]


def test_a_leap_of_the_clock_does_all_that_it_passes_over():
    platform, done, _ = _agenda({"one": 2_000, "two": 3_000})
    platform.clock.set(60_000)
    platform.looks[0]()
    assert done == [("one", 60_000), ("two", 60_000)]


def test_documents_are_read_again_only_when_one_was_written():
    platform, _, found = _agenda({"late": 9_000})
    for _ in range(3):
        platform.looks[0]()
    assert len(found) == 1
    platform.store.writes += 1
    platform.looks[0]()
    assert len(found) == 2
