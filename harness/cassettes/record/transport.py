"""The transport that keeps what passes through it."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from harness.cassettes.file.interaction import Interaction
from harness.cassettes.file.parts import Parts
from harness.cassettes.replay.transport import ReplayTransport
from harness.client.message import Response
from harness.client.transport import HopContext, HopRequest, Transport, TransportFailure
from harness.errors import Place, ReplayMiss
from harness.secrets.placeholder import PREFIX


class RecordTransport:
    """Sends through another transport and keeps what happened, failures included.

    What the `known` replay can answer is not sent, when the answer is one of those from number `answers_from`
    on and holds no placeholder of a secret, with which a live run could not go on; otherwise the new
    interaction is kept instead of the known one. Threads may share it; sending is not serialized.
    """

    def __init__(
        self,
        inner: Transport,
        keep: Callable[[Interaction, Interaction | None], None],
        clock: Callable[[HopRequest], float | None],
        *,
        known: ReplayTransport | None = None,
        answers_from: int = 0,
    ) -> None:
        self._inner = inner
        self._keep = keep
        self._clock = clock
        self._known = known
        self._answers_from = answers_from

    def send(self, hop: HopRequest) -> Response:
        """Send and keep. Raises what the inner transport raises."""
        found = self._known.take(hop) if self._known is not None else None
        superseded = found if isinstance(found, Interaction) else None
        if superseded is not None and superseded.number >= self._answers_from and usable(superseded):
            if superseded.failure is not None:
                raise TransportFailure(superseded.failure)
            if superseded.response is not None:
                return superseded.response
        begun = time.perf_counter()
        recorded_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        try:
            response = self._inner.send(hop)
        except TransportFailure as failed:
            elapsed_ms = round((time.perf_counter() - begun) * 1000, 3)
            self._keep(
                Interaction(
                    request=hop.request,
                    failure=failed.failure,
                    context=_in_turn(hop),
                    recorded_at=recorded_at,
                    elapsed_ms=elapsed_ms,
                    clock_ms=self._clock(hop),
                ),
                superseded,
            )
            raise
        # What a run reads of time must be what its replay will read.
        response = replace(response, elapsed_ms=round(response.elapsed_ms, 3))
        self._keep(
            Interaction(
                request=hop.request,
                response=response,
                context=_in_turn(hop),
                recorded_at=recorded_at,
                elapsed_ms=response.elapsed_ms,
                clock_ms=self._clock(hop),
            ),
            superseded,
        )
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def _in_turn(hop: HopRequest) -> HopContext:
    """Wait until it is this hop's turn to be kept."""
    if hop.context.turn is None:
        return hop.context
    hop.context.turn()
    return replace(hop.context, turn=None)


class OnceTransport:
    """Sends only for those calls whose part of a cassette was never recorded."""

    def __init__(self, inner: Transport, parts: Parts) -> None:
        self._inner = inner
        self._parts = parts

    def send(self, hop: HopRequest) -> Response:
        """Send. Raises `ReplayMiss` for a request that is missing where there is a recording already."""
        call = hop.context.call
        if self._parts.has(call):
            file = self._parts.file_of(call)
            raise ReplayMiss(
                f"no recorded interaction answers {hop.request.method} {hop.request.url}",
                where=Place(file=str(file), path=call),
                hint="`once` records no more into a cassette that is there: use new_episodes, or rewrite",
            )
        return self._inner.send(hop)

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def usable(interaction: Interaction) -> bool:
    """Tell whether an answer can be given to a run that goes on live: it holds no placeholder of a secret."""
    response = interaction.response
    if response is None:
        return True
    return PREFIX.encode() not in response.body and not any(PREFIX in value for _, value in response.headers)
