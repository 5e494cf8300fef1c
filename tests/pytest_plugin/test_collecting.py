import json

import pytest

from harness import run
from harness.collection.companion import ENDINGS
from harness.pytest_plugin import COMPANIONS


def test_a_collection_with_a_companion_is_collected(project):
    project.recorded("a", "b")
    result = project.pytest()
    result.assert_outcomes(passed=2)
    assert project.target.paths == []


def test_one_without_a_companion_is_not(project):
    project.collection("a", companion=False)
    result = project.pytest()
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(
        ["shop.postman_collection.json: not collected*", "  record it: pytest --postman-record*"]
    )


def test_beside_other_tests_nothing_is_said_of_one_that_is_not_collected(project):
    project.collection("a", companion=False)
    project.pytester.makepyfile("def test_one(): pass")
    project.pytest().stdout.no_fnmatch_line("*not collected*")


def test_one_without_a_companion_is_when_it_is_named(project):
    path = project.recorded("a", companion=False)
    result = project.pytest(path.name, "--postman-cassette=shop.yaml")
    result.assert_outcomes(passed=1)


def test_a_companion_makes_a_collection_of_any_json_file(project):
    project.recorded("a").rename(project.pytester.path / "shop.json")
    project.pytest().assert_outcomes(passed=1)


def test_a_cassette_beside_a_companion_is_no_collection(project):
    path = project.collection("a", companion={"cassette": "shop.json"})
    run(path, record=path.parent / "shop.json")
    project.pytest().assert_outcomes(passed=1)


def test_the_endings_of_companions_are_those_of_the_loader():
    assert COMPANIONS == ENDINGS


def test_a_json_file_that_is_no_collection_is_not_collected_even_when_named(project):
    project.workspace.json("data.json", {"info": {}})
    result = project.pytest("data.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: not found: *data.json"])


@pytest.mark.parametrize(
    "document",
    [
        {"collection": {"info": {"name": "S", "schema": "v2.1.0"}, "item": []}},
        {"name": "S", "order": ["1"], "requests": [{"id": "1", "name": "a", "url": "http://localhost"}]},
    ],
    ids=["wrapped", "v1"],
)
def test_a_collection_by_any_name_is_collected_when_named(project, document):
    project.workspace.json("some.json", document)
    result = project.pytest("some.json", "--collect-only", "-q")
    result.stdout.fnmatch_lines(["some.json::a" if "order" in document else "no tests collected*"])


def test_without_a_cassette_the_first_call_says_how_to_record_it_and_other_tests_run(project):
    project.collection("a", "b", "c")
    project.pytester.makepyfile(test_unit="def test_sum(): assert 1 + 1 == 2")
    result = project.pytest()
    result.assert_outcomes(errors=3, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*the cassette is not there*",
            "*--> *shop.yaml*",
            "*record one: pytest 'shop.postman_collection.json' --postman-record",
            "*or send live: --postman-live*",
            "*ERROR at setup of b*",
            "the cassette is not there",
            "*--> *shop.yaml*",
            "  as told of a",
        ]
    )
    told, _, _ = result.stdout.str().partition("short test summary info")  # which repeats it where CI is set
    assert told.count("--postman-record") == 1
    assert project.target.paths == []


def test_calls_are_collected_without_a_cassette(project):
    project.collection("a", "b", companion={"cassette": None})
    project.workspace.text("shop.harness.yaml", "calls: []")
    result = project.pytest("--collect-only", "-q")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["shop.postman_collection.json::a", "shop.postman_collection.json::b"])


def test_without_a_name_the_cassette_lies_beside_its_collection(project):
    project.collection("a", companion={"cassette": None})
    project.workspace.text("shop.harness.yaml", "calls: []")
    project.pytest("--postman-record").assert_outcomes(passed=1)
    assert (project.workspace.folder / "shop.cassette.yaml").is_file()
    project.target.requests.clear()
    project.pytest().assert_outcomes(passed=1)
    assert project.target.paths == []


