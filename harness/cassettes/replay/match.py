"""Finding the interaction that answers a request: by method, address and body, ties broken by whose it is."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Final, Literal

from harness.cassettes.file.canonical import AddressMap, canonical_body, canonical_url, content_type
from harness.cassettes.file.interaction import Interaction
from harness.client.message import ResolvedRequest
from harness.client.transport import HopContext
from harness.client.url import split
from harness.errors import UsageError, choices
from harness.lazy_dataclass import dataclass
from harness.secrets.placeholder import PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request to be matched: whose it is, and its address as it was in the recording."""

    request: ResolvedRequest
    context: HopContext
    url: str


Aspect = Callable[[Asked], str]
"""What of a request must be equal, as text."""


def _part(name: str) -> Aspect:
    return lambda asked: str(getattr(split(canonical_url(asked.url)), name) or "")


def _port(asked: Asked) -> str:
    try:
        return str(split(canonical_url(asked.url)).port or "")
    except ValueError:
        return ""


ASPECTS: Final[dict[str, Aspect]] = {
    "method": lambda asked: asked.request.method,
    "url": lambda asked: canonical_url(asked.url),
    "body": lambda asked: canonical_body(asked.request),
    "scheme": _part("scheme"),
    "host": _part("hostname"),
    "port": _port,
    "path": _part("path"),
    "query": lambda asked: "&".join(sorted(_part("query")(asked).split("&"))),
    "content-type": lambda asked: content_type(asked.request),
    "call": lambda asked: "\0".join(asked.context.call),
    "iteration": lambda asked: str(asked.context.iteration),
    "attempt": lambda asked: str(asked.context.attempt),
}
"""The words that matching can be tightened or loosened with; `header:NAME` compares one more header."""

DEFAULT: Final = ("method", "url", "body")

_PLACEHOLDER: Final = re.compile(PREFIX + r"[A-Za-z0-9_]+")

