"""The texts that are looked for, all of them at once, however many there are.

Most secrets are tokens of letters and digits, and there may be many thousands of them: an answer with forty
rows has forty. A text is taken apart into its runs of such characters, which are looked up. What has other
characters in it, and what may stand within a long run, an automaton for many texts looks for (Aho-Corasick),
which takes time to build and little to use. What is learnt while a run goes on is therefore kept in several
of them, each a few times as large as the next.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import field
from functools import lru_cache
from threading import Lock, RLock
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from harness.lazy_dataclass import dataclass

CUT: Final = "…"
"""What Chai ends a value with that is too long for its messages."""

SHORTEST: Final = 6
"""The shortest text that is searched for, in characters."""

SHORTEST_CUT: Final = 8
"""How many characters of a text give it away where the rest is cut off."""

LONGEST_CUT: Final = 128
"""How many characters are looked at before a cut; Chai's messages show some 40."""

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,}")
"""Runs of which tokens are made; shorter ones an automaton looks for."""

_SHORTEST_RUN: Final = 16
_RUNS_ALONE: Final = "".join(one if one.isalnum() or one in "_-" else " " for one in map(chr, range(128)))
"""Which character stands for which, by its number, so that only runs of those of tokens are left."""

_GONE: Final = "\0"
"""What is left of a text where something stands in for another: nothing that says anything in encodings."""

_WINDOWS: Final = 256
"""In how many places of a run tokens are looked up one by one."""

_RATIO: Final = 2
_BINARY: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


Hit = tuple[int, int, str]
"""Where a text occurs: start, end and which it is."""


class Edit(NamedTuple):
    """Replace the characters from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


class Swapped(NamedTuple):
    """A text with what stands in for others in their place, and the rest of it: a NUL in place of each.

    Both are the text itself where nothing was found. `settled` says that nothing that is looked for is left
    in the text as it is.
    """

    text: str
    rest: str
    settled: bool


def apply(text: str, edits: list[Edit]) -> str:
    """Return the text after edits that do not overlap, in order."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Segment:
    """Texts that are searched for together; `first` is the number of those before them."""

    first: int
    texts: tuple[str, ...]
    automaton: AhoCorasick = field(repr=False)


class _Automata:
    """Texts in the order in which they came, in automata that are built when something is looked for."""

    __slots__ = ("_lock", "_order", "_segments")

    def __init__(self) -> None:
        self._order: list[str] = []
        self._segments: tuple[_Segment, ...] = ()
        self._lock = Lock()

    def add(self, text: str) -> None:
        """Look for one more text."""
        self._order.append(text)

    def occur(self, text: str) -> bool:
        """Tell whether one of them occurs in a text."""
        return any(segment.automaton.find_matches_as_indexes(text) for segment in self._built())

    def found(self, text: str) -> list[Hit]:
        """Return where they occur."""
        return [
            (start, end, segment.texts[number])
            for segment in self._built()
            for number, start, end in segment.automaton.find_matches_as_indexes(text)
        ]

    def _built(self) -> tuple[_Segment, ...]:
        """Return the automata, after those were added that are new."""
        segments = self._segments
        built = segments[-1].first + len(segments[-1].texts) if segments else 0
        if built == len(self._order):
            return segments
        with self._lock:
            kept = list(self._segments)
            first = kept[-1].first + len(kept[-1].texts) if kept else 0
            end = len(self._order)
            while kept and len(kept[-1].texts) <= _RATIO * (end - first):
                first = kept.pop().first
            texts = tuple(self._order[first:end])
            automaton = AhoCorasick(
                texts, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
            )
            self._segments = (*kept, _Segment(first, texts, automaton))
            return self._segments


