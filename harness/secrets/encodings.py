"""Finding texts inside another one however they are encoded there, and replacing them in that encoding.

A text is looked at in several views: as it is, with escapes resolved (of JSON, of URLs, of HTML, of mail),
and with its runs of digits decoded: hexadecimal in one piece or with separators, decimal bytes, base32, and
base64 at each of its four phases, unpacked when it holds gzip or deflate. A view is looked at the same way,
so that a token in a JSON string in a base64 parameter of a URL is found too. What is found in a view becomes
an edit of the text under it, in the same encoding: whoever computes the encoded form from the replacement
gets what the edit left behind.
"""

import base64
import binascii
import gzip
import html
import json
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol
from urllib.parse import quote

from harness.lazy_dataclass import dataclass
from harness.secrets.byte_text import as_bytes, as_text
from harness.secrets.needles import SHORTEST, Edit, Swapped, apply
from harness.secrets.views import (
    BASE32_RUN,
    BASE64_RUN,
    DECIMAL,
    DECIMALS,
    DEPTH,
    ENTITY,
    ESCAPE,
    HEX_BYTE,
    HEX_RUN,
    LINE_END,
    PERCENT,
    QUOTED,
    SMALL_BASE32_RUN,
    SPACED_HEX,
    UTF16,
    bytes_of,
    decode32,
    hidden,
    packed_file,
    quoted_units,
    remember,
    unescape,
    unpacked,
)

REPEATS: Final = 24
"""How often a text is gone through as long as something is found."""


class Search(Protocol):
    """What is looked for."""

    @property
    def spaced(self) -> bool:
        """Whether some of it holds a space."""
        ...

    @property
    def binary(self) -> bool:
        """Whether some of it is no text."""
        ...

    def plain(self, text: str) -> list[Edit]:
        """Return the edits for what occurs as it is."""
        ...

    def swapped(self, text: str) -> Swapped:
        """Replace what occurs as it is."""
        ...

    def occur(self, text: str) -> bool:
        """Tell whether anything occurs as it is."""
        ...


def replace(text: str, needles: Search, depth: int = DEPTH) -> str:
    """Replace the needles wherever they occur, in each of the encodings."""
    if len(text) < SHORTEST:
        return text
    return replaced(text, needles, depth).text


def replaced(text: str, needles: Search, depth: int = DEPTH) -> Swapped:
    """Replace the needles wherever they occur, and tell what is left of the text where one swap was enough.

    The rest is the text itself, as it is afterwards, where it took more than that.
    """
    # One edit hides others until it is made; the bound is for replacements that hold a needle themselves.
    rest: str | None = None
    for turn in range(REPEATS):
        swapped = needles.swapped(text)
        if swapped.rest is not text:
            # What stands in for others says nothing in encodings: of the text, the rest is looked through.
            rest = swapped.rest if turn == 0 else None
            text = swapped.text
            if not swapped.settled:
                continue
        edits = _coded(text, needles, depth, rest) if depth > 0 else []
        if not edits:
            break
        rest = None
        text = apply(text, edits)
    return Swapped(text, text if rest is None else rest, settled=True)


def occurs(text: str, needles: Search, depth: int = DEPTH) -> bool:
    """Tell whether a needle occurs in any encoding."""
    return replace(text, needles, depth) != text


def _changes(view: str, needles: Search, depth: int) -> list[Edit]:
    """Return edits of a view: the plain ones, else those of the first encoding in it that has any."""
    edits = needles.plain(view)
    return edits if edits or depth <= 0 else _coded(view, needles, depth)


def _coded(view: str, needles: Search, depth: int, rest: str | None = None) -> list[Edit]:
    """Return edits of a view for what it says in encodings; `rest` is what of it may say anything."""
    if not needles.binary:
        says = hidden(view if rest is None else rest, depth)
        if not needles.occur(says):
            if rest is not None:
                remember(view, says, depth)
            return []
    return next((found for encoding in ENCODINGS if (found := encoding.edits(view, needles, depth - 1))), [])


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


def _escaped_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    if "\\" not in text and "%u" not in text:
        return []
    view, places = _mapped(text, ESCAPE, lambda unit: iter([(unescape(unit), len(unit))]))
    if view == text:
        return []
    return [
        Edit(places[edit.start], places[edit.end], json.dumps(edit.text, ensure_ascii=False)[1:-1])
        for edit in _changes(view, needles, depth)
    ]


