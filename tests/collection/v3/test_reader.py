import os

import pytest

from harness.collection.load import load_collection
from harness.collection.model import Folder, Script
from harness.collection.selection import select
from harness.errors import InputError
from harness.runner.plan import calls_of

DEFINITION = ".resources/definition.yaml"


def names(collection):
    return [" / ".join(item.path) for item in collection.items() if item.unreadable is None]


def faults(collection):
    return [item.unreadable for item in collection.items() if item.unreadable is not None]


def told(collection):
    """What was left out, without the folder's path."""
    return [one.place.removeprefix(collection.file + "/") for one in collection.notices]


def test_directories_are_folders_and_files_requests(tree):
    collection = load_collection(
        tree(
            {
                DEFINITION: "name: My shop\ndescription: d\nid: c1",
                "a.request.yaml": "url: http://h/a\nid: r1",
                "b.request.yml": "url: http://h/b",
                "F/G/x.request.yaml": "url: http://h/x",
                ".hid/y.request.yaml": "url: http://h/y",
                "README.md": "no request",
                "c.yaml": "no request",
                "empty/notes.txt": "no folder",
            }
        )
    )
    assert (collection.name, collection.id, collection.description) == ("My shop", "c1", "d")
    assert names(collection) == [".hid / y", "F / G / x", "a", "b"]
    assert next(item.id for item in collection.items() if item.name == "a") == "r1"
    assert not collection.notices


def test_siblings_are_sorted_by_order_then_by_name_in_code_units(tree):
    collection = load_collection(
        tree(
            {
                "z.request.yaml": "order: -1",
                "a.request.yaml": "order: 1.5",
                "b.request.yaml": "order: '1'",
                "F/.resources/definition.yaml": "order: 1\nname: a folder",
                "F/x.request.yaml": "",
                "B.request.yaml": "",
                "zz.request.yaml": "order: 1_000",
                "one.request.yaml": "name: 𝒶",
                "two.request.yaml": "name: \ufb01",
            }
        )
    )
    assert names(collection) == ["z", "B", "𝒶", "\ufb01", "a folder / x", "b", "a", "zz"]


def test_a_name_wins_over_the_stem_and_may_be_a_number(tree):
    collection = load_collection(
        tree({"a.request.yaml": "name: 42", "b.request.yaml": 'name: ""', "c.d.request.yaml": ""})
    )
    assert names(collection) == ["42", "b", "c.d"]


def test_everything_unknown_is_left_out_alone_with_file_line_and_key(tree):
    collection = load_collection(
        tree(
            {
                DEFINITION: """\
                    event: []
                    scripts:
                      - {type: prerequest, code: x}
                      - {type: "http:afterResponse", code: y, language: text/python}
                      - {type: beforeRequest, code: z}
                    """,
                "a.request.yaml": """\
                    url: http://h/
                    headers:
                      - {key: A, value: b, unit: c}
                      - {value: no key}
                      - just a text
                      - {key: M, value: {a: b}}
                    settings: {followRedirects: maybe, nope: 1}
                    order: first
                    auth: {type: magic}
                    """,
                "b.request.yaml": "body: {type: yaml, content: x}",
                "c.request.yaml": "$kind: mcp-request",
                "d.request.yaml": "$kind: zzz",
                "e.request.yaml": "[$kind, http-request]",
                "F/.resources/definition.yaml": "variables: {a: b}",
                "F/x.request.yaml": "",
            }
        )
    )
    assert names(collection) == ["F / x", "a", "c"]
    assert sorted(told(collection)) == [
        ".resources/definition.yaml: event, line 2",
        ".resources/definition.yaml: scripts[0].type, line 4",
        ".resources/definition.yaml: scripts[1].language, line 5",
        "F/.resources/definition.yaml: variables, line 2",
        "a.request.yaml: auth.type, line 10",
        "a.request.yaml: headers[0].unit, line 4",
        "a.request.yaml: headers[1], line 5",
        "a.request.yaml: headers[2], line 6",
        "a.request.yaml: headers[3].value, line 7",
        "a.request.yaml: order, line 9",
        "a.request.yaml: settings.followRedirects, line 8",
        "a.request.yaml: settings.nope, line 8",
        "b.request.yaml: body.type, line 2",
        "c.request.yaml: $kind, line 1",
        "d.request.yaml: $kind, line 1",
        "e.request.yaml: $kind, line 1",
    ]
    item = next(item for item in collection.items() if item.name == "a")
    assert [header.key for header in item.request.headers] == ["A"]
    assert item.request.auth.type == "noauth"
    assert collection.root.scripts == (Script(event="prerequest", source="z", protocol="http"),)
    assert (
        next(i for i in collection.items() if i.name == "c").skipped
        == "requests of kind 'mcp-request' are not run"
    )


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("url: [", "not valid YAML", 3),
        ("url: a\nurl: b", "the key 'url' is there twice", 3),
        ("url: a\n---\nurl: b", "there is another document", 3),
        ("url: !!python/object:os.system x", "has no meaning here", 2),
    ],
)
def test_a_file_that_is_no_yaml_is_a_fault_and_the_rest_is_read(tree, text, what, line):
    collection = load_collection(
        tree({"a.request.yaml": f"$kind: http-request\n{text}", "b.request.yaml": ""})
    )
    assert names(collection) == ["b"]
    (fault,) = faults(collection)
    assert fault.file == collection.file + "/a.request.yaml"
    assert what in fault.message
    assert fault.line == line


