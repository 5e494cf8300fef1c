"""Finding texts inside another one however they are encoded there, and replacing them in that encoding.

A text is looked at in several views: as it is, with percent-escapes and JSON escapes resolved, and with its
runs of hexadecimal and base64 digits decoded, base64 at each of its four phases. A view is looked at the
same way, so that a token in a JSON string in a base64 parameter of a URL is found too. What is found in a
view becomes an edit of the text under it, in the same encoding: whoever computes the encoded form from the
replacement gets what the edit left behind.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

DEPTH: Final = 3
"""How many encodings on top of each other are looked through."""

REPEATS: Final = 24
"""How often a text is gone through as long as something is found."""

SHORTEST: Final = 6
"""The shortest text that is searched for, in characters."""

CUT: Final = "…"
"""What Chai ends a value with that is too long for its messages."""

SHORTEST_CUT: Final = 8
"""How many characters of a text give it away where the rest is cut off."""

LONGEST_CUT: Final = 128
"""How many characters are looked at before a cut; Chai's messages show some 40."""

_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_JSON_ESCAPE: Final = re.compile(
    r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])'
)
_HEX_RUN: Final = re.compile(r"[0-9a-fA-F]{12,}")
_BASE64_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}")
_LINE_END: Final = re.compile(r"\r?\n")
_NO_TEXT: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff"
_BINARY: Final = re.compile(f"[{_NO_TEXT}]")
_TEXT_RUN: Final = re.compile(f"[^{_NO_TEXT}]{{{SHORTEST},}}")
_SIMPLE_ESCAPES: Final = {
    '"': '"',
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


class Needles:
    """The texts to look for, each with what stands in for it. Grows, and may be read while it does."""

    __slots__ = ("_heads", "_order", "_replacements", "binary", "spaced")

    def __init__(self) -> None:
        self.spaced = False
        self.binary = False
        self._replacements: dict[str, str] = {}
        self._order: list[str] = []
        self._heads: dict[str, list[str]] = {}

    def __contains__(self, text: str) -> bool:
        return text in self._replacements

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(list(self._replacements.items()))

    def __len__(self) -> int:
        return len(self._order)

    def replacement(self, text: str) -> str | None:
        """Return what stands in for a text."""
        return self._replacements.get(text)

    def put(self, text: str, replacement: str) -> None:
        """Look for one more text, or change what stands in for it."""
        known = text in self._replacements
        self._replacements[text] = replacement
        if not known:
            self._heads.setdefault(text[:SHORTEST], []).append(text)
            self._order.append(text)
            self.spaced = self.spaced or " " in text
            self.binary = self.binary or _BINARY.search(text) is not None

    def present(self, text: str) -> list[str]:
        """Return those that occur in a text as they are."""
        if len(self._order) <= 48:
            return [needle for needle in self._order if needle in text]
        grams = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)}
        heads = self._heads
        return [needle for head in grams if head in heads for needle in tuple(heads[head]) if needle in text]

    def plain(self, text: str) -> list[Edit]:
        """Return the edits for those that occur as they are; where they overlap the longest wins."""
        if CUT in text and (cut := list(self._cut(text))):
            return cut
        present = self.present(text)
        if not present:
            return []
        present.sort(key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, present)))
        return [
            Edit(found.start(), found.end(), self._replacements[found.group()])
            for found in pattern.finditer(text)
        ]

    def _cut(self, text: str) -> Iterator[Edit]:
        """Give the edits for beginnings of those that occur right before an ellipsis."""
        end = 0
        for found in re.finditer(CUT, text):
            at = found.start()
            for start in range(max(end, at - LONGEST_CUT), at - SHORTEST_CUT + 1):
                beginning = text[start:at]
                heads = self._heads.get(beginning[:SHORTEST], ())
                needle = next((one for one in tuple(heads) if one.startswith(beginning)), None)
                if needle is not None:
                    end = found.end()
                    yield Edit(start, at, self._replacements[needle])
                    break


def apply(text: str, edits: list[Edit]) -> str:
    """Return the text after edits that do not overlap, in order."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def replace(text: str, needles: Needles, depth: int = DEPTH) -> str:
    """Replace the needles wherever they occur, in each of the encodings."""
    if not needles or len(text) < SHORTEST:
        return text
    # One edit hides others until it is made; the bound is for replacements that hold a needle themselves.
    for _ in range(REPEATS):
        edits = _changes(text, needles, depth)
        if not edits:
            break
        text = apply(text, edits)
    return text


def occurs(text: str, needles: Needles, depth: int = DEPTH) -> bool:
    """Tell whether a needle occurs in any encoding."""
    return replace(text, needles, depth) != text


def as_text(data: bytes) -> str:
    """Decode bytes so that every byte comes back from `as_bytes`."""
    return data.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    """Encode what `as_text` decoded; a lone surrogate that JSON spelled out becomes its three bytes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _changes(view: str, needles: Needles, depth: int) -> list[Edit]:
    """Return edits of a view: the plain ones, else those of the first encoding in it that has any."""
    edits = needles.plain(view)
    if edits or depth <= 0:
        return edits
    return next((found for codec in _CODECS if (found := codec(view, needles, depth - 1))), [])


def _mapped(
    text: str, units: re.Pattern[str], decode: Callable[[str], Iterator[tuple[str, int]]]
) -> tuple[str, list[int]]:
    """Return a view and, for each of its characters and its end, where that is in the text."""
    characters: list[str] = []
    places: list[int] = []
    at = 0
    for unit in units.finditer(text):
        characters.extend(text[at : unit.start()])
        places.extend(range(at, unit.start()))
        place = unit.start()
        for character, width in decode(unit.group()):
            characters.append(character)
            places.append(place)
            place += width
        at = unit.end()
    characters.extend(text[at:])
    places.extend(range(at, len(text)))
    places.append(len(text))
    return "".join(characters), places


