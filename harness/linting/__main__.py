"""Writes the reference pages of the rules: `python -m harness.linting`."""

from pathlib import Path
from typing import Final

from harness.linting.rule_pages import pages

FOLDER: Final = Path(__file__).parents[2] / "docs" / "reference"

if __name__ == "__main__":
    (FOLDER / "lint-rules").mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
