"""Platforms that are called in process, and what tests fill them with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.aep.serving.app import create_app
from harness.aep.settings import Settings
from harness.twin.clock import StoppedClock
from tests.aep.caller import NOW_MS, Client
from tests.aep.destinations import Destinations
from tests.aep.lake import Lake
from tests.aep.people import People

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def make_client() -> Iterator[Callable[..., Client]]:
    """A maker of clients, each with a platform of its own, set up as the keywords say."""
    made: list[Client] = []

    def make(**changes: Any) -> Client:
        settings = Settings(**{"seed": 1, "platform_url": "http://aep.local", **changes})
        clock = StoppedClock(NOW_MS)
        app = create_app(settings, clock=clock)
        client = Client(settings=settings, platform=app.state.platform, clock=clock, app=app)
        made.append(client)
        return client

    yield make
    for client in made:
        client.platform.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    """A client of a platform with the settings as they are by default."""
    return make_client()


@pytest.fixture
def lake(client: Client) -> Lake:
    """A maker of schemas, datasets and inlets on the default client."""
    return Lake(client=client)


@pytest.fixture
def destinations(client: Client) -> Destinations:
    """A maker of flows to destinations on the default client."""
    return Destinations(client=client)


@pytest.fixture
def people(lake: Lake) -> People:
    """Schemas, datasets and an inlet for people, on the default client."""
    fields = {
        "email": {"type": "string"},
        "crm": {"type": "string"},
        "level": {"type": "string"},
        "points": {"type": "integer"},
    }
    details = "https://ns.adobe.com/xdm/context/profile-person-details"
    profile = lake.schema(details, lake.mixin(fields, title="Profile fields"), title="People", union=True)
    event = lake.schema(
        lake.mixin(fields, title="Event fields", of=lake.event_class),
        title="Events",
        of=lake.event_class,
        union=True,
    )
    namespace = {"name": "CRM", "code": "CRMID", "idType": "CROSS_DEVICE"}
    assert lake.client.post("/data/core/idnamespace/identities", namespace).status == 200
    for schema in (profile, event):
        lake.identity(schema, f"/{lake.tenant}/email")
        lake.identity(schema, f"/{lake.tenant}/crm", "CRMID", primary=False)
    return People(
        lake=lake,
        profile_schema=profile,
        event_schema=event,
        profile_dataset=lake.dataset(profile, profile=True, name="people"),
        event_dataset=lake.dataset(event, profile=True, name="events"),
        inlet=lake.inlet(),
    )
