"""Finding the collection of a report."""

import json

import pytest

from harness.adoption.collection_search import PostmanFiles, matching
from harness.errors import UsageError


@pytest.fixture
def folder(tmp_path):
    def put(name, document):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document))

    put("a/one.json", {"info": {"_postman_id": "1", "name": "Shop"}, "item": []})
    put("a/two.json", {"info": {"_postman_id": "2", "name": "Shop"}, "item": []})
    put("env.json", {"id": "e", "name": "ci", "values": []})
    put("old.json", {"id": "3", "name": "Old", "requests": []})
    put("report.json", {"collection": {"info": {"_postman_id": "1"}, "item": []}, "run": {}})
    put("api.json", {"collection": {"info": {"_postman_id": "4", "name": "Wrapped"}, "item": []}})
    put("node_modules/x.json", {"info": {"_postman_id": "1", "name": "Shop"}, "item": []})
    put("broken.json", "{")
    put("list.json", "[1]")
    return tmp_path


def names(found):
    return [one.path.as_posix() for one in found]


def test_an_id_wins_over_a_name(folder):
    files = PostmanFiles(["."], folder)
    assert names(matching(files.collections, identity="2", name="Other")) == ["a/two.json"]
    assert names(matching(files.collections, identity="none", name="Old")) == ["old.json"]
    assert names(matching(files.environments, identity="x", name="ci")) == ["env.json"]


def test_a_name_of_two_files_is_not_clear(folder):
    found = matching(PostmanFiles(["."], folder).collections, identity="none", name="Shop")
    assert names(found) == ["a/one.json", "a/two.json"]


def test_reports_broken_files_and_installed_packages_are_no_collections(folder):
    found = PostmanFiles(["."], folder).collections
    assert names(found) == ["api.json", "old.json", "a/one.json", "a/two.json"]


def test_a_place_that_is_not_there_is_an_error(folder):
    with pytest.raises(UsageError, match="no such file"):
        PostmanFiles(["none"], folder)