def _utf16_units(run: str) -> Iterator[tuple[str, int]]:
    for at in range(0, len(run), 2):
        yield run[at], len(run[at : at + 2])


def _utf16_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    if "\0" not in text:
        return []
    view, places = _mapped(text, UTF16, _utf16_units)
    if view == text:
        return []
    edits: list[Edit] = []
    for edit in _changes(view, needles, depth):
        start, end = places[edit.start], places[edit.end]
        last = "\0" if text[start:end].endswith("\0") else ""
        edits.append(Edit(start, end, "\0".join(edit.text) + last))
    return edits


def _file_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    packed = packed_file(text)
    if packed is None:
        return []
    view = as_text(packed.plain)
    changed = replace(view, needles, depth)
    if changed == view:
        return []
    return [Edit(0, len(text), as_text(_packed(as_bytes(changed), packed.window) + packed.after))]


def _percent_units(run: str) -> Iterator[tuple[str, int]]:
    for character in as_text(bytes.fromhex(run.replace("%", ""))):
        yield character, 3 * len(as_bytes(character))


def _quote(replacement: str) -> str:
    return quote(as_bytes(replacement), safe="-._~!*'()")


def _percent_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    if "%" not in text:
        return []
    return _unquoted_edits(text, needles, depth, text)


def _plus_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    # In forms and queries a space is a plus.
    if not needles.spaced or "+" not in text:
        return []
    return _unquoted_edits(text, needles, depth, text.replace("+", " "))


def _unquoted_edits(text: str, needles: Search, depth: int, source: str) -> list[Edit]:
    view, places = _mapped(source, PERCENT, _percent_units)
    if view == text:
        return []
    return [
        Edit(places[edit.start], places[edit.end], _quote(edit.text))
        for edit in _changes(view, needles, depth)
    ]


