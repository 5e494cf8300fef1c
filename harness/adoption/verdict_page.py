"""Verdicts as a page: one file without any address in it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from harness.adoption.verdict import Verdict, Word, summary
from harness.table_page import table_page

_LOOKS: Final[Mapping[Word, str]] = MappingProxyType({"same": "good", "differs": "bad", "cannot tell": ""})


def verdict_page(verdicts: Sequence[Verdict]) -> str:
    """Return the page. Secrets are taken out of the verdicts already."""
    return table_page(
        "harness.adoption",
        "verdict_page.html",
        good=bool(verdicts) and all(one.word == "same" for one in verdicts),
        verdicts=verdicts,
        summary=summary(verdicts),
        looks=_LOOKS,
    )
