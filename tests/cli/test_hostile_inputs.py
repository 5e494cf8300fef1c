"""Input that means harm ends as an error that can be read, and what was done is not lost."""

import json

import pytest

from harness.errors import ExitCode

SETS = "pm.environment.set('half', '\\ud800 ' + String.fromCharCode(0)); pm.test('\\udfff', () => {})"


def test_half_a_surrogate_pair_is_exported_as_json_spells_it(command, workspace, target):
    file = workspace.collection(("a", target.url, SETS))
    reports = ("-r", "cli,json,junit,html,events")
    said = command("run", file, *reports, "--export-environment", workspace.folder / "env.json")
    assert said.code is ExitCode.PASSED
    text = (workspace.folder / "env.json").read_text()
    assert "\\ud800" in text
    assert {entry["key"]: entry["value"] for entry in json.loads(text)["values"]}["half"] == "\ud800 \0"


def test_a_secret_copied_to_another_variable_is_not_exported(command, workspace, target):
    file = workspace.collection(
        ("a", target.url, "pm.environment.set('copy', 'it is ' + pm.environment.get('key'))")
    )
    values = [{"key": "key", "value": "s3cret-value", "type": "secret"}]
    environment = workspace.json("secret.json", {"name": "e", "values": values})
    export = workspace.folder / "out.json"
    command("run", file, "-e", environment, "--export-environment", export)
    assert "s3cret-value" not in export.read_text()
    command("run", file, "-e", environment, "--export-environment", export, "--export-secrets")
    assert export.read_text().count("s3cret-value") == 2


@pytest.mark.parametrize("name", ["a\0b.json", "x" * 300 + ".json"])
def test_a_file_that_cannot_be_written_is_an_error_with_its_name(command, workspace, target, name):
    said = command("run", workspace.collection(("a", target.url)), "--export-environment", name)
    assert said.code is ExitCode.USAGE
    assert said.err.startswith("error: cannot write the export")
    assert name in said.err
