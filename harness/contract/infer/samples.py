"""The answers to each call, taken out of recordings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urljoin

from harness.cassettes.compare.drift import last_attempts
from harness.cassettes.file.interaction import Cassette, Interaction
from harness.client.message import Response
from harness.collection.model import CallPath

_OWN: Final = frozenset({"call", "auth"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True, kw_only=True)
class CallSamples:
    """The answers that a call got, and for each the number of the recording it is of.

    `days` are those on which it was recorded, `addresses` those that variables held then; `unanswered`
    counts the times that no answer came.
    """

    path: CallPath
    answers: list[Response] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    unanswered: int = 0

    @property
    def recordings(self) -> int:
        """How many recordings have answers."""
        return len(set(self.sources))


def call_samples(cassettes: Iterable[Cassette]) -> dict[CallPath, CallSamples]:
    """Return the samples of each call, in recorded order.

    Of a call that was tried several times the last attempt counts; of redirects the last answer; requests
    that scripts and auth schemes sent count for no call.
    """
    found: dict[CallPath, CallSamples] = {}
    for source, cassette in enumerate(cassettes):
        own = [one for one in cassette.interactions if one.context.call and one.context.origin in _OWN]
        for one in _final(last_attempts(own)):
            path = one.context.call
            samples = found.setdefault(path, CallSamples(path=path))
            if one.response is None:
                samples.unanswered += 1
                continue
            samples.answers.append(one.response)
            samples.sources.append(source)
            samples.addresses |= set(cassette.metadata.base_addresses.values())
            day = _day(one)
            if day is not None:
                samples.days.add(day)
    return found


def _final(interactions: list[Interaction]) -> list[Interaction]:
    """Leave out what only led to the next request of the same call: redirects, and challenges to sign in.

    What an auth scheme sent counts where it answers a challenge; else it fetched a token.
    """
    kept: dict[int, Interaction] = {}
    last: dict[tuple[CallPath, int], int] = {}
    for place, one in enumerate(interactions):
        owner = (one.context.call, one.context.iteration)
        before = kept.get(last.get(owner, -1))
        led = before is not None and _led_to(before, one)
        if one.context.origin == "auth" and not led:
            continue
        if led:
            del kept[last[owner]]
        kept[place] = one
        last[owner] = place
    return list(kept.values())


def _led_to(one: Interaction, after: Interaction) -> bool:
    response = one.response
    if response is None:
        return False
    if response.status in _REDIRECTS:
        location = response.header("location")
        return location is not None and _same(urljoin(one.request.url, location), after.request.url)
    challenged = response.status == 401 and response.header("www-authenticate") is not None
    return (
        challenged
        and one.request.url == after.request.url
        and after.request.header("authorization") != (one.request.header("authorization"))
    )


def _same(url: str, other: str) -> bool:
    return url.partition("#")[0] == other.partition("#")[0]


def _day(one: Interaction) -> date | None:
    if one.clock_ms is not None:
        try:
            return datetime.fromtimestamp(one.clock_ms / 1000, UTC).date()
        except (OverflowError, OSError, ValueError):
            return None
    try:
        return datetime.fromisoformat(one.recorded_at).date()
    except ValueError:
        return None
