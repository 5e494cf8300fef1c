"""What a recording has written: a secret that is learnt later is looked up in it instead of searched for.

Most secrets are long runs of letters and digits. Of what is written those runs are kept, with those of what
it says in encodings. A journal is read again only where they leave a doubt.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from harness.cassettes.file.interaction import Interaction
from harness.secrets.byte_text import as_text
from harness.secrets.content_coding import plain_body
from harness.secrets.needles import CUT, SHORTEST, TOKEN, runs_of, words_of
from harness.secrets.redactor import Redactor
from harness.secrets.views import hidden

_MOST: Final = 512
_LONGEST: Final = 512
"""How many texts of which length, in characters, are known to have been looked at: headers repeat."""


class WrittenTexts:
    """The texts of interactions that were redacted and written. Their owner has the lock.

    `doubted` are those that somebody wrote who may not have known what is known now.
    """

    def __init__(self, redactor: Redactor, *, doubted: bool = False) -> None:
        self._redactor = redactor
        self._runs: set[str] = set()
        # How words begin and end, as far as it takes for the shortest that is searched for.
        self._beginnings: set[str] = set()
        self._ends: set[str] = set()
        self._since = redactor.version
        self._reworded = redactor.reworded
        self._irregular: int | None = None
        self._doubted = doubted
        self._seen: set[str] = set()
        self._seen_rests: set[int] = set()

    def add(self, interaction: Interaction) -> None:
        """Take in an interaction that is free of the secrets known so far."""
        if self._irregular is None:
            self._irregular = self._redactor.irregular
        for text in {*_texts_of(interaction)} - self._seen:
            rest = text
            if len(text) <= _LONGEST:
                _remember(text, self._seen)
            else:
                # What stands in for secrets is none. Without it, the answers of a call are mostly alike.
                rest = self._redactor.rest_of(text)
                if hash(rest) in self._seen_rests:
                    continue
                _remember(hash(rest), self._seen_rests)
            self.add_text(rest)
            # Redaction is not trusted, but looked after.
            self._doubted = self._doubted or self._redactor.holds_secret(text)

    def add_text(self, text: str) -> None:
        """Take in a text that is written beside interactions, such as the values of variables."""
        says = hidden(text)
        # What a message cut off is the beginning of a run.
        self._doubted = self._doubted or CUT in text or CUT in says
        self._runs.update(runs_of(text), runs_of(says))
        words = [word for one in (text, says) for word in words_of(one) if len(word) >= SHORTEST]
        self._beginnings.update([word[:SHORTEST] for word in words])
        self._ends.update([word[-SHORTEST:] for word in words])

    def holds(self, values: Iterable[str]) -> bool:
        """Tell whether one of these runs of letters and digits stands in what was written."""
        return not self._runs.isdisjoint(values)

    def may_hold(self, value: str) -> bool:
        """Tell whether a value that is no run of letters and digits may stand in what was written.

        Where it does, a run in it that something in the value follows is how a word there ends, and one that
        something in the value stands before is how a word begins.
        """
        words = words_of(value)
        # What surrounds the first and the last is not known, unless it is in the value.
        ending = words if words and not value.endswith(words[-1]) else words[:-1]
        beginning = words if words and not value.startswith(words[0]) else words[1:]
        return not (
            any(len(word) >= SHORTEST and word[-SHORTEST:] not in self._ends for word in ending)
            or any(len(word) >= SHORTEST and word[:SHORTEST] not in self._beginnings for word in beginning)
        )

    def may_hold_secret(self) -> bool:
        """Tell whether a secret that is known by now may be in what was written."""
        redactor = self._redactor
        if self._irregular is None:
            return False
        if self._doubted or redactor.reworded != self._reworded:
            return True
        if redactor.irregular != self._irregular and any(
            TOKEN.fullmatch(value) is None and self.may_hold(value)
            for value in redactor.spellings(self._since)
        ):
            return True
        return redactor.in_runs(self._runs)


_One = TypeVar("_One")


def _remember(one: _One, seen: set[_One]) -> None:
    if len(seen) >= _MOST:
        seen.clear()
    seen.add(one)


def _texts_of(interaction: Interaction) -> Iterator[str]:
    request, response, failure = interaction.request, interaction.response, interaction.failure
    yield from interaction.context.call
    yield request.url
    body = plain_body(request)
    if body:
        yield as_text(body)
    for pair in request.headers:
        yield from pair
    if response is not None:
        yield as_text(response.body)
        yield response.reason
        for pair in response.headers:
            yield from pair
    if failure is not None:
        yield failure.message
        yield failure.code
