"""Finding texts inside another one however they are encoded there, and replacing them in that encoding.

A text is looked at in several views: as it is, with escapes resolved (of JSON, of URLs, of HTML, of mail),
and with its runs of digits decoded: hexadecimal in one piece or with separators, decimal bytes, base32, and
base64 at each of its four phases, unpacked when it holds gzip or deflate. A view is looked at the same way,
so that a token in a JSON string in a base64 parameter of a URL is found too. What is found in a view becomes
an edit of the text under it, in the same encoding: whoever computes the encoded form from the replacement
gets what the edit left behind.

`hidden` gives all views of a text, which do not depend on what is looked for: most texts hold nothing in any
of them, and that is told by one search.
"""

import base64
import binascii
import gzip
import html
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import quote, unquote

from harness.secrets.needles import SHORTEST, Edit

DEPTH: Final = 3
"""How many encodings on top of each other are looked through."""

REPEATS: Final = 24
"""How often a text is gone through as long as something is found."""

LARGEST: Final = 1 << 20
"""How much a packed run may say, in bytes."""

_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_JSON_ESCAPE: Final = re.compile(
    r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])'
)
_HEX_RUN: Final = re.compile(r"[0-9a-fA-F]{12,}")
_BASE64_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}")
_SPACED_HEX: Final = re.compile(
    r"[0-9a-fA-F]{2}"
    r"(?:(?:[:.;_ -](?:\r?\n[ \t]*)?|,? ?0x|\\{1,2}x|, ?)[0-9a-fA-F]{2}){5,}(?![0-9A-Za-z])"
)
_HEX_BYTE: Final = re.compile(r"[0-9a-fA-F]{2}")
_DECIMALS: Final = re.compile(r"\d{1,3}(?:,\s{0,12}\d{1,3}|\s{1,2}\d{1,3}){5,}(?![\w.])")
_DECIMAL: Final = re.compile(r"\d+")
_BASE32_RUN: Final = re.compile(r"[A-Z2-7]{10,}={0,6}")
_SMALL_BASE32_RUN: Final = re.compile(r"[a-z2-7]{16,}={0,6}")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,8};?|#[xX][0-9a-fA-F]{1,8};?|[A-Za-z][A-Za-z0-9]{1,31};?)")
_QUOTED: Final = re.compile(r"=(?:[0-9A-F]{2}(?:=[0-9A-F]{2})*|\r?\n)")
_LINE_END: Final = re.compile(r"\r?\n")
_NO_TEXT: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff"
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

    def occur(self, text: str) -> bool:
        """Tell whether anything occurs as it is."""
        ...


def apply(text: str, edits: list[Edit]) -> str:
    """Return the text after edits that do not overlap, in order."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def replace(text: str, needles: Search, depth: int = DEPTH) -> str:
    """Replace the needles wherever they occur, in each of the encodings."""
    # One edit hides others until it is made; the bound is for replacements that hold a needle themselves.
    if len(text) < SHORTEST:
        return text
    for _ in range(REPEATS):
        edits = _changes(text, needles, depth)
        if not edits:
            break
        text = apply(text, edits)
    return text


def occurs(text: str, needles: Search, depth: int = DEPTH) -> bool:
    """Tell whether a needle occurs in any encoding."""
    return replace(text, needles, depth) != text


def hidden(text: str, depth: int = DEPTH) -> str:
    """Return all that a text may say in encodings, joined; empty for one that has none."""
    return _hidden(text, depth) if len(text) <= _KEPT_TEXT else _views(text, depth)


_KEPT_TEXT: Final = 512
"""The longest text, in characters, whose views are kept: headers and names come again and again."""


@lru_cache(maxsize=8192)
def _hidden(text: str, depth: int) -> str:
    return _views(text, depth)


def _views(text: str, depth: int) -> str:
    seen: set[str] = {text}
    waiting = [text]
    for _ in range(depth):
        found: list[str] = []
        for one in waiting:
            for codec in ENCODINGS:
                for view in codec.views(one):
                    if len(view) >= SHORTEST and view not in seen:
                        seen.add(view)
                        found.append(view)
        waiting = found
        if not found:
            break
    seen.discard(text)
    return "\0".join(seen)


def as_text(data: bytes) -> str:
    """Decode bytes so that every byte comes back from `as_bytes`."""
    return data.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    """Encode what `as_text` decoded; a lone surrogate that JSON spelled out becomes its three bytes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _changes(view: str, needles: Search, depth: int) -> list[Edit]:
    """Return edits of a view: the plain ones, else those of the first encoding in it that has any."""
    edits = needles.plain(view)
    if edits or depth <= 0:
        return edits
    if not needles.binary and not needles.occur(hidden(view, depth)):
        return []
    return next((found for codec in ENCODINGS if (found := codec.edits(view, needles, depth - 1))), [])


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


