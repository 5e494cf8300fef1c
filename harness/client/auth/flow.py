"""What an auth scheme is: a generator that is given answers and yields what to send next.

    def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
        answered = yield Send(draft=signed)      # sent; `answered` holds what came back
        ...                                      # yield again to send again, return to be content

A scheme that cannot sign raises `AuthProblem`: the request goes out as it is and a warning tells why.
"""

import random as random_module
from collections.abc import Callable, Generator, Mapping, MutableMapping
from dataclasses import field
from typing import Any

from harness.client.draft import Draft
from harness.client.message import Response
from harness.client.profile import Profile
from harness.collection.javascript import as_boolean, as_text
from harness.lazy_dataclass import dataclass
from harness.variables.draws import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """What to send. `aside` is a request of the scheme's own, as one for a token.

    `again` signs the request of a further hop, for schemes whose signature is of one address alone; without
    it a redirect on the same host takes the signature along.
    """

    draft: Draft
    aside: bool = False
    again: Callable[[Draft], Draft] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was sent, with the system headers it was given, and the answer to it (after redirects)."""

    draft: Draft
    response: Response


Flow = Generator[Send, Answered, None]


class AuthProblem(Exception):
    """Why a request is not signed. `draft` is what goes out instead, `None` what there was before."""

    def __init__(self, message: str, draft: Draft | None = None) -> None:
        super().__init__(message)
        self.draft = draft


class Params:
    """The parameters of an auth, and what the scheme learnt in earlier requests with the same auth.

    As in Postman, what is learnt never replaces what the author wrote, only what is empty.
    """

    def __init__(self, given: Mapping[str, Any], memory: MutableMapping[str, Any]) -> None:
        self._given = given
        self._memory = memory

    def __getitem__(self, key: str) -> Any:
        given = self._given.get(key)
        return self._memory.get(key, given) if given is None or given == "" else given

    def text(self, key: str) -> str:
        """Return a parameter as text; empty when absent."""
        value = self[key]
        return "" if value is None else as_text(value)

    def script_text(self, key: str) -> str:
        """Return a parameter as JavaScript puts it into a text, `undefined` when absent."""
        return "undefined" if self[key] is None else as_text(self[key])

    def flag(self, key: str) -> bool:
        """Return whether a parameter is set to something that JavaScript takes for true."""
        return as_boolean(self[key])

    def learn(self, **values: Any) -> None:
        """Keep values for this flow and for later requests with the same auth."""
        self._memory.update(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What schemes draw from, how the request is sent, and what is only done outside of newman's ways.

    `obtains_tokens` lets oauth2 ask for tokens, which `tokens` keeps, and `encodes_client` makes it
    form-encode a client's id and secret in Basic first; `answers_challenges` lets digest choose among what a
    server offers, and sign expired nonces and redirects anew; `warnings` is added to.
    """

    random: random_module.Random
    clock: Clock
    profile: Profile
    obtains_tokens: bool = False
    encodes_client: bool = False
    answers_challenges: bool = False
    tokens: MutableMapping[tuple[str, ...], Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def seconds(self) -> int:
        """Return the time in whole seconds since the epoch."""
        return int(self.clock.now_ms() // 1000)

    def letters(self, count: int, alphabet: str = "") -> str:
        """Draw a random text."""
        source = alphabet or "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(source[int(self.random.random() * len(source))] for _ in range(count))

    def uuid(self) -> str:
        """Draw a version 4 UUID."""
        return draw_uuid(self.random)


def draw_uuid(source: random_module.Random) -> str:
    """Draw a version 4 UUID."""
    bits = source.getrandbits(128) & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x4000 << 64 | 0x8000 << 48
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


Scheme = Callable[[Draft, Params, Tools], Flow]
