from harness.collection.model import Variable
from harness.variables.scope import MISSING, Scope, Scopes


def test_the_last_enabled_duplicate_wins_and_the_others_stay_for_exports():
    scope = Scope(
        "environment",
        [
            Variable(key="a", value=1),
            Variable(key="b", value=0),
            Variable(key="a", value=2),
            Variable(key="a", value=3, disabled=True),
        ],
    )
    assert scope.get("a") == 2
    assert [variable.value for variable in scope.all()] == [1, 3, 2, 0]
    assert [variable.value for variable in scope] == [2, 0]


def test_a_disabled_variable_is_no_variable_and_stays_as_it_is():
    scope = Scope("environment", [Variable(key="a", value=1, disabled=True)])
    assert scope.get("a") is MISSING
    assert "a" not in scope
    scope.set("a", 2)
    assert scope.get("a") == 2
    assert [(one.value, one.disabled) for one in scope.all()] == [(1, True), (2, False)]
    scope.unset("a")
    assert [(one.value, one.disabled) for one in scope.all()] == [(1, True)]


def test_unset_takes_all_enabled_duplicates():
    scope = Scope("environment", [Variable(key="a", value=1), Variable(key="a", value=2)])
    scope.unset("a")
    assert list(scope.all()) == []


def test_set_keeps_the_type_unless_one_is_named():
    scope = Scope("environment", [Variable(key="a", value="x", type="secret")])
    scope.set("a", "y")
    assert next(iter(scope)).secret
    scope.set("a", "z", "string")
    assert not next(iter(scope)).secret


def test_restore_brings_duplicates_back_and_changes_the_version():
    scope = Scope("globals", [Variable(key="a", value=1), Variable(key="a", value=2)])
    before = scope.snapshot()
    version = scope.version
    scope.restore(before)
    assert scope.version == version
    scope.clear()
    scope.restore(before)
    assert [variable.value for variable in scope.all()] == [1, 2]
    assert scope.version > version


def test_scopes_win_in_postmans_order():
    scopes = Scopes()
    for scope in reversed(list(scopes)):
        scope.set("a", scope.name)
    for name in ("local", "data", "environment", "collection", "globals"):
        found = scopes.find("a")
        assert found is not None
        assert found[0].name == name
        found[0].unset("a")
    assert scopes.get("a") is MISSING
