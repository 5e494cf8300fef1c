"""Writes the reference page of the rules: `python -m harness.linting`."""

from pathlib import Path
from typing import Final

from harness.linting.rule import page

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "lint-rules.md"

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
