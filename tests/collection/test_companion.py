import pytest

from harness.collection.companion import (
    CallEntry,
    Companion,
    ExpectEntry,
    ExtractEntry,
    RetryEntry,
    bind,
    companion_beside,
)
from harness.collection.load import load_collection
from harness.errors import InputError, Place

COLLECTION = load_collection(
    {
        "item": [
            {
                "name": "1 First",
                "item": [
                    {"name": "Create", "request": "u"},
                    {"name": "Create", "request": "u"},
                    {"name": "Deep", "item": [{"name": "Read", "request": "u"}]},
                ],
            },
            {"name": "9 Clean-up", "item": []},
            {"name": "Last", "request": "u"},
        ]
    }
)


def entry(*path, line=1, **values):
    return CallEntry(path=path, place=Place(file="c.harness.yaml", path=path, field=f"line {line}"), **values)


def bound(*entries):
    return bind(Companion(calls=entries), COLLECTION)


def test_entries_go_to_their_calls_in_the_order_of_the_collection():
    assert [one and one.path for one in bound(entry("Last", always=True), entry("1 First", "Create"))] == [
        ("1 First", "Create"),
        None,
        None,
        ("Last",),
    ]


def test_names_that_occur_twice_are_numbered():
    assert [bool(one) for one in bound(entry("1 First", "Create [2]"))] == [False, True, False, False]


def test_what_is_said_of_a_folder_is_said_of_its_calls_and_the_call_itself_wins():
    status = ExpectEntry(subject="status", check="equals", wanted=(200,))
    found = ExpectEntry(subject="path", target="$.a", check="exists", wanted=True)
    value = ExtractEntry(variable="V", source="path", expression="$.a")
    own = entry("1 First", "Deep", "Read", expect=(found,), extract=(value,), retry=RetryEntry(every_s=2))
    folder = entry(
        "1 First", expect=(status,), retry=RetryEntry(every_s=1), always=True, only_platform="local"
    )
    first, _, read, last = bound(own, folder)
    assert first is not None
    assert read is not None
    assert (first.expect, first.retry, first.path) == (
        (status,),
        RetryEntry(every_s=1),
        ("1 First", "Create"),
    )
    assert (read.expect, read.extract, read.retry) == ((status, found), (value,), RetryEntry(every_s=2))
    assert (read.always, read.only_platform) == (True, "local")
    assert last is None


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            [entry("1 First", "Creat")],
            "/ Creat'\n  --> c.harness.yaml: 1 First / Creat, line 1\n  did you mean '1 First / Create'",
        ),
        ([entry("Read")], "did you mean '1 First / Deep / Read'"),
        ([entry("zzz")], "valid at the top: 1 First, 9 Clean-up, Last"),
        ([entry("Last", needs=(("nope",),))], "there is no call or folder 'nope'"),
        ([entry("Last"), entry("Last", line=5)], "this call has two entries"),
        ([entry("9 Clean-up")], "this entry is used by nothing: the folder has no calls"),
    ],
)
def test_what_fits_no_call_is_told(entries, message):
    with pytest.raises(InputError) as caught:
        bound(*entries)
    assert message in str(caught.value)


def test_a_companion_is_found_beside_its_collection(tmp_path):
    for name in ("a.postman_collection.json", "b.json"):
        (tmp_path / name).write_text("{}")
    assert companion_beside(tmp_path / "b.json") is None
    (tmp_path / "a.harness.yaml").write_text("")
    (tmp_path / "b.harness.yml").write_text("")
    assert companion_beside(tmp_path / "a.postman_collection.json") == tmp_path / "a.harness.yaml"
    assert companion_beside(str(tmp_path / "b.json")) == tmp_path / "b.harness.yml"
