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
    """Short texts without secrets. When new secrets are known, all of them are searched at once.

    A text that is not asked about again by then is forgotten: most are dates, numbers and ids.
    """

    def __init__(self, occurs: Occurs) -> None:
        self._occurs = occurs
        self._lasting: set[str] = set()
        self._joined: tuple[str, str] = "", ""
        self._fresh: set[str] = set()
        self._waiting: set[str] = set()
        self._version = 0
        self._lock = Lock()

    def holds(self, text: str, version: int) -> bool:
        """Tell whether a text is known to be clean of the secrets of this version."""
        if version != self._version:
            with self._lock:
                if version != self._version:
                    self._search(version)
        if text in self._lasting or text in self._fresh:
            return True
        if text not in self._waiting:
            return False
        with self._lock:
            if text in self._waiting and version == self._version and len(self._lasting) < _MOST:
                self._lasting.add(text)
                self._joined = "", ""
            return version == self._version

    def add(self, text: str, version: int) -> None:
        """Remember that a text is clean of the secrets of a version."""
        if len(text) > _LONGEST:
            return
        with self._lock:
            if version == self._version:
                if len(self._fresh) >= _MOST:
                    self._fresh = set()
                self._fresh.add(text)

    def _search(self, version: int) -> None:
        """Forget the texts when one of them may hold a secret that was learnt since."""
        if self._lasting and not self._joined[0]:
            self._joined = _join(self._lasting)
        if self._found(self._joined):
            self._lasting = set()
            self._joined = "", ""
        self._waiting, self._fresh = self._fresh - self._lasting, set()
        if self._found(_join(self._waiting)):
            self._waiting = set()
        self._version = version

    def _found(self, joined: tuple[str, str]) -> bool:
        plain, says = joined
        return bool(plain) and self._occurs(plain, lambda _: says)


def _join(texts: set[str]) -> tuple[str, str]:
    return "\0".join(texts), "\0".join(map(hidden, texts))
