"""The numbered collection is well-formed, and agrees with its companion, environments and data."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.aep.settings import Settings
from harness.collection.companion import bind
from harness.collection.companion_file import load_companion
from harness.collection.load import load_collection

ROOT = Path(__file__).parents[2]
DATA = sorted((ROOT / "collections" / "data").iterdir())


def script(node: dict[str, Any], listen: str) -> str:
    return "\n".join(
        line
        for event in node.get("event", [])
        if event["listen"] == listen
        for line in event["script"]["exec"]
    )


def placeholders(text: str) -> set[str]:
    return {name for name in re.findall(r"\{\{([^{}]+)\}\}", text) if not name.startswith("$")}


def read_by(code: str) -> set[str]:
    return set(re.findall(r'pm\.\w+\.get\("(\w+)"\)', code))


def set_by(code: str) -> set[str]:
    return set(re.findall(r'pm\.\w+\.set\(\s*"(\w+)"', code))


def rows_of(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        rows: list[dict[str, Any]] = json.loads(text)
        return rows
    return list(csv.DictReader(text.splitlines()))


# shape


def test_it_is_written_as_postman_exports(shipped):
    written = json.dumps(shipped.collection, indent=2, ensure_ascii=False) + "\n"
    assert shipped.collection_text == written
    assert shipped.collection["info"]["schema"].endswith("/collection/v2.1.0/collection.json")
    for _, node in shipped.nodes():
        assert set(node) <= {"name", "item", "description", "event", "request", "response"}
        for event in node.get("event", []):
            assert event["listen"] in {"prerequest", "test"}
            assert event["script"]["type"] == "text/javascript"
            assert all("\n" not in line for line in event["script"]["exec"])


def test_the_loader_reads_it_without_a_warning(shipped):
    loaded = load_collection(shipped.collection_path)
    assert loaded.warnings == ()
    assert [item.path for item in loaded.items()] == [path for path, _ in shipped.calls()]


def test_no_two_calls_or_folders_share_a_name(shipped):
    names = [path[-1] for path, _ in shipped.nodes()]
    assert sorted(names) == sorted(set(names))


def test_names_start_with_their_numbers_in_running_order(shipped):
    for parent in [shipped.collection, *(node for _, node in shipped.nodes() if "item" in node)]:
        numbers = [re.match(r"[0-9a-z.]+", node["name"])[0] for node in parent["item"]]
        keys = [[(len(part), part) for part in re.findall(r"\d+|[a-z]", number)] for number in numbers]
        assert keys == sorted(keys)


def test_the_parts_of_every_address_agree_with_its_text(shipped):
    for path, node in shipped.calls():
        url = node["request"]["url"]
        text = "/".join([*url["host"], *url.get("path", [])])
        if "query" in url:
            text += "?" + "&".join(f"{pair['key']}={pair['value']}" for pair in url["query"])
        assert text == url["raw"], path


def test_every_json_body_is_json_once_its_variables_have_values(shipped):
    for path, node in shipped.calls():
        body = node["request"].get("body", {})
        if body.get("mode") == "raw":
            filled = re.sub(r"\{\{[^{}]+\}\}", "1", body["raw"])
            assert json.loads(filled), path


# assertions


def test_every_call_asserts_its_status_and_more(shipped):
    for path, node in shipped.calls():
        names = re.findall(r'pm\.test\("([^"]+)"', script(node, "test"))
        assert len(names) >= 2, path
        assert names[0].startswith("Status is "), path
        assert len(names) == len(set(names)), path


def test_scripts_keep_to_what_newman_and_postman_both_have(shipped):
    for path, node in shipped.nodes():
        code = script(node, "test") + script(node, "prerequest")
        for newer in ("await ", "pm.require", "pm.vault", "pm.execution.runRequest", "import "):
            assert newer not in code, path


# variables


def test_every_variable_has_a_value_before_it_is_used(shipped):
    entries = shipped.entries()
    known = {value["key"] for value in shipped.environments["local"]["values"]}
    known |= {variable["key"] for variable in shipped.collection["variable"]}
    for path, node in shipped.calls():
        before, after = script(node, "prerequest"), script(node, "test")
        known |= set_by(before)
        wanted = placeholders(json.dumps(node["request"])) | read_by(before) | read_by(after)
        assert wanted <= known, path
        known |= set_by(after) | set(entries.get(path, {}).get("extract", {}))


def test_every_variable_is_used(shipped):
    code = "".join(script(node, "test") + script(node, "prerequest") for _, node in shipped.nodes())
    used = read_by(code) | placeholders(json.dumps([node["request"] for _, node in shipped.calls()]))
    given = {value["key"] for value in shipped.environments["local"]["values"]}
    given |= {variable["key"] for variable in shipped.collection["variable"]}
    for entry in shipped.entries().values():
        given |= set(entry.get("extract", {}))
    assert given - used == set()


def test_what_a_run_makes_is_named_after_the_run(shipped):
    for path, node in shipped.calls():
        body = node["request"].get("body", {}).get("raw", "")
        for name in re.findall(r'^  "(?:name|title)": "([^"]*)"', body, re.MULTILINE):
            assert "{{RUN_ID}}" in name, path


# companion


def test_every_entry_of_the_companion_names_a_call_or_folder(shipped):
    named = {path for path, _ in shipped.nodes()}
    assert set(shipped.entries()) <= named
    assert len(shipped.companion["calls"]) == len(shipped.entries())


def test_the_companion_binds_to_the_collection(shipped):
    bound = bind(load_companion(shipped.companion_path), load_collection(shipped.collection_path))
    assert len(bound) == len(list(shipped.calls()))


def test_the_files_that_the_companion_names_are_the_shipped_ones(shipped):
    beside = shipped.companion_path.parent
    assert (beside / shipped.companion["environment"]).is_file()
    assert shipped.companion["platform"] == "local"
    assert (beside / shipped.companion["cassette"]).resolve() == ROOT / "cassettes" / "aep.yaml"


def test_calls_that_adobe_does_not_answer_are_local(shipped):
    for path, node in shipped.calls():
        address = node["request"]["url"]["raw"]
        assert shipped.only_local(path) or "/_" not in address, path
        needed = placeholders(json.dumps(node["request"])) & local_only_variables(shipped)
        assert shipped.only_local(path) or not needed, path


def local_only_variables(shipped) -> set[str]:
    return {
        name
        for path, entry in shipped.entries().items()
        if shipped.only_local(path)
        for name in entry.get("extract", {})
    }


def test_clean_up_always_runs(shipped):
    assert shipped.entries()[("9 Clean-up",)]["always"] is True


# environments and data


def test_both_environments_have_the_same_variables(shipped):
    local, production = (
        {value["key"]: value["type"] for value in environment["values"]}
        for environment in shipped.environments.values()
    )
    assert local == production


def test_production_is_a_template_without_secrets(shipped):
    for value in shipped.environments["production"]["values"]:
        if value["type"] == "secret":
            assert value["value"] == ""
        assert "127.0.0.1" not in value["value"]


@pytest.mark.parametrize("word", ["KEY", "SECRET", "TOKEN"])
def test_what_is_named_as_a_secret_is_one(shipped, word):
    for environment in shipped.environments.values():
        for value in environment["values"]:
            name = value["key"]
            if word in name and not name.endswith("_KEY_NAME"):
                assert value["type"] == "secret", name


def test_the_collection_holds_no_value_of_a_secret(shipped):
    for value in shipped.environments["local"]["values"]:
        if value["type"] == "secret" and value["value"]:
            assert value["value"] not in shipped.collection_text
    assert not re.search(r"eyJ[\w-]{10}|AKIA[0-9A-Z]{16}|PRIVATE KEY", shipped.collection_text)


def test_the_local_environment_is_that_of_a_platform_with_default_settings(shipped):
    local = {value["key"]: value["value"] for value in shipped.environments["local"]["values"]}
    settings = Settings()
    assert local["API_KEY"] == settings.client_id
    assert local["CLIENT_SECRET"] == settings.client_secret
    assert local["IMS_ORG"] == settings.org_id
    assert local["SCOPES"] == settings.scopes
    assert local["SANDBOX_NAME"] == settings.default_sandbox
    assert local["OTHER_SANDBOX_NAME"] in settings.development_sandboxes


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.name)
def test_data_rows_give_values_to_variables_of_the_collection(shipped, path):
    known = {variable["key"] for variable in shipped.collection["variable"]}
    rows = rows_of(path)
    assert len(rows) >= 2
    for row in rows:
        assert set(row) <= known
        assert set(row) == set(rows[0])
        assert all(value not in ("", None) for value in row.values())
