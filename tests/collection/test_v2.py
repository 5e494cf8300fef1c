import pytest

from harness.collection.model import Auth, Folder, Item, Url, Variable
from harness.collection.v2 import read_collection
from harness.errors import InputError


def read(**document):
    return read_collection({"info": {"name": "C"}, **document}, "c.json")


def test_folders_and_items_with_all_they_may_have():
    collection = read_collection(
        {
            "info": {"_postman_id": "cid", "name": "C", "description": {"content": "about"}},
            "auth": {"type": "bearer", "bearer": {"token": "t"}},
            "variable": [{"key": "k", "value": "v", "type": "secret"}, {"id": "no key"}],
            "protocolProfileBehavior": {"strictSSL": True},
            "event": [{"listen": "prerequest", "script": "a\r\nb"}],
            "item": [
                {
                    "name": "F",
                    "item": [{"id": "i", "name": "R", "request": "http://h/", "description": "d"}],
                    "auth": {"type": "noauth"},
                    "protocolProfileBehavior": {"followRedirects": False},
                }
            ],
        },
        "c.json",
    )
    assert (collection.id, collection.name, collection.description) == ("cid", "C", "about")
    assert collection.variables == (Variable(key="k", value="v", type="secret"),)
    assert collection.root.auth == Auth(type="bearer", params={"token": "t"})
    assert collection.root.profile == {"strictSSL": True}
    assert [script.source for script in collection.root.scripts] == ["a\nb"]
    folder = collection.root.children[0]
    assert isinstance(folder, Folder)
    assert (folder.path, folder.auth, folder.profile) == (
        ("F",),
        Auth(type="noauth"),
        {"followRedirects": False},
    )
    (item,) = collection.items()
    assert (item.id, item.path, item.description) == ("i", ("F", "R"), "d")
    assert collection.source["item"]
    assert collection.warnings == ()


def test_events_in_all_their_shapes_keep_their_order():
    collection = read(
        event=[
            {
                "listen": "test",
                "script": {"id": "s", "exec": ["one", None, 2], "packages": {"p": {"id": "pid"}}},
            },
            {"listen": "prerequest", "script": ["x", "y"]},
            {"listen": "test", "script": {"exec": "t\nu"}},
            {"listen": "test", "script": {}},
            {"listen": "test", "disabled": True, "script": "off"},
            {"listen": "other", "script": "no"},
            {"listen": "test", "script": {"type": "text/javascript"}},
            None,
        ],
        item=[],
    )
    scripts = [(script.event, script.source) for script in collection.root.scripts]
    assert scripts == [
        ("test", "one\n\n2"),
        ("prerequest", "x\ny"),
        ("test", "t\nu"),
        ("test", ""),
        ("test", ""),
    ]
    assert collection.root.scripts[0].id == "s"
    assert collection.root.scripts[0].packages == {"p": "pid"}


def test_what_is_no_script_is_left_out_with_a_warning():
    collection = read(item=[{"name": "R", "request": "u", "event": [{"listen": "test", "script": 5}]}])
    (item,) = collection.items()
    assert item.scripts == ()
    assert collection.warnings[0].endswith(
        "R, test script: the number 5 is no script; it is left out, as in newman"
    )


def test_a_script_from_a_file_has_no_lines_of_its_own():
    script = {"src": "s.js", "exec": ["never"]}
    collection = read(item=[{"name": "R", "request": "u", "event": [{"listen": "test", "script": script}]}])
    (item,) = collection.items()
    assert [each.source for each in item.scripts] == [""]


def test_a_single_event_and_a_single_item_need_no_list():
    collection = read(item={"name": "R", "event": {"listen": "test", "script": "x"}, "request": "u"})
    (item,) = collection.items()
    assert item.scripts[0].source == "x"


def test_missing_names_and_ids_are_made_up_the_same_each_time():
    document = {
        "item": [{"request": {"method": "post", "url": {"host": ["h"], "path": ["p"]}}}, {}, {"item": []}]
    }
    first, second = read_collection(document, ""), read_collection(document, "")
    assert first == second
    ids = {child.id for child in first.root.children}
    assert len(ids) == 3
    assert [child.name for child in first.root.children] == ["", "", ""]
    assert [child.path for child in first.root.children] == [("POST h/p",), ("request 2",), ("folder 3",)]


def test_an_item_without_a_request_has_an_empty_url_and_an_empty_list_makes_a_folder():
    collection = read(item=[{"name": "R"}, {"name": "F", "item": []}, {"name": "N", "item": None}])
    kinds = [type(child) for child in collection.root.children]
    assert kinds == [Item, Folder, Item]
    assert next(collection.items()).request.url == Url()


def test_what_postman_would_not_send_is_warned_of():
    collection = read(
        item=[
            {"name": "F", "item": [{"name": "R", "request": {"url": {"raw": "http://h"}}}]},
            {"name": "S", "request": "u", "event": [{"listen": "test", "script": {"src": "s.js"}}]},
        ]
    )
    assert [warning.split(": ")[1] for warning in collection.warnings] == ["F / R, url", "S, test script"]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"item": 5}, "/item"),
        ({"item": [{"item": [5]}]}, "/item/0/item/0"),
        ({"item": [{"request": []}]}, "/item/0/request"),
        ({"item": [{"item": [{"request": {"url": 1}}]}]}, "/item/0/item/0/request/url"),
        ({"item": [{"event": 5}]}, "/item/0/event"),
    ],
)
def test_wrong_shapes_are_placed_by_pointer(document, pointer):
    with pytest.raises(InputError) as caught:
        read_collection(document, "c.json")
    assert str(caught.value.where) == f"c.json: {pointer}"


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ([], "found a list"),
        ({}, "neither `info` nor `item`"),
        ({"values": []}, "an environment"),
        ({"openapi": "3.1.0"}, "OpenAPI"),
        ({"log": {}}, "HAR"),
    ],
)
def test_other_documents_are_recognized(document, what):
    with pytest.raises(InputError, match=what):
        read_collection(document, "c.json")


@pytest.mark.parametrize("item", [{}, {"Read": {"request": "u"}}, "x", 7, False])
def test_an_item_that_is_no_list_is_refused_by_its_name(item):
    with pytest.raises(InputError, match="expected a list of requests and folders") as caught:
        read(item=item)
    assert "/item" in str(caught.value)


def test_variables_that_their_type_makes_something_else_are_warned_of():
    entries = [{"key": "dryRun", "type": "boolean", "value": "false"}]
    collection = read_collection({"info": {"name": "C"}, "item": [], "variable": entries}, "c.json")
    assert [text.partition(",")[0] for text in collection.warnings] == ["variable 'dryRun' is true"]
