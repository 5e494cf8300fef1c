"""How a message leaves for its destination: into the local sinks, or over the network from an outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.flow.outbox import Outbox, Parcel
from harness.twin.wires.remote_sink import RemoteSink
from harness.twin.wires.sinks import DeliveryError, Destination, LocalSinks, Sink

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.aep.platform import Platform


class Deliveries:
    """The sink is the local one unless the settings send exports outside, or another is given."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.sink: Sink = platform.service(LocalSinks)
        self._wire: RemoteSink | None = None
        settings = platform.settings
        if settings.delivers_outside:
            self.sink = self._wire = RemoteSink(
                self.sink, kinesis=settings.kinesis_endpoint, event_hubs=settings.eventhubs_endpoint
            )
            platform.at_close(self._wire.close)

    def outbox(self, report: Callable[[Parcel, DeliveryError | None], None]) -> Outbox | None:
        """Start delivering what goes over the network; None when nothing does."""
        if self._wire is None:
            return None
        platform = self._platform
        outbox = Outbox(platform.store, self._wire, report, keep=platform.settings.data_file is not None)
        platform.at_close(outbox.close)
        platform.at_settle(outbox.drain, last=True)
        return outbox

    def goes_out(self, destination: Destination) -> bool:
        """Whether messages to a destination leave this process."""
        return self._wire is not None and self._wire.goes_out(destination.service)

    def answers(self, destination: Destination) -> bool:
        """Whether the credentials of a destination get in; may wait for the network."""
        if self._wire is not None and self.goes_out(destination):
            return self._wire.answers(destination)
        return self._platform.service(LocalSinks).opens(
            destination.service, destination.place, destination.key_name, destination.key
        )
