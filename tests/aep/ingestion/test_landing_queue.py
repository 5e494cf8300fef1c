from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.aep.events import RecordLanded
from harness.aep.ingestion.landing_queue import LandingQueue
from harness.aep.platform import Platform
from harness.aep.settings import Settings
from harness.twin.clock import StoppedClock
from harness.twin.tenant import NOWHERE, Tenant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def client(make_client: Any) -> Any:
    return make_client(ingest_delay_ms=5000)


def test_a_record_is_in_the_lake_at_once_and_in_the_profile_later(people: Any) -> None:
    people.profile("a@example.com", level="gold")
    (batch,) = people.client.get("/data/foundation/catalog/batches").json().values()
    assert batch["recordCount"] == 1
    assert people.lookup("a@example.com").status == 404
    people.client.clock.advance(4999)
    assert people.lookup("a@example.com").status == 404
    people.client.clock.advance(1)
    assert people.entity("a@example.com")["entity"][people.lake.tenant]["level"] == "gold"


def test_records_arrive_in_their_order(people: Any) -> None:
    for level in ("silver", "gold"):
        people.profile("a@example.com", level=level)
        people.client.clock.advance(3000)
    assert people.entity("a@example.com")["entity"][people.lake.tenant]["level"] == "silver"
    people.client.clock.advance(3000)
    assert people.entity("a@example.com")["entity"][people.lake.tenant]["level"] == "gold"


def test_settling_waits_for_nothing(people: Any) -> None:
    people.profile("a@example.com")
    assert people.client.post("/_harness/settle", bare=True).json() == {"settled": True}
    assert people.lookup("a@example.com").status == 200


def test_what_waits_survives_the_process(tmp_path: Path) -> None:
    settings = Settings(data_file=tmp_path / "data.db", ingest_delay_ms=1000)
    first = Platform(settings, clock=StoppedClock(1_000_000))
    landed = RecordLanded(
        tenant=Tenant(settings.org_id, "prod"),
        dataset={"id": "d"},
        schema_id="x",
        record={},
        xaction_id="1",
        received_ms=1_000_000,
        streamed=True,
        batch_id="b",
    )
    first.service(LandingQueue).put(landed)
    first.close()
    second = Platform(settings, clock=StoppedClock(2_000_000))
    assert second.store.count_records(NOWHERE, "landing-queue") == 1
    second.service(LandingQueue).catch_up()
    assert second.store.count_records(NOWHERE, "landing-queue") == 0
    second.close()


def test_a_seed_draws_other_ids_over_a_store_that_has_some(tmp_path: Path) -> None:
    settings = Settings(data_file=tmp_path / "data.db", seed=1)
    drawn = []
    for _ in range(2):
        platform = Platform(settings)
        drawn.append(platform.ids.hex(24))
        platform.store.put(Tenant(settings.org_id, "prod"), "thing", drawn[-1], {})
        platform.close()
    assert drawn[0] != drawn[1]
    fresh = Platform(settings.but(data_file=None))
    assert fresh.ids.hex(24) == drawn[0]
    fresh.close()
