from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from harness.collection.document import DEEPEST, Spot, decode, parse_json, read_bytes, read_json
from harness.errors import InputError

TEXT = '{"name": "Grüße 日本"}'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_every_unicode_encoding_reads(tmp_path, encoding):
    path = tmp_path / "a.json"
    path.write_bytes(TEXT.encode(encoding))
    assert read_json(path, "the file") == {"name": "Grüße 日本"}


def test_marks_of_utf16_are_no_part_of_the_text():
    assert decode(b"\xfe\xff" + "x".encode("utf-16-be")) == "x"


def test_bytes_that_are_not_utf8_are_latin1_or_windows():
    assert decode("né".encode("latin-1")) == "né"
    assert decode("5 €".encode("cp1252")) == "5 €"


def test_malformed_json_is_placed_by_line_and_column(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{\n  "a": 1,\n  "b" 2\n}')
    with pytest.raises(InputError) as caught:
        read_json(path, "the file")
    assert str(caught.value) == f"not valid JSON: a colon is missing here\n  --> {path}: line 3, column 7"


def test_words_only_python_reads_are_refused_with_their_place():
    with pytest.raises(InputError, match="NaN is no JSON value") as caught:
        parse_json('{"NaN": "NaN",\n "x": NaN}', "f.json")
    assert str(caught.value.where) == "f.json: line 2, column 7"


@pytest.mark.parametrize(
    ("text", "what"), [(" \n", "empty"), ("[" * 100_000, "nested"), ("1" * 5000, "digits")]
)
def test_unusable_documents_are_named(text, what):
    with pytest.raises(InputError, match=what):
        parse_json(text, "f.json")


def test_a_missing_file_names_its_neighbour(tmp_path):
    (tmp_path / "users.json").write_text("{}")
    with pytest.raises(InputError) as caught:
        read_json(tmp_path / "user.json", "the data")
    assert "the data is not there" in str(caught.value)
    assert f"did you mean {str(tmp_path / 'users.json')!r}?" in str(caught.value)


def hint_for(path):
    with pytest.raises(InputError) as caught:
        read_json(path, "the collection")
    return caught.value.hint


def test_a_file_of_another_kind_is_no_neighbour(tmp_path):
    (tmp_path / "staging.postman_environment.json").write_text("{}")
    (tmp_path / "shop.postman_environment.json").write_text("{}")
    assert hint_for(tmp_path / "shop.postman_collection.json") == ""
    (tmp_path / "shop.json").write_text("{}")
    assert hint_for(tmp_path / "shop.postman_collection.json") == ""
    assert "shop.json" in hint_for(tmp_path / "shops.json")


def test_a_file_of_that_name_in_a_folder_below_is_suggested(tmp_path):
    below = tmp_path / "tests" / "api" / "shop.postman_collection.json"
    below.parent.mkdir(parents=True)
    below.write_text("{}")
    assert hint_for(tmp_path / below.name) == f"did you mean {str(below)!r}?"


def test_a_link_that_leads_nowhere_is_not_suggested_to_itself(tmp_path):
    link = tmp_path / "c.json"
    link.symlink_to("gone.json")
    with pytest.raises(InputError) as caught:
        read_json(link, "the data")
    assert caught.value.hint == "it is a link to 'gone.json', which is not there"


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        read_json(tmp_path / "no" / "user.json", "the data")


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_json(tmp_path, "the data")


def test_a_name_with_a_null_is_an_input_error():
    with pytest.raises(InputError, match="cannot be read"):
        read_json("a\0b", "the data")


def test_fetch_reads_addresses_and_its_errors_are_ours():
    assert read_json("https://example.com/c", "it", lambda address: address.encode().join((b'"', b'"'))) == (
        "https://example.com/c"
    )

    def refuse(address: str) -> bytes:
        raise OSError("no route")

    with pytest.raises(InputError, match="it cannot be read: no route"):
        read_json("http://example.com/c", "it", refuse)


@pytest.fixture
def server():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/ok" else 404)
            self.end_headers()
            self.wfile.write(b'{"a": 1}')

        def log_message(self, *args):
            pass

    httpd = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_addresses_are_fetched(server):
    assert read_json(f"{server}/ok", "it") == {"a": 1}
    with pytest.raises(InputError, match="it cannot be read: the address answered 404 Not Found"):
        read_bytes(f"{server}/other", "it")


def test_pointers_are_escaped():
    with pytest.raises(InputError) as caught:
        Spot("f.json").at("a/b", 0, "c~d").expect("a list", None)
    assert str(caught.value) == "expected a list, found null\n  --> f.json: /a~1b/0/c~0d"


@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")])
def test_a_document_may_have_so_many_levels_and_no_more(brackets):
    opening, closing = brackets
    middle = "" if opening == "[" else "1"
    assert parse_json(opening * DEEPEST + middle + closing * DEEPEST)
    for levels in (DEEPEST + 1, 100_000):
        with pytest.raises(InputError, match="nested too deeply"):
            parse_json(opening * levels + middle + closing * levels)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<!DOCTYPE html><html></html>", "an HTML page"),
        ("<?xml version='1.0'?><a/>", "XML"),
        ("-----BEGIN CERTIFICATE-----\nMIIB", "a PEM file"),
        ("PK\x03\x04", "packed"),
        ("\x00\x01", "no text"),
        ("name: local\nvalues: []\n", "YAML"),
        ("a,b\n1,2\n", "CSV"),
    ],
)
def test_another_kind_of_file_is_named(text, what):
    with pytest.raises(InputError, match="not valid JSON") as caught:
        parse_json(text, "f.json")
    assert what in caught.value.hint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a": 1,}', "name in double quotes is missing|comma stands behind"),
        ('{"a": 1} x', "more follows"),
        ('{"a": "x', "has no end"),
        ('{"a": "x\ny"}', "control character"),
        ('{"a": }', "a value is missing"),
        ('["a" "b"]', "a comma is missing"),
        ('{"a": "\\x"}', "backslash"),
        ('{"a": "\\u12"}', "hexadecimal"),
    ],
)
def test_a_mistake_in_json_is_told_in_plain_words(text, what):
    with pytest.raises(InputError, match=what) as caught:
        parse_json(text, "f.json")
    assert not caught.value.hint
