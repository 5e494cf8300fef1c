"""The same hostile text through every reporter and command: nothing of it acts on a terminal or a CI log."""

import re

import pytest

from harness.reporters.reporter import REPORTERS

HOSTILE = "\x1b]0;own\x07\x1b[2J\r\n::add-mask::e\n  ::stop-commands::tok\n##vso[task.setvariable]x\u202e"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
_COMMAND = re.compile(r"^\s*::(?!(error|warning) file=)|##\[|##vso\[", re.MULTILINE)


@pytest.fixture
def hostile(workspace, target):
    """A collection that is hostile in each of its texts, and a service that answers so."""
    target.answers["/x"] = (500, HOSTILE)
    script = (
        f"console.log({HOSTILE!r}); console.warn({HOSTILE!r});"
        f"pm.test({HOSTILE!r}, () => {{ throw new Error({HOSTILE!r}); }});"
        f"pm.environment.set('seen', pm.response.text()); throw new Error({HOSTILE!r});"
    ).replace("\\U", "\\u")
    item = {
        "name": HOSTILE,
        "description": HOSTILE,
        "request": {
            "method": "POST",
            "url": f"{target.url}/x",
            "header": [],
            "body": {"mode": "raw", "raw": HOSTILE},
        },
        "event": [{"listen": "test", "script": {"exec": [script]}}],
    }
    gone = {"name": f"gone {HOSTILE}", "request": "http://{{nowhere" + HOSTILE + "}}/"}
    return workspace.json(
        "hostile.postman_collection.json",
        {
            "info": {"name": HOSTILE, "schema": "https://schema.getpostman.com/json/collection/v2.1.0/x"},
            "item": [{"name": HOSTILE, "item": [item, gone]}],
        },
    )


@pytest.fixture
def printed(command):
    """The command as in a job of GitHub, and all that it printed."""
    command.environ["GITHUB_ACTIONS"] = "true"

    def run(*argv: object) -> str:
        said = command(*argv)
        return said.out + said.err

    return run


def harmless(text: str) -> bool:
    return not _CONTROL.search(text) and not _COMMAND.search(text)


@pytest.mark.parametrize("reporter", REPORTERS)
def test_no_reporter_prints_what_acts(hostile, printed, reporter):
    said = printed("run", hostile, "-r", f"cli,{reporter}", "--verbose")
    assert "stop-commands" in said
    assert harmless(said), said


def test_the_summary_of_a_step_holds_nothing_that_acts(hostile, command, tmp_path):
    command.environ.update(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    command("run", hostile, "-r", "github")
    text = (tmp_path / "summary.md").read_text("utf-8")
    assert "stop-commands" in text
    assert harmless(text), text


def test_no_command_prints_what_acts(hostile, printed, workspace):
    printed("run", hostile, "--record", "a.yaml", "-r", "events", "--reporter-events-export", "log.jsonl")
    printed("run", hostile, "--record", "b.yaml", "-r", "events", "--reporter-events-export", "log2.jsonl")
    commands = [
        ("list", hostile),
        ("cassette", "show", "a.yaml"),
        ("cassette", "diff", "a.yaml", "b.yaml"),
        ("cassette", "scan", "a.yaml"),
        ("cassette", "prune", "a.yaml", "--collection", hostile),
        ("report", "log.jsonl"),
        ("compare", "log.jsonl", "log2.jsonl"),
        ("drift", "a.yaml"),
        ("run", hostile, "--folder", HOSTILE),
        ("run", f"no{HOSTILE}.json"),
        ("run", hostile, "-e", f"{HOSTILE}.json"),
    ]
    for one in commands:
        said = printed(*one)
        assert said
        assert harmless(said), (one[:2], said)


def test_of_several_collections_every_file_holds_all(command, workspace, target):
    berth = workspace.collection(
        ("Berth", f"{target.url}/a", "pm.test('berth is free', () => {})"), name="port"
    )
    crane = workspace.collection(
        ("Crane", f"{target.url}/b", "pm.test('crane is up', () => {})"), name="yard"
    )
    exports = {"junit": "r.xml", "json": "r.json", "html": "r.html", "events": "r.jsonl"}
    given = [word for name, file in exports.items() for word in (f"--reporter-{name}-export", file)]
    said = command("run", berth, crane, "-r", "cli,junit,json,html,events", *given)
    assert said.code == 0, said
    for name in ("junit", "json", "events"):
        text = (workspace.folder / exports[name]).read_text("utf-8")
        assert "berth is free" in text, name
        assert "crane is up" in text, name
    for file in exports.values():
        assert f"written to {file}" in said.err


def test_a_collection_that_cannot_be_read_leaves_the_others_their_reports(command, workspace, target):
    berth = workspace.collection(
        ("Berth", f"{target.url}/a", "pm.test('berth is free', () => {})"), name="port"
    )
    broken = workspace.text("broken.postman_collection.json", "{")
    said = command("run", berth, broken, "-r", "junit", "--reporter-junit-export", "r.xml")
    assert said.code == 2
    assert "berth is free" in (workspace.folder / "r.xml").read_text("utf-8")


def test_collections_of_one_name_are_told_apart_by_their_files(command, workspace, target):
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    info = {"name": "Shop", "schema": schema}
    for file, path in (("eu/shop", "/eu"), ("us/shop", "/us"), ("trial", "/trial")):
        call = ("Ping", target.url + path, "pm.test('up', () => {})")
        workspace.collection(call, name=file, info=info)
    files = [f"{name}.postman_collection.json" for name in ("eu/shop", "us/shop", "trial")]
    command("run", *files, "-r", "junit", "--reporter-junit-export", "r.xml")
    told = re.findall(r'<testsuite name="([^"]+)"', (workspace.folder / "r.xml").read_text("utf-8"))
    assert told == [
        "Shop (eu/shop.postman_collection.json) / Ping",
        "Shop (us/shop.postman_collection.json) / Ping",
        "Shop (trial.postman_collection.json) / Ping",
    ]