class Needles:
    """The texts to look for, each with what stands in for it. Grows, and may be read while it does."""

    __slots__ = (
        "_heads", "_lengths", "_lock", "_odd", "_order", "_others", "_replacements", "_tokens",
        "_within_runs", "binary", "spaced",
    )  # fmt: skip

    def __init__(self) -> None:
        self.spaced = False
        self.binary = False
        self._replacements: dict[str, str] = {}
        self._order: list[str] = []
        self._heads: dict[str, list[str]] = {}
        self._tokens: set[str] = set()
        self._lengths: tuple[int, ...] = ()
        self._others = _Automata()
        self._within_runs = _Automata()
        # Half surrogate pairs, of which automata know nothing, stand for bytes that are no text.
        self._odd: list[str] = []
        self._lock = RLock()

    def __contains__(self, text: str) -> bool:
        return text in self._replacements

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(list(self._replacements.items()))

    def __len__(self) -> int:
        return len(self._order)

    def replacement(self, text: str) -> str | None:
        """Return what stands in for a text."""
        return self._replacements.get(text)

    def replacement_of(self, text: str) -> str:
        """Return what stands in for a text that is looked for."""
        return self._replacements[text]

    def since(self, number: int) -> tuple[str, ...]:
        """Return the texts without the first so many."""
        return tuple(self._order[number:])

    def put(self, text: str, replacement: str) -> None:
        """Look for one more text, or change what stands in for it."""
        with self._lock:
            known = text in self._replacements
            self._replacements[text] = replacement
            if known:
                return
            self._heads.setdefault(text[:SHORTEST], []).append(text)
            self.spaced = self.spaced or " " in text
            self.binary = self.binary or _BINARY.search(text) is not None
            if _SURROGATE.search(text) is not None:
                self._odd.append(text)
            elif TOKEN.fullmatch(text) is not None:
                self._tokens.add(text)
                self._within_runs.add(text)
                if len(text) not in self._lengths:
                    self._lengths = tuple(sorted((*self._lengths, len(text)), reverse=True))
            else:
                self._others.add(text)
            self._order.append(text)

    def occur(self, text: str) -> bool:
        """Tell whether one of them occurs in a text as it is."""
        if CUT in text and next(self.cut(text), None) is not None:
            return True
        tokens = self._tokens
        if tokens:
            runs = runs_of(text)
            if not tokens.isdisjoint(runs) or self._held_in(runs):
                return True
        return self._other_occurs(text)

    def may_occur(self, beginnings: Container[str], since: int) -> bool:
        """Tell whether one of those after the first so many may occur in texts, by how these go on anywhere.

        `beginnings` are all pieces of the texts that are as long as the shortest that is searched for.
        """
        return self.binary or any(one[:SHORTEST] in beginnings for one in self._order[since:])

    def swapped(
        self,
        text: str,
        replacement: Callable[[str], str] | None = None,
        keeps: Callable[[str], bool] | None = None,
    ) -> Swapped:
        """Replace those that occur as they are, by what stands in for them or what `replacement` gives.

        `keeps` tells of one whether it stays.
        """
        replacement = replacement or self.replacement_of
        if CUT in text or self._other_occurs(text):
            return _edited(text, edits_of(self, text, replacement, keeps))
        tokens = self._tokens
        runs = runs_of(text) if tokens else ()
        if self._held_in(runs):
            return _edited(text, edits_of(self, text, replacement, keeps))
        replaced = tokens.intersection(runs)
        masks = {run: replacement(run) for run in replaced if keeps is None or not keeps(run)}
        if not masks:
            return Swapped(text, text, settled=True)
        # None of them is within a longer run: where it is found next, it is the run.
        gone = [run for run in runs if run in masks]
        between: list[str] = []
        end = 0
        for run in gone:
            start = text.index(run, end)
            between.append(text[end:start])
            end = start + len(run)
        between.append(text[end:])
        parts = [""] * (2 * len(gone) + 1)
        parts[::2] = between
        parts[1::2] = [masks[run] for run in gone]
        # What stands in for a whole run is one, and holds nothing that is looked for.
        return Swapped("".join(parts), _GONE.join(between), settled=True)

    @property
    def irregular(self) -> int:
        """How many of them are no tokens."""
        return len(self._order) - len(self._tokens)

    def tokens_among(self, texts: Iterable[str]) -> set[str]:
        """Return those of some texts that are tokens."""
        return self._tokens.intersection(texts)

    def in_runs(self, runs: set[str]) -> bool:
        """Tell whether a token stands in one of these runs of letters and digits."""
        return not self._tokens.isdisjoint(runs) or self._held_in(runs)

    def found(self, text: str) -> list[Hit]:
        """Return where they occur as they are: start, end and which, of those that overlap the first."""
        places: list[Hit] = []
        if self._tokens:
            for run in TOKEN.finditer(text):
                places += self._in_run(run.group(), run.start())
        plain = _searchable(text)
        places += self._others.found(plain)
        for odd in self._odd:
            places += ((one.start(), one.end(), odd) for one in re.finditer(re.escape(odd), text))
        if len(places) < 2:
            return places
        places.sort(key=lambda one: (one[0], -one[1]))
        kept: list[Hit] = []
        end = 0
        for place in places:
            if place[0] >= end:
                kept.append(place)
                end = place[1]
        return kept

    def _other_occurs(self, text: str) -> bool:
        """Tell whether one of those occurs that are no tokens."""
        plain = _searchable(text)
        return self._others.occur(plain) or any(one in text for one in self._odd)

    def _held_in(self, runs: Iterable[str]) -> bool:
        """Tell whether a run of letters and digits that is no token itself holds one."""
        tokens = self._tokens
        if not tokens:
            return False
        least = self._lengths[-1]
        return any(self._holds(run) for run in runs if len(run) > least and run not in tokens)

    def _holds(self, run: str) -> bool:
        """Tell whether a run of letters and digits holds a token."""
        length, lengths = len(run), self._lengths
        if length <= lengths[-1]:
            return length == lengths[-1] and run in self._tokens
        if (length - lengths[-1]) * len(lengths) > _WINDOWS:
            return self._within_runs.occur(run)
        tokens = self._tokens
        return any(
            run[at : at + size] in tokens
            for size in lengths
            if size <= length
            for at in range(length - size + 1)
        )

    def _in_run(self, run: str, start: int) -> list[Hit]:
        if run in self._tokens:
            return [(start, start + len(run), run)]
        if not self._holds(run):
            return []
        return [(start + at, start + end, token) for at, end, token in self._within_runs.found(run)]

    def cut(self, text: str) -> Iterator[Hit]:
        """Yield the beginnings of texts that stand right before an ellipsis: start, end and of which."""
        end = 0
        for found in re.finditer(CUT, text):
            at = found.start()
            for start in range(max(end, at - LONGEST_CUT), at - SHORTEST_CUT + 1):
                beginning = text[start:at]
                heads = self._heads.get(beginning[:SHORTEST], ())
                needle = next((one for one in tuple(heads) if one.startswith(beginning)), None)
                if needle is not None:
                    end = found.end()
                    yield start, at, needle
                    break

    def plain(self, text: str) -> list[Edit]:
        """Return the edits for those that occur as they are."""
        return edits_of(self, text, self.replacement_of)


