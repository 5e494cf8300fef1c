"""Drift: whether the live system still answers as it did when the cassette was recorded.

A run under drift goes live, with the recorded draws; each answer is compared with the recorded one of the
same request, secrets taken out of both. A live system makes up ids that later requests hold: a request that
was not recorded as it is, is compared with what the same call attempt sent then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Final

from harness.cassettes.canonical import AddressMap
from harness.cassettes.compare import Ignore, outcome_differences
from harness.cassettes.draws import ReplayedDraws
from harness.cassettes.format import load
from harness.cassettes.interaction import Cassette, Interaction
from harness.cassettes.match import Index, MatchRule, Verdict
from harness.cassettes.miss import Difference
from harness.cassettes.redact import learn_interaction, redact_interaction
from harness.cassettes.replay import ReplayTransport, recorded_addresses
from harness.client.message import Response
from harness.client.transport import HopRequest, Transport, TransportFailure
from harness.variables.encodings import as_bytes, as_text
from harness.variables.secrets import Redactor

_OWNER: Final = ("call", "iteration", "attempt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One request whose answer changed: the recorded interaction, the live one, and what differs.

    `recorded` is `None` when the request was not recorded, `live` when it was not sent any more. In the
    differences `sent` is the live side.
    """

    recorded: Interaction | None
    live: Interaction | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """All that drifted, and how many answers were compared."""

    compared: int
    drifts: tuple[Drift, ...]

    @property
    def drifted(self) -> bool:
        """Whether anything did."""
        return bool(self.drifts)


class DriftTransport:
    """Sends live and compares each answer with the recorded one. Threads may share it."""

    def __init__(
        self,
        inner: Transport,
        cassette: Cassette,
        *,
        redactor: Redactor,
        ignore: Ignore | None = None,
        rule: MatchRule | None = None,
        addresses: AddressMap | None = None,
    ) -> None:
        self._inner = inner
        self._cassette = cassette
        self._redactor = redactor
        self._ignore = ignore or Ignore()
        self._addresses = addresses or AddressMap({}, {})
        on = rule or MatchRule()
        self._known = ReplayTransport(Index(cassette.interactions, on, addresses), redactor)
        self._same_attempt = Index(cassette.interactions, replace(on, on=("method", *_OWNER)))
        self._same_attempt.played = self._known.index.played
        self._drifts: list[Drift] = []
        self._compared = 0
        self._lock = Lock()

    def send(self, hop: HopRequest) -> Response:
        """Send, compare, and return the live answer. Raises what the inner transport raises."""
        begun = perf_counter()
        try:
            response = self._inner.send(hop)
        except TransportFailure as failed:
            elapsed = (perf_counter() - begun) * 1000
            live = Interaction(
                request=hop.request, failure=failed.failure, context=hop.context, elapsed_ms=elapsed
            )
            self._compare(hop, live)
            raise
        self._compare(
            hop,
            Interaction(
                request=hop.request, response=response, context=hop.context, elapsed_ms=response.elapsed_ms
            ),
        )
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def report(self) -> DriftReport:
        """Return what drifted so far; recorded interactions that were not asked for count as drift."""
        unused = self._known.unused()
        with self._lock:
            gone = tuple(Drift(recorded=one, live=None) for one in unused)
            return DriftReport(compared=self._compared, drifts=(*self._drifts, *gone))

    def _compare(self, hop: HopRequest, live: Interaction) -> None:
        found: Interaction | Verdict = self._known.take(hop)
        if not isinstance(found, Interaction):
            with self._lock:
                owner = self._same_attempt.parts(hop.request, hop.context)
                found = self._same_attempt.take(owner, hop.context)
        learn_interaction(live, self._redactor)
        redacted = redact_interaction(live, self._redactor)
        recorded = found if isinstance(found, Interaction) else None
        differences: tuple[Difference, ...] = ()
        if recorded is not None:
            differences = outcome_differences(self._readdressed(redacted), recorded, self._ignore)
        with self._lock:
            self._compared += 1
            if recorded is None or differences:
                self._drifts.append(Drift(recorded=recorded, live=redacted, differences=differences))

    def _readdressed(self, live: Interaction) -> Interaction:
        response = live.response
        if response is None or not self._addresses:
            return live
        told = self._addresses.recorded_text
        headers = tuple((name, told(value)) for name, value in response.headers)
        body = as_bytes(told(as_text(response.body)))
        return replace(live, response=replace(response, headers=headers, body=body))


class DriftRun:
    """A live run that is compared with a cassette: give `transport` and `draws` to the run."""

    def __init__(
        self,
        cassette: Cassette,
        inner: Transport,
        *,
        redactor: Redactor,
        ignore: Ignore | None,
        today: Mapping[str, str],
    ) -> None:
        self.cassette = cassette
        addresses = AddressMap(recorded_addresses(cassette), today)
        self.transport = DriftTransport(
            inner, cassette, redactor=redactor, ignore=ignore, addresses=addresses
        )
        self.draws = ReplayedDraws(cassette)

    def report(self) -> DriftReport:
        """Return what drifted."""
        return self.transport.report()


def open_drift(
    path: str | Path,
    inner: Transport,
    *,
    redactor: Redactor | None = None,
    ignore: Ignore | None = None,
    environment: Mapping[str, str] | None = None,
) -> DriftRun:
    """Load a cassette to compare a live run with. Raises `InputError` when it cannot be read."""
    return DriftRun(
        load(Path(path)),
        inner,
        redactor=redactor or Redactor(),
        ignore=ignore,
        today=environment or {},
    )


def accept(cassette: Cassette, drifts: Iterable[Drift], *, recorded_at: str) -> Cassette:
    """Return a cassette with the chosen changes: new answers in place of old ones, new requests behind."""
    changed: dict[int, Interaction | None] = {}
    added: list[Interaction] = []
    for drift in drifts:
        if drift.recorded is None:
            if drift.live is not None:
                added.append(replace(drift.live, recorded_at=recorded_at))
        elif drift.live is None:
            changed[drift.recorded.number] = None
        else:
            changed[drift.recorded.number] = replace(
                drift.recorded,
                response=drift.live.response,
                failure=drift.live.failure,
                elapsed_ms=drift.live.elapsed_ms,
                recorded_at=recorded_at,
            )
    kept = (changed.get(one.number, one) for one in cassette.interactions)
    merged = [one for one in kept if one is not None] + added
    return replace(cassette, interactions=tuple(one.numbered(place) for place, one in enumerate(merged)))
