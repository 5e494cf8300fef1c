"""Values that systems make up: UUIDs and ULIDs, times, digests, tokens, numbers of jobs, durations.

Two of one kind say nothing about what was answered. What a recorded one became in another run is remembered:
where it occurs again, its counterpart has to be there, and not just another value of the kind.
"""

import re
from collections.abc import Iterator
from typing import Final

from harness.secrets.encodings import replace
from harness.secrets.needles import SHORTEST, Needles
from harness.secrets.placeholder import PREFIX

_KINDS: Final = {
    "secret": PREFIX + r"[A-Za-z0-9_]+",
    "uuid": r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])",
    "time": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|(?<!\d)\d{8}T\d{6}Z"
    r"|(?<!\d)\d\d[-/]\d\d[-/]\d{4}[T ]\d\d:\d\d:\d\d"
    r"|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT",
    "digest": r"(?<![0-9A-Za-z])(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{16,}(?![0-9A-Za-z])",
    # 26 characters that never are I, L, O or U; the first ones tell the time
    "ulid": r"(?<![0-9A-Za-z])(?:0[0-9A-HJKMNP-TV-Z]{25}|0[0-9a-hjkmnp-tv-z]{25})(?![0-9A-Za-z])",
    # up to a visitor's 38 digits
    "number": r"(?<!\d)\d{10,40}(?:[.:]\d+)*(?!\d)",
    "token": r"(?<![0-9A-Za-z_-])[0-9A-Za-z_-]{16,}(?![0-9A-Za-z_-])",
}
_MADE_UP: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))
_WITHIN_WORDS: Final = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items() if kind != "token")
)
_TOKEN_CHANGES: Final = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[a-z0-9])|(?<=\d)(?=[A-Za-z])")
_LASTING: Final = frozenset({"uuid", "digest", "ulid", "token"})
_IDENTITY: Final = re.compile(r"(?:^|[_.-])(?:ids?|IDS?)$|(?<=[a-z0-9])I[dD]s?$")
_MEASURED: Final = re.compile(
    r"(?i:duration|elapsed|latency|took)$|(?:^|(?<=[a-z])|_)(?:[Tt]ime|[Dd]uration|[Ee]lapsed|[Ll]atency)"
    r"(?:InMs|Ms|_ms|InMillis|Millis|InSeconds|_seconds)$"
)
_SHORTEST_NUMBER: Final = 1000
_NUMBERED: Final = re.compile(r"(?=.*[A-Za-z])(.{0,60}[A-Za-z_.:-])\d{4,12}")
"""What numbers something, such as `ord-7301`: as many digits as a number that is made up has."""


def made_up(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield what systems made up in a text: kind, value, start and end."""
    for found in _MADE_UP.finditer(text):
        kind, value = found.lastgroup or "", found.group()
        if kind != "token":
            yield kind, value, found.start(), found.end()
            continue
        # words joined by dashes may hold an id: part-0-ULID-c000
        within = list(_WITHIN_WORDS.finditer(text, found.start(), found.end()))
        if _random(_WITHIN_WORDS.sub("", value)):
            yield kind, value, found.start(), found.end()
            continue
        for one in within:
            yield one.lastgroup or "", one.group(), one.start(), one.end()


def _random(value: str) -> bool:
    """Tell drawn letters and digits from words: they change between small, capital and digit all the time."""
    digits = sum(character.isdigit() for character in value)
    return digits >= 2 and 20 * len(_TOKEN_CHANGES.findall(value)) >= 7 * len(value)


def shape(text: str) -> str:
    """Return a text with what systems make up replaced by its kind."""
    parts: list[str] = []
    at = 0
    for kind, _, start, end in made_up(text):
        parts += (text[at:start], f"<{kind}>")
        at = end
    return "".join((*parts, text[at:])) if parts else text


def names_identity(name: str) -> bool:
    """Tell whether a field of that name says which one it is: `id`, `jobId`, `ORDER_ID`, `batchIds`."""
    return _IDENTITY.search(name) is not None


def names_measured(name: str) -> bool:
    """Tell whether a field of that name says how long something took: `duration`, `totalTimeInMs`."""
    return _MEASURED.search(name) is not None


class Counterparts:
    """What recorded values became in another run, as learnt from places that both runs have."""

    def __init__(self) -> None:
        self._became: dict[str, str] = {}
        self._was: dict[str, str] = {}
        self._needles = Needles()

    def learn(self, recorded: str, live: str) -> None:
        """Learn that a recorded value is another one now; what was learnt first stays."""
        if recorded != live and recorded not in self._became and live not in self._was:
            self._became[recorded] = live
            self._was[live] = recorded
            if len(recorded) >= SHORTEST:
                self._needles.put(recorded, live)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield each recorded value with what it became."""
        yield from self._became.items()

    def told(self, recorded: str) -> str:
        """Return a recorded text as it would be today: all it holds replaced, also in encodings."""
        known = self._became.get(recorded)
        return known if known is not None else replace(recorded, self._needles)

    def same_text(self, live: str, recorded: str) -> bool:
        """Tell whether two texts differ in made-up values alone, and learn those that are new.

        UUIDs, ULIDs, digests and tokens that are counterparts of others are not: they lead elsewhere then.
        """
        if live == recorded or self.told(recorded) == live:
            return True
        mine, theirs = list(made_up(live)), list(made_up(recorded))
        if not theirs or _frame(live, mine) != _frame(recorded, theirs):
            return False
        pairs = [(kind, value, other[1]) for (kind, value, *_), other in zip(mine, theirs, strict=True)]
        if any(kind in _LASTING and self._contradicts(value, was) for kind, value, was in pairs):
            return False
        for kind, value, was in pairs:
            if kind != "secret":
                self.learn(was, value)
        return True

    def same_number(self, name: str, live: float, recorded: float) -> bool:
        """Tell whether two numbers under a name are made up: an identity's from 1000 on, or a duration."""
        if names_measured(name):
            return True
        mine, theirs = str(live), str(recorded)
        if self._became.get(theirs) == mine:
            return True
        if names_identity(name) and min(live, recorded) >= _SHORTEST_NUMBER:
            if self._contradicts(mine, theirs):
                return False
            self.learn(theirs, mine)
            return True
        return self.same_text(mine, theirs)

    def same_numbered(self, name: str, live: str, recorded: str) -> bool:
        """Tell whether two texts under a name are identities of one prefix, with a number each."""
        if not names_identity(name):
            return False
        mine, theirs = _NUMBERED.fullmatch(live), _NUMBERED.fullmatch(recorded)
        if mine is None or theirs is None or mine[1] != theirs[1] or self._contradicts(live, recorded):
            return False
        self.learn(recorded, live)
        return True

    def _contradicts(self, live: str, recorded: str) -> bool:
        if live == recorded:
            return False
        return self._became.get(recorded, live) != live or self._was.get(live, recorded) != recorded


def _frame(text: str, found: list[tuple[str, str, int, int]]) -> list[str]:
    frame: list[str] = []
    at = 0
    for kind, _, start, end in found:
        frame += (text[at:start], kind)
        at = end
    return [*frame, text[at:]]
