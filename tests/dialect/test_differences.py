"""The table of differences from newman: it is whole, the page shows it, and each row is proved by a test."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from harness.dialect import EXACT, NEWMAN
from harness.dialect.differences import DIFFERENCES, TOPICS
from harness.options.newman_page import with_differences

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "how-to" / "from-newman.md"
PARTS = ("inputs", "run", "scripts", "reports")


@pytest.fixture(scope="module")
def proved():
    """The ids that tests are marked with."""
    mark = re.compile(r'^@pytest\.mark\.difference\("(.+?)"\)', re.MULTILINE)
    return {ident for file in TESTS.rglob("test_*.py") for ident in mark.findall(file.read_text("utf-8"))}


@pytest.mark.parametrize("ident", DIFFERENCES)
def test_every_difference_has_a_test_of_its_own(ident, proved):
    assert ident in proved, f'mark a test with @pytest.mark.difference("{ident}")'


def test_no_test_is_for_a_difference_that_there_is_not(proved):
    assert proved - DIFFERENCES.keys() == set()


def test_every_answer_in_which_newman_and_we_part_is_of_a_difference():
    parted = {
        f"{part}.{one.name}"
        for part in PARTS
        for one in fields(getattr(EXACT, part))
        if getattr(getattr(EXACT, part), one.name) != getattr(getattr(NEWMAN, part), one.name)
    }
    assert {answer for row in DIFFERENCES.values() for answer in row.answers} == parted


def test_every_row_is_whole():
    for ident, row in DIFFERENCES.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", ident)
        assert all((row.what, row.newman, row.harness, row.traces, row.topic in TOPICS)), ident


def test_the_page_shows_the_table():
    page = PAGE.read_text("utf-8")
    assert page == with_differences(page), "run: python -m harness.options"
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE) == list(DIFFERENCES)


def test_a_page_without_a_place_for_the_table_is_an_error():
    with pytest.raises(ValueError, match="the page has no"):
        with_differences("# A page\n")
