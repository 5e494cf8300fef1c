import random
from pathlib import Path

import pytest

from harness.client.body import decode_base64, read_content, strip_comments
from harness.client.draft import DraftPart
from harness.client.files import INSECURE, FilePolicy, FileRefused
from harness.client.form import encode_form
from harness.client.media_type import media_type
from harness.client.multipart import boundary_in, draw_boundary, encode_multipart
from harness.collection.model import Body, FormPart, Pair


@pytest.fixture
def files(tmp_path: Path) -> FilePolicy:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(b"hello")
    (tmp_path / "out.txt").write_bytes(b"secret")
    return FilePolicy(working_dir=tmp_path / "in", allow_outside=False)


def read(body: Body, files: FilePolicy):
    warnings: list[str] = []
    values = {"{{v}}": "value", "{{f}}": "a.txt"}

    def resolve(text: str) -> str:
        for name, value in values.items():
            text = text.replace(name, value)
        return text

    return read_content(body, resolve, files, warnings.append), warnings


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ('{"a":1 // c\n}', '{"a":1 \n}'),
        ('{"a":1 // c\r\n}', '{"a":1 \n}'),
        ('{"u":"http://x/*y*/"}/* z */', '{"u":"http://x/*y*/"}'),
        ('{"q":"\\"//"}//end', '{"q":"\\"//"}'),
        ("/*/ */x", "x"),
        ("a /* open", "a "),
        ('\\"// x', '\\"'),
    ],
)
def test_comments_are_stripped_outside_of_strings(text, stripped):
    assert strip_comments(text) == stripped


def test_a_form_groups_names_puts_indices_first_and_escapes_like_querystring():
    fields = [
        Pair(key="a", value="1"),
        Pair(key="b", value="x y+&é'()*!~"),
        Pair(key="a", value="2"),
        Pair(key="10", value="ten"),
        Pair(key="2", value=None),
        Pair(key="off", value="1", disabled=True),
    ]
    assert encode_form(fields) == "2=&10=ten&a=1&a=2&b=x%20y%2B%26%C3%A9%27%28%29%2A%21~"


def test_base64_is_read_as_leniently_as_node_reads_it():
    assert decode_base64("aGk") == decode_base64("a Gk=\n") == b"hi"
    assert decode_base64("_-8") == b"\xff\xef"
    assert decode_base64("a") == b""


def test_graphql_variables_are_spliced_in_as_they_are(files):
    body = Body(mode="graphql", graphql={"query": '{ a "é\n" }', "variables": '{"x": {{v}}}'})
    content, _ = read(body, files)
    assert content.text == '{"query":"{ a \\"é\\n\\" }","variables":{"x": value}}'


def test_empty_graphql_variables_are_left_out(files):
    body = Body(mode="graphql", graphql={"query": "{a}", "operationName": "o", "variables": ""})
    assert read(body, files)[0].text == '{"query":"{a}","operationName":"o"}'


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"query": "{{v}}", "variables": {"x": "{{v}}"}}, '{"query":"value","variables":{"x":"value"}}'),
        ({"query": None, "operationName": None}, '{"query":null,"operationName":null}'),
        ({"query": 5, "variables": "{}"}, '{"variables":{}}'),
        ({}, "{}"),
    ],
)
def test_graphql_without_variables_as_a_text_is_written_as_json(given, text, files):
    assert read(Body(mode="graphql", graphql=given), files)[0].text == text


def test_a_name_that_no_object_of_javascript_can_hold_is_not_sent():
    assert (
        encode_form([Pair(key="__proto__", value="1"), Pair(key="constructor", value="2")]) == "constructor=2"
    )


@pytest.mark.parametrize(
    "body",
    [
        Body(),
        Body(mode="raw", raw=""),
        Body(mode="raw", raw="x", disabled=True),
        Body(mode="formdata"),
        Body(mode="file"),
    ],
)
def test_an_empty_or_disabled_body_is_none(body, files):
    assert read(body, files)[0] is None


