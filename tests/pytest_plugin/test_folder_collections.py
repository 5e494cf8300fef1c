from pathlib import Path

import pytest


@pytest.fixture
def shop(project) -> Path:
    """A collection that is a folder, `Shop`, with a folder in it; no companion."""
    files = {
        ".resources/definition.yaml": "$kind: collection\n",
        "Orders/read.request.yaml": f"$kind: http-request\nurl: {project.target.url}/read\n",
        "x.request.yaml": f"$kind: http-request\nurl: {project.target.url}/x\n",
        "sock.request.yaml": "$kind: websocket-request\nurl: ws://h/\n",
    }
    root: Path = project.pytester.path / "Shop"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_folder_is_collected_by_the_rule_for_files(project, shop):
    assert project.pytest().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    project.pytest("Shop", "--postman-live").assert_outcomes(passed=2, skipped=1)
    shop.with_name("Shop.harness.yaml").write_text("calls: []\n")
    project.pytest("--postman-live").assert_outcomes(passed=2, skipped=1)
    assert sorted(project.target.paths) == ["/read", "/read", "/x", "/x"]


def test_a_part_of_a_folder_runs_alone(project, shop):
    shop.with_name("Shop.harness.yaml").write_text("calls: []\n")
    for part in ("Shop/Orders", "Shop/Orders/read.request.yaml"):
        project.pytest(part, "--postman-live").assert_outcomes(passed=1)
    assert project.target.paths == ["/read", "/read"]


def test_a_file_that_cannot_be_read_fails_with_its_line_and_a_command_that_runs_it_again(project, shop):
    (shop / "bad.request.yaml").write_text("$kind: http-request\nurl: [\n")
    result = project.pytest("Shop", "--postman-live")
    result.assert_outcomes(passed=2, skipped=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*not valid YAML:*; the request is not sent",
            "*--> *Shop/bad.request.yaml: line 3, column 1",
            "*rerun: pytest 'Shop/bad.request.yaml'*",
        ]
    )


def test_nothing_is_written_into_a_folder_by_a_run(project, shop):
    before = sorted(shop.rglob("*"))
    project.pytest("Shop", "--postman-record").assert_outcomes(passed=2, skipped=1)
    assert shop.with_name("Shop.cassette.yaml").is_file()
    project.target.requests.clear()
    for arguments in (["Shop"], []):
        project.pytest(*arguments).assert_outcomes(passed=2, skipped=1)
    assert project.target.paths == []
    assert sorted(shop.rglob("*")) == before
