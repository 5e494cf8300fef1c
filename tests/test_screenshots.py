"""The pictures of the README: those that `tests/screenshots.py` makes, all of them, and no others."""

import re
import struct
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / ".github" / "screenshots"


def shown() -> set[str]:
    return set(re.findall(r"\.github/screenshots/([\w.-]+)", (ROOT / "README.md").read_text("utf-8")))


def test_the_pictures_of_the_readme_are_those_that_the_command_makes():
    # Read and not imported: the command needs a browser, this does not.
    source = (ROOT / "tests" / "screenshots.py").read_text("utf-8")
    made = set(re.findall(r'^ +picture\(.*"([\w.-]+\.png)"', source, re.MULTILINE))
    assert made
    assert made == shown() == {file.name for file in PICTURES.iterdir()}


@pytest.mark.parametrize("name", sorted(shown()))
def test_a_picture_is_a_png_of_a_size_that_a_page_can_bear(name):
    data = (PICTURES / name).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(data) < 150_000
    width, height = struct.unpack(">II", data[16:24])
    assert width >= 600
    assert height >= 400