def test_a_missing_file_drops_its_part_with_a_warning(files):
    parts = (
        FormPart(key="f", is_file=True, src=("none",)),
        FormPart(key="t", value="{{v}}"),
    )
    content, warnings = read(Body(mode="formdata", formdata=parts), files)
    assert [(part.key, part.content) for part in content.parts] == [("t", "value")]
    assert warnings == ['Form param `f`, file load error: "none", no such file']


def test_several_files_become_several_parts_and_end_the_reading_of_files_as_in_newman(files):
    parts = (
        FormPart(key="f", is_file=True, src=("{{f}}", "a.txt"), listed=True),
        FormPart(key="g", is_file=True, src=("a.txt",)),
    )
    content, warnings = read(Body(mode="formdata", formdata=parts), files)
    assert [(part.key, part.content) for part in content.parts] == [
        ("f", b"hello"),
        ("f", b"hello"),
        ("g", ""),
    ]
    assert "no files after a list of files" in warnings[0]


def test_a_file_outside_of_the_working_directory_is_refused(files, tmp_path):
    with pytest.raises(FileRefused, match=INSECURE):
        files.read("../out.txt")
    with pytest.raises(FileRefused, match=INSECURE):
        files.read(str(tmp_path / "out.txt"))
    allowed = FilePolicy(working_dir=files.working_dir, allow_outside=False, also=(tmp_path,))
    assert allowed.read("../out.txt")[1] == b"secret"
    assert FilePolicy(working_dir=files.working_dir).read("../out.txt")[1] == b"secret"


def test_a_policy_of_no_files_reads_none(files):
    with pytest.raises(FileRefused, match="invalid or missing file source"):
        FilePolicy(working_dir=files.working_dir, none=True).read("a.txt")


def test_a_folder_is_no_file(files):
    with pytest.raises(FileRefused, match="is not a file"):
        files.read(".")


def test_parts_are_written_as_form_data_writes_them():
    parts = [
        DraftPart(key="a", content="é"),
        DraftPart(key="f", content=b"\x00", path="/d/x.json"),
        DraftPart(key="g", content=b"", path="/d/noext", content_type="x/y"),
        DraftPart(key="h", content="", file_name=""),
        DraftPart(key="i", content=b"z", file_name="dir/☃ 'n'.txt"),
    ]
    assert (
        encode_multipart(parts, "B")
        == (
            '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\né\r\n'
            '--B\r\nContent-Disposition: form-data; name="f"; filename="x.json"\r\n'
            "Content-Type: application/json\r\n\r\n\0\r\n"
            '--B\r\nContent-Disposition: form-data; name="g"; filename="noext"\r\n'
            "Content-Type: x/y\r\n\r\n\r\n"
            '--B\r\nContent-Disposition: form-data; name="h"; filename=""\r\n\r\n\r\n'
            '--B\r\nContent-Disposition: form-data; name="i"; filename="☃ \'n\'.txt"; '
            "filename*=UTF-8''%E2%98%83%20%27n%27.txt\r\nContent-Type: text/plain\r\n\r\nz\r\n"
            "--B--\r\n"
        ).encode()
    )
    assert encode_multipart([], "B") == b""


def test_a_boundary_is_drawn_from_the_source_given():
    first = draw_boundary(random.Random(1))
    assert first == draw_boundary(random.Random(1))
    assert first.startswith("-" * 26)
    assert first[26:].isdigit()
    assert len(first) == 50


def test_the_authors_boundary_is_found():
    assert boundary_in('multipart/form-data; boundary="a b"') == "a b"
    assert boundary_in("multipart/form-data; boundary=ab; x") == "ab"
    assert boundary_in("text/plain; boundary=ab") is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.json", "application/json"),
        ("A.B.TXT", "text/plain"),
        ("json", "application/json"),
        ("d/json", None),
        ("d/.json", None),
        ("a.unknown", None),
    ],
)
def test_media_types_follow_the_extension(path, kind):
    assert media_type(path) == kind
