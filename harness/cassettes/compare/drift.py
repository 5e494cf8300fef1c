"""Drift: whether the live system still answers as it did when the cassette was recorded.

A run under drift goes live, with the recorded draws; each answer is compared with the recorded one of the
same request, secrets taken out of both. A live system makes up ids that later requests hold: a request that
was not recorded as it is, is compared with what the same call attempt sent then.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Final

from harness.cassettes.compare.acceptance import Recollection
from harness.cassettes.compare.answers import AnswerComparison, Ignore
from harness.cassettes.compare.generated_values import shape
from harness.cassettes.file.canonical import AddressMap
from harness.cassettes.file.draws import ReplayedDraws
from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import Cassette, Interaction
from harness.cassettes.file.redaction import learn_interaction, redact_interaction
from harness.cassettes.replay.match import Index, MatchRule, MissReason
from harness.cassettes.replay.miss import RecordingDifference, request_differences
from harness.cassettes.replay.transport import ReplayTransport, recorded_addresses
from harness.client.message import Response
from harness.client.transport import HopRequest, Transport, TransportFailure
from harness.secrets.byte_text import as_bytes, as_text
from harness.secrets.redactor import Redactor

_OWNER: Final = ("call", "iteration")
_CHAINED: Final = ("url/path/", "url/query/", "body/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One request whose answer changed: the recorded interaction, the live one, and what differs.

    `recorded` is `None` when the request was not recorded, `live` when it was not sent any more. In the
    differences `sent` is the live side; the answer of `live` has the ids of the recording, to take its place.
    """

    recorded: Interaction | None
    live: Interaction | None
    differences: tuple[RecordingDifference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """All that drifted, and how many answers were compared."""

    compared: int
    drifts: tuple[Drift, ...]

    @property
    def drifted(self) -> bool:
        """Whether anything did."""
        return bool(self.drifts)

    def without_unsent(self) -> "DriftReport":
        """Leave out what was not sent: of a run that ended early it says nothing."""
        return replace(self, drifts=tuple(one for one in self.drifts if one.live is not None))


class DriftTransport:
    """Sends live and keeps each answer, to be compared with the recorded one. Threads may share it."""

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
        self._rule = rule or MatchRule()
        self._live: list[Interaction] = []
        self._lock = Lock()

    def send(self, hop: HopRequest) -> Response:
        """Send and return the live answer. Raises what the inner transport raises."""
        begun = perf_counter()
        try:
            response = self._inner.send(hop)
        except TransportFailure as failed:
            elapsed = (perf_counter() - begun) * 1000
            self._keep(
                Interaction(
                    request=hop.request, failure=failed.failure, context=hop.context, elapsed_ms=elapsed
                )
            )
            raise
        self._keep(
            Interaction(
                request=hop.request, response=response, context=hop.context, elapsed_ms=response.elapsed_ms
            )
        )
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def report(self) -> DriftReport:
        """Compare what was answered so far; recorded interactions that were not asked for count as drift.

        Of a call that was tried several times the last attempt counts, on both sides.
        """
        with self._lock:
            live = last_attempts(self._live)
        recorded = last_attempts(self._cassette.interactions)
        recorded, live = _evenly(recorded, live)
        pairs, gone = self._paired(live, recorded)
        comparison = AnswerComparison(self._ignore)
        redacted = [self._redacted(one) for one, _ in pairs]
        both = [
            (self._readdressed(one), known)
            for one, (_, known) in zip(redacted, pairs, strict=True)
            if known is not None
        ]
        comparison.learn(both)
        recollection = Recollection(comparison.became(), self._chained(both))
        drifts: list[Drift] = []
        compared = iter(both)
        for one, (_, known) in zip(redacted, pairs, strict=True):
            differences = comparison.outcomes(*next(compared)) if known is not None else ()
            if known is None or differences:
                told = recollection.told(self._readdressed(one), known)
                drifts.append(Drift(recorded=known, live=told, differences=differences))
        drifts += (Drift(recorded=one, live=None) for one in gone)
        return DriftReport(compared=len(live), drifts=tuple(drifts))

    def _keep(self, live: Interaction) -> None:
        with self._lock:
            learn_interaction(live, self._redactor)
            self._live.append(live)

    def _redacted(self, live: Interaction) -> Interaction:
        return redact_interaction(live, self._redactor)

    def _paired(
        self, live: list[Interaction], recorded: list[Interaction]
    ) -> tuple[list[tuple[Interaction, Interaction | None]], list[Interaction]]:
        """Find the recorded one of each live request: the same request, else the next of its call."""
        numbered = [one.numbered(place) for place, one in enumerate(recorded)]
        index = Index(numbered, self._rule, self._addresses)
        known = ReplayTransport(index, self._redactor)
        of_call = Index(numbered, replace(self._rule, on=("method", *_OWNER)))
        of_call.played = index.played
        found: list[Interaction | MissReason] = [
            known.take(HopRequest(request=one.request, context=one.context)) for one in live
        ]
        for place, one in enumerate(live):
            if not isinstance(found[place], Interaction):
                found[place] = of_call.take(of_call.parts(one.request, one.context), one.context)
        pairs = [
            (one, recorded[other.number] if isinstance(other, Interaction) else None)
            for one, other in zip(live, found, strict=True)
        ]
        return pairs, [recorded[one.number] for one in index.unused()]

    def _chained(self, pairs: list[tuple[Interaction, Interaction]]) -> Iterator[RecordingDifference]:
        """Yield where requests hold other values today."""
        for live, recorded in pairs:
            url = self._addresses.recorded(live.request.url)
            for one in request_differences(live.request, url, recorded.request):
                if one.pointer.startswith(_CHAINED):
                    yield one

    def _readdressed(self, live: Interaction) -> Interaction:
        response = live.response
        if response is None or not self._addresses:
            return live
        told = self._addresses.recorded_text
        headers = tuple((name, told(value)) for name, value in response.headers)
        body = as_bytes(told(as_text(response.body)))
        return replace(live, response=replace(response, headers=headers, body=body))


def last_attempts(interactions: Iterable[Interaction]) -> list[Interaction]:
    """Return interactions in their order without those of attempts that were followed by another one."""
    kept: list[Interaction | None] = []
    ends: dict[tuple[tuple[str, ...], int], list[int]] = {}
    for one in interactions:
        context = one.context
        places = ends.setdefault((context.call, context.iteration), [])
        if places and (before := kept[places[-1]]) is not None:
            attempt = before.context.attempt
            if context.attempt == attempt + 1:
                # As many requests as an attempt sends: those before are of an earlier visit of the call.
                for place in _last_visit(kept, places, attempt):
                    kept[place] = None
                    places.remove(place)
        places.append(len(kept))
        kept.append(one)
    return [one for one in kept if one is not None]


def _last_visit(kept: list[Interaction | None], places: list[int], attempt: int) -> list[int]:
    """Return where the last attempt of a call is; a clock that began anew tells it from an earlier visit."""
    last = kept[places[-1]]
    found: list[int] = []
    for place in reversed(places):
        one = kept[place]
        if one is None or last is None or one.context.attempt != attempt or one.clock_ms != last.clock_ms:
            break
        if last.clock_ms is None and any(_asks_same(one, kept[other]) for other in found):
            break
        found.append(place)
    return found


def _asks_same(one: Interaction, other: Interaction | None) -> bool:
    return other is not None and (one.request.method, one.request.url) == (
        other.request.method,
        other.request.url,
    )


def _evenly(
    recorded: list[Interaction], live: list[Interaction]
) -> tuple[list[Interaction], list[Interaction]]:
    """Take of a request that a call repeated as many on both sides.

    A script that polls asks until it is done. The last ones are taken; where one side has none, none is left
    out of the other.
    """
    return _shortened(recorded, _repeats(live)), _shortened(live, _repeats(recorded))


_Repeat = tuple[tuple[str, ...], int, str, str]


def _repeat(one: Interaction) -> _Repeat:
    # The host may be another one today, and what the path names made up.
    path = one.request.url.partition("://")[2].partition("/")[2]
    return (one.context.call, one.context.iteration, one.request.method, shape(path))


def _repeats(interactions: list[Interaction]) -> Counter[_Repeat]:
    return Counter(map(_repeat, interactions))


def _shortened(interactions: list[Interaction], most: Counter[_Repeat]) -> list[Interaction]:
    left = Counter(most)
    kept: list[Interaction] = []
    for one in reversed(interactions):
        repeat = _repeat(one)
        if repeat in most and one.context.call:
            if left[repeat] == 0:
                continue
            left[repeat] -= 1
        kept.append(one)
    return kept[::-1]


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
