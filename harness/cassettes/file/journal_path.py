"""Where the journal of a cassette lies: beside it."""

from pathlib import Path
from typing import Final

SUFFIX: Final = ".journal"


def journal_path(cassette: Path) -> Path:
    """Return where the journal of a cassette is."""
    return cassette.with_name(cassette.name + SUFFIX)