def test_a_cassette_at_its_place_makes_a_collection_one_that_is_collected(project):
    project.collection("a", companion=False)
    project.pytest("shop.postman_collection.json", "--postman-record").assert_outcomes(passed=1)
    project.pytest().assert_outcomes(passed=1)


@pytest.mark.parametrize("place", ["shop.cassette/a.yaml", "cassettes/shop/a.yaml"])
def test_parts_of_a_cassette_make_a_collection_one_that_is_collected(project, place):
    project.collection("a", companion=False)
    if place.startswith("cassettes"):
        project.pytester.mkdir("cassettes")
    project.pytest("--postman-record", "--postman-cassette-per=call").assert_outcomes(passed=1)
    assert (project.pytester.path / place).is_file()
    project.target.requests.clear()
    project.pytest().assert_outcomes(passed=1)
    assert project.target.paths == []


def test_a_cassette_in_the_working_directory_makes_one_too(project):
    project.pytester.mkdir("cassettes")
    path = project.collection("a", companion=False)
    tests = project.pytester.mkdir("tests")
    path.rename(tests / path.name)
    project.pytest("--postman-record").assert_outcomes(passed=1)
    assert (project.pytester.path / "cassettes" / "shop.yaml").is_file()
    project.pytest().assert_outcomes(passed=1)


def test_an_environment_of_the_project_keeps_the_cassette_of_the_companion(project):
    project.recorded("a")
    project.workspace.environment("other", base=project.target.url)
    project.target.requests.clear()
    project.pytest("--postman-environment=other.postman_environment.json").assert_outcomes(passed=1)
    assert project.target.paths == []


def test_a_malformed_collection_is_an_error_that_names_line_and_column(project):
    project.collection("a")
    project.workspace.text("shop.postman_collection.json", '{"info": {},\n "item": [}')
    result = project.pytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*shop.postman_collection.json: line 2, column *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_malformed_companion_is_an_error_that_names_its_line(project):
    project.collection("a")
    project.workspace.text("shop.harness.yaml", "cassette: shop.yaml\ncals: []\n")
    result = project.pytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*shop.harness.yaml*line 2*"])


def test_a_companion_that_names_no_call_is_an_error_that_names_near_ones(project):
    project.collection("create", companion={"calls": [{"call": ["crate"], "always": True}]})
    result = project.pytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no call or folder 'crate'*", "*did you mean 'create'?*"])


def test_folders_are_collectors(project):
    project.recorded({"name": "F", "item": [{"name": "G", "item": [project.call("a")]}]}, "b")
    assert project.ids() == ["F::G::a", "b"]
    project.pytest("shop.postman_collection.json::F").assert_outcomes(passed=1)
    project.pytest("shop.postman_collection.json::F::G::a").assert_outcomes(passed=1)


def test_calls_of_the_same_name_are_numbered(project):
    project.recorded("a", "a", "b", "a")
    assert project.ids() == ["a", "a [2]", "b", "a [3]"]


def test_so_are_folders_in_parentheses_and_each_counts_its_own_calls(project):
    def folder():
        return {"name": "F", "item": [project.call("a"), project.call("a")]}

    project.recorded(folder(), folder(), {"name": "[old] F", "item": [project.call("a")]})
    ids = project.ids()
    assert ids == ["F::a", "F::a [2]", "F (2)::a", "F (2)::a [2]", "(old) F::a"]
    for one in ids:
        project.pytest(f"shop.postman_collection.json::{one}").assert_outcomes(passed=1)


def test_a_name_that_looks_numbered_is_still_its_own(project):
    project.recorded("a", "a", "a [2]")
    assert sorted(project.ids()) == ["a", "a [2]", "a [3]"]


@pytest.mark.parametrize(
    ("name", "id"),
    [("a::b", "a:b"), ("  two\n lines ", "two lines"), ("::", ":"), ("a\u0007b", "a\\x07b"), ("é/✓", "é/✓")],
)
def test_names_that_ids_cannot_hold_are_spelled_otherwise(project, name, id):
    project.recorded(project.call(name, path="x"))
    assert project.ids() == [id]
    project.pytest().assert_outcomes(passed=1)


