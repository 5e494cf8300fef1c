"""Input that means harm ends as an error that can be read, and what was done is not lost."""

import json
import socket
import threading

import pytest

from harness.errors import ExitCode
from harness.options.commands import RUN_DEFAULTS

SETS = "pm.environment.set('half', '\\ud800 ' + String.fromCharCode(0)); pm.test('\\udfff', () => {})"


def test_half_a_surrogate_pair_is_exported_as_json_spells_it(command, workspace, target):
    file = workspace.collection(("a", target.url, SETS))
    reports = ("-r", "cli,json,junit,html,events")
    said = command("run", file, *reports, "--export-environment", workspace.folder / "env.json")
    assert said.code is ExitCode.PASSED
    text = (workspace.folder / "env.json").read_text()
    assert "\\ud800" in text
    assert {entry["key"]: entry["value"] for entry in json.loads(text)["values"]}["half"] == "\ud800 \0"


def test_a_secret_copied_to_another_variable_is_not_in_a_masked_export(command, workspace, target):
    file = workspace.collection(
        ("a", target.url, "pm.environment.set('copy', 'it is ' + pm.environment.get('key'))")
    )
    values = [{"key": "key", "value": "s3cret-value", "type": "secret"}]
    environment = workspace.json("secret.json", {"name": "e", "values": values})
    export = workspace.folder / "out.json"
    command("run", file, "-e", environment, "--export-environment", export, "--export-masked")
    assert "s3cret-value" not in export.read_text()
    command("run", file, "-e", environment, "--export-environment", export)
    assert export.read_text().count("s3cret-value") == 2


@pytest.mark.parametrize("name", ["a\0b.json", "x" * 300 + ".json"])
def test_a_file_that_cannot_be_written_is_an_error_with_its_name(command, workspace, target, name):
    said = command("run", workspace.collection(("a", target.url)), "--export-environment", name)
    assert said.code is ExitCode.USAGE
    assert said.err.startswith("error: cannot write the export")
    assert name.replace("\0", "\\x00") in said.err


WRONG = (True, 0, 1.5, 10**400, "", "\0", "nonsense", [], {}, [None], [[]], {"a": {}}, ["a", 1, None])


@pytest.mark.parametrize("option", sorted(RUN_DEFAULTS.keys() - {"record", "history"}))
def test_a_setting_of_any_type_is_taken_or_refused_with_its_name(command, workspace, option):
    first, *rest = option.split("_")
    name = first + "".join(map(str.capitalize, rest))
    file = workspace.collection(("a", ""))
    for wrong in WRONG:
        workspace.json(".newmanrc", {name: wrong})
        said = command("run", file)
        assert said.code in {ExitCode.FAILED, ExitCode.USAGE, ExitCode.PASSED}
        assert said.code is not ExitCode.USAGE or said.err.startswith("error: ")


def test_a_setting_that_is_none_is_as_if_it_were_not_there(command, workspace, target):
    workspace.json(".newmanrc", {"iterationCount": None, "folder": None, "timeoutRequest": 5e3})
    assert command("run", workspace.collection(("a", target.url))).code is ExitCode.PASSED


@pytest.mark.parametrize("option", ["--timeout", "--timeout-request", "--delay-request", "-n"])
@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "²", "١٢"])
def test_a_number_without_measure_is_an_error_of_usage(command, workspace, option, number):
    said = command("run", workspace.collection(("a", "")), option, number)
    assert said.code is ExitCode.USAGE
    assert option in said.err


@pytest.mark.parametrize("reporter", ["json", "junit", "html", "events"])
@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_report_that_cannot_be_written_is_an_error_with_its_name(command, workspace, reporter, name):
    said = command(
        "run", workspace.collection(("a", "")), "-r", reporter, f"--reporter-{reporter}-export", name
    )
    assert said.code is ExitCode.USAGE
    assert name.replace("\0", "\\x00") in said.err


@pytest.mark.parametrize("text", ["", "[" * 100_000, "\0", "[1]"])
def test_a_result_that_is_none_is_an_error_with_its_name(command, workspace, text):
    said = command("report", workspace.text("r.jsonl", text))
    assert said.code is ExitCode.USAGE
    assert "r.jsonl" in said.err


