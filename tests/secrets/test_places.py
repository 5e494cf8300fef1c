"""Where secrets stand in what is sent and answered, and what beside them is left readable."""

import base64
import gzip
import json
import zlib

import pytest

from harness.secrets.places import learn_answered, learn_body, learn_sent
from harness.secrets.redactor import Redactor

TOKEN = "harbour-gate-7x9z-4711"
DOCUMENT = json.dumps({"access_token": TOKEN})


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def shown(text: str, *headers: tuple[str, str], body: bytes | None = None) -> str:
    """Return a text without what a request with these headers shows to be secret."""
    redactor = Redactor()
    learn_sent("http://shop.example/", headers, body, redactor)
    return redactor.text(text)


@pytest.mark.parametrize("cookie", ["sid=letmein", "prefs=9f8e7d6c5b4a", "theme=dark1234"])
@pytest.mark.parametrize("answered", [False, True])
def test_a_cookies_value_is_a_secret_when_its_name_or_its_form_says_so(cookie, answered):
    redactor = Redactor()
    value = cookie.partition("=")[2]
    if answered:
        learn_answered((("Set-Cookie", f"{cookie}; Path=/"),), b"", redactor)
    else:
        learn_sent("http://shop.example/", (("Cookie", cookie),), None, redactor)
    assert value not in redactor.text(f"it was {value}")


@pytest.mark.parametrize("cookie", ["lang=english", "locale=en-US", "zone=Europe/Berlin", "sid=abc"])
def test_a_cookie_that_says_a_word_is_no_secret(cookie):
    value = cookie.partition("=")[2]
    assert shown(f"it was {value}", ("Cookie", cookie)) == f"it was {value}"


def test_of_basic_credentials_the_password_is_a_secret_and_the_user_is_not():
    told = shown("maria, p4ssw0rd-17", ("Authorization", f"Basic {basic('maria', 'p4ssw0rd-17')}"))
    assert told.startswith("maria, ")
    assert "p4ssw0rd-17" not in told


@pytest.mark.parametrize(("user", "secret"), [("k" * 15, False), ("key-0123456789ab", True)])
def test_a_long_user_without_a_password_is_an_api_key(user, secret):
    told = shown(f"it was {user}", ("Authorization", f"Basic {basic(user, '')}"))
    assert (user not in told) is secret


def test_credentials_that_hold_a_placeholder_already_teach_nothing():
    credentials = basic("maria", "REDACTED_PASSWORD_1")
    assert shown(credentials, ("Authorization", f"Basic {credentials}")) == credentials


def test_the_first_content_type_says_how_a_body_is_read():
    headers = (("Content-Type", "text/csv"), ("Content-Type", "application/octet-stream"))
    table = b"user,password\nmaria,open-sesame-9\n"
    assert "open-sesame-9" not in shown("open-sesame-9", *headers, body=table)
    assert "open-sesame-9" in shown("open-sesame-9", *reversed(headers), body=table)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/gzip", gzip.compress(DOCUMENT.encode())),
        ("application/octet-stream", zlib.compress(DOCUMENT.encode())),
        ("application/json; charset=utf-16", DOCUMENT.encode("utf-16")),
        ("application/json", DOCUMENT.encode("utf-16-be")),
        ("application/json", DOCUMENT.encode("utf-32-le")),
        ("text/plain", f"access_token={TOKEN}".encode("utf-16-le")),
    ],
    ids=["gzip", "zlib", "UTF-16 with a mark", "big-endian", "UTF-32", "a field in UTF-16"],
)
def test_what_a_body_says_is_learnt_however_it_is_coded(kind, body):
    redactor = Redactor()
    learn_answered((("Content-Type", kind),), body, redactor)
    assert redactor.text(f"token {TOKEN}") == "token REDACTED_access_token"


@pytest.mark.parametrize(
    "body",
    [b"\x1f\x8b\x08 no such file", b"x\x9c no such file", b"\x00\x00\x01\x00\x80icon", b"\xff\xfe\x00"],
)
def test_bytes_that_are_nothing_of_that_kind_are_read_as_they_are(body):
    redactor = Redactor()
    learn_body(body, "application/octet-stream", redactor, answered=True)
    assert redactor.bytes(body) == body


def test_a_packed_body_that_was_redacted_is_still_packed():
    redactor = Redactor()
    redactor.learn(TOKEN, "access_token")
    redacted = redactor.bytes(gzip.compress(DOCUMENT.encode()))
    assert json.loads(gzip.decompress(redacted)) == {"access_token": "REDACTED_access_token"}


def test_a_body_that_was_packed_a_thousand_times_is_unpacked_a_few_times():
    body = DOCUMENT.encode()
    for _ in range(1000):
        body = gzip.compress(body, 1)
    redactor = Redactor()
    redactor.learn("open-sesame-9", "password")
    learn_body(body, "application/gzip", redactor, answered=True)
    assert redactor.bytes(body) == body
