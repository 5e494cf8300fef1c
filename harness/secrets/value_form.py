"""What a value looks like: drawn at random, a word that people use, or an address.

A name alone ("token") makes a secret only of what was drawn: to hide a word would hide it everywhere else.
"""

import re
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

_USUAL_PAIRS: Final = {
    "a": "bcdegiklmnprstuvxy", "b": "aeijlorsu", "c": "acehikloprstuy", "d": "abdefilmnoprsuy",
    "e": "abcdefgilmnopqrstvwxy", "f": "aefiloru", "g": "aeghilnorsu", "h": "aeioruty",
    "i": "abcdefgklmnoprstvxz", "j": "aeou", "k": "aeinsw", "l": "abcdefilmopstuvy", "m": "abeimnopsuy",
    "n": "acdefgiklmnoprstuvy", "o": "abcdefgiklmnoprstuvwx", "p": "aehiloprstuy", "q": "u",
    "r": "abcdefgiklmnoprstuvwy", "s": "aceghiklmnopstuwy", "t": "abcefhilmoprstuwy",
    "u": "abcdefgilmnprst", "v": "aeio", "w": "aehinors", "x": "aceipty", "y": "aceimnopst", "z": "aeio",
}  # fmt: skip
"""Which letters commonly follow which in English words; drawn letters often follow otherwise."""

_RARE_PAIRS: Final = 0.25
_FEW_PAIRS: Final = 3
_SHORTEST_PIECE: Final = 2.6
_SHORTEST_MIXED: Final = 8
_LETTER: Final = re.compile(r"[A-Za-z]")
_DIGIT: Final = re.compile(r"[0-9]")
_BLANK: Final = re.compile(r"\s")
_LETTERS: Final = re.compile(r"[A-Za-z]+")
_CAMEL: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# harbour-7, sha256, us-east-1
_WORDS_AND_NUMBER: Final = re.compile(r"[A-Za-z]{2,}(?:[_.,:/-][A-Za-z]{2,})*[_.,:/-]?\d{1,4}")
_WORDS: Final = re.compile(r"[A-Za-z]+(?:[_.][A-Za-z]+)*")
_NO_PROSE: Final = re.compile(r"[^A-Za-z0-9\s_.,:;/'()-]")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][0-9:.,+Zz-]*)?")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONG_PART: Final = 20


def looks_drawn(value: str) -> bool:
    """Tell whether a value looks drawn at random, as keys and tokens are, and not like words or a number."""
    if len(value) < 6 or _TIME.fullmatch(value):
        return False
    if not value.isascii():
        return True
    letters, digits = _LETTER.search(value) is not None, _DIGIT.search(value) is not None
    if not letters or _BLANK.search(value) is not None:
        return value.isdigit()
    parts = _LETTERS.findall(value)
    if digits and not _WORDS_AND_NUMBER.fullmatch(value):
        return len(value) >= _SHORTEST_MIXED
    if _NO_PROSE.search(value):
        return True
    return any(not _is_word(part) for part in parts)


def plain_words(value: str) -> bool:
    """Tell whether a value is a word, a sentence or a time; words with dashes between are a made-up name."""
    if not value.isascii():
        return False
    if _BLANK.search(value) is not None or _TIME.fullmatch(value):
        return True
    return _WORDS.fullmatch(value) is not None and not looks_drawn(value)


def _is_word(text: str) -> bool:
    """Tell whether letters read as one word or as some written together (`camelCase`)."""
    pieces = _CAMEL.findall(text)
    if len(pieces) > 2 and len(text) < _SHORTEST_PIECE * len(pieces):
        return False
    pairs = [pair for piece in pieces for pair in pairwise(piece.lower())]
    if len(pairs) < _FEW_PAIRS:
        return True
    rare = sum(other not in _USUAL_PAIRS[one] for one, other in pairs)
    return rare <= max(1, _RARE_PAIRS * len(pairs))


def plain_address(value: str) -> bool:
    """Tell whether a value is an address that holds no user information, key or other secret part."""
    if not _SCHEME.match(value) or any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    if "@" in parts.netloc or not parts.netloc:
        return False
    return not any(
        len(part) >= _LONG_PART and looks_drawn(part) and not _UUID.fullmatch(part)
        for part in re.split(r"[/?&=#;]", value.partition("://")[2].partition("/")[2])
    )