def test_ids_are_the_same_whatever_else_is_in_the_collection_behind(project):
    project.recorded("a", "b")
    before = project.ids()
    project.recorded("a", "b", "a")
    assert project.ids()[:2] == before


def test_each_data_row_makes_items_of_its_own(project):
    project.workspace.text("rows.csv", "n\n1\n2\n")
    project.collection({"name": "F", "item": [project.call("a", path="{{n}}")]}, project.call("b"))
    project.pytest("--postman-record", "--postman-data=rows.csv").assert_outcomes(passed=4)
    assert project.target.paths == ["/1", "/b", "/2", "/b"]
    ids = ["F::a[row-1]", "b[row-1]", "F::a[row-2]", "b[row-2]"]
    assert project.ids("--postman-data=rows.csv") == ids
    project.pytest("--postman-data=rows.csv").assert_outcomes(passed=4)
    one = project.pytest("--postman-data=rows.csv", "shop.postman_collection.json::F::a[row-2]", "-v")
    one.assert_outcomes(passed=1)


def test_iterations_make_items_too(project):
    project.collection("a")
    project.pytest("--postman-record", "--postman-iteration-count=3").assert_outcomes(passed=3)
    assert project.target.paths == ["/a"] * 3


def test_folders_are_markers_and_registered(project):
    inner = {"name": "Nested Folder", "item": [project.call("b")]}
    project.recorded({"name": "2 Schemas", "item": [project.call("a"), inner]}, "c")
    strict = ("--strict-markers",)
    project.pytest(*strict, "-m", "2_schemas").assert_outcomes(passed=2, deselected=1)
    project.pytest(*strict, "-m", "nested_folder").assert_outcomes(passed=1, deselected=2)
    project.pytest(*strict, "-m", "2_schemas and not nested_folder").assert_outcomes(passed=1, deselected=2)
    project.pytest(*strict, "-m", "postman").assert_outcomes(passed=3)


@pytest.mark.parametrize("name", ["skip", "Xfail", "and", "usefixtures"])
def test_a_folder_named_as_a_marker_of_others_is_not_that_marker(project, name):
    project.recorded({"name": name, "item": [project.call("a")]}, "b")
    result = project.pytest("-m", f"folder_{name.lower()}")
    result.assert_outcomes(passed=1, deselected=1)


def test_two_folders_of_one_name_share_their_marker(project):
    def folder():
        return {"name": "skip", "item": [project.call("a")]}

    project.recorded(folder(), folder())
    project.pytest("-m", "folder_skip").assert_outcomes(passed=2)


def test_an_empty_folder_is_no_collector(project):
    project.recorded({"name": "empty", "item": []}, "a")
    assert project.ids() == ["a"]


def test_two_collections_have_a_run_each(project):
    project.recorded(project.call("a", "pm.globals.set('x', 1)"), name="one")
    project.recorded(
        project.call("b", "pm.test('unset', () => pm.expect(pm.globals.get('x')).to.be.undefined)"),
        name="two",
    )
    project.pytest().assert_outcomes(passed=2)


def test_the_collection_is_read_anew_for_each_session(project):
    path = project.recorded("a")
    document = json.loads(path.read_text())
    document["item"][0]["name"] = "renamed"
    path.write_text(json.dumps(document))
    assert project.ids() == ["renamed"]


def test_an_empty_project_needs_no_more_than_a_collection_to_be_recorded_and_replayed(project):
    file = project.collection("a", "b", companion=False)
    project.pytest().assert_outcomes()
    result = project.pytest("--postman-record")
    result.assert_outcomes(passed=2)
    assert file.with_name("shop.cassette.yaml").is_file()
    project.target.requests.clear()
    project.pytest().assert_outcomes(passed=2)
    assert project.target.paths == []


def test_a_collection_that_tests_record_is_not_recorded_beside_them(project):
    project.collection("a", companion=False)
    project.pytester.makepyfile(
        "def test_run(postman_run):\n    assert postman_run('shop.postman_collection.json').passed\n"
    )
    project.pytest("--postman-record").assert_outcomes(passed=1)
