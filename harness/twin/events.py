"""What happened, told to whoever wants to know: services follow one another without knowing one another."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

EventT = TypeVar("EventT")


class Events:
    """Subscribers by the type of what happens.

    `publish` returns when all of them have been told, in the order in which they subscribed; an exception
    of one is the publisher's, so that a transaction around it is undone.
    """

    def __init__(self) -> None:
        self._subscribers: defaultdict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[EventT], tell: Callable[[EventT], None]) -> None:
        """Have a function told of every event of a type."""
        self._subscribers[kind].append(tell)

    def publish(self, event: object) -> None:
        """Tell the subscribers of the event's type."""
        for tell in self._subscribers.get(type(event), ()):
            tell(event)
