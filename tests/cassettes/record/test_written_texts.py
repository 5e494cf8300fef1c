"""What was written is doubted when a secret that is learnt later may be in it, and otherwise is not."""

import base64
from urllib.parse import quote

import pytest

from harness.cassettes.file.interaction import Interaction
from harness.cassettes.record.written_texts import WrittenTexts
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext
from harness.secrets.redactor import Redactor

TOKEN = "9f8e7d6c5b4a39281706f5e4"


def interaction(body: bytes, url: str = "https://api.example/a", **headers: str) -> Interaction:
    response = Response(
        status=200,
        reason="OK",
        headers=tuple(headers.items()),
        body=body,
        elapsed_ms=1.0,
        wire_size=len(body),
    )
    return Interaction(
        request=ResolvedRequest(method="GET", url=url, headers=(), body=None),
        response=response,
        context=HopContext(call=("Call",), iteration=0, attempt=1, origin="call"),
    )


@pytest.fixture
def redactor():
    known = Redactor()
    known.learn("0123456789abcdef0123", "first")
    return known


@pytest.mark.parametrize(
    "body",
    [
        TOKEN.encode(),
        f"prefix{TOKEN}suffix".encode(),
        base64.b64encode(f'{{"t": "{TOKEN}"}}'.encode()),
        TOKEN.encode().hex().encode(),
    ],
    ids=["plain", "within a run", "base64", "hexadecimal"],
)
def test_a_token_that_is_learnt_later_is_looked_up_in_what_was_written(redactor, body):
    written = WrittenTexts(redactor)
    written.add(interaction(body))
    assert not written.may_hold_secret()
    redactor.learn(TOKEN, "later")
    assert written.may_hold_secret()


def test_tokens_that_are_nowhere_make_no_doubt(redactor):
    written = WrittenTexts(redactor)
    written.add(interaction(b'{"t": "REDACTED_first"}', Date="Sun, 29 Nov 2026 04:58:59 GMT"))
    for number in range(100):
        redactor.learn(f"{number:032x}", "later")
    assert not written.may_hold_secret()


def test_a_secret_that_is_no_token_makes_a_doubt(redactor):
    written = WrittenTexts(redactor)
    written.add(interaction(b"gate 17 opens!"))
    redactor.learn("gate 17 opens!", "later")
    assert written.may_hold_secret()


@pytest.mark.parametrize(
    "value",
    ["gate 17 opens!", "secret/part.two", "-abcdef.ghijkl", "ümläut/longword", "a+b/c=="],
)
@pytest.mark.parametrize("spell", [str, quote, lambda value: base64.b64encode(value.encode()).decode()])
@pytest.mark.parametrize("around", ["{}", "x{}y", "({})"])
def test_a_value_of_several_words_is_looked_for_where_it_may_be(redactor, value, spell, around):
    written = WrittenTexts(redactor)
    written.add(interaction(around.format(spell(value)).encode()))
    assert written.may_hold(value)


def test_values_of_several_words_that_are_nowhere_make_no_doubt(redactor):
    written = WrittenTexts(redactor)
    written.add(interaction(b'{"t": "secret/part.two", "u": "abcdef-ghijkl"}'))
    for value in ("another/value.x", "secrets/part.two", "x.abcdefg/y"):
        assert not written.may_hold(value)
    redactor.learn("another/value.x", "later")
    assert not written.may_hold_secret()


def test_what_redaction_left_makes_a_doubt(redactor):
    written = WrittenTexts(redactor)
    written.add(interaction(b"0123456789abcdef0123"))
    assert written.may_hold_secret()


def test_a_value_that_a_message_cut_off_makes_a_doubt(redactor):
    written = WrittenTexts(redactor)
    written.add(interaction(f"expected {TOKEN[:10]}… to equal".encode()))
    redactor.learn(TOKEN, "later")
    assert written.may_hold_secret()


def test_what_others_wrote_is_doubted():
    written = WrittenTexts(Redactor(), doubted=True)
    written.add(interaction(b"anything"))
    assert written.may_hold_secret()


def test_a_value_within_what_stands_for_another_makes_a_doubt(redactor):
    redactor.learn(TOKEN, "harbour_gate_of_the_north")
    body = redactor.bytes(f'{{"t": "{TOKEN}", "note": "{"a berth " * 200}"}}'.encode())
    written = WrittenTexts(redactor)
    written.add(interaction(body))
    assert not written.may_hold_secret()
    redactor.learn("harbour_gate_of_the_north", "later")
    assert written.may_hold_secret()


def test_of_answers_alike_what_surrounds_the_secrets_is_looked_up(redactor):
    written = WrittenTexts(redactor)
    for token in ("9f8e7d6c5b4a3928170611111", "9f8e7d6c5b4a3928170622222"):
        redactor.learn(token, "token")
        body = f'{{"t": "{token}", "kept": "{TOKEN}", "note": "{"a berth " * 200}"}}'
        written.add(interaction(redactor.bytes(body.encode())))
    assert not written.may_hold_secret()
    redactor.learn(TOKEN, "later")
    assert written.may_hold_secret()
