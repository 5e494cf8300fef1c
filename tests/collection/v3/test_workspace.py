from pathlib import Path

import pytest

from harness.collection.companion import companion_beside
from harness.collection.load import load_collection, whole_collection
from harness.collection.selection import select
from harness.dialect import EXACT
from harness.errors import InputError
from harness.variables.environment import load_environment


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with two collections, an environment and globals, as the working directory."""
    files = {
        "postman/collections/Shop/.resources/definition.yaml": "$kind: collection\nname: My shop\n",
        "postman/collections/Shop/Orders/Read.request.yaml": "$kind: http-request\n",
        "postman/collections/Shop/x.request.yaml": "$kind: http-request\n",
        "elsewhere/Other/y.request.yaml": "$kind: http-request\n",
        "postman/environments/Staging.environment.yaml": "name: The stage\nvalues: [{key: a, value: b}]\n",
        "postman/globals/workspace.globals.yaml": "values: [{key: g, value: h}]\n",
        ".postman/resources.yaml": "localResources:\n  collections: [../elsewhere/Other, ../../outside]\n",
        "src/deep/notes.txt": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("Shop", ["Orders / Read", "x"]),
        ("My shop", ["Orders / Read", "x"]),
        ("Shop/Orders", ["Orders / Read"]),
        ("Shop/Orders/Read.request.yaml", ["Orders / Read"]),
        ("Other", ["y"]),
    ],
)
def test_collections_go_by_their_names(workspace, monkeypatch, name, paths):
    for folder in (workspace, workspace / "src" / "deep"):
        monkeypatch.chdir(folder)
        chosen = select(load_collection(name), (), answers=EXACT.inputs)
        assert [" / ".join(item.path) for item in chosen] == paths


def test_a_path_that_is_there_wins_over_a_name(workspace):
    (workspace / "Shop").mkdir()
    (workspace / "Shop" / "here.request.yaml").write_text("$kind: http-request\n")
    assert [item.name for item in load_collection("Shop").items()] == ["here"]


@pytest.mark.usefixtures("workspace")
def test_environments_and_globals_go_by_their_names():
    for name in ("Staging", "The stage", "Staging.environment.yaml"):
        assert [one.key for one in load_environment(name).variables] == ["a"]
    for name in ("workspace", "workspace.globals.yaml"):
        assert [one.key for one in load_environment(name, "globals").variables] == ["g"]


@pytest.mark.usefixtures("workspace")
def test_a_name_that_nothing_has_is_answered_with_those_there_are():
    with pytest.raises(InputError, match="did you mean 'Shop'"):
        load_collection("shop")
    with pytest.raises(InputError, match="did you mean 'Staging'"):
        load_environment("Stagin")


def test_the_companion_is_beside_the_folder_of_the_collection(workspace):
    file = workspace / "postman" / "collections" / "Shop.harness.yaml"
    file.write_text("calls: []\n")
    for source in ("Shop", "Shop/Orders", "postman/collections/Shop/Orders/Read.request.yaml"):
        found = companion_beside(whole_collection(source))
        assert found is not None
        assert found.resolve() == file
