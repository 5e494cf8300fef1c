"""The file format: what we write, stock vcrpy reads, and the other way round; damaged files are refused."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import vcr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.cassettes.file.format import dumps, load
from harness.cassettes.file.interaction import Cassette, CassetteMetadata, ClockStart, Interaction
from harness.cassettes.replay.offline_guard import OfflineGuard
from harness.cassettes.replay.transport import open_replay
from harness.client.message import Failure, ResolvedRequest, Response
from harness.client.transport import HopContext
from harness.errors import InputError

bodies = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(
        [
            b"",
            b" ",
            b"\n",
            b"a\n",
            b"a\n\n",
            b"a\r\nb",
            b"  a\n b \nc",
            b"yes",
            b"1e3",
            b"'",
            b"\t\nx",
            b"# a",
        ]
    ),
    st.sampled_from(["\x85", "\u2028", "\u2029", "\ufeff", "\x00", "é", "🎉"]).map(
        lambda t: f"a{t}b\nc{t}".encode()
    ),
)
names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=12)
header_texts = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12)
headers = st.lists(
    st.tuples(st.sampled_from(["A", "a", "Content-Length", "B"]), header_texts), max_size=4
).map(tuple)


@st.composite
def interactions(draw):
    request = ResolvedRequest(
        method=draw(st.sampled_from(["GET", "POST", "PROPFIND"])),
        url="https://a.example/" + draw(names),
        body=draw(st.none() | bodies),
    )
    elapsed_ms = draw(st.integers(0, 10**7)) / 1000
    failed = draw(st.booleans())
    response = Response(
        status=draw(st.integers(100, 599)),
        reason=draw(header_texts),
        headers=draw(headers),
        body=draw(bodies),
        elapsed_ms=elapsed_ms,
        wire_size=draw(st.integers(0, 99)),
        http_version=draw(st.sampled_from(["1.0", "1.1"])),
    )
    return Interaction(
        request=request,
        response=None if failed else response,
        failure=Failure(kind="timeout", message=draw(names), code="ETIMEDOUT") if failed else None,
        context=HopContext(call=tuple(draw(st.lists(names, max_size=3))), iteration=draw(st.integers(0, 9))),
        recorded_at="2026-01-02T03:04:05.678Z",
        elapsed_ms=elapsed_ms,
        clock_ms=1.5e12,
    )


@given(st.lists(interactions(), max_size=4), st.sampled_from(["x.yaml", "x.json"]), names)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read_back(tmp_path, entries, name, note):
    path = tmp_path / name
    cassette = Cassette(
        interactions=tuple(one.numbered(number) for number, one in enumerate(entries)),
        metadata=CassetteMetadata(
            harness="1",
            note=note,
            seed=7,
            clock_ms=12.0,
            clocks=(ClockStart(call=("a", note), iteration=1, attempt=2, start_ms=5.0),),
            environment={note: note},
            other={"mine": 1},
        ),
        file=str(path),
    )
    path.write_text(dumps(cassette, path), "utf-8", newline="")
    assert load(path) == cassette


def test_text_is_readable_in_yaml(tmp_path):
    body = '{\n  "näme": "☃ 🎉"\n}'
    one = Interaction(
        request=ResolvedRequest(method="GET", url="https://a.example/"),
        response=Response(status=200, reason="OK", body=body.encode(), wire_size=len(body.encode())),
    )
    text = dumps(Cassette(interactions=(one,)), tmp_path / "x.yaml")
    assert 'string: |-\n        {\n          "näme": "☃ 🎉"\n        }' in text


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"\x00\xff binary" if self.path == "/binary" else f"hello ☃ {self.path}".encode()
        self.send_response(200, "Fine")
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args):
        pass


@pytest.fixture
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("serializer", ["yaml", "json"])
def test_a_cassette_of_stock_vcrpy_replays_here(tmp_path, address, ask, serializer):
    path = tmp_path / f"stock.{serializer}"
    with vcr.use_cassette(str(path), serializer=serializer), requests.Session() as session:
        session.get(f"{address}/a b|{{c}}?x=1&y=2")
        session.post(f"{address}/post", json={"b": 1, "a": [1.0]})
        session.post(f"{address}/form", data={"x": "1 2"})
        if serializer == "yaml":
            session.get(f"{address}/binary")
    replay = open_replay(path)
    answered = replay.transport.send(ask(f"{address}/a%20b|{{c}}?x=1&y=2"))
    assert (answered.status, answered.reason) == (200, "Fine")
    assert answered.body.decode().startswith("hello ☃")
    assert [value for name, value in answered.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    json_type = (("Content-Type", "application/json"),)
    replay.transport.send(ask(f"{address}/post", "POST", body=b'{"a": [1], "b": 1}', headers=json_type))
    form_type = (("Content-Type", "application/x-www-form-urlencoded"),)
    replay.transport.send(ask(f"{address}/form", "POST", body=b"x=1%202", headers=form_type))
    if serializer == "yaml":
        assert replay.transport.send(ask(f"{address}/binary")).body == b"\x00\xff binary"
    assert replay.unused() == ()


SET_COOKIES = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_stock_vcrpy_replays_our_cassette(recorder, ask, answer, name):
    coded = Response(
        status=201,
        reason="Made",
        headers=(
            ("Content-Encoding", "gzip"),
            ("Content-Length", "9"),
            *SET_COOKIES,
        ),
        body="grüße 🎉".encode(),
        wire_size=9,
    )
    failure = Failure(kind="refused", message="no", code="ECONNREFUSED")
    recording = recorder(
        {"/coded": coded, "/fails": failure, "/empty": Response(status=204, reason="")}, name=name
    )
    recording.transport.send(ask("/coded"))
    with pytest.raises(Exception, match="no"):
        recording.transport.send(ask("/fails"))
    recording.transport.send(
        ask("/post", "POST", body=b"\x00\xff", headers=(("A", "1"), ("a", "2"), ("A", "3")))
    )
    recording.transport.send(ask("/empty", "DELETE"))
    path = recording.finish(complete=True).path
    serializer = name.rpartition(".")[2]
    with (
        OfflineGuard(),
        vcr.use_cassette(str(path), serializer=serializer, record_mode="none") as stock,
        requests.Session() as session,
    ):
        answered = session.get("https://api.example/coded")
        assert (answered.status_code, answered.reason, answered.text) == (201, "Made", "grüße 🎉")
        assert dict(answered.cookies) == {"a": "1", "b": "2"}
        assert session.post("https://api.example/post", data=b"\x00\xff").json() == {"path": "/post"}
        assert session.delete("https://api.example/empty").status_code == 204
        assert stock.all_played
    # A file that vcrpy wrote back keeps working here.
    with vcr.use_cassette(str(path), serializer=serializer, record_mode="all") as stock:
        stock.dirty = True
    assert open_replay(path).transport.send(ask("/coded")).body == "grüße 🎉".encode()


BODIES = {
    "text": ("hello ☃ 🎉\r\n\n".encode(), ()),
    "unicode": ('{"ü": "\\u2603 \u2028 \ufeff"}'.encode(), ()),
    "empty": (b"", ()),
    "gzip": ("grüße".encode(), (("Content-Encoding", "gzip"), ("Content-Length", "99"))),
    "br": (b"small", (("Content-Encoding", "br"),)),
    "chunked": (b"parts", (("Transfer-Encoding", "chunked"),)),
    "binary": (bytes(range(256)), (("Content-Type", "image/png"),)),
    "controls": (b"\x00\x07\x1b[1m\t\x7f", ()),
    "colon": (b"- a: b # no\n", ()),
}


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_stock_vcrpy_gives_each_body_as_it_was(recorder, ask, name, kind):
    body, headers = BODIES[kind]
    told = Response(status=200, reason="OK", headers=headers, body=body, wire_size=7)
    recording = recorder({"/a": told}, name=name)
    recording.transport.send(ask("/a"))
    path = recording.finish(complete=True).path
    assert open_replay(path).transport.send(ask("/a")).body == body
    serializer = name.rpartition(".")[2]
    with (
        OfflineGuard(),
        vcr.use_cassette(str(path), serializer=serializer, record_mode="none"),
        requests.Session() as session,
    ):
        if (serializer, kind) == ("json", "binary"):
            # vcrpy has no way to keep it in JSON: it must not take an empty body for the answer.
            with pytest.raises(KeyError, match="string"):
                session.get("https://api.example/a")
        else:
            assert session.get("https://api.example/a").content == body


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_stock_vcrpy_follows_the_redirects_of_our_cassette_with_its_cookies(recorder, ask, name):
    moved = Response(
        status=302,
        reason="Found",
        headers=(("Location", "/b?x=1"), ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/")),
    )
    recording = recorder({"/a": moved}, name=name)
    recording.transport.send(ask("/a"))
    recording.transport.send(ask("/b?x=1"))
    path = recording.finish(complete=True).path
    serializer = name.rpartition(".")[2]
    with (
        OfflineGuard(),
        vcr.use_cassette(str(path), serializer=serializer, record_mode="none") as stock,
        requests.Session() as session,
    ):
        answered = session.get("https://api.example/a")
        assert answered.json() == {"path": "/b"}
        assert [one.status_code for one in answered.history] == [302]
        assert session.cookies.get_dict() == {"a": "1", "b": "2"}
        assert stock.all_played


def test_a_cassette_of_pytest_recording_replays_here(tmp_path, address, ask):
    (tmp_path / "test_it.py").write_text(
        "import pytest, requests\n\n@pytest.mark.vcr\ndef test_it():\n"
        f"    assert requests.get('{address}/one', params={{'a': 'b c'}}).ok\n"
        f"    assert requests.post('{address}/two', json={{'n': 1}}).ok\n"
        f"    assert requests.get('{address}/binary').ok\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "pytest_recording.plugin", "--record-mode=once", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    replay = open_replay(tmp_path / "cassettes" / "test_it" / "test_it.yaml")
    assert replay.transport.send(ask(f"{address}/one?a=b+c")).body.decode().startswith("hello")
    json_type = (("Content-Type", "application/json"),)
    replay.transport.send(ask(f"{address}/two", "POST", body=b'{"n":1}', headers=json_type))
    assert replay.transport.send(ask(f"{address}/binary")).body == b"\x00\xff binary"
    assert replay.unused() == ()


def test_vcrpys_layout_for_httpx_is_read(tmp_path, ask):
    path = tmp_path / "x.yaml"
    path.write_text(
        "interactions:\n- request: {body: '', headers: {}, method: GET, uri: 'https://api.example/a'}\n"
        "  response: {content: hello, headers: {a: [b]}, http_version: HTTP/1.1, status_code: 203}\n"
    )
    answered = open_replay(path).transport.send(ask("/a"))
    assert (answered.status, answered.body, answered.headers) == (203, b"hello", (("a", "b"),))


def test_tags_of_older_vcrpy_are_read_safely(tmp_path, ask):
    path = tmp_path / "x.yaml"
    path.write_text(
        "interactions:\n- request:\n    body: !!python/object/new:_io.BytesIO\n      state: !!python/tuple\n"
        "      - !!binary |\n        YWJj\n      - 0\n      - null\n    headers: {}\n    method: POST\n"
        "    uri: https://api.example/a\n  response:\n    body: {string: !!python/unicode 'x'}\n"
        "    headers: {}\n    status: {code: 200, message: OK}\nversion: 1\n"
    )
    assert open_replay(path).transport.send(ask("/a", "POST", body=b"abc")).body == b"x"
    path.write_text("interactions:\n- !!python/object/apply:os.system ['echo unsafe']\n")
    with pytest.raises(InputError, match="line 2"):
        load(path)


GOOD = "interactions:\n- request: {body: null, headers: {}, method: GET, uri: 'https://a.example/'}\n"

DAMAGED = {
    "": ("x.yaml", "line 1", "empty"),
    "interactions: [\n - {a: b\n": ("x.yaml", "line 2", "did not find"),
    "just text": ("x.yaml", "line 1", "a mapping is expected"),
    "a: 1\nb: 2\n": ("x.yaml", "line 1", "'interactions' is missing"),
    "interactions: 3\n": ("x.yaml", "line 1, /interactions", "a number is not expected"),
    GOOD + "  response: {status: {code: x}}\n": (
        "x.yaml",
        "line 3, /interactions/0/response/status/code",
        "text is not expected",
    ),
    GOOD + "  recorded: 1\n": ("x.yaml", "line 2, /interactions/0", "'response' is missing"),
    "- request: {}\n": ("x.yaml", "line 1", "before 1.0"),
    '{"interactions": [\n  {"request": }': ("x.json", "line 2, column 15", "a value is missing"),
    '{"log": {\n"version": "1.2"}}': ("x.json", "line 1", "it is a HAR file"),
}


@pytest.mark.parametrize("text", DAMAGED, ids=lambda text: repr(text[:30]))
def test_a_damaged_or_foreign_file_is_refused_with_line_and_reason_and_left(tmp_path, text, recorder):
    name, line, reason = DAMAGED[text]
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as raised:
        load(path)
    assert line in str(raised.value)
    assert reason in str(raised.value)
    if text:
        with pytest.raises(InputError):
            recorder(name=name)
        assert path.read_text() == text


def test_a_missing_cassette_says_how_to_record_one(tmp_path):
    with pytest.raises(InputError, match="--record"):
        load(tmp_path / "none.yaml")


def test_a_file_that_is_no_text_is_refused_with_its_line(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"interactions:\n- \xff\xfe\n")
    with pytest.raises(InputError, match="line 2"):
        load(path)
