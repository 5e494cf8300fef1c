"""`harness cassette`: each tool from the command line, on recordings made by the command line."""

import json

import pytest

from harness.cassettes.file.format import load
from harness.cassettes.file.journal import Beginning, Journal
from harness.cassettes.file.journal_path import journal_path
from harness.errors import ExitCode


@pytest.fixture
def recorded(command, workspace, target):
    """Record GETs of some paths into a cassette, and return its name."""

    def record(name: str, *paths: str, collection: str = "shop") -> str:
        file = workspace.collection(*((path, f"{target.url}/{path}") for path in paths), name=collection)
        said = command("run", file, "--record", name, "--seed", "1")
        assert said.code is ExitCode.PASSED, said.out
        return name

    return record


def test_show_tells_calls_requests_and_answers(command, recorded):
    said = command("cassette", "show", recorded("a.yaml", "one", "two"))
    assert said.code is ExitCode.PASSED
    assert said.out.startswith("a.yaml: Shop, 2 interactions, harness ")
    assert "1. one, iteration 1, attempt 1" in said.out
    assert '"path": "/two"' in said.out


def test_show_narrows_down_to_calls_and_leaves_bodies_out(command, recorded):
    said = command("cassette", "show", recorded("a.yaml", "one", "two"), "--call", "two", "--no-bodies")
    assert "2. two" in said.out
    assert "1. one" not in said.out
    assert '"path"' not in said.out


def test_diff_of_equal_cassettes_exits_with_0(command, recorded):
    recorded("a.yaml", "one")
    said = command("cassette", "diff", "a.yaml", "a.yaml")
    assert (said.code, said.out) == (ExitCode.PASSED, "the cassettes hold the same answers\n")


def test_diff_tells_what_changed_came_and_went_and_exits_with_1(command, recorded, target):
    target.answers = {"/one": (200, {"v": "old"})}
    recorded("a.yaml", "one", "gone")
    target.answers = {"/one": (200, {"v": "new"})}
    recorded("b.yaml", "one", "come")
    said = command("cassette", "diff", "a.yaml", "b.yaml")
    assert said.code is ExitCode.FAILED
    assert f"~ one: GET {target.url}/one\n    body/v: " in said.out
    assert '"old" -> "new"' in said.out
    assert f"+ come: GET {target.url}/come" in said.out
    assert f"- gone: GET {target.url}/gone" in said.out
    said = command("cassette", "diff", "a.yaml", "b.yaml", "--ignore", "body/v")
    assert "~" not in said.out


def test_merge_writes_one_cassette_that_replays_both(command, recorded, workspace, target):
    recorded("a.yaml", "one")
    recorded("b.yaml", "two")
    said = command("cassette", "merge", "a.yaml", "b.yaml", "-o", "both.yaml")
    assert (said.code, said.out) == (ExitCode.PASSED, "2 interactions written to both.yaml\n")
    file = workspace.collection(("one", f"{target.url}/one"), ("two", f"{target.url}/two"))
    assert command("run", file, "--replay", "both.yaml").code is ExitCode.PASSED


def test_prune_drops_what_the_recorded_collection_does_not_use(command, recorded, workspace, target):
    recorded("tapes/a.yaml", "one", "two", "three")
    workspace.collection(("two", f"{target.url}/two"))
    said = command("cassette", "prune", "tapes/a.yaml", "--dry-run")
    assert said.code is ExitCode.PASSED
    assert "not used: 2 of 3" in said.out
    assert len(load(workspace.folder / "tapes/a.yaml").interactions) == 3
    said = command("cassette", "prune", "tapes/a.yaml")
    assert f"- one: GET {target.url}/one\n- three: GET {target.url}/three\n" in said.out
    left = load(workspace.folder / "tapes/a.yaml").interactions
    assert [one.context.call for one in left] == [("two",)]


def test_prune_drops_nothing_when_the_replay_lacks_an_answer(command, recorded, workspace, target):
    recorded("a.yaml", "one", "two")
    file = workspace.collection(("two", f"{target.url}/two"), ("new", f"{target.url}/new"), name="other")
    said = command("cassette", "prune", "a.yaml", file)
    assert said.code is ExitCode.USAGE
    assert "1 request had no answer" in said.err
    assert len(load(workspace.folder / "a.yaml").interactions) == 2


def test_prune_of_a_foreign_cassette_asks_for_the_collection(command, workspace):
    workspace.text("stock.yaml", "version: 1\ninteractions: []\n")
    said = command("cassette", "prune", "stock.yaml")
    assert said.code is ExitCode.USAGE
    assert "name the collection" in said.err


