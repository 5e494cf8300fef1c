"""Collections keep what the other format can hold, and the list of what is lost is exact."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.cli.terminal import Terminal
from harness.client.url import unparse
from harness.collection.load import load_collection
from harness.conversion.convert import as_v21, write_v3
from harness.errors import ExitCode, InputError

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def script(listen: str, *lines: str, **more: Any) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": list(lines)}, **more}


WHOLE: dict[str, Any] = {
    "info": {
        "_postman_id": "c-1",
        "name": "Shop: all/of it",
        "description": "# Shop\n\nyes",
        "schema": SCHEMA,
    },
    "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
    "event": [script("prerequest", "const a = 1;", "", "  pm.globals.set('a', a);"), script("test", "")],
    "variable": [{"key": "base", "value": "http://localhost", "type": "string"}],
    "item": [
        {
            "id": "f-1",
            "name": "CON",
            "auth": {"type": "noauth"},
            "item": [
                {
                    "id": "r-1",
                    "name": "no",
                    "request": {
                        "method": "POST",
                        "description": "1e3",
                        "header": [
                            {"key": "X", "value": "yes"},
                            {"key": "X", "value": "2", "disabled": True, "description": "second"},
                        ],
                        "url": {
                            "raw": "{{base}}/a/:id?q=1&flag",
                            "host": ["{{base}}"],
                            "path": ["a", ":id"],
                            "query": [
                                {"key": "q", "value": "1"},
                                {"key": "flag", "value": None},
                                {"key": "off", "value": "x", "disabled": True},
                            ],
                            "variable": [{"key": "id", "value": "7"}],
                        },
                        "body": {
                            "mode": "raw",
                            "raw": '{\n  "a": 1\r\n}\n',
                            "options": {"raw": {"language": "json"}},
                        },
                    },
                    "response": [
                        {
                            "name": "Found",
                            "originalRequest": {
                                "method": "GET",
                                "header": [],
                                "url": {
                                    "raw": "http://h/x",
                                    "protocol": "http",
                                    "host": ["h"],
                                    "path": ["x"],
                                },
                            },
                            "status": "OK",
                            "code": 200,
                            "_postman_previewlanguage": "json",
                            "header": [{"key": "Content-Type", "value": "application/json"}],
                            "cookie": [],
                            "body": "{}",
                        }
                    ],
                    "protocolProfileBehavior": {
                        "followRedirects": False,
                        "disabledSystemHeaders": {"accept": True},
                    },
                }
            ],
        },
        {
            "name": "NO",
            "request": {
                "method": "POST",
                "header": [],
                "url": {"raw": "{{base}}/form", "host": ["{{base}}"], "path": ["form"]},
                "body": {
                    "mode": "formdata",
                    "formdata": [
                        {"key": "t", "value": "v", "type": "text"},
                        {"key": "f", "type": "file", "src": ["a", "b"], "contentType": "text/css"},
                    ],
                },
            },
            "response": [],
        },
    ],
}


def collection_file(folder: Path, document: Any) -> str:
    path = folder / "shop.postman_collection.json"
    path.write_text(json.dumps(document))
    return str(path)


def there_and_back(folder: Path, document: Any) -> tuple[dict[str, Any], list[str]]:
    """Convert to v3 and back: the document, and the fields that were listed as lost."""
    source = collection_file(folder, document)
    lost = write_v3(source, as_v21(source), folder / "Shop")
    back = as_v21(str(folder / "Shop"))
    assert back.lost == () or all("name" in one.message for one in back.lost)
    return json.loads(json.dumps(back.document)), [one.field for one in lost]


def test_a_collection_is_the_same_after_a_way_through_v3(tmp_path: Path) -> None:
    back, lost = there_and_back(tmp_path, WHOLE)

    assert lost == []
    assert back == WHOLE


def test_what_is_sent_is_the_same_in_both_formats(tmp_path: Path) -> None:
    source = collection_file(tmp_path, WHOLE)
    write_v3(source, as_v21(source), tmp_path / "Shop")

    before, after = load_collection(source), load_collection(str(tmp_path / "Shop"))

    assert [unparse(item.request.url) for item in after.items()] == [
        unparse(item.request.url) for item in before.items()
    ]
    assert [item.request.body for item in after.items()] == [item.request.body for item in before.items()]
    assert [item.name for item in after.items()] == ["no", "NO"]


@pytest.mark.parametrize(
    ("member", "pointer"),
    [
        ({"variable": [{"key": "a", "value": "1"}]}, "/item/0/variable"),
        ({"event": [script("test", "boom()", disabled=True)]}, "/item/0/event/0"),
        ({"protocolProfileBehavior": {"disableBodyPruning": True}}, "/item/0/protocolProfileBehavior"),
    ],
)
def test_what_v3_cannot_hold_is_listed(tmp_path: Path, member: dict[str, Any], pointer: str) -> None:
    item = {"name": "A", "request": {"method": "GET", "url": {"raw": "h", "host": ["h"]}}, **member}
    document = {"info": {"name": "S", "schema": SCHEMA}, "item": [item]}

    _, lost = there_and_back(tmp_path, document)

    assert lost == [pointer]


def test_a_disabled_script_is_a_comment(tmp_path: Path) -> None:
    item = {
        "name": "A",
        "request": {"url": "h"},
        "event": [script("test", "boom()", "x\u2028y()", disabled=True)],
    }
    there_and_back(tmp_path, {"info": {"name": "S"}, "item": [item]})

    text = (tmp_path / "Shop" / "A.request.yaml").read_text(encoding="utf-8")
    assert "# boom()\n" in text
    assert not [item.scripts for item in load_collection(str(tmp_path / "Shop")).items() if item.scripts]


NAMES = [
    "..",
    ".",
    "",
    "a/../../b",
    "CON",
    "nul.txt",
    "x" * 300,
    "Ä" * 300,
    "a",
    "A",
    "a ",
    "é",
    "e\u0301",
    "a\nb",
    ".resources",
]


def test_names_stay_inside_of_the_folder_and_apart(tmp_path: Path) -> None:
    items = [{"name": name, "request": {"url": {"raw": "h", "host": ["h"]}}} for name in NAMES]
    folders = [{"name": name, "item": []} for name in NAMES]
    back, lost = there_and_back(tmp_path, {"info": {"name": "S"}, "item": [*items, *folders]})

    assert [one["name"] for one in back["item"]] == NAMES * 2
    assert lost == []
    stems = [path.name.casefold() for path in (tmp_path / "Shop").iterdir() if path.name != ".resources"]
    assert len(set(stems)) == len(NAMES) * 2
    assert all(len(stem.encode()) < 200 and not stem.startswith((".", "con", "nul")) for stem in stems)
    assert {path.name for path in tmp_path.iterdir()} == {"Shop", "shop.postman_collection.json"}


def test_a_folder_keeps_files_that_are_no_part_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "Shop"
    (folder / "notes").mkdir(parents=True)
    (folder / "notes" / "a.txt").write_text("kept")
    (folder / "notes").chmod(0o700)
    (folder / "README.md").write_text("kept")
    (folder / "Old").mkdir()
    (folder / "Old" / "gone.request.yaml").write_text("$kind: http-request\n")

    there_and_back(tmp_path, WHOLE)

    assert (folder / "README.md").read_text() == (folder / "notes" / "a.txt").read_text() == "kept"
    assert (folder / "notes").stat().st_mode & 0o777 == 0o700
    assert not list(folder.rglob("gone.request.yaml"))


def test_a_collection_is_not_written_into_itself(tmp_path: Path) -> None:
    source, err = collection_file(tmp_path, WHOLE), StringIO()
    write_v3(source, as_v21(source), tmp_path / "Shop")

    code = main(
        ["convert", str(tmp_path / "Shop"), "-o", str(tmp_path / "Shop" / "a" / "b")], Terminal(err=err)
    )

    assert code is ExitCode.USAGE
    assert "the output lies in the collection" in err.getvalue()


def test_the_working_directory_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = collection_file(tmp_path, WHOLE)

    with pytest.raises(InputError, match="working directory"):
        write_v3(source, as_v21(source), Path())


def test_strict_fails_when_something_is_lost(tmp_path: Path) -> None:
    source = collection_file(tmp_path, {**WHOLE, "protocolProfileBehavior": {"strictSSL": False}})

    assert main(["convert", source, "-o", str(tmp_path / "Shop")], Terminal()) is ExitCode.PASSED
    assert main(["convert", source, "-o", str(tmp_path / "Shop"), "--strict"], Terminal()) is ExitCode.FAILED


def test_older_forms_of_headers_and_path_variables_are_sent_alike(tmp_path: Path) -> None:
    url = {"raw": "h/:id", "host": ["h"], "path": [":id"], "variable": [{"id": "id", "value": "{{x}}"}]}
    items = [
        {"name": str(index), "request": {"method": "GET", "header": header, "url": url}}
        for index, header in enumerate(
            ["A: 1\nB: 2", ["A: 1"], [{"key": "A", "value": ["1", "2"]}], {"A": "1"}]
        )
    ]
    source = collection_file(tmp_path, {"info": {"name": "S"}, "item": items})
    lost = write_v3(source, as_v21(source), tmp_path / "Shop")

    before, after = load_collection(source), load_collection(str(tmp_path / "Shop"))

    assert [item.request.headers for item in after.items()] == [
        item.request.headers for item in before.items()
    ]
    assert {unparse(item.request.url) for item in after.items()} == {"h/{{x}}"}
    assert "/item/0/request/url/variable/0/id" in [one.field for one in lost]


@pytest.mark.parametrize("name", ["Shop.yaml", "shop.txt", "shop.ZIP"])
def test_a_name_of_another_kind_of_file_makes_no_folder(tmp_path: Path, name: str) -> None:
    source, err = tmp_path / "a.postman_collection.json", StringIO()
    source.write_text(json.dumps({"info": {"name": "S"}, "item": []}))

    code = main(["convert", str(source), "-o", str(tmp_path / name)], Terminal(err=err))

    assert code is ExitCode.USAGE
    assert "any other a folder" in err.getvalue()
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("text", ["null", "1", "[1, 2]", '"x"'])
def test_a_document_that_is_no_collection_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(InputError):
        as_v21(str(path))


def test_what_postman_would_not_read_is_left_out_and_listed(tmp_path: Path) -> None:
    item = {
        "name": "A",
        "request": {
            "method": "POST",
            "url": {"raw": "h", "host": ["h"]},
            "body": {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": None}]},
        },
        "event": [
            {
                "listen": "test",
                "script": {
                    "type": "text/javascript",
                    "exec": ["a"],
                    "packages": {"lodash": {"id": "1", "scope": "x"}, "bare": "2", "odd": 3},
                    "requests": {"r-1": {"id": "r-1", "name": "no place"}},
                },
            }
        ],
        "protocolProfileBehavior": {
            "protocolVersion": "http9",
            "tlsDisabledProtocols": ["TLSv1", "SSLv3"],
            "disabledSystemHeaders": {"accept": True, "x-own": True},
        },
    }

    _, lost = there_and_back(tmp_path, {"info": {"name": "S", "schema": SCHEMA}, "item": [item]})

    text = (tmp_path / "Shop" / "A.request.yaml").read_text(encoding="utf-8")
    assert 'src: ""' in text
    assert not [one for one in ("scope", "odd", "r-1", "http9", "SSLv3", "x-own") if one in text]
    assert set(lost) >= {
        "/item/0/event/0/script/requests",
        "/item/0/event/0/script/packages/odd",
        "/item/0/protocolProfileBehavior/protocolVersion",
        "/item/0/protocolProfileBehavior/tlsDisabledProtocols/1",
        "/item/0/protocolProfileBehavior/disabledSystemHeaders/x-own",
    }


def test_variables_of_graphql_are_a_text_in_v3(tmp_path: Path) -> None:
    body = {"mode": "graphql", "graphql": {"query": "{ a }", "variables": {"id": 7}}}
    item = {"name": "A", "request": {"method": "POST", "url": {"raw": "h", "host": ["h"]}, "body": body}}

    back, lost = there_and_back(tmp_path, {"info": {"name": "S", "schema": SCHEMA}, "item": [item]})

    assert back["item"][0]["request"]["body"]["graphql"]["variables"] == '{"id": 7}'
    assert lost == ["/item/0/request/body/graphql/variables"]


@pytest.mark.parametrize("where", ["collection", "folder", "request"])
def test_parameters_that_a_script_may_take_away_are_in_the_address_alone(tmp_path: Path, where: str) -> None:
    # Postman merges the list into the address after the scripts, and would send what they took away.
    events = {"event": [script("prerequest", "pm.request.url.query.remove(one => !one.value);")]}
    url = {
        "raw": "http://h/a?q={{q}}&flag",
        "protocol": "http",
        "host": ["h"],
        "path": ["a"],
        "query": [{"key": "q", "value": "{{q}}"}, {"key": "flag", "value": None}],
    }
    request: dict[str, Any] = {"name": "r", "request": {"method": "GET", "url": url}}
    folder: dict[str, Any] = {"name": "F", "item": [request]}
    document: dict[str, Any] = {"info": {"name": "c", "schema": SCHEMA}, "item": [folder]}
    {"collection": document, "folder": folder, "request": request}[where].update(events)
    after, lost = there_and_back(tmp_path, document)
    assert "queryParams" not in (tmp_path / "Shop/F/r.request.yaml").read_text("utf-8")
    assert not lost
    assert after["item"][0]["item"][0]["request"]["url"] == url


@pytest.mark.parametrize("more", [{"disabled": True}, {"description": "why"}])
def test_parameters_that_the_address_does_not_tell_of_stay_listed(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    query = [{"key": "q", "value": "1", **more}]
    url = {"raw": "http://h/a?q=1", "protocol": "http", "host": ["h"], "path": ["a"], "query": query}
    item: dict[str, Any] = {"name": "r", "request": {"method": "GET", "url": url}}
    item["event"] = [script("prerequest", "pm.request.url.query.clear()")]
    after, _ = there_and_back(tmp_path, {"info": {"name": "c", "schema": SCHEMA}, "item": [item]})
    assert after["item"][0]["request"]["url"]["query"] == query