@pytest.mark.parametrize("text", ["$kind: collection\nname: [", "- $kind: collection"])
def test_below_a_definition_that_cannot_be_read_nothing_is_kept(tree, text):
    collection = load_collection(
        tree(
            {"F/" + DEFINITION: text, "F/a.request.yaml": "", "F/G/b.request.yaml": "", "c.request.yaml": ""}
        )
    )
    assert names(collection) == ["c"]
    assert [fault.file for fault in faults(collection)] == [f"{collection.file}/F/{DEFINITION}"]


def test_what_is_no_file_and_no_utf_8_is_a_fault(tree):
    shop = tree({"ok.request.yaml": ""})
    (shop / "latin.request.yaml").write_bytes(b"$kind: http-request\nurl: caf\xe9\n")
    (shop / "wide.request.yaml").write_bytes("$kind: http-request\nurl: café\n".encode("utf-16"))
    os.mkfifo(shop / "pipe.request.yaml")
    collection = load_collection(shop)
    assert names(collection) == ["ok", "wide"]
    assert [(fault.message.partition(";")[0], fault.line) for fault in faults(collection)] == [
        ("it is not UTF-8, as YAML has to be", 2),
        ("it is no regular file", None),
    ]


def test_links_lead_no_further_than_the_collection(tree, tmp_path):
    shop = tree({"F/a.request.yaml": "", "b.request.yaml": ""})
    (tmp_path / "secret.yaml").write_text("$kind: http-request\nname: secret\n")
    (tmp_path / "other" / ".resources").mkdir(parents=True)
    (shop / "out.request.yaml").symlink_to(tmp_path / "secret.yaml")
    (shop / "outside").symlink_to(tmp_path / "other")
    (shop / "F" / "round").symlink_to(shop)
    (shop / "in.request.yaml").symlink_to(shop / "b.request.yaml")
    collection = load_collection(shop)
    assert names(collection) == ["F / a", "b", "in"]
    assert [(told.partition(":")[0]) for told in told(collection)] == [
        "F/round",
        "out.request.yaml",
        "outside",
    ]
    (tmp_path / "link").symlink_to(shop)
    assert names(load_collection(tmp_path / "link")) == names(collection)


def test_a_folder_that_holds_nothing_of_a_collection_is_refused(tmp_path):
    (tmp_path / "notes.yaml").write_text("$kind: collection\n")
    with pytest.raises(InputError, match="the folder is no collection"):
        load_collection(tmp_path)
    (tmp_path / "shop.json").write_text("{}")
    with pytest.raises(InputError, match=r"did you mean .*shop\.json"):
        load_collection(tmp_path)
    with pytest.raises(InputError, match="a YAML file alone is no collection"):
        load_collection(tmp_path / "notes.yaml")
    with pytest.raises(InputError, match="the request file is not there"):
        load_collection(tmp_path / "x.request.yaml")


