import json

import pytest

from harness.collection.model import Variable
from harness.dialect import NEWMAN
from harness.errors import InputError, UsageError
from harness.variables.environment import (
    MASK,
    Environment,
    export_scope,
    load_environment,
    parse_assignment,
)
from harness.variables.scope import Scope

DOCUMENT = {
    "id": "abc",
    "name": "E",
    "values": [
        {"key": "s", "value": "1", "type": "secret", "enabled": True},
        {"key": "off", "value": "2", "enabled": False, "type": "default"},
        {"key": "c", "value": "3", "disabled": True},
        {"key": "c", "value": "4", "type": "text"},
        {"key": "n", "value": "5", "type": "number"},
        {"key": "l", "value": [1], "type": "array"},
        {"key": "o", "value": {"a": 1}},
    ],
}


def test_a_file_with_all_it_may_have(tmp_path):
    path = tmp_path / "e.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-16")
    environment = load_environment(path)
    scope = environment.scope()
    assert (environment.name, environment.id, environment.file) == ("E", "abc", str(path))
    assert (scope.name, scope.label, scope.id) == ("environment", "E", "abc")
    assert {variable.key: variable.value for variable in scope} == {
        "s": "1", "off": "2", "c": "4", "n": 5, "l": [1], "o": {"a": 1}
    }  # fmt: skip
    assert environment.warnings == (
        f"{path}: variable 'off' is switched off, and is used all the same, as in newman",
    )


def test_a_variable_that_its_type_makes_something_else_is_warned_of(tmp_path):
    path = tmp_path / "e.json"
    path.write_text(json.dumps({"values": [{"key": "n", "type": "number", "value": "many"}]}))
    told = f"{path}: variable 'n' has the type number and is none: it is read as NaN"
    assert load_environment(path).warnings == (told,)


@pytest.mark.parametrize(
    "document",
    [
        {"values": [{"key": "a", "value": 1}]},
        [{"key": "a", "value": 1}],
        {"values": {"key": "a", "value": 1}},
        {"globals": {"values": [{"key": "a", "value": 1}]}},
        {"globals": [{"key": "a", "value": 1}]},
        {"values": [None, "text", {"value": 2}, {"key": "a", "value": 1}]},
    ],
)
def test_every_shape_newman_takes(document):
    globals_ = load_environment(document, "globals")
    assert globals_.variables == (Variable(key="a", value=1),)
    assert globals_.scope().name == "globals"


def test_a_collection_is_refused():
    with pytest.raises(InputError, match="this is no environment: it is a Postman collection"):
        load_environment({"info": {"name": "Shop"}, "item": []}, file="shop.json")


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"a": 1}, "this sets no variables for the environment: it has no `values`, a list of"),
        (
            {"values": {"a": 1}},
            "this sets no variables for the environment: `values` is an object, and no list of",
        ),
    ],
)
def test_what_sets_nothing_is_warned_of(document, told):
    (warning,) = load_environment(document, file="e.json").warnings
    assert warning == f'e.json: {told} {{"key": NAME, "value": VALUE}}'


def test_an_entry_without_a_name_is_warned_of():
    document = {"values": [{"key": "a", "value": 1}, {"name": "b", "value": 2}, {"id": "c", "value": 3}]}
    assert load_environment(document, file="e.json").warnings == (
        "e.json: entry 2 of `values` has no `key`: it sets no variable",
    )


def test_no_environment_sets_nothing_and_warns_of_nothing():
    assert load_environment(None) == Environment()


@pytest.mark.parametrize(
    ("document", "place"), [("5", "e.json"), ('{"values": 5}', "e.json: /values"), ("[", "line 1, column 2")]
)
def test_what_is_no_environment_is_placed(tmp_path, document, place):
    (tmp_path / "e.json").write_text(document)
    with pytest.raises(InputError) as caught:
        load_environment(tmp_path / "e.json")
    assert place in str(caught.value.where)


def test_system_variables_fill_in_values():
    environment = load_environment(DOCUMENT).with_system(
        {"HARNESS_VAR_s": "x", "HARNESS_VAR_N": "7", "HARNESS_VAR_new": "y", "HARNESS_VAR_": "z", "s": "no"}
    )
    values = {variable.key: variable for variable in environment.scope()}
    assert values["s"] == Variable(key="s", value="x", type="secret")
    assert values["n"].value == 7
    assert values["new"] == Variable(key="new", value="y", type="secret")
    assert "" not in values


