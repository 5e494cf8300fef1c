"""A platform that is not AEP: what the kit gives one that has two calls of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from harness.twin.provenance import AnswerKind, ValueSource, summary
from harness.twin.server import TwinServer
from harness.twin.settings import TwinSettings
from tests.twin.parcel_office import HOUR_MS, KIND

if TYPE_CHECKING:
    from collections.abc import Iterator


class Counter:
    """Calls a running office."""

    def __init__(self, local: TwinServer) -> None:
        self.local = local

    def ask(self, path: str, body: Any = None, customer: str | None = "ann") -> tuple[int, Any]:
        headers = {} if customer is None else {"x-customer": customer}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.local.base_url + path, data, headers), timeout=20) as found:
                return found.status, found.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()

    def json(self, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        status, text = self.ask(path, body, **more)
        return status, json.loads(text)


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    with TwinServer(KIND, TwinSettings(seed=1)) as local:
        yield Counter(local)


def test_its_own_calls_are_answered_from_the_state(counter: Counter) -> None:
    status, parcel = counter.json("/parcels", {"to": "Bo"})
    assert (status, parcel["state"]) == (201, "on its way")
    assert counter.json(f"/parcels/{parcel['id']}") == (200, parcel)


def test_one_customers_parcels_are_not_anothers(counter: Counter) -> None:
    _, parcel = counter.json("/parcels", {"to": "Bo"})
    assert counter.json(f"/parcels/{parcel['id']}", customer="eve")[0] == 404


def test_its_own_gateway_decides_who_is_let_in(counter: Counter) -> None:
    status, refused = counter.json("/parcels/1", customer=None)
    assert (status, refused["detail"]) == (401, "The header x-customer is missing")


def test_what_is_due_by_the_clock_happens(counter: Counter) -> None:
    _, parcel = counter.json("/parcels", {"to": "Bo"})
    counter.json("/_harness/clock", {"advance_ms": HOUR_MS})
    assert counter.json(f"/parcels/{parcel['id']}")[1]["state"] == "there"


def test_the_document_describes_its_calls_and_their_provenance(counter: Counter) -> None:
    _, document = counter.json("/openapi.json")
    assert document["info"]["title"] == "Parcel office"
    assert set(document["paths"]) == {"/parcels", "/parcels/{id}"}
    responses = document["paths"]["/parcels"]["post"]["responses"]
    assert responses["2XX"]["x-provenance"]["source"] == "observed"
    assert responses["4XX"]["x-provenance"]["source"] == "assumed"


def test_its_console_has_the_journal_and_the_provenance(counter: Counter) -> None:
    counter.json("/parcels", {"to": "<b>Bo</b>"})
    page = counter.ask("/")[1]
    assert "Parcel office" in page
    assert "POST" in page
    assert "&lt;b&gt;Bo" in page
    assert "observed live: 2026-05-04, at the counter" in counter.ask("/_console/provenance")[1]


def test_answers_are_counted_by_what_they_are_known_from(counter: Counter) -> None:
    before = counter.json("/_harness/provenance")[1]["sources"]
    counter.json("/parcels", {"to": "Bo"})
    counter.json("/parcels/none")
    told = counter.json("/_harness/provenance")[1]
    after = told["sources"]
    assert all(one["answers"] == one["refusals"] > 0 for one in told["assumed"])
    assert (after["observed"] - before["observed"], after["assumed"] - before["assumed"]) == (1, 1)


def test_a_runs_last_lines_tell_assumed_refusals_from_assumed_answers() -> None:
    told = summary(
        {
            AnswerKind(ValueSource.OBSERVED, "GET /known", False): 5,
            AnswerKind(ValueSource.ASSUMED, "GET /guessed", False): 2,
            AnswerKind(ValueSource.ASSUMED, "GET /guessed", True): 1,
            AnswerKind(ValueSource.ASSUMED, "GET /answered", False): 1,
            AnswerKind(ValueSource.ASSUMED, "GET /refused", True): 2,
        }
    )
    assert told == [
        "6 of 11 answers of the platform were assumed, not known from the real service, 3 of them refused",
        "  GET /answered  (1)",
        "  GET /guessed  (3, 1 of them refused)",
        "  GET /refused  (2, all refused)",
    ]


def test_faults_and_state_are_the_kits(tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    with TwinServer(KIND, TwinSettings(data_file=file)) as local:
        _, parcel = Counter(local).json("/parcels", {"to": "Bo"})
    with TwinServer(KIND, TwinSettings(data_file=file)) as local:
        assert Counter(local).json(f"/parcels/{parcel['id']}") == (200, parcel)
    with TwinServer(KIND, TwinSettings(data_file=file, fail_rate=1.0)) as local:
        assert Counter(local).json(f"/parcels/{parcel['id']}")[0] == 503


def test_the_platform_and_this_proof_are_small() -> None:
    here = Path(__file__).parent
    lines = [
        len((here / name).read_text().splitlines()) for name in ("parcel_office.py", Path(__file__).name)
    ]
    assert sum(lines) <= 300