MissReason = Literal["unknown", "played", "order"]
"""Why there is no answer: nothing is equal, all that is was given already, or it is not its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRule:
    """What has to be equal, and how often and in which order an interaction may be played.

    `repeats` lets the last one of several equal interactions be played again and again; `strict_order`
    refuses an interaction while an earlier one was not played.
    """

    on: tuple[str, ...] = DEFAULT
    repeats: bool = False
    strict_order: bool = False

    def __post_init__(self) -> None:
        for name in self.on:
            if name not in ASPECTS and not name.lower().startswith("header:"):
                raise UsageError(
                    f"requests cannot be matched on {name!r}", hint=choices(name, [*ASPECTS, "header:NAME"])
                )

    def aspects(self) -> tuple[tuple[str, Aspect], ...]:
        """Return what has to be equal, by name."""
        return tuple((name, ASPECTS[name] if name in ASPECTS else _header(name[7:])) for name in self.on)


def _header(name: str) -> Aspect:
    return lambda asked: asked.request.header(name) or ""


def digest(parts: Iterable[str], *, unify: bool = False) -> bytes:
    """Return the key of what has to be equal; `unify` takes all placeholders of secrets for the same."""
    text = "\n".join(parts)
    if unify:
        text = _PLACEHOLDER.sub(PREFIX, text)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Bucket:
    """Interactions that equal each other, by whose they are."""

    __slots__ = ("_by_call", "_by_owner", "_members")

    def __init__(self) -> None:
        self._members: list[Interaction] = []
        self._by_owner: dict[HopContext, deque[Interaction]] = {}
        self._by_call: dict[tuple[str, ...], deque[Interaction]] = {}

    def add(self, interaction: Interaction) -> None:
        """Put one more interaction behind the others."""
        self._members.append(interaction)
        context = interaction.context
        self._by_owner.setdefault(context, deque()).append(interaction)
        self._by_call.setdefault(context.call, deque()).append(interaction)

    def find(self, context: HopContext, played: bytearray) -> Interaction | None:
        """Return the first one not played: the attempt's own, else the call's, else any.

        While the bucket holds interactions of this very call, played or not, no other call's is given away.
        """
        for group in (self._by_owner.get(context), self._by_call.get(context.call)):
            if group is None:
                continue
            while group and played[group[0].number]:
                group.popleft()
            if group:
                return group[0]
        if context.call and context.call in self._by_call:
            return None
        while self._members and played[self._members[0].number] and len(self._members) > 1:
            self._members.pop(0)
        first = self._members[0]
        return None if played[first.number] else first

    def last(self) -> Interaction:
        """Return the one to be repeated."""
        return self._members[-1]


class Index:
    """All interactions of a cassette by what has to be equal. Not thread-safe: its owner has the lock."""

    def __init__(
        self, interactions: Sequence[Interaction], rule: MatchRule, addresses: AddressMap | None = None
    ) -> None:
        self.interactions: Final = interactions
        self.rule: Final = rule
        self.addresses: Final = addresses or AddressMap({}, {})
        self._aspects = tuple(aspect for _, aspect in rule.aspects())
        self._buckets: dict[bytes, Bucket] = {}
        self._unified: dict[bytes, Bucket] | None = None
        self._by_call: dict[tuple[tuple[str, ...], int], list[Interaction]] | None = None
        self._next = 0
        self.played = bytearray(len(interactions))
        for interaction in interactions:
            key = digest(self._parts(interaction.request, interaction.context, interaction.request.url))
            self._buckets.setdefault(key, Bucket()).add(interaction)

    def _parts(self, request: ResolvedRequest, context: HopContext, url: str) -> list[str]:
        asked = Asked(request=request, context=context, url=url)
        return [aspect(asked) for aspect in self._aspects]

    def parts(self, request: ResolvedRequest, context: HopContext) -> list[str]:
        """Return what of a request of today has to be equal. Needs no lock."""
        return self._parts(request, context, self.addresses.recorded(request.url))

    def parts_of(self, one: Interaction) -> list[str]:
        """Return what of a recorded request has to be equal."""
        return self._parts(one.request, one.context, one.request.url)

    def take(
        self, parts: Sequence[str], context: HopContext, *, unify: bool = False
    ) -> Interaction | MissReason:
        """Return the interaction that answers and mark it as played, or say why there is none.

        `unify` takes all placeholders of secrets for the same, for a request whose secrets have other names.
        """
        bucket = (self._unified_buckets() if unify else self._buckets).get(digest(parts, unify=unify))
        if bucket is None:
            return "unknown"
        found = bucket.find(context, self.played)
        if found is None:
            if not self.rule.repeats:
                return "played"
            found = bucket.last()
        elif self.rule.strict_order and found.number != self._first_unplayed():
            return "order"
        self.played[found.number] = 1
        return found

    def of_call(self, context: HopContext) -> Iterator[Interaction]:
        """Yield what a call sent in the same iteration and was not played, its attempt's own first."""
        if self._by_call is None:
            self._by_call = {}
            for one in self.interactions:
                self._by_call.setdefault((one.context.call, one.context.iteration), []).append(one)
        own = self._by_call.get((context.call, context.iteration), []) if context.call else []
        left = [one for one in own if not self.played[one.number]]
        yield from sorted(left, key=lambda one: (one.context != context, one.number))

    def unused(self) -> tuple[Interaction, ...]:
        """Return the interactions that were never played."""
        return tuple(one for one in self.interactions if not self.played[one.number])

    def _first_unplayed(self) -> int:
        while self._next < len(self.played) and self.played[self._next]:
            self._next += 1
        return self._next

    def _unified_buckets(self) -> dict[bytes, Bucket]:
        if self._unified is None:
            self._unified = {}
            for interaction in self.interactions:
                parts = self._parts(interaction.request, interaction.context, interaction.request.url)
                self._unified.setdefault(digest(parts, unify=True), Bucket()).add(interaction)
        return self._unified
