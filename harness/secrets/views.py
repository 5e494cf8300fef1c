"""What texts may say in encodings, whatever is looked for.

A text is looked at in several views: with escapes resolved, and with its runs of digits decoded. A view is
looked at the same way, and `hidden` gives all that is found so. Most texts say nothing in any of them that
is looked for, and that is told by one search.
"""

import base64
import binascii
import html
import re
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from threading import Lock
from typing import Final, NamedTuple
from urllib.parse import unquote

from harness.secrets.byte_text import as_bytes, as_text
from harness.secrets.needles import SHORTEST

DEPTH: Final = 3
"""How many encodings on top of each other are looked through."""

LARGEST: Final = 1 << 20
"""How much a packed run may say, in bytes."""

LARGEST_FILE: Final = 1 << 24
"""How much a packed file may say, in bytes."""

ROOM: Final = 1 << 24
"""How much all packed runs of a text, and of what they say, may say together, in bytes."""

PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\"\\/bfnrt']"
    r"|x[0-9a-fA-F]{2}|u\{0{0,3}[0-9a-fA-F]{1,5}\}|[0-3][0-7]{2})|%u[0-9a-fA-F]{4}"
)
"""Escapes of JSON, those that JavaScript, C and Python have besides, and those of JavaScript's `escape`."""
HEX_RUN: Final = re.compile(r"[0-9a-fA-F]{12,}")
BASE64_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}")
SPACED_HEX: Final = re.compile(
    r"[0-9a-fA-F]{2}"
    r"(?:(?:[:.;_ -](?:\r?\n[ \t]*)?|,? ?0x|\\{1,2}x|, ?)[0-9a-fA-F]{2}){5,}(?![0-9A-Za-z])"
)
HEX_BYTE: Final = re.compile(r"[0-9a-fA-F]{2}")
DECIMALS: Final = re.compile(r"\d{1,3}(?:,\s{0,12}\d{1,3}|\s{1,2}\d{1,3}){5,}(?![\w.])")
DECIMAL: Final = re.compile(r"\d+")
BASE32_RUN: Final = re.compile(r"[A-Z2-7]{10,}={0,6}")
SMALL_BASE32_RUN: Final = re.compile(r"[a-z2-7]{16,}={0,6}")
ENTITY: Final = re.compile(r"&(?:#[0-9]{1,8};?|#[xX][0-9a-fA-F]{1,8};?|[A-Za-z][A-Za-z0-9]{1,31};?)")
QUOTED: Final = re.compile(
    # Small digits are not by the book, and `a=de` is more often a field: runs of them, and the sign itself.
    r"=(?:[0-9A-Fa-f]{2}(?:=[0-9A-Fa-f]{2})+|[0-9A-F]{2}|3d|\r?\n)"
)
LINE_END: Final = re.compile(r"\r?\n")
UTF16: Final = re.compile(r"(?:[ -~]\x00){5,}[ -~]?")
"""Letters and signs of ASCII in UTF-16: a NUL stands behind each, or before it."""
_UTF16_NULS: Final = b"\x00" * 5
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
    "'": "'",
}


def hidden(text: str, depth: int = DEPTH) -> str:
    """Return all that a text may say in encodings, joined; empty for one that has none."""
    if len(text) == _UUID_LENGTH and _UUID.fullmatch(text) is not None:
        # Each request has a new one. Only its last digits are a run that may be decoded.
        return _legible(bytes.fromhex(text[-_UUID_RUN:]))
    if len(text) <= _KEPT_TEXT:
        return _hidden(text, depth)
    says = _LONG.get(text, depth)
    if says is None:
        says = _views(text, depth)
        _LONG.put(text, depth, says)
    return says


def remember(text: str, says: str, depth: int = DEPTH) -> None:
    """Remember of a long text what it says in encodings: it will be asked again."""
    if len(text) > _KEPT_TEXT:
        _LONG.put(text, depth, says)


_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID_LENGTH: Final = 36
_UUID_RUN: Final = 12

_KEPT_TEXT: Final = 512
"""The longest text, in characters, that is kept with its views: headers and names come again and again."""


