import json

import pytest
import yaml

from harness.collection.companion_file import load_companion
from harness.errors import ExitCode


@pytest.fixture
def project(workspace, monkeypatch):
    """A folder with a collection and an environment in `tests`."""
    monkeypatch.chdir(workspace.folder)
    tests = type(workspace)(workspace.folder / "tests")
    tests.folder.mkdir()
    tests.collection(("Read order", "http://127.0.0.1:9/a"))
    tests.environment("local")
    return workspace.folder


def test_what_is_missing_is_written_and_told(command, project):
    said = command("init")
    assert said.code is ExitCode.PASSED
    written = ["tests/shop.harness.yaml", "pytest.ini", ".github/workflows/collections.yml"]
    for file in written:
        assert (project / file).is_file()
        assert f"written  {file}: " in said.out
    companion = load_companion(project / written[0])
    assert companion.environment == str(project / "tests" / "local.postman_environment.json")
    assert "testpaths = tests\n" in (project / written[1]).read_text()
    steps = yaml.safe_load((project / written[2]).read_text())["jobs"]["collections"]["steps"]
    assert any("harness run tests/shop.postman_collection.json" in one.get("run", "") for one in steps)


def test_nothing_that_is_there_is_changed_and_what_it_lacks_is_shown(command, project):
    theirs = {
        "tests/shop.harness.yaml": "calls: []\n",
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-q"\n',
        ".gitlab-ci.yml": "stages: []\n",
    }
    for file, text in theirs.items():
        (project / file).write_text(text)
    said = command("init")
    assert {file: (project / file).read_text() for file in theirs} == theirs
    assert not (project / "pytest.ini").exists()
    assert 'testpaths = ["tests"]' in said.out
    assert "harness run tests/shop.postman_collection.json" in said.out
    assert said.out.count("kept  ") == 3
    assert "written" not in said.out


def test_what_was_written_before_is_kept_and_lacks_nothing(command, project):
    command("init")
    said = command("init")
    assert said.out.count("kept  ") == 3
    assert "written" not in said.out
    assert "if it lacks them" not in said.out


@pytest.mark.parametrize("system", ["github", "gitlab", "azure", "jenkins"])
def test_every_ci_system_gets_a_file_of_its_own(command, project, system):
    said = command("init", "--ci", system, "--format", "json")
    (file,) = (one["file"] for one in json.loads(said.out)["written"] if "CI" in one["what"])
    text = (project / file).read_text()
    assert "harness run tests/shop.postman_collection.json -r cli," in text
    if file.endswith(".yml"):
        assert yaml.safe_load(text)


def test_a_name_that_a_ci_system_would_read_as_code_is_left_out_of_its_file(command, project):
    odd = project / "tests" / "${{ secrets.X }}.postman_collection.json"
    odd.write_bytes((project / "tests" / "shop.postman_collection.json").read_bytes())
    said = command("init")
    assert "secrets.X" not in (project / ".github/workflows/collections.yml").read_text()
    assert "its name cannot stand in a file for CI" in said.out


def test_a_folder_of_yaml_is_a_collection_and_what_cannot_be_read_is_told(command, project):
    folder = project / "orders"
    folder.mkdir()
    (folder / "read.request.yaml").write_text(
        "$kind: http-request\nname: read\nmethod: GET\nurl: http://x.test/\n"
    )
    (project / "broken.postman_collection.json").write_text("{")
    said = command("init", "--ci", "none")
    assert (project / "orders.harness.yaml").is_file()
    assert "left out broken.postman_collection.json: " in said.out


def test_without_a_collection_nothing_is_written(command, workspace, monkeypatch):
    monkeypatch.chdir(workspace.folder)
    before = sorted(workspace.folder.iterdir())
    said = command("init")
    assert said.code is ExitCode.USAGE
    assert "there is no collection" in said.err
    assert sorted(workspace.folder.iterdir()) == before


def test_the_schema_of_companions_is_printed(command):
    schema = json.loads(command("companion", "schema").out)
    assert {"before", "after", "calls"} <= schema["properties"].keys()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "shpo.json"),
        ("run", "shop.json", "-e", "shpo.json"),
        ("report", "shpo.json"),
        ("compare", "shpo.json", "shop.json"),
        ("cassette", "show", "shpo.json"),
        ("lint", "shpo.json"),
        ("init", "shpo.json"),
    ],
)
def test_a_file_that_is_not_there_is_looked_for_by_a_name_like_its_own(
    command, workspace, monkeypatch, arguments
):
    monkeypatch.chdir(workspace.folder)
    workspace.collection(("a", "http://127.0.0.1:9/")).rename(workspace.folder / "shop.json")
    said = command(*arguments)
    assert said.code is ExitCode.USAGE
    assert "did you mean 'shop.json'?" in said.err


def test_a_folder_that_is_not_there_is_looked_for_as_well(command, workspace, monkeypatch):
    monkeypatch.chdir(workspace.folder)
    (workspace.folder / "tests").mkdir()
    said = command("run", "tets/shop.json")
    assert "there is no folder 'tets'; did you mean 'tests'?" in said.err


def test_a_report_that_repeats_a_collection_is_none(command, workspace):
    collection = json.loads(workspace.collection(("a", "http://h/")).read_text())
    workspace.json("report.json", {"collection": collection, "run": {"executions": []}})
    command("init")
    assert not list(workspace.folder.glob("report.harness.*"))
    assert list(workspace.folder.glob("shop.harness.*"))