def edits_of(
    needles: Needles,
    text: str,
    replacement: Callable[[str], str],
    keeps: Callable[[str], bool] | None = None,
) -> list[Edit]:
    """Return the edits for what occurs as it is; a beginning that a message cut off counts.

    `keeps` tells of one whether it stays.
    """
    places = list(needles.cut(text)) if CUT in text else []
    return [
        Edit(start, end, replacement(needle))
        for start, end, needle in places or needles.found(text)
        if keeps is None or not keeps(needle)
    ]


def words_of(text: str) -> list[str]:
    """Return all runs of letters and digits in a text, in their order, short ones as well."""
    if not text.isascii():
        text = text.encode("ascii", "replace").decode("ascii")
    return text.translate(_RUNS_ALONE).split()


def runs_of(text: str) -> tuple[str, ...]:
    """Return the runs of letters and digits in a text that may be tokens, in their order."""
    return _kept_runs(text) if _REPEATED <= len(text) <= _LARGE else _runs_of(text)


_REPEATED: Final = 512
_LARGE: Final = 1 << 18
"""How long a text is, in characters, whose runs are remembered for a while: it is looked through again."""


def _runs_of(text: str) -> tuple[str, ...]:
    # To look for the pattern itself takes ten times as long.
    return tuple([run for run in words_of(text) if len(run) >= _SHORTEST_RUN])


_kept_runs: Final = lru_cache(maxsize=4)(_runs_of)


def _edited(text: str, edits: list[Edit]) -> Swapped:
    if not edits:
        return Swapped(text, text, settled=True)
    rest = apply(text, [Edit(edit.start, edit.end, _GONE) for edit in edits])
    # What stood beside one of them may be another one only now.
    return Swapped(apply(text, edits), rest, settled=False)


def _searchable(text: str) -> str:
    """Return a text that automata take: half a surrogate pair stands for a byte that is no text."""
    if text.isascii() or _SURROGATE.search(text) is None:
        return text
    return _SURROGATE.sub("\ufffd", text)