def test_a_part_of_a_collection_runs_with_what_its_parents_say(tree):
    shop = tree(
        {
            DEFINITION: "name: Shop\nauth: {type: bearer, credentials: {token: t}}\nvariables: {v: 1}",
            "A/B/x.request.yaml": "",
            "A/B/y.request.yaml": "",
            "z.request.yaml": "",
        }
    )
    for part, paths in (("A/B", ["A / B / x", "A / B / y"]), ("A/B/y.request.yaml", ["A / B / y"])):
        collection = load_collection(shop / part)
        assert (collection.name, collection.file) == ("Shop", str(shop))
        assert [" / ".join(item.path) for item in select(collection, ())] == paths
        assert calls_of(collection)[0].auth.params == {"token": "t"}
        assert collection.variables[0].value == "1"


def test_the_collections_of_a_workspace_are_apart(tmp_path, tree):
    shop = tree({"a.request.yaml": ""})
    folder = tmp_path / "postman" / "collections"
    folder.mkdir(parents=True)
    shop.rename(folder / "Shop")
    (folder / "stray.request.yaml").write_text("$kind: http-request\n")
    assert load_collection(folder / "Shop").file == str(folder / "Shop")


def test_scripts_of_definitions_are_for_their_protocol(tree):
    collection = load_collection(
        tree(
            {
                DEFINITION: """\
                    scripts:
                      - {type: "http:beforeRequest", code: h}
                      - {type: "graphql:beforeQuery", code: g}
                      - {type: "grpc:beforeInvoke", code: r}
                      - {type: "http:afterResponse", code: d, disabled: true}
                    """,
                "h.request.yaml": "scripts: [{type: beforeRequest, code: o}, {type: afterResponse, code: t}]",
                "g.request.yaml": "$kind: graphql-request\nscripts: [{type: beforeQuery, code: own}]",
            }
        )
    )
    sources = {call.item.name: [script.source for _, script in call.scripts] for call in calls_of(collection)}
    assert sources == {"h": ["h", "o", "t"], "g": ["g", "own"]}
    assert not collection.notices


def test_the_document_for_reports_has_the_form_of_v2_1(tree):
    collection = load_collection(
        tree(
            {
                DEFINITION: "name: Shop\nid: c1\nscripts: [{type: 'http:afterResponse', code: \"a\\nb\"}]",
                "F/x.request.yaml": "id: x\nurl: http://h/\nsettings: {followRedirects: false}",
            }
        )
    )
    again = load_collection(collection.source, file="again")
    assert again.name == "Shop"
    assert [item.path for item in again.items()] == [("F", "x")]
    assert [item.profile for item in again.items()] == [{"followRedirects": False}]
    assert isinstance(again.root.children[0], Folder)
    assert [script.source for script in again.root.scripts] == ["a\nb"]


def test_of_a_part_only_what_concerns_it_is_told(tree):
    shop = tree(
        {
            DEFINITION: "nope: 1",
            "A/.resources/definition.yaml": "nope: 1",
            "A/x.request.yaml": "nope: 1",
            "A/sock.request.yaml": "$kind: zzz",
            "B/.resources/definition.yaml": "nope: 1",
            "B/y.request.yaml": "nope: 1",
        }
    )
    assert [place.partition(":")[0] for place in told(load_collection(shop / "A" / "x.request.yaml"))] == [
        ".resources/definition.yaml",
        "A/.resources/definition.yaml",
        "A/x.request.yaml",
    ]
    left_out = load_collection(shop / "A" / "sock.request.yaml")
    assert select(left_out, ()) == ()
    assert told(left_out)[-1] == "A/sock.request.yaml: $kind, line 1"


def test_a_part_below_a_definition_that_cannot_be_read_fails_and_nothing_else_runs(tree):
    shop = tree({"A/" + DEFINITION: "$kind: [", "A/x.request.yaml": "", "b.request.yaml": ""})
    for part in ("A", "A/x.request.yaml"):
        (item,) = select(load_collection(shop / part), ())
        assert item.unreadable.file == f"{shop}/A/{DEFINITION}"