@lru_cache(maxsize=8192)
def _hidden(text: str, depth: int) -> str:
    return _views(text, depth)


class _LongTexts:
    """What long texts say. Of the texts themselves, which are many in a recording, only hashes are kept."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._known: OrderedDict[tuple[int, int, int], str] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str, depth: int) -> str | None:
        """Return what a text says, if that is known."""
        return self._known.get((hash(text), len(text), depth))

    def put(self, text: str, depth: int, says: str) -> None:
        """Remember what a text says, and forget what others say when there is no room."""
        with self._lock:
            key = hash(text), len(text), depth
            if key in self._known:
                return
            self._known[key] = says
            self._room -= len(says) + _KEY_ROOM
            while self._room < 0:
                _, forgotten = self._known.popitem(last=False)
                self._room += len(forgotten) + _KEY_ROOM


_KEY_ROOM: Final = 256
_LONG: Final = _LongTexts(8_000_000)


class _Room:
    """How much packed runs may still say: each says up to a thousand times its length."""

    def __init__(self) -> None:
        self.left = ROOM

    def unpacked(self, raw: bytes) -> bytes | None:
        """Return what a packed run says, as long as there is room."""
        if self.left <= 0 or not _may_be_packed(raw):
            return None
        packed = unpacked(raw)
        if packed is None:
            return None
        self.left -= len(packed[1])
        return packed[1]


def _views(text: str, depth: int) -> str:
    seen: set[str] = {text}
    waiting = [text]
    room = _Room()
    every: tuple[Callable[[str], Iterator[str]], ...] = (*_VIEWS, partial(_base64_views, room=room))
    for _ in range(depth):
        found: list[str] = []
        for one in waiting:
            for views in every:
                for view in views(one):
                    if len(view) >= SHORTEST and view not in seen:
                        seen.add(view)
                        found.append(view)
        waiting = found
        if not found:
            break
    seen.discard(text)
    return "\0".join(seen)


def unescape(escape: str) -> str:
    """Return what an escape of JSON or JavaScript stands for."""
    if escape[1] in _OCTAL:
        return chr(int(escape[1:], 8))
    if escape[1] == "x":
        return bytes.fromhex(escape[2:]).decode("latin-1")
    if escape[1] != "u":
        return _SIMPLE_ESCAPES[escape[1]]
    if escape[2] == "{":
        return chr(int(escape[3:-1], 16))
    if len(escape) > 6:
        high, low = int(escape[2:6], 16), int(escape[8:12], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return chr(int(escape[2:6], 16))


_OCTAL: Final = frozenset("0123")


def quoted_units(run: str) -> Iterator[tuple[str, int]]:
    """Yield the characters that quoted-printable escapes stand for, and how long the escapes of each are."""
    if run[1] in "\r\n":
        return
    for character in as_text(bytes.fromhex(run.replace("=", ""))):
        yield character, 3 * len(as_bytes(character))


def bytes_of(run: str) -> bytes:
    """Return the bytes that decimal numbers stand for; none when one is too large."""
    numbers = [int(number) for number in DECIMAL.findall(run)]
    return bytes(numbers) if max(numbers) < 256 else b""


def decode32(run: str, phase: int) -> tuple[str, bytes]:
    """Return the digits of a run from a phase on that are decoded, and what they say."""
    digits = run.rstrip("=")[phase:]
    # Of a last group 1, 3 or 6 digits carry no whole byte more than one less does.
    digits = digits[: len(digits) - (len(digits) % 8 in {1, 3, 6})]
    return digits, base64.b32decode(digits.upper() + "=" * (-len(digits) % 8))


def _escaped_views(text: str) -> Iterator[str]:
    if "\\" in text or "%u" in text:
        yield ESCAPE.sub(lambda found: unescape(found.group()), text)


def _utf16_views(text: str) -> Iterator[str]:
    if "\0" in text:
        for run in set(UTF16.findall(text)):
            yield run.replace("\0", "")


def _file_views(text: str) -> Iterator[str]:
    packed = packed_file(text)
    if packed is not None:
        yield _legible(packed.plain)


def _percent_views(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text, errors="surrogateescape")


def _plus_views(text: str) -> Iterator[str]:
    if "+" in text:
        yield unquote(text.replace("+", " "), errors="surrogateescape")


def _entity_views(text: str) -> Iterator[str]:
    if "&" in text:
        yield ENTITY.sub(lambda found: html.unescape(found.group()), text)


def _quoted_views(text: str) -> Iterator[str]:
    if "=" not in text:
        return
    # An address has an equals sign and digits here and there: what is near to it is enough.
    end = 0
    for found in QUOTED.finditer(text):
        if found.start() >= end:
            end = found.end() + _NEAR
            yield QUOTED.sub(_unquoted, text[max(0, found.start() - _NEAR) : end + _NEAR])


_NEAR: Final = 512
"""How far from its first escape a text begins that holds one, in characters."""


def _unquoted(run: re.Match[str]) -> str:
    return "".join(character for character, _ in quoted_units(run.group()))


@lru_cache(maxsize=16)
def _runs(text: str) -> str:
    """Return the runs of digits of base64, which those of base32 and hexadecimal are within, joined."""
    return "\0".join(dict.fromkeys(BASE64_RUN.findall(text)))


# Decoding takes less time than calling a decoder: all runs of a text are decoded at once.


def _hex_views(text: str) -> Iterator[str]:
    runs = HEX_RUN.findall(_runs(text))
    if runs:
        first = "00".join([run[: len(run) & ~1] for run in runs])
        second = "00".join([run[1 : 1 + (len(run) - 1 & ~1)] for run in runs])
        yield _legible(bytes.fromhex(f"{first}00{second}"))


def _spaced_hex_views(text: str) -> Iterator[str]:
    for run in set(SPACED_HEX.findall(text)):
        yield _legible(bytes.fromhex("".join(HEX_BYTE.findall(run))))


def _decimal_views(text: str) -> Iterator[str]:
    for run in set(DECIMALS.findall(text)):
        raw = bytes_of(run)
        if raw:
            yield _legible(raw)


def _base32_views(text: str) -> Iterator[str]:
    runs = _runs(text)
    for run in (*BASE32_RUN.findall(runs), *SMALL_BASE32_RUN.findall(runs)):
        yield _base32_texts(run) if len(run) <= _KEPT_RUN else _base32_texts.__wrapped__(run)


def _base64_views(text: str, room: _Room) -> Iterator[str]:
    joined = _runs(text)
    if not joined:
        return
    runs = joined.translate(_STANDARD).split("\0")
    said: list[bytes] = []
    for phase in range(4):
        digits = _BETWEEN.join([run[phase:] + _FILL[(len(run) - phase) % 4] for run in runs])
        said.append(binascii.a2b_base64(digits))
    yield _legible(b"\0".join(said))
    at = 0
    for run in runs:
        end = at + (len(run) + 3) // 4 * 3
        raw = said[0][at:end]
        at = end + _GAP
        says = room.unpacked(raw)
        if says is not None:
            yield _legible(says)


_FILL: Final = ("", "AAA", "AA", "A")
_BETWEEN: Final = "AAAA"
_GAP: Final = 3
"""How many bytes `_BETWEEN` says."""

_KEPT_RUN: Final = 256
"""The longest run of digits, in characters, for which it is kept what it may say."""


def _legible(raw: bytes) -> str:
    """Return what is text in bytes. Most digits decode to noise, which would be decoded again and again."""
    text = as_text(raw)
    found = _TEXT_RUN.findall(text)
    if _UTF16_NULS in raw[::2] or _UTF16_NULS in raw[1::2]:
        found += UTF16.findall(text)
    return "\0".join(found)


@lru_cache(maxsize=16384)
def _base32_texts(run: str) -> str:
    return _legible(b"\0".join(decode32(run, phase)[1] for phase in range(8)))


_STANDARD: Final = str.maketrans({"-": "+", "_": "/", "=": None, "\r": None, "\n": None})
_SHORTEST_PACKED: Final = 16


def _may_be_packed(raw: bytes) -> bool:
    """Tell by its beginning whether a run of bytes may be packed (RFC 1951, section 3.2.3, and frames)."""
    if len(raw) < _SHORTEST_PACKED:
        return _is_framed(raw)
    kind = raw[0] >> 1 & 3
    if kind == _STORED:
        return raw[1] ^ raw[3] == raw[2] ^ raw[4] == 0xFF or raw[0] & 0x0F == 8
    return kind != _NO_KIND or raw[:2] == b"\x1f\x8b"


_STORED: Final = 0
_NO_KIND: Final = 3


class PackedFile(NamedTuple):
    """What a packed file says, the kind of its frame (31 gzip, 15 zlib), and what stands behind that."""

    window: int
    plain: bytes
    after: bytes


def packed_file(text: str) -> PackedFile | None:
    """Return what a text says that is a file packed with zlib or gzip, with all members of that."""
    if text[:1] == "\x1f" or (text[:1] == "x" and text[1:2] in _ZLIB_SIGNS):
        raw = as_bytes(text)
        window = 31 if raw[:2] == _GZIP_MAGIC else 15
        if window == 31 or _is_framed(raw):
            return _unpacked_file(raw, window)
    return None


def _unpacked_file(raw: bytes, window: int) -> PackedFile | None:
    said: list[bytes] = []
    at, left = 0, LARGEST_FILE
    while at == 0 or (window == 31 and raw[at : at + 2] == _GZIP_MAGIC):
        member = _member(raw, at, window, left)
        if member is None:
            break
        said.append(member[0])
        left -= len(member[0])
        at = member[1]
    plain = b"".join(said)
    return PackedFile(window, plain, raw[at:]) if len(plain) >= SHORTEST else None


def _member(raw: bytes, at: int, window: int, most: int) -> tuple[bytes, int] | None:
    """Return what a member of a packed file says and where it ends; `None` where it is broken or too big."""
    unpacker = zlib.decompressobj(window)
    said: list[bytes] = []
    while not unpacker.eof:
        given = raw[at : at + _GIVEN]
        if not given or most <= 0:
            return None
        try:
            said.append(unpacker.decompress(given, most))
        except zlib.error:
            return None
        if unpacker.unconsumed_tail:
            return None
        at += len(given)
        most -= len(said[-1])
    return b"".join(said), at - len(unpacker.unused_data)


_GIVEN: Final = 1 << 13
"""How many bytes are unpacked at once: what stands behind a member is copied."""
_GZIP_MAGIC: Final = b"\x1f\x8b"


def unpacked(raw: bytes) -> tuple[int, bytes] | None:
    """Return what packed bytes say and the kind of their frame: 31 gzip, 15 zlib, -15 none.

    `None` for those that are not packed or say more than `LARGEST` bytes.
    """
    framed = _is_framed(raw)
    if len(raw) < _SHORTEST_PACKED and not framed:
        return None
    window = 31 if raw[:2] == b"\x1f\x8b" else 15 if framed else -15
    try:
        unpacker = zlib.decompressobj(window)
        plain = unpacker.decompress(raw, LARGEST)
    except zlib.error:
        return None
    return (window, plain) if unpacker.eof and len(plain) >= SHORTEST else None


def _is_framed(raw: bytes) -> bool:
    """Tell whether bytes begin as zlib's frame does: what repeats itself takes few of them."""
    return len(raw) >= _SHORTEST_FRAMED and raw[0] & 0x0F == 8 and raw[1] in _ZLIB_LEVELS


_SHORTEST_FRAMED: Final = 9
_ZLIB_LEVELS: Final = frozenset({0x01, 0x5E, 0x9C, 0xDA})
_ZLIB_SIGNS: Final = frozenset({"\x01", "^", "\udc9c", *map(chr, range(0x680, 0x6C0))})
"""What the second byte of zlib's frame is in a text, where the third may belong to it."""


_VIEWS: Final[tuple[Callable[[str], Iterator[str]], ...]] = (
    _escaped_views,
    _utf16_views,
    _file_views,
    _percent_views,
    _entity_views,
    _quoted_views,
    _hex_views,
    _spaced_hex_views,
    _decimal_views,
    _base32_views,
    _plus_views,
)
