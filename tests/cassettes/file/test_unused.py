import pytest

from harness.cassettes.file.format import dumps
from harness.cassettes.file.interaction import Cassette, CassetteMetadata
from harness.cassettes.file.unused import idle_cassettes


@pytest.fixture
def cassette(tmp_path):
    def write(name, **metadata):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dumps(Cassette(metadata=CassetteMetadata(harness="1", **metadata)), path), "utf-8")
        return path

    return write


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_one_that_is_of_no_collection_any_more_is_idle(cassette, suffix):
    used = cassette(f"cassettes/used.{suffix}", other={"collection_file": "../a.json"})
    gone = cassette(f"cassettes/gone.{suffix}", other={"collection_file": "../gone.json"})
    assert idle_cassettes({used}, set()) == [gone]


def test_one_whose_collection_uses_another_is_idle(cassette, tmp_path):
    used = cassette("used.yaml", other={"collection_file": "a.json"})
    old = cassette("old's.yaml", other={"collection_file": "a.json"})
    collection = tmp_path / "a.json"
    collection.write_text("{}")
    assert idle_cassettes({used}, {collection}) == [old]


def test_of_one_whose_collection_is_not_looked_at_nothing_can_be_said(cassette, tmp_path):
    used = cassette("used.yaml", other={"collection_file": "a.json"})
    cassette("other.yaml", other={"collection_file": "grüße, b.json"})
    (tmp_path / "grüße, b.json").write_text("{}")
    assert idle_cassettes({used}, set()) == []


def test_files_of_others_are_let_be(cassette, tmp_path):
    used = cassette("used.yaml")
    (tmp_path / "stock.yaml").write_text("interactions: []\nversion: 1\n")
    (tmp_path / "values.yaml").write_text("a: 1\n")
    (tmp_path / "values.json").write_text('{"harness": 1}')
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe")
    (tmp_path / "folder.yaml").mkdir()
    assert idle_cassettes({used}, set()) == []


def test_a_part_that_is_of_no_call_any_more_is_idle(cassette, tmp_path):
    used = cassette("shop/F.yaml", other={"collection_file": "a.json"})
    old = cassette("shop/G/H.yaml", other={"collection_file": "a.json"})
    (tmp_path / "a.json").write_text("{}")
    assert idle_cassettes({used, tmp_path / "shop.yaml"}, set(), apart={tmp_path / "shop"}) == [old]
