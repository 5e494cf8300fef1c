"""Write what is made from tables and kept in files: pages, and the keywords of `run()`."""

import json
from collections.abc import Iterator
from pathlib import Path

from harness.options.config import PLACES
from harness.options.newman_page import with_differences
from harness.options.reference import page, warnings_page
from harness.reporters.log.schema import event_schema

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "options.md"
WARNINGS_PAGE = PAGE.with_name("warnings.md")
SCHEMA = PAGE.with_name("events.schema.json")
NEWMAN_PAGE = ROOT / "docs" / "how-to" / "from-newman.md"
KEYWORDS = Path(__file__).with_name("keywords.py")

_HEAD = '''\
"""The keywords of `harness.run()`, written by `python -m harness.options`: edit the table, not this."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from harness.cassettes.compare.answers import Ignore
    from harness.cassettes.file.parts import Per
    from harness.cassettes.replay.match import MatchRule
    from harness.dialect import Dialect
    from harness.options.stand_in import StandIn


class RunKeywords(TypedDict, total=False):
    """All that can be asked of a run; `docs/reference/options.md` says what each means."""

'''
_LATE = ("Dialect", "Per", "MatchRule", "Ignore", "StandIn")


def keyword_lines() -> str:
    """Return the text of the module of keywords."""
    return _HEAD + "".join(_lines())


def _lines() -> Iterator[str]:
    for keyword, place in PLACES.items():
        kind = str(place.field.type).replace("'", '"')
        quoted = f'"{kind}"' if any(kind.startswith(name) for name in _LATE) else kind
        yield f"    {keyword}: {quoted}\n"


def main() -> None:
    """Write all of them."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), "utf-8")
    WARNINGS_PAGE.write_text(warnings_page(), "utf-8")
    NEWMAN_PAGE.write_text(with_differences(NEWMAN_PAGE.read_text("utf-8")), "utf-8")
    SCHEMA.write_text(json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    KEYWORDS.write_text(keyword_lines(), "utf-8")


if __name__ == "__main__":
    main()
