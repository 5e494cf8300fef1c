"""The conformance cases' collections are sent alike from either format."""

from pathlib import Path

import pytest

from harness.client.url import unparse
from harness.collection.load import load_collection
from harness.collection.model import Item
from harness.conversion.convert import as_v21, write_v3
from harness.conversion.difference import differences

CASES = Path(__file__).parents[1] / "conformance" / "cases"
COLLECTIONS = sorted(CASES.rglob("*collection*.json"))


def sent(item: Item) -> tuple[object, ...]:
    """Return what an item sends and runs."""
    request = item.request
    headers = [(one.key, one.value or "") for one in request.headers if not one.disabled]
    scripts = [(one.event, one.source) for one in item.scripts]
    return request.method, unparse(request.url), headers, scripts


def test_there_are_cases() -> None:
    assert COLLECTIONS


@pytest.mark.parametrize("source", COLLECTIONS, ids=lambda path: path.parent.name)
def test_a_case_is_the_same_in_format_v3(tmp_path: Path, source: Path) -> None:
    converted = as_v21(str(source))
    lost = write_v3(str(source), converted, tmp_path / "Shop")

    before, after = load_collection(str(source)), load_collection(str(tmp_path / "Shop"))
    back = as_v21(str(tmp_path / "Shop")).document

    assert [sent(item) for item in after.items()] == [sent(item) for item in before.items()]
    listed = {one.field for one in lost} - {one.field for one in converted.lost}
    assert {one.pointer for one in differences(converted.document, back)} == listed