def _unescape(escape: str) -> str:
    if escape[1] != "u":
        return _SIMPLE_ESCAPES[escape[1]]
    if len(escape) > 6:
        high, low = int(escape[2:6], 16), int(escape[8:12], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return chr(int(escape[2:6], 16))


def _escaped_edits(text: str, needles: Needles, depth: int) -> list[Edit]:
    if "\\" not in text:
        return []
    view = _JSON_ESCAPE.sub(lambda found: _unescape(found.group()), text)
    if view == text or not _changes(view, needles, depth):
        return []
    view, places = _mapped(text, _JSON_ESCAPE, lambda unit: iter([(_unescape(unit), len(unit))]))

    return [
        Edit(places[edit.start], places[edit.end], json.dumps(edit.text, ensure_ascii=False)[1:-1])
        for edit in _changes(view, needles, depth)
    ]


def _percent_units(run: str) -> Iterator[tuple[str, int]]:
    for character in as_text(bytes.fromhex(run.replace("%", ""))):
        yield character, 3 * len(as_bytes(character))


def _quote(replacement: str) -> str:
    return quote(as_bytes(replacement), safe="-._~!*'()")


def _percent_edits(text: str, needles: Needles, depth: int) -> list[Edit]:
    if "%" not in text:
        return []
    return _unquoted_edits(text, needles, depth, text)


def _plus_edits(text: str, needles: Needles, depth: int) -> list[Edit]:
    # In forms and queries a space is a plus.
    if not needles.spaced or "+" not in text:
        return []
    return _unquoted_edits(text, needles, depth, text.replace("+", " "))


def _unquoted_edits(text: str, needles: Needles, depth: int, source: str) -> list[Edit]:
    view = unquote(source, errors="surrogateescape")
    if view == text or not _changes(view, needles, depth):
        return []
    view, places = _mapped(source, _PERCENT, _percent_units)
    return [
        Edit(places[edit.start], places[edit.end], _quote(edit.text))
        for edit in _changes(view, needles, depth)
    ]


def _hex_edits(text: str, needles: Needles, depth: int) -> list[Edit]:
    runs = [
        (run.start() + phase, run.group()[phase : phase + (len(run.group()) - phase) // 2 * 2])
        for run in _HEX_RUN.finditer(text)
        for phase in (0, 1)
    ]
    if not runs:
        return []
    views = [as_text(bytes.fromhex(digits)) for _, digits in runs]
    if not _changes(_texts(views, needles), needles, depth):
        return []
    edits: list[Edit] = []
    end = 0
    for (start, digits), view in zip(runs, views, strict=True):
        changes = _changes(view, needles, depth)
        if changes and start >= end:
            recoded = as_bytes(apply(view, changes)).hex()
            end = start + len(digits)
            edits.append(Edit(start, end, recoded.upper() if digits.upper() == digits else recoded))
    return edits


def _texts(views: Iterable[str], needles: Needles) -> str:
    """Join what may hold a needle in decoded views.

    Most digits decode to noise, at three phases of four always, and noise would be decoded again and again.
    """
    if needles.binary:
        return "\0".join(views)
    return "\0".join(run for view in views for run in _TEXT_RUN.findall(view))


def _base64_edits(text: str, needles: Needles, depth: int) -> list[Edit]:
    runs = list(_BASE64_RUN.finditer(text))
    if not runs:
        return []
    decoded = [[_decode(run.group(), phase) for phase in range(4)] for run in runs]
    if not _changes(_texts((view for views in decoded for view in views), needles), needles, depth):
        return []
    edits: list[Edit] = []
    for run, views in zip(runs, decoded, strict=True):
        for phase, view in enumerate(views):
            changes = _changes(view, needles, depth)
            if changes:
                edits.append(_recode(run, phase, view, changes))
                break
    return edits


def _decode(run: str, phase: int) -> str:
    digits = _LINE_END.sub("", run).rstrip("=")[phase:].replace("-", "+").replace("_", "/")
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    try:
        return as_text(base64.b64decode(digits + "=" * (-len(digits) % 4)))
    except binascii.Error:
        return ""


def _recode(run: re.Match[str], phase: int, view: str, changes: list[Edit]) -> Edit:
    unbroken = _LINE_END.sub("", run.group())
    digits = unbroken.rstrip("=")
    kept = len(as_bytes(view[: changes[0].start])) // 3
    changed = as_bytes(apply(view, changes))[kept * 3 :]
    tail = digits[phase + kept * 4 :]
    recoded = base64.b64encode(changed).decode()
    whole = (len(digits) - phase) % 4 == 0
    dotted = run.string[run.start() - 1 : run.start()] == "." or run.string[run.end() : run.end() + 1] == "."
    if "=" not in unbroken and (dotted or not whole):
        # Written without padding, which digits in fours do not show: the parts of a token are.
        recoded = recoded.rstrip("=")
    if "+" not in tail and "/" not in tail and ("-" in tail or "_" in tail):
        recoded = recoded.replace("+", "-").replace("/", "_")
    # A digit that is left over carries no whole byte.
    left_over = digits[-1] if (len(digits) - phase) % 4 == 1 else ""
    return Edit(run.start(), run.end(), digits[: phase + kept * 4] + recoded + left_over)


_CODECS: Final = (_escaped_edits, _percent_edits, _hex_edits, _base64_edits, _plus_edits)
"""The encodings, the quick ones first. A plus may be a digit of base64, so its other meaning comes last."""
