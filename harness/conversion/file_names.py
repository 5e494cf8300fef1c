"""Names of files and folders that every platform can hold, made of names of calls.

Windows refuses some characters, names of devices and a dot or blank at the end; macOS and Windows take names
that differ in case, or in how accents are composed, for the same; most systems end at 255 bytes.
"""

import re
import unicodedata
from hashlib import blake2b
from typing import Final

_REFUSED: Final = re.compile(
    r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+'
)
_DEVICES: Final = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?", re.IGNORECASE
)

MOST_BYTES: Final = 120
"""How long a name may be in UTF-8. An ending and a number come behind it."""


def file_stem(name: str, default: str) -> str:
    """Make a file's stem of a name; `default` is for one of which nothing is left."""
    stem = _REFUSED.sub("-", name).strip().rstrip(". ")
    if stem.startswith("."):
        stem = "_" + stem
    if _DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    if len(stem.encode()) > MOST_BYTES:
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
        cut = stem.encode()[: MOST_BYTES - 9].decode("utf-8", "ignore").rstrip(". ")
        stem = f"{cut}-{digest}"
    return stem or default


class Taken:
    """The names of one folder that are given away."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def free(self, stem: str) -> str:
        """Return the stem, or with a number when another one would be the same file."""
        number, chosen = 0, stem
        while (folded := _folded(chosen)) in self._names:
            number += 1
            chosen = f"{stem} {number}"
        self._names.add(folded)
        return chosen


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
