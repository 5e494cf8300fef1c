"""Texts without secrets: names, headers and the like, of which the same few dozen are asked about again."""

from collections.abc import Callable
from threading import Lock
from typing import Final

from harness.secrets.views import hidden

_MOST: Final = 256
_LONGEST: Final = 512
"""The longest text that is kept, in characters."""

Occurs = Callable[[str, Callable[[str], str]], bool]
"""Tells whether a secret occurs in a text, or in what the function says of it in encodings."""


class CleanTexts:
    """Short texts without secrets. When new secrets are known, all of them are searched at once."""

    def __init__(self, occurs: Occurs) -> None:
        self._occurs = occurs
        self._texts: set[str] = set()
        self._joined: tuple[str, str] | None = None
        self._version = 0
        self._lock = Lock()

    def holds(self, text: str, version: int) -> bool:
        """Tell whether a text is known to be clean of the secrets of this version."""
        if version != self._version:
            with self._lock:
                if version != self._version:
                    self._search(version)
        return text in self._texts

    def add(self, text: str, version: int) -> None:
        """Remember that a text is clean of the secrets of a version."""
        if len(text) > _LONGEST:
            return
        with self._lock:
            if version == self._version:
                if len(self._texts) >= _MOST:
                    self._texts = set()
                self._texts.add(text)
                self._joined = None

    def _search(self, version: int) -> None:
        """Forget the texts when one of them may hold a secret that was learnt since."""
        if self._joined is None:
            self._joined = "\0".join(self._texts), "\0".join(map(hidden, self._texts))
        plain, says = self._joined
        if plain and self._occurs(plain, lambda _: says):
            self._texts = set()
            self._joined = None
        self._version = version
