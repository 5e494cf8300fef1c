"""Expectations proposed from recordings: printed, written, written anew, checked."""

import json

import pytest

from harness.collection.companion_file import load_companion
from harness.errors import ExitCode

AUTHORED = """\
# what we hold the shop to
calls:
  - call: [Read]      # the order
    expect:
      $.state: {exists: true}   # any
"""


@pytest.fixture
def shop(command, workspace, target):
    """A collection, recorded twice; its order has another id each time."""
    collection = workspace.collection(("Read", f"{target.url}/order"))
    for number in (1, 2):
        target.answers["/order"] = (200, {"id": 5000 + number, "state": "open", "lines": [{"sku": "A"}]})
        assert command("run", collection, "--record", f"{number}.yaml").code is ExitCode.PASSED
    return collection


@pytest.fixture
def companion(shop, workspace):
    return workspace.folder / "shop.harness.yaml"


def _expected(companion):
    return {one.target or one.subject for one in load_companion(companion).calls[0].expect}


def test_a_proposal_is_printed_as_a_companion_and_writes_nothing(command, shop, companion):
    said = command("infer", "1.yaml", "2.yaml")
    assert said.code is ExitCode.PASSED
    assert said.out.splitlines() == [
        "calls:",
        "  - call: [Read]",
        "    expect:",
        "      status: 200  # inferred",
        "      header: {Content-Type: application/json}  # inferred",
        "      $.id: {type: integer}  # inferred",
        "      $.state: open  # inferred",
        "      $.lines[*]: {count: 1}  # inferred",
        "      $.lines[0].sku: A  # inferred",
    ]
    assert not companion.exists()


def test_what_is_written_holds_in_the_next_run_and_fails_when_the_service_changes(command, shop, target):
    assert command("infer", "1.yaml", "2.yaml", "--write").code is ExitCode.PASSED
    assert command("run", shop).code is ExitCode.PASSED
    target.answers["/order"] = (200, {"id": "x", "state": "open", "lines": [{"sku": "A"}]})
    said = command("run", shop)
    assert said.code is ExitCode.FAILED
    assert "$.id is of type integer" in said.out


def test_an_author_keeps_what_was_written(command, shop, companion):
    companion.write_text(AUTHORED)
    command("infer", "1.yaml", "2.yaml", "--write")
    text = companion.read_text()
    assert text.startswith(AUTHORED)
    assert text.count("$.state") == 1
    assert "$.id" in _expected(companion)


def test_an_update_shows_and_writes_what_changed_alone(command, shop, companion, target):
    companion.write_text(AUTHORED)
    command("infer", "1.yaml", "--write")
    target.answers["/order"] = (200, {"id": 7000, "state": "paid", "lines": [{"sku": "B"}]})
    command("run", shop, "--record", "3.yaml")
    checked = command("infer", "3.yaml", "--check")
    assert checked.code is ExitCode.FAILED
    assert "-      $.lines[0].sku: A  # inferred" in checked.out
    said = command("infer", "3.yaml", "--update")
    assert said.code is ExitCode.PASSED
    assert "+      $.lines[0].sku: B  # inferred" in said.out
    assert companion.read_text().startswith(AUTHORED)
    assert command("infer", "3.yaml", "--check").code is ExitCode.PASSED


def test_without_a_recording_the_companions_here_are_asked(command, shop, companion):
    companion.write_text("cassette: 1.yaml\n")
    assert command("infer", "--update").code is ExitCode.PASSED
    assert "$.state" in _expected(companion)
    assert command("infer", "--check").code is ExitCode.PASSED


def test_the_same_as_json_with_schemas(command, shop, companion):
    said = command("infer", "1.yaml", "2.yaml", "--format", "json", "--schema")
    (found,) = json.loads(said.out)["collections"]
    assert found["companion"] == "shop.harness.yaml"
    assert found["changes"] is True
    (call,) = found["calls"]
    assert call["call"] == ["Read"]
    assert call["expect"]["$.id"] == {"type": "integer"}
    assert call["schema"]["properties"]["id"] == {"type": "integer"}
    assert json.loads(command("infer", "1.yaml", "--schema").out)["Read"]["required"] == [
        "id",
        "state",
        "lines",
    ]


def test_recorded_calls_that_the_collection_lost_are_named(command, shop, workspace, target):
    workspace.collection(("Other", f"{target.url}/order"))
    said = command("infer", "1.yaml", "--write")
    assert said.err == "note: Read is recorded, but not in the collection\n"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["1.yaml", "--write", "--update"], "--write and --update do not go together"),
        ([], "no companion here names a recording"),
        (["none.yaml"], "none.yaml"),
        (["shop.postman_collection.json"], "shop.postman_collection.json"),
        (["1.yaml", "--write", "--collection", "gone.json"], "gone.json"),
        (["1.yaml", "--write", "--collection", "https://shop.example/c.json"], "no companion beside it"),
    ],
)
def test_what_cannot_be_inferred_from_is_an_error_that_says_so(command, shop, arguments, what):
    said = command("infer", *arguments)
    assert said.code is ExitCode.USAGE
    assert what in said.err
    assert "Traceback" not in said.err


def test_a_companion_that_is_wrong_is_refused_and_left_alone(command, shop, companion):
    companion.write_text("calls: [{call: [None]}]\n")
    said = command("infer", "1.yaml", "--write")
    assert said.code is ExitCode.USAGE
    assert companion.read_text() == "calls: [{call: [None]}]\n"


def test_set_up_and_teardown_below_the_calls_stay_as_they_are(command, shop, companion):
    companion.write_text("calls:\n  - call: [Read]\n    tags: [smoke]\nafter: [[Read]]\n")
    assert command("infer", "1.yaml", "2.yaml", "--write").code is ExitCode.PASSED
    assert companion.read_text().endswith("after: [[Read]]\n")
    assert load_companion(companion).after[0].path == ("Read",)


def test_a_companion_that_is_a_link_out_of_the_working_directory_is_not_written(
    command, shop, companion, tmp_path_factory
):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "shop.harness.yaml"
    elsewhere.write_text("calls: []\n")
    companion.symlink_to(elsewhere)
    said = command("infer", "1.yaml", "2.yaml", "--write")
    assert said.code is ExitCode.USAGE
    assert "leads out of the working directory" in said.err
    assert elsewhere.read_text() == "calls: []\n"


def test_without_a_recording_the_one_beside_the_collection_is_taken(command, shop, companion, workspace):
    companion.write_text("calls: []\n")
    (workspace.folder / "1.yaml").rename(workspace.folder / "shop.cassette.yaml")
    assert command("infer", "--check").code is ExitCode.FAILED
    assert command("infer", "--write").code is ExitCode.PASSED
    assert command("infer", "--check").code is ExitCode.PASSED


def test_an_update_from_one_recording_makes_no_type_a_value(command, shop, companion, target):
    command("infer", "1.yaml", "2.yaml", "--write")
    before = companion.read_text()
    assert "$.id: {type: integer}  # inferred" in before
    target.answers["/order"] = (200, {"id": 7, "state": "paid", "lines": [{"sku": "A"}]})
    command("run", shop, "--record", "3.yaml")
    assert command("infer", "3.yaml", "--update").code is ExitCode.PASSED
    assert companion.read_text() == before.replace("$.state: open", "$.state: paid")
