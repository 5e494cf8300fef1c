from __future__ import annotations

from dataclasses import dataclass

import pytest

from harness.twin.events import Events


@dataclass(frozen=True)
class Knocked:
    times: int


class Rang:
    """Another event."""


def test_subscribers_hear_of_their_events_in_the_order_they_subscribed() -> None:
    events, heard = Events(), []
    events.subscribe(Knocked, lambda event: heard.append(("first", event.times)))
    events.subscribe(Knocked, lambda event: heard.append(("second", event.times)))
    events.subscribe(Rang, lambda _: heard.append(("rang", 0)))
    events.publish(Knocked(3))
    assert heard == [("first", 3), ("second", 3)]


def test_what_nobody_wants_to_know_is_no_error() -> None:
    Events().publish(Rang())


def test_an_error_of_a_subscriber_is_the_publishers() -> None:
    events = Events()

    def refuse(_: Knocked) -> None:
        raise ValueError("not now")

    events.subscribe(Knocked, refuse)
    with pytest.raises(ValueError, match="not now"):
        events.publish(Knocked(1))
