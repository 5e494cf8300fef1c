from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def events(lake: Any) -> str:
    """Id of an event dataset for Profile, whose events are identified by their identityMap."""
    web = "https://ns.adobe.com/xdm/context/experienceevent-web"
    schema = lake.schema(web, title="Web", of=lake.event_class, union=True)
    return str(lake.dataset(schema, profile=True))
