"""HTTP Archives come in and go out."""

import base64
import json

import pytest

from harness.cassettes.edit import save
from harness.cassettes.file.format import load
from harness.cassettes.file.har import export_har, import_har
from harness.cassettes.replay.transport import open_replay
from harness.client.message import Failure, Response
from harness.client.transport import TransportFailure
from harness.errors import InputError


def entry(url, *, method="GET", post=None, status=200, content=None, **extra):
    request = {"method": method, "url": url, "headers": [{"name": ":authority", "value": "a"}]}
    if post is not None:
        request["headers"].append({"name": "content-type", "value": post["mimeType"]})
        request["postData"] = post
    return {
        "startedDateTime": "2026-01-02T03:04:05.678+01:00",
        "time": 12.3456,
        "request": request,
        "response": {
            "status": status,
            "statusText": "OK",
            "headers": [{"name": "Set-Cookie", "value": "a=1\nb=2"}],
            "content": content or {"size": 2, "mimeType": "text/plain", "text": "hi"},
            "bodySize": -1,
        },
        **extra,
    }


@pytest.fixture
def imported(tmp_path):
    def load_entries(*entries):
        path = tmp_path / "x.har"
        document = {"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": list(entries)}}
        path.write_text("\ufeff" + json.dumps(document), "utf-8")
        (tmp_path / "body.bin").write_bytes(b"from a file")
        return import_har(path)

    return load_entries


def test_entries_of_browsers_and_playwright_replay(imported, ask, tmp_path):
    cassette = imported(
        entry("https://api.example/a#fragment"),
        entry(
            "https://api.example/b",
            content={"text": base64.b64encode(b"\xff").decode(), "encoding": "base64"},
        ),
        entry(
            "https://api.example/form",
            method="POST",
            post={"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "x", "value": "1 2"}]},
        ),
        entry("https://api.example/file", content={"_file": "body.bin"}),
        entry("https://api.example/down", status=-1, _failureText="net::ERR_CONNECTION_REFUSED"),
        entry("data:text/plain,x"),
        entry("https://api.example/cached", _fromCache="memory"),
    )
    save(cassette, tmp_path / "x.yaml")
    replay = open_replay(tmp_path / "x.yaml")
    first = replay.transport.send(ask("/a"))
    assert (first.body, first.elapsed_ms) == (b"hi", 12.346)
    assert first.headers == (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    assert replay.transport.send(ask("/b")).body == b"\xff"
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    replay.transport.send(ask("/form", "POST", body=b"x=1%202", headers=form))
    assert replay.transport.send(ask("/file")).body == b"from a file"
    with pytest.raises(TransportFailure) as raised:
        replay.transport.send(ask("/down"))
    assert raised.value.failure.kind == "refused"
    assert replay.unused() == ()
    assert load(tmp_path / "x.yaml").interactions[0].recorded_at == "2026-01-02T02:04:05.678Z"


def test_what_is_exported_is_imported_again(recorder, ask, tmp_path):
    binary = Response(
        status=200, reason="OK", headers=(("X", "1"),), body=b"\xff\x00", wire_size=2, elapsed_ms=3
    )
    failure = Failure(kind="timeout", message="ETIMED_OUT")
    recording = recorder({"/bin": binary, "/slow": failure})
    recording.transport.send(ask("/bin", "POST", body=b"\x00\xfe", headers=(("Content-Type", "a/b"),)))
    with pytest.raises(TransportFailure):
        recording.transport.send(ask("/slow"))
    cassette = load(recording.finish(complete=True).path)
    path = tmp_path / "x.har"
    path.write_text(json.dumps(export_har(cassette)))
    again = import_har(path)
    assert [one.response for one in again.interactions] == [binary, None]
    assert [one.request for one in again.interactions] == [one.request for one in cassette.interactions]
    assert again.interactions[1].failure == failure


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the document is empty"),
        ("{", "line 1, column 2"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "log.entries is missing"),
        ('{"log": {"entries": [{"request": {"url": "https://a.example"}}]}}', "/log/entries/0"),
    ],
)
def test_what_is_no_har_is_refused(tmp_path, text, said):
    path = tmp_path / "x.har"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        import_har(path)
