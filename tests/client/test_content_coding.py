"""Undoing content codings: what an answer was packed in fills no memory."""

import gzip
import zlib

import brotli
import pytest

from harness.client.answer import WireAnswer
from harness.client.content_coding import decode
from harness.client.transport import TransportFailure


def encoded(coding: str, body: bytes) -> WireAnswer:
    headers = (("Content-Encoding", coding),)
    return WireAnswer(status=200, reason="OK", headers=headers, body=body, version="1.1", reusable=True)


@pytest.mark.parametrize(
    ("coding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
def test_a_bomb_is_not_blown_up(coding, encode):
    for size, fits in ((1000, True), (1001, False), (10_000_000, False)):
        answer = encoded(coding, encode(bytes(size)))
        if fits:
            assert len(decode(answer, most=1000)) == size
            continue
        with pytest.raises(TransportFailure) as raised:
            decode(answer, most=1000)
        assert raised.value.failure.code == "EMSGSIZE"


def test_many_members_of_gzip_are_put_together_and_what_follows_does_not_count():
    body = gzip.compress(b"a") * 20_000 + gzip.compress(b"x" * 300_000) + b"no gzip"
    assert decode(encoded("gzip", body)) == b"a" * 20_000 + b"x" * 300_000