def _escaped_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    if "\\" not in text:
        return []
    view, places = _mapped(text, _JSON_ESCAPE, lambda unit: iter([(_unescape(unit), len(unit))]))
    if view == text:
        return []
    return [
        Edit(places[edit.start], places[edit.end], json.dumps(edit.text, ensure_ascii=False)[1:-1])
        for edit in _changes(view, needles, depth)
    ]


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
    view, places = _mapped(source, _PERCENT, _percent_units)
    if view == text:
        return []
    return [
        Edit(places[edit.start], places[edit.end], _quote(edit.text))
        for edit in _changes(view, needles, depth)
    ]


def _hex_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    runs = [
        (run.start() + phase, run.group()[phase : phase + (len(run.group()) - phase) // 2 * 2])
        for run in _HEX_RUN.finditer(text)
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
    runs = list(_BASE64_RUN.finditer(text))
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


def _escaped_views(text: str) -> Iterator[str]:
    if "\\" in text:
        yield _JSON_ESCAPE.sub(lambda found: _unescape(found.group()), text)


def _percent_views(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text, errors="surrogateescape")


def _plus_views(text: str) -> Iterator[str]:
    if "+" in text:
        yield unquote(text.replace("+", " "), errors="surrogateescape")


def _entity_views(text: str) -> Iterator[str]:
    if "&" in text:
        yield _ENTITY.sub(lambda found: html.unescape(found.group()), text)


def _quoted_views(text: str) -> Iterator[str]:
    if "=" not in text:
        return
    # An address has an equals sign and digits here and there: what is near to it is enough.
    end = 0
    for found in _QUOTED.finditer(text):
        if found.start() >= end:
            end = found.end() + _NEAR
            yield _QUOTED.sub(_unquoted, text[max(0, found.start() - _NEAR) : end + _NEAR])


_NEAR: Final = 512
"""How far from its first escape a text begins that holds one, in characters."""


def _unquoted(run: re.Match[str]) -> str:
    return "".join(character for character, _ in _quoted_units(run.group()))


@lru_cache(maxsize=16)
def _runs(text: str) -> frozenset[str]:
    """Return the runs of digits of base64, which those of base32 and hexadecimal are within."""
    return frozenset(_BASE64_RUN.findall(text))


def _hex_views(text: str) -> Iterator[str]:
    for run in _runs(text):
        yield _hex_texts(run) if len(run) <= _KEPT_RUN else _hex_texts.__wrapped__(run)


def _spaced_hex_views(text: str) -> Iterator[str]:
    for run in set(_SPACED_HEX.findall(text)):
        yield _legible(bytes.fromhex("".join(_HEX_BYTE.findall(run))))


def _decimal_views(text: str) -> Iterator[str]:
    for run in set(_DECIMALS.findall(text)):
        raw = _bytes_of(run)
        if raw:
            yield _legible(raw)


def _base32_views(text: str) -> Iterator[str]:
    for run in _runs(text):
        yield _base32_texts(run) if len(run) <= _KEPT_RUN else _base32_texts.__wrapped__(run)


def _base64_views(text: str) -> Iterator[str]:
    for run in _runs(text):
        yield _base64_texts(run) if len(run) <= _KEPT_RUN else _base64_texts.__wrapped__(run)


_KEPT_RUN: Final = 256
"""The longest run of digits, in characters, for which it is kept what it may say."""


def _legible(raw: bytes) -> str:
    """Return what is text in bytes. Most digits decode to noise, which would be decoded again and again."""
    return "\0".join(_TEXT_RUN.findall(as_text(raw)))


@lru_cache(maxsize=16384)
def _hex_texts(run: str) -> str:
    said: list[bytes] = []
    for digits in _HEX_RUN.findall(run):
        said += (
            bytes.fromhex(digits[: len(digits) // 2 * 2]),
            bytes.fromhex(digits[1 : (len(digits) - 1) // 2 * 2 + 1]),
        )
    return _legible(b"\0".join(said)) if said else ""


@lru_cache(maxsize=16384)
def _base32_texts(run: str) -> str:
    found = (*_BASE32_RUN.findall(run), *_SMALL_BASE32_RUN.findall(run))
    said = [_decode32(digits, phase)[1] for digits in found for phase in range(8)]
    return _legible(b"\0".join(said)) if said else ""


@lru_cache(maxsize=16384)
def _base64_texts(run: str) -> str:
    digits = _LINE_END.sub("", run).rstrip("=").translate(_STANDARD).encode()
    phases = [binascii.a2b_base64(digits[phase:] + b"A" * (-(len(digits) - phase) % 4)) for phase in range(4)]
    legible = _legible(b"\0".join(phases))
    packed = _unpacked(phases[0])
    return legible if packed is None else f"{legible}\0{_legible(packed[1])}"


_STANDARD: Final = {ord("-"): "+", ord("_"): "/"}
_SHORTEST_PACKED: Final = 16


def _unpacked(raw: bytes) -> tuple[int, bytes] | None:
    """Return what packed bytes say and the kind of their frame: 31 gzip, 15 zlib, -15 none."""
    if len(raw) < _SHORTEST_PACKED:
        return None
    window = 31 if raw[:2] == b"\x1f\x8b" else 15 if raw[0] & 0x0F == 8 and raw[1] in _ZLIB_LEVELS else -15
    try:
        unpacker = zlib.decompressobj(window)
        plain = unpacker.decompress(raw, LARGEST)
    except zlib.error:
        return None
    return (window, plain) if unpacker.eof and len(plain) >= SHORTEST else None


_ZLIB_LEVELS: Final = frozenset({0x01, 0x5E, 0x9C, 0xDA})


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
    view, places = _mapped(text, _ENTITY, _entity_units)
    if view == text:
        return []
    return [
        Edit(places[edit.start], places[edit.end], html.escape(edit.text))
        for edit in _changes(view, needles, depth)
    ]


def _quoted_units(run: str) -> Iterator[tuple[str, int]]:
    if run[1] in "\r\n":
        return
    for character in as_text(bytes.fromhex(run.replace("=", ""))):
        yield character, 3 * len(as_bytes(character))


def _quote_printable(replacement: str) -> str:
    return replacement.replace("=", "=3D")


def _quoted_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    if "=" not in text:
        return []
    view, places = _mapped(text, _QUOTED, _quoted_units)
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
    for run in _SPACED_HEX.finditer(text):
        units = list(_HEX_BYTE.finditer(text, run.start(), run.end()))
        raw = bytes.fromhex("".join(unit.group() for unit in units))
        upper = run.group().upper() == run.group()
        edit = _byte_edits(run, units, raw, lambda byte, _: f"{byte:02x}", needles, depth)
        if edit is not None:
            edits.append(Edit(edit.start, edit.end, edit.text.upper()) if upper else edit)
    return edits


def _bytes_of(run: str) -> bytes:
    numbers = [int(number) for number in _DECIMAL.findall(run)]
    return bytes(numbers) if max(numbers) < 256 else b""


def _decimal_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    edits: list[Edit] = []
    for run in _DECIMALS.finditer(text):
        raw = _bytes_of(run.group())
        if raw:
            units = list(_DECIMAL.finditer(text, run.start(), run.end()))
            edit = _byte_edits(run, units, raw, lambda byte, _: str(byte), needles, depth)
            if edit is not None:
                edits.append(edit)
    return edits


def _decode32(run: str, phase: int) -> tuple[str, bytes]:
    """Return the digits of a run from a phase on that are decoded, and what they say."""
    digits = run.rstrip("=")[phase:]
    # Of a last group 1, 3 or 6 digits carry no whole byte more than one less does.
    digits = digits[: len(digits) - (len(digits) % 8 in {1, 3, 6})]
    return digits, base64.b32decode(digits.upper() + "=" * (-len(digits) % 8))


def _base32_edits(text: str, needles: Search, depth: int) -> list[Edit]:
    edits: list[Edit] = []
    for run in (*_BASE32_RUN.finditer(text), *_SMALL_BASE32_RUN.finditer(text)):
        for phase in range(8):
            digits, raw = _decode32(run.group(), phase)
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
    unpacked = _unpacked(raw)
    if unpacked is None:
        return None
    window, plain = unpacked
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

    `views` gives what a text may say in it, whatever is looked for; `edits` what is to be changed.
    """

    name: str
    views: Callable[[str], Iterator[str]]
    edits: Callable[[str, Search, int], list[Edit]]


ENCODINGS: Final = (
    Encoding(name="JSON escapes", views=_escaped_views, edits=_escaped_edits),
    Encoding(name="percent escapes", views=_percent_views, edits=_percent_edits),
    Encoding(name="HTML entities", views=_entity_views, edits=_entity_edits),
    Encoding(name="quoted-printable", views=_quoted_views, edits=_quoted_edits),
    Encoding(name="hexadecimal", views=_hex_views, edits=_hex_edits),
    Encoding(name="hexadecimal with separators", views=_spaced_hex_views, edits=_spaced_hex_edits),
    Encoding(name="decimal bytes", views=_decimal_views, edits=_decimal_edits),
    Encoding(name="base32", views=_base32_views, edits=_base32_edits),
    Encoding(name="base64, plain or packed", views=_base64_views, edits=_base64_edits),
    Encoding(name="plus signs", views=_plus_views, edits=_plus_edits),
)
"""The encodings, the quick ones first. A plus may be a digit of base64, so its other meaning comes last."""
