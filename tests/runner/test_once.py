"""Calls of set-up and teardown, which run once a run."""

import pytest

from harness.collection.companion import once
from harness.collection.companion_file import parse_companion
from harness.collection.load import load_collection
from harness.errors import InputError


def names(lab, items, **options):
    return lab.run(items, before=1, after=1, **options).order


def test_set_up_and_teardown_run_once_whatever_the_iterations(lab):
    assert names(lab, ["login", "a", "b", "logout"], iterations=3) == [
        "login", "a", "b", "a", "b", "a", "b", "logout"
    ]  # fmt: skip


def test_calls_side_by_side_wait_for_the_set_up_and_are_waited_for_by_the_teardown(lab):
    assert names(lab, ["login", "a", "b", "logout"], iterations=2, jobs=4) == [
        "login", "a", "b", "a", "b", "logout"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "options", [{"bail": True}, {"timeout_s": 0.0}], ids=lambda options: next(iter(options))
)
def test_the_teardown_runs_when_the_run_ends_early(lab, options):
    items = ["login", {"name": "a", "test": lab.asserts("holds", fails=True)}, "b", "logout"]
    order = names(lab, items, iterations=3, **options)
    assert order[-1] == "logout"
    assert order.count("logout") == 1
    assert "b" not in order


def test_an_interrupted_run_is_torn_down(lab):
    lab.answers.table["/a"] = KeyboardInterrupt()
    outcome = lab.run(["login", "a", "b", "logout"], iterations=2, before=1, after=1)
    assert outcome.order == ["login", "logout"]
    assert outcome.summary.interrupted


def test_without_a_set_up_nothing_runs_but_teardown_and_what_always_runs(lab):
    items = [{"name": "login", "test": lab.asserts("signed in", fails=True)}, "a", "b", "logout"]
    outcome = lab.run(items, iterations=2, before=1, after=1)
    told = [(one.call.item.name, one.skipped) for one in outcome.results]
    assert told == [
        ("login", None),
        ("a", "the set-up failed: login"),
        ("b", "the set-up failed: login"),
        ("logout", None),
    ]
    assert [failure.kind for failure in outcome.summary.failures] == ["assertion"]
    assert outcome.end.error == "a call of the set-up failed"


def test_rows_that_are_runs_of_their_own_have_a_set_up_each(lab):
    items = [{"name": "login", "test": lab.asserts("signed in", fails=True)}, "a", "logout"]
    outcome = lab.run(items, iterations=2, before=1, after=1, apart=True, isolated=True)
    assert outcome.order == ["login", "logout", "login", "logout"]
    assert outcome.end.error is None
    assert names(lab, ["login", "a", "logout"], iterations=2, apart=True) == ["login", "a", "logout"] * 2


def test_a_script_may_send_a_later_iteration_to_the_set_up_again(lab):
    scripts = iter([lab.asserts("no wish"), lab.goes_to("login"), lab.asserts("no wish")])

    def goes_once(job, host):
        return next(scripts)(job, host)

    items = ["login", {"name": "a", "test": goes_once}, "logout"]
    assert names(lab, items, iterations=2) == ["login", "a", "a", "login", "a", "logout"]


def test_a_script_may_send_the_run_to_the_set_up_again(lab):
    scripts = iter([lab.goes_to("login"), lab.asserts("there is no wish")])

    def goes_once(job, host):
        return next(scripts)(job, host)

    items = ["login", {"name": "a", "test": goes_once}, "logout"]
    assert names(lab, items, iterations=1) == ["login", "a", "login", "a", "logout"]


SHOP = load_collection(
    {
        "info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/"},
        "item": [
            {"name": "Auth", "item": [{"name": "In", "request": "/in"}, {"name": "Out", "request": "/out"}]},
            {"name": "Empty", "item": []},
        ],
    }
)


def test_a_folder_stands_for_its_calls():
    before, after = once(parse_companion("before: [Auth / In]\nafter: [Auth / Out]", "c.yaml"), SHOP)
    assert [[one.name for one in items] for items in (before, after)] == [["In"], ["Out"]]
    before, after = once(parse_companion("before: [[Auth]]", "c.yaml"), SHOP)
    assert [[one.name for one in items] for items in (before, after)] == [["In", "Out"], []]


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("before: [Auth / Im]", "there is no call or folder 'Auth / Im'", "before"),
        ("before: [Empty]", "this entry is used by nothing", "before"),
        ("before: [Auth]\nafter: [Auth / Out]", "'Auth / Out' runs once, and is named twice", "after"),
        ("before: Auth", "expected a list", "before"),
    ],
)
def test_what_fits_no_call_is_said_with_its_place(text, what, where):
    with pytest.raises(InputError) as caught:
        once(parse_companion(text, "c.harness.yaml"), SHOP)
    assert caught.value.what.startswith(what)
    assert str(caught.value.where).startswith("c.harness.yaml: ")
    assert where in str(caught.value.where)