def _hex_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    runs = [
        (run.start() + phase, run.group()[phase : phase + (len(run.group()) - phase) // 2 * 2])
        for run in HEX_RUN.finditer(text)
        for phase in (0, 1)
    ]
    if not runs:
        return []
    views = [as_text(bytes.fromhex(digits)) for _, digits in runs]
    edits: list[Edit] = []
    end = 0
    for (start, digits), view in zip(runs, views, strict=True):
        changes = _changes(view, needles, depth)
        if changes and start >= end:
            recoded = as_bytes(apply(view, changes)).hex()
            end = start + len(digits)
            edits.append(Edit(start, end, recoded.upper() if digits.upper() == digits else recoded))
    return edits


def _base64_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    runs = list(BASE64_RUN.finditer(text))
    if not runs:
        return []
    decoded = [[_decode(run.group(), phase) for phase in range(4)] for run in runs]
    edits: list[Edit] = []
    for run, views in zip(runs, decoded, strict=True):
        packed = _packed_edit(run, as_bytes(views[0]), needles, depth)
        if packed is not None:
            edits.append(packed)
            continue
        for phase, view in enumerate(views):
            changes = _changes(view, needles, depth)
            if changes:
                edits.append(_recode(run, phase, view, changes))
                break
    return edits


def _decode(run: str, phase: int) -> str:
    digits = LINE_END.sub("", run).rstrip("=")[phase:].replace("-", "+").replace("_", "/")
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    try:
        return as_text(base64.b64decode(digits + "=" * (-len(digits) % 4)))
    except binascii.Error:
        return ""


def _recode(run: re.Match[str], phase: int, view: str, changes: list[Edit]) -> Edit:
    unbroken = LINE_END.sub("", run.group())
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


def _packed(plain: bytes, window: int) -> bytes:
    if window > 15:
        return gzip.compress(plain, mtime=0)
    packer = zlib.compressobj(wbits=window)
    return packer.compress(plain) + packer.flush()


def _entity_units(entity: str) -> Iterator[tuple[str, int]]:
    text = html.unescape(entity)
    if text == entity:
        yield from ((character, 1) for character in entity)
        return
    # Some entities stand for two characters, and one without a semicolon may be followed by letters.
    yield text[0], len(entity) - len(text) + 1
    yield from ((character, 1) for character in text[1:])


def _entity_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    if "&" not in text:
        return []
    view, places = _mapped(text, ENTITY, _entity_units)
    if view == text:
        return []
    return [
        Edit(places[edit.start], places[edit.end], html.escape(edit.text))
        for edit in _changes(view, needles, depth)
    ]


def _quote_printable(replacement: str) -> str:
    return replacement.replace("=", "=3D")


def _quoted_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    if "=" not in text:
        return []
    view, places = _mapped(text, QUOTED, quoted_units)
    if view == text:
        return []
    return [
        Edit(places[edit.start], places[edit.end], _quote_printable(edit.text))
        for edit in _changes(view, needles, depth)
    ]


def _byte_edits(
    run: re.Match[str],
    units: list[re.Match[str]],
    raw: bytes,
    spell: Callable[[int, str], str],
    needles: Search,
    depth: int,
) -> Edit | None:
    """Return the edit for a run in which each byte is spelled by itself, in the spelling that it has."""
    view = as_text(raw)
    changes = _changes(view, needles, depth)
    if not changes:
        return None
    changed = as_bytes(apply(view, changes))
    text, start = run.group(), run.start()
    lead = text[: units[0].start() - start]
    between = text[units[0].end() - start : units[1].start() - start]
    tail = text[units[-1].end() - start :]
    first = units[0].group()
    return Edit(start, run.end(), lead + between.join(spell(byte, first) for byte in changed) + tail)


def _spaced_hex_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    edits: list[Edit] = []
    for run in SPACED_HEX.finditer(text):
        units = list(HEX_BYTE.finditer(text, run.start(), run.end()))
        raw = bytes.fromhex("".join(unit.group() for unit in units))
        upper = run.group().upper() == run.group()
        edit = _byte_edits(run, units, raw, lambda byte, _: f"{byte:02x}", needles, depth)
        if edit is not None:
            edits.append(Edit(edit.start, edit.end, edit.text.upper()) if upper else edit)
    return edits


def _decimal_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    edits: list[Edit] = []
    for run in DECIMALS.finditer(text):
        raw = bytes_of(run.group())
        if raw:
            units = list(DECIMAL.finditer(text, run.start(), run.end()))
            edit = _byte_edits(run, units, raw, lambda byte, _: str(byte), needles, depth)
            if edit is not None:
                edits.append(edit)
    return edits


def _base32_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    edits: list[Edit] = []
    for run in (*BASE32_RUN.finditer(text), *SMALL_BASE32_RUN.finditer(text)):
        for phase in range(8):
            digits, raw = decode32(run.group(), phase)
            view = as_text(raw)
            changes = _changes(view, needles, depth)
            if changes:
                recoded = base64.b32encode(as_bytes(apply(view, changes))).decode()
                if "=" not in run.group():
                    recoded = recoded.rstrip("=")
                kept = run.group()[:phase] + (recoded if digits.upper() == digits else recoded.lower())
                edits.append(Edit(run.start(), run.end(), kept))
                break
    return sorted(edits, key=lambda edit: edit.start)


def _packed_edit(run: re.Match[str], raw: bytes, needles: Search, depth: int) -> Edit | None:
    found = unpacked(raw)
    if found is None:
        return None
    window, plain = found
    view = as_text(plain)
    changes = _changes(view, needles, depth)
    if not changes:
        return None
    digits = base64.b64encode(_packed(as_bytes(replace(view, needles, depth)), window)).decode()
    if "-" in run.group() or "_" in run.group():
        digits = digits.replace("+", "-").replace("/", "_")
    return Edit(run.start(), run.end(), digits if "=" in run.group() else digits.rstrip("="))


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """A way to spell a text inside another one.

    `edits` gives what is to be changed in a text.
    """

    name: str
    edits: Callable[[str, Search, int], list[Edit]]


ENCODINGS: Final = (
    Encoding(name="JSON and JavaScript escapes", edits=_escaped_edits),
    Encoding(name="UTF-16", edits=_utf16_edits),
    Encoding(name="packed file", edits=_file_edits),
    Encoding(name="percent escapes", edits=_percent_edits),
    Encoding(name="HTML entities", edits=_entity_edits),
    Encoding(name="quoted-printable", edits=_quoted_edits),
    Encoding(name="hexadecimal", edits=_hex_edits),
    Encoding(name="hexadecimal with separators", edits=_spaced_hex_edits),
    Encoding(name="decimal bytes", edits=_decimal_edits),
    Encoding(name="base32", edits=_base32_edits),
    Encoding(name="base64, plain or packed", edits=_base64_edits),
    Encoding(name="plus signs", edits=_plus_edits),
)
"""The encodings, the quick ones first. A plus may be a digit of base64, so its other meaning comes last."""
