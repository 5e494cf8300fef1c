"""Texts without secrets: names, headers and the like, of which the same few dozen are asked about again."""

from collections.abc import Callable, Container, Iterable
from threading import Lock
from typing import Final

from harness.secrets.needles import SHORTEST
from harness.secrets.views import hidden

_MOST: Final = 256
_LONGEST: Final = 512
"""The longest text that is kept, in characters."""
_ROOM: Final = 100_000
"""How many characters the texts that last may have together, with what they say in encodings."""

Occurs = Callable[[str, Callable[[str], str]], bool]
"""Tells whether a secret occurs in a text, or in what the function says of it in encodings."""

MayOccur = Callable[[Container[str], int], bool]
"""Tells of secrets learnt after a version whether one may occur in texts that have these pieces."""


class CleanTexts:
    """Short texts without secrets, also without those that are learnt later.

    A new secret can only be in a text that has its first characters. All pieces of that length are kept of
    the texts that last, so that what is learnt costs a look at each new secret, and nothing for each text.
    A text that is not asked about again after something was learnt is forgotten: most are dates, numbers and
    ids.
    """

    def __init__(self, occurs: Occurs, may_occur: MayOccur) -> None:
        self._occurs = occurs
        self._may_occur = may_occur
        self._lasting: set[str] = set()
        self._pieces: set[str] = set()
        self._room = _ROOM
        self._fresh: set[str] = set()
        self._waiting: set[str] = set()
        self._waiting_since = 0
        self._version = 0
        self._lock = Lock()

    def holds(self, text: str, version: int) -> bool:
        """Tell whether a text is known to be clean of the secrets of this version."""
        if version != self._version:
            with self._lock:
                if version != self._version:
                    self._go_on(version)
        if text in self._lasting or text in self._fresh:
            return True
        if text not in self._waiting:
            return False
        with self._lock:
            return text in self._waiting and version == self._version and self._lasts(text)

    def doubtful(self, texts: Iterable[str], version: int) -> set[str]:
        """Return those of some texts that are not among the texts that last."""
        if version != self._version:
            with self._lock:
                if version != self._version:
                    self._go_on(version)
        return {*texts} - self._lasting

    def add(self, text: str, version: int) -> None:
        """Remember that a text is clean of the secrets of a version."""
        if len(text) > _LONGEST:
            return
        with self._lock:
            if version == self._version:
                if len(self._fresh) >= _MOST:
                    self._fresh = set()
                self._fresh.add(text)

    def _go_on(self, version: int) -> None:
        """Forget the texts that last when one of them may hold a secret that was learnt since."""
        if self._may_occur(self._pieces, self._version) and self._found_in(self._lasting):
            self._lasting = set()
            self._pieces = set()
            self._room = _ROOM
        self._waiting, self._fresh = self._fresh - self._lasting, set()
        self._waiting_since, self._version = self._version, version

    def _lasts(self, text: str) -> bool:
        """Keep a text that is asked about again, unless it holds a secret that was learnt meanwhile."""
        self._waiting.discard(text)
        says = hidden(text)
        pieces = {*_pieces_of(text), *_pieces_of(says)}
        if self._may_occur(pieces, self._waiting_since) and self._found_in({text}):
            return False
        room = self._room - len(text) - len(says)
        if len(self._lasting) < _MOST and room >= 0:
            self._lasting.add(text)
            self._pieces |= pieces
            self._room = room
        else:
            self._fresh.add(text)
        return True

    def _found_in(self, texts: set[str]) -> bool:
        plain, says = "\0".join(texts), "\0".join(map(hidden, texts))
        return bool(texts) and self._occurs(plain, lambda _: says)


def _pieces_of(text: str) -> set[str]:
    return {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)}
