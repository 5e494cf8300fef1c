"""Folders that are odd, broken or large give a result or an error that names the file, in every command."""

from io import StringIO

import pytest

from harness.cli import main
from harness.cli.terminal import Terminal
from harness.collection.load import load_collection
from harness.errors import ExitCode

DEFINITION = ".resources/definition.yaml"
BROKEN = {
    "a definition that is a list": ({DEFINITION: "- $kind: collection", "a.request.yaml": ""}, DEFINITION),
    "a key twice": ({"a.request.yaml": "$kind: http-request\nurl: a\nurl: b"}, "a.request.yaml"),
    "no YAML": ({DEFINITION: "", "F/a.request.yaml": "$kind: ["}, "F/a.request.yaml"),
    "two documents": ({"a.request.yaml": "$kind: http-request\n---\nurl: b"}, "a.request.yaml"),
}


def said(*command: str) -> tuple[ExitCode, str]:
    out, err = StringIO(), StringIO()
    code = main([*command], Terminal(out=out, err=err))
    return code, (out.getvalue() + err.getvalue()).replace("\\", "/")


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("command", ["lint", "convert"])
def test_a_file_that_cannot_be_read_is_named(tree, tmp_path, what, command):
    files, broken = BROKEN[what]
    shop = tree(files)
    more = ["-o", str(tmp_path / "out.json")] if command == "convert" else []
    code, text = said(command, str(shop), *more)
    assert code in (ExitCode.FAILED, ExitCode.USAGE)
    assert broken in text
    assert "Traceback" not in text
    assert not (tmp_path / "out.json").exists()


def test_two_files_of_one_stem_are_two_requests(tree):
    shop = tree({"a.request.yaml": "url: one", "a.request.yml": "url: two"})
    items = list(load_collection(shop).items())
    assert sorted(item.request.url.raw for item in items) == ["one", "two"]
    assert len({item.id for item in items}) == 2


def test_a_collection_of_nothing_is_one_and_warns(tree):
    shop = tree({DEFINITION: "name: Empty"})
    assert list(load_collection(shop).items()) == []
    code, text = said("run", str(shop))
    assert code is ExitCode.PASSED
    assert "there is no request to run" in text


def test_folders_that_link_to_each_other_end(tree):
    shop = tree({"F/a.request.yaml": "", "G/b.request.yaml": ""})
    (shop / "F" / "to").symlink_to(shop / "G")
    (shop / "G" / "to").symlink_to(shop / "F")
    collection = load_collection(shop)
    assert [item.name for item in collection.items()] == ["a", "b", "b", "a"]
    assert ["leads back" in one.message for one in collection.notices] == [True, True]


def test_a_long_script_is_read_whole(tree):
    lines = "".join(f"      const a{index} = {index};\n" for index in range(20_000))
    shop = tree({"a.request.yaml": f"scripts:\n  - type: afterResponse\n    code: |-\n{lines}"})
    (script,) = next(iter(load_collection(shop).items())).scripts
    assert script.source.count("\n") == 19_999
    assert script.source.endswith("const a19999 = 19999;")


def test_what_is_a_file_where_a_folder_belongs_and_the_other_way_round_is_named(tree):
    shop = tree({"ok.request.yaml": "", "a.request.yaml/notes.txt": "", "F/b.request.yaml": ""})
    (shop / "F" / ".resources").write_text("no folder")

    notices = load_collection(shop).notices

    assert {(one.file.rpartition("Shop/")[2], one.message.partition(",")[0]) for one in notices} == {
        ("a.request.yaml", "a request is a file"),
        ("F/.resources", "it is no folder"),
    }
