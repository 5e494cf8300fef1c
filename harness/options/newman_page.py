"""The differences from newman as they stand on the page "Coming from newman"."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from harness.dialect.differences import DIFFERENCES, TOPICS

_BEGIN: Final = (
    "<!-- differences: written by `python -m harness.options` from `harness/dialect/differences/` -->\n"
)
_END: Final = "<!-- end of differences -->\n"


def with_differences(page: str) -> str:
    """Return the page with the tables between its two marks as they have to be."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"the page has no {_BEGIN!r} ... {_END!r}")
    return before + begin + "".join(f"{line}\n" for line in _lines()) + end + after


def _lines() -> Iterator[str]:
    for topic, rows in groupby(DIFFERENCES.values(), key=lambda one: one.topic):
        yield f"\n### {TOPICS[topic]}\n"
        yield "| id | what | newman | harness | with `--compat newman` |\n|---|---|---|---|---|"
        for row in rows:
            told = "as newman" if row.answers else "as harness"
            cells = (f"`{row.id}`", row.what, row.newman, row.harness, told)
            yield "| " + " | ".join(map(_cell, cells)) + " |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
