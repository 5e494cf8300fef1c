"""The verdict on a collection: whether this runner makes the same of newman's run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Word = Literal["same", "differs", "cannot tell"]

WORDS: Final[tuple[Word, ...]] = ("same", "differs", "cannot tell")


UNKNOWN: Final = "?"
"""The collection of a verdict on a report that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one collection: `why` in sentences, and the `line` that is to stand in CI.

    `collection` is its file, or its name where no file was found; `report` is what the verdict was made of.
    `ids` are the differences of the table in `harness.dialect.differences`.
    """

    collection: str
    report: str
    word: Word
    why: tuple[str, ...] = ()
    line: str = ""
    ids: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """Return the verdict as the JSON that commands write."""
        return {
            "collection": self.collection,
            "report": self.report,
            "verdict": self.word,
            "why": list(self.why),
            "line": self.line,
        }


def vote(verdicts: Sequence[Verdict]) -> Verdict:
    """Make one verdict of those on several runs of one collection.

    One run that differs is enough; otherwise more runs have to be the same than cannot be told.
    """
    if len(verdicts) == 1:
        return verdicts[0]
    by_word = {word: [one for one in verdicts if one.word == word] for word in WORDS}
    same, differs, unknown = (by_word[word] for word in WORDS)
    word: Word = "differs" if differs else "same" if len(same) > len(unknown) else "cannot tell"
    speaking = [*differs, *unknown]
    counted = ", ".join(f"{len(found)} {name}" for name, found in by_word.items() if found)
    why = (f"{len(verdicts)} runs: {counted}",) if speaking else ()
    return Verdict(
        collection=verdicts[0].collection,
        report=", ".join(one.report for one in verdicts),
        word=word,
        why=(*why, *(f"{one.report}: {text}" for one in speaking for text in one.why)),
        line=by_word[word][0].line,
        ids=tuple(dict.fromkeys(row for one in differs for row in one.ids)),
    )


def summary(verdicts: Iterable[Verdict]) -> str:
    """Say GO or NO-GO in one line, with the numbers."""
    found = [one.word for one in verdicts]
    counted = ", ".join(f"{found.count(word)} {word}" for word in WORDS if word in found)
    word = "GO" if set(found) == {"same"} else "NO-GO"
    return f"{word}: {counted or 'nothing was compared'}"
