"""A platform: what all of its services share, and where one service finds another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from harness.twin.clock import SettableClock
from harness.twin.events import Events
from harness.twin.ids import Ids
from harness.twin.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.twin.settings import TwinSettings

ServiceT = TypeVar("ServiceT")


class TwinPlatform:
    """Settings, clock, identifiers, store and events, and one instance of each service's state.

    A service's state is a class whose constructor takes the platform; `platform.service(Catalog)`
    gives the one instance. `url` is where the platform can be reached, for answers that hold one.
    UnusableState when no state can be kept in the data file.
    """

    def __init__(self, settings: TwinSettings, *, clock: SettableClock | None = None) -> None:
        self.clock = clock or SettableClock(settings.clock_start_ms)
        self.store = Store(settings.data_file)
        self.events = Events()
        self.ids = Ids(self.clock, _seed(settings.seed, self.store))
        self.url = settings.platform_url or ""
        self._services: dict[type, Any] = {}
        self._closing: list[Callable[[], None]] = []
        self._settling: list[Callable[[], None]] = []

    def service(self, kind: Callable[[Any], ServiceT]) -> ServiceT:
        """Return the one instance of a service's state, made on first use."""
        held = self._services.get(cast("type", kind))
        if held is None:
            held = self._services[cast("type", kind)] = kind(self)
        return cast("ServiceT", held)

    def at_close(self, action: Callable[[], None]) -> None:
        """Have something done before the store is closed, last registered first."""
        self._closing.append(action)

    def at_settle(self, wait: Callable[[], None], *, last: bool = False) -> None:
        """Register what waits for a service's background work to end.

        `last` is for work that other background work makes: deliveries.
        """
        self._settling.insert(len(self._settling) if last else 0, wait)

    def settle(self) -> None:
        """Return when the background work for everything accepted so far is done."""
        for wait in self._settling:
            wait()

    def close(self) -> None:
        """End background work, then close the store."""
        while self._closing:
            self._closing.pop()()
        self.store.close()


def _seed(seed: int | None, store: Store) -> int | str | None:
    """Seed for identifiers; over a store that has some, another one, or they would be drawn again."""
    written = store.last_written()
    return seed if seed is None or not written else f"{seed}/{written}"
