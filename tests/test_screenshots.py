"""The pictures of README and documentation: all that `tests/screenshots.py` makes, and no others."""

import re
import struct
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"README": ROOT / ".github" / "screenshots", "DOCS": ROOT / "docs" / "pictures"}
FILES = sorted(file for folder in FOLDERS.values() for file in folder.iterdir())


def shown(folder: str) -> set[str]:
    if folder == "README":
        return set(re.findall(r"\.github/screenshots/([\w.-]+)", (ROOT / "README.md").read_text("utf-8")))
    pages = (page.read_text("utf-8") for page in (ROOT / "docs").rglob("*.md"))
    return {name for page in pages for name in re.findall(r"\.\./pictures/([\w.-]+)", page)}


def made(folder: str) -> set[str]:
    # Read and not imported: the command needs a browser, this does not.
    source = (ROOT / "tests" / "screenshots.py").read_text("utf-8")
    return set(re.findall(rf'Picture\(\s*"([\w.-]+\.png)",\s*{folder}\b', source))


@pytest.mark.parametrize("folder", FOLDERS)
def test_pictures_are_those_that_are_shown_and_that_the_command_makes(folder):
    names = {file.name for file in FOLDERS[folder].iterdir()}
    assert names
    assert names == made(folder) == shown(folder)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_picture_is_a_png_of_a_size_that_a_page_can_bear(file):
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(data) < 150_000
    width, height = struct.unpack(">II", data[16:24])
    assert width >= 390
    assert height >= 300
