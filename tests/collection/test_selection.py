import pytest

from harness.collection.entry_pattern import fits
from harness.collection.load import load_collection
from harness.collection.selection import leave_out, passed_over, pick, select
from harness.dialect import EXACT, NEWMAN, POSTMAN
from harness.errors import UsageError


def request_(name, id=None):
    return {"name": name, "request": "http://h/", **({"id": id} if id else {})}


COLLECTION = load_collection(
    {
        "info": {"name": "C"},
        "item": [
            {
                "name": "A",
                "item": [{"name": "X", "item": [request_("Y"), request_("Z")]}, request_("a1", "id-1")],
            },
            {"name": "B", "item": [request_("b1"), request_("A")]},
            request_("root"),
            {"name": "E", "item": []},
        ],
    },
    file="c.json",
)


def names(*folders, dialect=EXACT):
    return " ".join(item.name for item in select(COLLECTION, folders, answers=dialect.inputs))


@pytest.mark.parametrize("newman", [True, False])
@pytest.mark.parametrize(
    ("folders", "ran"),
    [
        ((), "Y Z a1 b1 A root"),
        (("",), "Y Z a1 b1 A root"),
        (("A",), "Y Z a1"),
        (("id-1",), "a1"),
        (("Y",), "Y"),
        (("E",), ""),
        (("b1", "A"), "Y Z a1 b1"),
        (("root", "b1"), "b1 root"),
        (("root", "root"), "root"),
        (("A", "X"), "Y Z a1"),
        (("A", "a1"), "Y Z a1"),
        (("X", "Y"), "Y Z"),
    ],
)
def test_names_select_as_in_newman(folders, ran, newman):
    assert names(*folders, dialect=NEWMAN if newman else EXACT) == ran


@pytest.mark.parametrize(
    ("folders", "told"),
    [
        (
            ("A",),
            ["2 folders and requests are called 'A', and the first runs; these do not: B / A"],
        ),
        (("A", "B"), []),
        (("B / A",), []),
        (("Y", "E"), []),
        (("id-1",), []),
        (("A", "root", "A"), ["'A'"]),
    ],
)
def test_what_has_the_name_and_does_not_run_is_told(folders, told):
    warnings = list(passed_over(COLLECTION, folders, select(COLLECTION, folders)))
    assert len(warnings) == len(told)
    assert all(part in text and text.kind == "shared-name" for text, part in zip(warnings, told, strict=True))


def test_a_pick_tells_what_else_has_its_name():
    (told,) = passed_over(COLLECTION, ("A",), pick(COLLECTION, ("A",)))
    assert told.endswith(": B / A")


def test_a_name_of_which_nothing_was_chosen_is_not_told_as_passed_over():
    assert list(passed_over(COLLECTION, ("A",), pick(COLLECTION, ("root",)))) == []


def test_a_folders_own_children_come_before_their_children():
    collection = load_collection(
        {"item": [{"name": "F", "item": [request_("T", "deep")]}, request_("T", "near")]}
    )
    assert [item.id for item in select(collection, ["T"])] == ["near"]


@pytest.mark.difference("folder-twice")
def test_newman_runs_an_item_twice_that_is_two_levels_below_another():
    assert names("A", "Y", dialect=NEWMAN) == "Y Z a1 Y"
    assert names("A", "Y") == "Y Z a1"


@pytest.mark.difference("folder-path")
def test_paths_select_too_except_as_newman():
    assert names("B / A") == "A"
    assert names("root", "A / X / Z") == "Z root"
    with pytest.raises(UsageError):
        names("B / A", dialect=NEWMAN)


def test_unknown_names_are_told_with_what_is_near():
    with pytest.raises(UsageError) as caught:
        names("roots", "A", "other")
    assert str(caught.value) == (
        "no folder or request is called 'roots', 'other'\n  --> c.json\n  did you mean 'root'?"
    )
    with pytest.raises(UsageError) as caught:
        names("other thing")
    assert "valid at the top: A, B, root, E" in str(caught.value)


def test_newmans_words_for_unknown_names():
    with pytest.raises(UsageError, match='Unable to find a folder or request: "nope"'):
        names("nope", dialect=NEWMAN)
    with pytest.raises(UsageError, match="Invalid entrypoint"):
        names("nope", "A", dialect=NEWMAN)


@pytest.mark.parametrize("dialect", [EXACT, POSTMAN])
@pytest.mark.parametrize(
    ("picks", "ran"),
    [
        (("root", "A"), "root Y Z a1"),
        (("b1", "id-1", "Y"), "b1 a1 Y"),
        (("Y", "X", "root"), "Y Z root"),
        (("root", "root"), "root root"),
        (("A", "A"), "Y Z a1 Y Z a1"),
        (("E",), ""),
    ],
)
def test_picked_items_run_in_the_order_given_and_within_a_picked_folder_once(picks, ran, dialect):
    assert [item.name for item in pick(COLLECTION, picks, answers=dialect.inputs)] == ran.split()


def test_a_pick_is_the_first_that_fits_however_deep_it_lies():
    collection = load_collection(
        {"item": [{"name": "F", "item": [request_("T", "deep")]}, request_("T", "near")]}
    )
    assert [item.id for item in pick(collection, ["T"])] == ["deep"]


def test_only_the_exact_dialect_picks_by_path():
    assert [item.name for item in pick(COLLECTION, ["B / A"])] == ["A"]
    with pytest.raises(UsageError, match="no folder or request is called 'B / A'"):
        pick(COLLECTION, ["B / A"], answers=POSTMAN.inputs)


def test_a_pick_that_nothing_is_called_names_what_is_near():
    with pytest.raises(UsageError, match="no folder or request is called 'rot'") as error:
        pick(COLLECTION, ["A", "rot"])
    assert "did you mean 'root'?" in str(error.value)


@pytest.mark.parametrize(
    ("folders", "ran"),
    [
        (("A/*",), "Y Z a1"),
        (("A/X/*",), "Y Z"),
        (("A/X",), "Y Z"),
        (("A / X / [YQ]",), "Y"),
        (("**/?1",), "a1 b1"),
        (("r*",), "root"),
        (("B/b?", "A/X/Z"), "Z b1"),
    ],
)
def test_patterns_select_all_that_fit_in_the_order_of_the_collection(folders, ran):
    assert names(*folders) == ran


@pytest.mark.parametrize("dialect", [NEWMAN, POSTMAN])
def test_newman_knows_no_patterns(dialect):
    with pytest.raises(UsageError):
        names("A/*", dialect=dialect)


@pytest.mark.parametrize(
    ("excluded", "ran"),
    [
        (("X",), "a1 b1 A root"),
        (("id-1", "root"), "Y Z b1 A"),
        (("A",), "b1 root"),
        (("A/X/*", "B"), "a1 root"),
        (("**",), ""),
    ],
)
def test_what_is_excluded_does_not_run_wherever_it_stands(excluded, ran):
    left = leave_out(COLLECTION, tuple(COLLECTION.items()), excluded)
    assert " ".join(item.name for item in left) == ran


def test_excluding_what_is_not_there_is_an_error():
    with pytest.raises(UsageError) as raised:
        leave_out(COLLECTION, tuple(COLLECTION.items()), ["nothing/*"])
    assert "nothing/*" in str(raised.value)


def test_many_stars_take_no_time_worth_mentioning():
    assert not fits(["a" * 30] * 30, "/".join(["**", "a*a*b"] * 20))