def test_a_system_name_in_its_own_case_wins():
    environment = Environment(variables=(Variable(key="a", value=0),))
    for environ in (
        {"HARNESS_VAR_a": "1", "HARNESS_VAR_A": "2"},
        {"HARNESS_VAR_A": "2", "HARNESS_VAR_a": "1"},
    ):
        assert environment.with_system(environ).scope().get("a") == "1"
    assert environment.with_system({"PATH": "x"}) is environment


def test_given_values_win_over_all():
    environment = (
        load_environment(DOCUMENT)
        .with_system({"HARNESS_VAR_s": "x"})
        .with_values([("s", "first"), ("s", "last"), ("n", "9"), ("new", "")])
    )
    scope = environment.scope()
    assert [scope.get(key) for key in ("s", "n", "new", "off")] == ["last", 9, "", "2"]


def test_an_assignment_ends_its_name_at_the_first_equals_sign():
    assert parse_assignment("a=b=c", "--env-var") == ("a", "b=c")
    assert parse_assignment("a=", "--env-var") == ("a", "")
    assert parse_assignment("a", "--env-var", answers=NEWMAN.inputs) == ("a", "")
    with pytest.raises(UsageError, match="--env-var needs name=value, not '=b'"):
        parse_assignment("=b", "--env-var")


def export(**options):
    scope = load_environment(DOCUMENT).scope()
    return export_scope(scope, exported_at="2026-01-02T03:04:05.678Z", exported_using="Me/1", **options)


def test_exports_are_newmans():
    assert export(keeps_types=False, mask=None) == {
        "id": "abc",
        "name": "E",
        "values": [
            {"type": "any", "value": "1", "key": "s"},
            {"type": "any", "value": "2", "key": "off"},
            {"disabled": True, "type": "any", "value": "3", "key": "c"},
            {"type": "any", "value": "4", "key": "c"},
            {"type": "number", "value": 5, "key": "n"},
            {"type": "array", "value": "[1]", "key": "l"},
            {"type": "any", "value": {"a": 1}, "key": "o"},
        ],
        "_postman_variable_scope": "environment",
        "_postman_exported_at": "2026-01-02T03:04:05.678Z",
        "_postman_exported_using": "Me/1",
    }


def test_what_a_file_says_of_a_variable_is_exported_again():
    entry = {"key": "a", "id": "7", "name": "n", "description": "of s3cret", "system": True, "more": 1}
    values = [entry, {"key": "b", "value": "", "description": {"content": "c"}}]
    scope = load_environment({"name": "E", "values": values}).scope()
    scope.set("a", "1")
    document = export_scope(scope, exported_at="", exported_using="", mask=None)
    description = {"content": "of s3cret", "type": "text/plain"}
    told = {"id": "7", "name": "n", "description": description, "system": True}
    assert document["values"] == [
        {**told, "type": "any", "value": "1", "key": "a"},
        {"description": {"type": "text/plain", "content": "c"}, "type": "any", "value": "", "key": "b"},
    ]
    assert list(document["values"][0]) == ["id", "name", "description", "type", "value", "key", "system"]
    masked = export_scope(
        scope, exported_at="", exported_using="", mask=lambda text: text.replace("s3cret", "*")
    )
    assert masked["values"][0]["description"]["content"] == "of *"


def test_exports_mask_secrets_unless_asked():
    masked, clear = export()["values"], export(mask=None)["values"]
    assert masked[0] == {"type": "secret", "value": MASK, "key": "s"}
    assert clear[0] == {"type": "secret", "value": "1", "key": "s"}
    assert masked[1:] == clear[1:]
    assert masked[1]["type"] == "default"


def test_exports_hide_secrets_that_other_variables_hold():
    scope = Scope(
        "environment", [Variable(key="copy", value="it was s3cret"), Variable(key="of s3cret", value=1)]
    )
    document = export_scope(
        scope, exported_at="", exported_using="", mask=lambda text: text.replace("s3cret", "*")
    )
    assert [entry["value"] for entry in document["values"]] == ["it was *", 1]
    assert [entry["key"] for entry in document["values"]] == ["copy", "of *"]


def test_an_export_without_a_file_behind_it_has_a_name_and_a_stable_id():
    scope = Environment(kind="globals").scope()
    scope.set("nan", float("nan"))
    first = export_scope(scope, exported_at="", exported_using="")
    assert first["name"] == "globals"
    assert first["id"] == export_scope(scope, exported_at="", exported_using="")["id"]
    assert first["values"] == [{"type": "any", "value": None, "key": "nan"}]


def test_an_export_loads_again():
    scope = load_environment(DOCUMENT).scope()
    again = load_environment(json.loads(json.dumps(export(keeps_types=False, mask=None)))).scope()
    assert {one.key: one.value for one in again} == {one.key: one.value for one in scope}
