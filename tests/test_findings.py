"""Every finding about another tool is a script that can be run, and stands in the page of them."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "findings").glob("*.sh"))


def test_the_page_lists_every_finding_and_no_other():
    page = (ROOT / "docs/explanation/findings.md").read_text("utf-8")
    assert sorted(re.findall(r"`([\w-]+)` \|$", page, re.MULTILINE)) == [one.stem for one in SCRIPTS]


def test_the_words_of_a_findings_name_are_joined_by_hyphens():
    assert [one.name for one in SCRIPTS if "_" in one.name] == []


def test_every_finding_pins_what_it_installs_and_can_be_run():
    for script in SCRIPTS:
        text = script.read_text("utf-8")
        assert re.search(r"[@=]\d+\.\d+", text), f"{script.name} pins no version"
        assert os.name == "nt" or os.access(script, os.X_OK), f"{script.name} cannot be run"
