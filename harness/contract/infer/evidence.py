"""How much the samples of a call tell of its other answers."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness.cassettes.compare.generated_values import names_identity, names_measured, shape
from harness.contract.infer.samples import CallSamples
from harness.contract.infer.text_form import TextForms
from harness.secrets.names import name_rule

_SHORTEST_IDENTITY: Final = 1000
_MOST_WORDS: Final = 8
_WORD: Final = re.compile(r"[^\W\d][^\W\d.:/-]{0,39}(?:[.:/-][^\W\d]{1,39}){0,3}")
"""What words of a list of words look like: no digits, no spaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How much the samples of a call tell: of which recordings they are, and what of texts varies."""

    sources: tuple[int, ...] = (0,)
    forms: TextForms = field(default_factory=TextForms)

    @classmethod
    def of(cls, samples: CallSamples) -> "Evidence":
        """Return what the samples of a call tell."""
        forms = TextForms(frozenset(samples.days), frozenset(samples.addresses))
        return cls(sources=tuple(samples.sources), forms=forms)

    @property
    def recordings(self) -> int:
        """How many recordings the samples are of."""
        return len(set(self.sources))

    def is_constant(self, name: str, value: Any) -> bool:
        """Tell whether a value that was the same in all samples is the same in every run.

        An identity from 1000 on, or one that a single recording shows, is a system's to choose; so is what
        has the name of a secret, and how long something took.
        """
        match value:
            case None | bool():
                return True
            case str():
                return not name_rule(name) and self.forms.is_constant(value)
            case int() | float():
                if not math.isfinite(value) or names_measured(name) or shape(str(value)) != str(value):
                    return False
                if names_identity(name):
                    return self.recordings > 1 and abs(value) < _SHORTEST_IDENTITY
                return True
            case dict():
                return all(
                    self.is_constant(key, key) and self.is_constant(key, one) for key, one in value.items()
                )
            case list():
                return all(self.is_constant(name, one) for one in value)
            case _:
                return False

    def words(self, name: str, texts: Sequence[str], sources: Sequence[int]) -> tuple[str, ...]:
        """Return the words that a text can be, where no other is to be expected; `sources` are of the texts.

        That is so when each was seen several times: by Good and Turing, the chance of a new one is about the
        share of those seen once. Of several recordings it is they that count: what one run made up, it may
        have told more than once.
        """
        counts = Counter(
            texts if self.recordings == 1 else (text for text, _ in set(zip(texts, sources, strict=True)))
        )
        if (
            len(counts) > _MOST_WORDS
            or min(counts.values()) < 2
            or not all(_WORD.fullmatch(one) and self.is_constant(name, one) for one in counts)
        ):
            return ()
        return tuple(sorted(counts))
