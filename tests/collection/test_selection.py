import pytest

from harness.collection.load import load_collection
from harness.collection.selection import pick, select
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


def test_a_folders_own_children_come_before_their_children():
    collection = load_collection(
        {"item": [{"name": "F", "item": [request_("T", "deep")]}, request_("T", "near")]}
    )
    assert [item.id for item in select(collection, ["T"])] == ["near"]


def test_newman_runs_an_item_twice_that_is_two_levels_below_another():
    assert names("A", "Y", dialect=NEWMAN) == "Y Z a1 Y"
    assert names("A", "Y") == "Y Z a1"


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
