import pytest

from harness.pytest_plugin.scheduling import CollectionLoadScheduling


class _Scheduling(CollectionLoadScheduling):
    """What is pending, without workers."""

    def __init__(self, collection: list[str]) -> None:
        self.collection = collection
        self.pending = list(range(len(collection)))
        self.groups = {}


@pytest.mark.parametrize(
    ("files", "asked", "sent"),
    [
        ({"a.json": 4, "b.json": 40}, 5, 4),
        ({"a.json": 4, "b.json": 40}, 2, 4),
        ({"a.json": 4, "b.json": 40}, 4, 4),
        ({"a.json": 1, "b.json": 40}, 3, 41),
        ({"a.json": 4, "test_b.py": 40}, 5, 5),
        ({"test_b.py": 3, "a.json": 4}, 5, 3),
        ({"a.json": 4}, 9, 9),
    ],
)
def test_a_worker_gets_whole_collections_and_no_more_than_its_share(files, asked, sent):
    ids = [f"{file}::{number}" for file, count in files.items() for number in range(count)]
    assert _Scheduling(ids)._whole(asked) == sent