@pytest.mark.parametrize(
    "entry",
    [
        *("a", 1, None, [], {}),
        *({"matches": 1}, {"matches": [1]}, {"matches": ["a"], "key": "k"}),
        *({"matches": ["a"], "cert": {"src": []}}, {"matches": ["a"], "passphrase": {}}),
    ],
)
def test_a_client_certificate_that_is_none_is_an_error_with_its_place(command, workspace, entry):
    listed = workspace.json("certificates.json", [entry])
    said = command("run", workspace.collection(("a", "")), "--ssl-client-cert-list", listed)
    assert said.code is ExitCode.USAGE
    assert "certificates.json: /0" in said.err


@pytest.mark.parametrize(
    "answer", [b"", b"\0\xff garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
def test_an_address_that_does_not_answer_in_http_is_an_error(command, workspace, answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/c.json"
        said = command("run", address)
        thread.join()
    assert said.code is ExitCode.USAGE
    assert said.err.startswith("error: ")
    assert address in said.err


def test_a_secret_spelled_out_in_an_auth_is_in_no_report(command, workspace, target):
    params = [{"key": "key", "value": "X-K"}, {"key": "value", "value": "lit-s3cret-7"}]
    auth = {"type": "apikey", "apikey": params}
    request = {"method": "POST", "url": target.url, "auth": auth}
    file = workspace.collection({"name": "a", "request": request})
    reporters = ("cli", "json", "junit", "html", "events")
    options = [f"--reporter-{one}-export=out.{one}" for one in reporters[1:]]
    said = command("run", file, "-r", ",".join(reporters), *options, "--verbose")
    assert said.code is ExitCode.PASSED
    assert "lit-s3cret-7" in str(target.requests)
    for text in (said.out, *((workspace.folder / f"out.{one}").read_text() for one in reporters[1:])):
        assert "lit-s3cret-7" not in text


def test_a_request_that_is_not_in_the_cassette_is_told_on_stderr_whatever_the_reporters(
    command, workspace, target
):
    file = workspace.collection(("One", f"{target.url}/one"))
    command("run", file, "--record", "c.yaml")
    more = workspace.collection(("One", f"{target.url}/one"), ("Two", f"{target.url}/two"))
    said = command("run", more, "--replay", "c.yaml", "-r", "json", "--reporter-json-export", "r.json")
    assert said.code == 3
    assert "not in the cassette: 1 request of Two" in said.err


def test_with_a_working_directory_files_beside_the_collection_are_not_sent(command, workspace, target):
    workspace.text("work/in.txt", "INSIDE")
    workspace.text("beside.txt", "BESIDE")

    def upload(name):
        body = {"mode": "file", "file": {"src": name}}
        return {"name": name, "request": {"method": "POST", "url": target.url, "body": body}}

    file = workspace.collection(upload("in.txt"), upload("beside.txt"), upload("../beside.txt"))
    command("run", file, "--working-dir", "work", "--no-insecure-file-read")
    assert [one["body"] for one in target.requests] == ["INSIDE", "", ""]


def test_a_number_that_is_none_reads_as_0_in_scripts(command, workspace, target):
    values = [{"key": "port", "type": "number", "value": "<port>"}]
    environment = workspace.json("e.json", {"name": "e", "values": values})
    script = "pm.test('0', () => pm.expect(pm.environment.get('port')).to.eql(0))"
    file = workspace.collection(("R", target.url, script))
    assert command("run", file, "-e", environment).code == 0


def test_a_row_with_too_few_cells_is_warned_of_and_fails_when_strict(command, workspace, target):
    file = workspace.collection(("R", target.url))
    rows = workspace.text("rows.csv", "a,b\n1,2\n1\n")
    said = command("run", file, "-d", rows)
    assert "rows.csv: row 2 has 1 cell" in said.out
    assert said.code == 0
    assert command("run", file, "-d", rows, "--strict").code == 1
