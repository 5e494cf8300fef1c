"""Coded bodies are compared, searched and kept by what they say."""

import gzip
import json
import zlib

import brotli
import pytest
import yaml

from harness.cassettes.file.format import load
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.replay.transport import open_replay
from harness.secrets.content_coding import decoded


def raw_deflate(data):
    return zlib.compress(data)[2:-4]


CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:]),
    "deflate": zlib.compress,
    "Deflate ": raw_deflate,
    "br": brotli.compress,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data)),
    "identity": bytes,
}


@pytest.mark.parametrize("encoding", CODINGS)
def test_a_body_is_decoded(encoding):
    data = b"some text " * 50
    assert decoded(CODINGS[encoding](data), encoding) == data


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "", "gzip, secret"])
def test_a_body_that_is_not_coded_so_is_left(encoding):
    for body in (b'{"a": 1}', gzip.compress(b"abc")[:-4]):
        assert decoded(body, encoding) is None


@pytest.mark.parametrize("pack", [gzip.compress, brotli.compress])
def test_a_body_that_says_too_much_is_left(pack):
    encoding = "gzip" if pack is gzip.compress else "br"
    assert decoded(pack(bytes(1_000_000)), encoding, most=999_999) is None
    assert decoded(pack(bytes(1_000_000)), encoding, most=1_000_001) == bytes(1_000_000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_a_secret_in_a_coded_request_is_not_written_and_the_request_is_replayed(
    recorder, ask, name, encoding, tmp_path
):
    def sent(secret, level=9):
        body = json.dumps({"client_secret": secret, "text": "readable " * 5}).encode()
        packed = gzip.compress(body, level) if encoding == "gzip" else CODINGS[encoding](body)
        headers = (("Content-Encoding", encoding), ("Content-Length", str(len(packed))))
        return ask("/a", "POST", body=packed, headers=headers)

    recording = recorder(name=name)
    recording.redactor.learn("known-before-1", "KEY")
    recording.transport.send(sent("later-in-answers"))
    recording.transport.send(ask("/b", "POST", body=CODINGS[encoding](b"x known-before-1"),
                                 headers=(("Content-Encoding", encoding),)))  # fmt: skip
    assert "later-in-answers" not in journal_path(tmp_path / name).read_text("utf-8")
    path = recording.finish(complete=True).path
    text = path.read_text("utf-8")
    assert not any(secret in text for secret in ("later-in-answers", "known-before-1"))
    assert "readable readable" in text
    # Headers and body agree for other readers; here the request has those that were sent.
    document = json.loads(text) if name.endswith("json") else yaml.safe_load(text)
    stored = document["interactions"][0]["request"]
    assert "Content-Encoding" not in stored["headers"]
    assert stored["headers"]["Content-Length"] == [str(len(stored["body"]))]
    assert load(path).interactions[0].request.header("content-encoding") == encoding
    replay = open_replay(path)
    replay.transport.send(sent("another-secret", level=1))
    assert len(replay.unused()) == 1


def test_a_secret_learnt_after_a_coded_request_leaves_the_journal_at_once(recorder, ask, tmp_path):
    recording = recorder()
    headers = (("Content-Encoding", "gzip"),)
    recording.transport.send(ask("/a", "POST", body=gzip.compress(b"x later-secret-1"), headers=headers))
    recording.transport.send(ask("/b", "POST", body=b'{"client_secret": "later-secret-1"}'))
    assert "later-secret-1" not in journal_path(tmp_path / "x.yaml").read_text("utf-8")