STOCK = """version: 1
interactions:
- request: {body: null, method: GET, uri: 'https://a.example/?k=hunter2-x', headers: {X: [plain-words]}}
  response: {body: {string: '{"password": "hunter2-x"}'}, headers: {}, status: {code: 200, message: OK}}
"""


def test_scan_names_the_place_of_a_secret_and_not_the_secret(command, workspace):
    workspace.text("stock.yaml", STOCK)
    said = command("cassette", "scan", "stock.yaml")
    assert (said.code, said.out) == (ExitCode.FAILED, "stock.yaml: interaction 1/request/uri: a secret\n")


def test_redact_takes_out_what_scan_finds(command, workspace):
    file = workspace.text("stock.yaml", STOCK)
    assert command("cassette", "redact", "stock.yaml", "-o", "clean.yaml").code is ExitCode.PASSED
    assert "hunter2" in file.read_text()
    assert "hunter2" not in (workspace.folder / "clean.yaml").read_text()
    said = command("cassette", "scan", "clean.yaml")
    assert (said.code, said.out) == (ExitCode.PASSED, "no secrets found\n")


def test_scan_knows_the_environments_secrets_and_the_users_patterns(command, workspace):
    workspace.text("stock.yaml", STOCK.replace("password", "note"))
    secret = [{"key": "apiKey", "value": "plain-words", "type": "secret"}]
    environment = workspace.json("e.json", {"name": "e", "values": secret})
    assert command("cassette", "scan", "stock.yaml").code is ExitCode.PASSED
    assert command("cassette", "scan", "stock.yaml", "-e", environment).code is ExitCode.FAILED
    said = command("cassette", "scan", "stock.yaml", "--secret-pattern", "words=plain-[a-z]+")
    assert said.code is ExitCode.FAILED


def test_redact_finishes_the_journal_of_an_interrupted_recording(command, recorded, workspace):
    recorded("a.yaml", "one")
    cassette = load(workspace.folder / "a.yaml")
    journal = Journal(journal_path(workspace.folder / "b.yaml"), Beginning(metadata=cassette.metadata))
    journal.append(cassette.interactions[0])
    journal.close()
    said = command("cassette", "redact", "b.yaml.journal")
    assert (said.code, said.err) == (ExitCode.PASSED, "")
    assert not load(workspace.folder / "b.yaml").metadata.complete


def test_a_har_is_imported_without_its_secrets_and_exported_again(command, workspace):
    entry = {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "time": 5,
        "request": {"method": "GET", "url": "https://a.example/x", "headers": []},
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": [{"name": "content-type", "value": "application/json"}],
            "content": {"text": '{"access_token": "tok-98765432"}', "mimeType": "application/json"},
        },
    }
    workspace.json("web.har", {"log": {"creator": {"name": "Chromium"}, "entries": [entry]}})
    said = command("cassette", "import-har", "web.har", "-o", "web.yaml")
    assert (said.code, said.out) == (ExitCode.PASSED, "1 interaction written to web.yaml\n")
    assert "tok-9876" not in (workspace.folder / "web.yaml").read_text()
    exported = json.loads(command("cassette", "export-har", "web.yaml").out)
    assert exported["log"]["entries"][0]["request"]["url"] == "https://a.example/x"
    command("cassette", "export-har", "web.yaml", "-o", "again.har")
    assert json.loads((workspace.folder / "again.har").read_text()) == exported


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["show", "gone.yaml"], "does not exist"),
        (["shew", "a.yaml"], "shew"),
        (["merge", "a.yaml"], "--output"),
        (["import-har", "gone.har", "-o", "x.yaml"], "cannot read the HAR"),
        (["scan", "bad.yaml", "--secret-pattern", "x=("], "no regular expression"),
        (["scan", "bad.yaml", "--secret-pattern", "x"], "NAME=REGEX"),
        (["show", "bad.yaml"], "not a cassette"),
        (["show", "shop.json"], "it is a collection"),
    ],
)
def test_a_mistake_is_an_error_in_words(command, workspace, arguments, word):
    workspace.text("bad.yaml", "my: notes\n")
    workspace.text("shop.json", '{"info": {}, "item": []}')
    said = command("cassette", *arguments)
    assert said.code is ExitCode.USAGE
    assert said.err.startswith("error: ")
    assert word in said.err
