"""What an interaction shows to be secret is learnt from whatever a server sends."""

import json

import pytest

from harness.cassettes.file.canonical import address
from harness.cassettes.file.redaction import learn_request, learn_response
from harness.client.message import ResolvedRequest, Response
from harness.secrets.fields import learn_document
from harness.secrets.redactor import Redactor


@pytest.mark.parametrize("location", ["http://[::1?token=abcdef123", "http://\u2100/#token=abcdef123"])
def test_secrets_are_learnt_from_addresses_that_are_none(location):
    redactor = Redactor()
    learn_response(Response(status=302, reason="", headers=(("Location", location),)), redactor)
    assert "abcdef123" not in redactor.text("it was abcdef123")


def test_a_request_to_an_address_that_is_none_is_looked_through():
    redactor = Redactor()
    learn_request(ResolvedRequest(method="GET", url="http://[::1?access_token=abcdef123"), redactor)
    assert "abcdef123" not in redactor.text("it was abcdef123")
    assert address("http://u:p@[::1") == "http://[::1"


def test_of_cookies_that_an_answer_shows_the_values_are_taken_out():
    redactor = Redactor()
    document = {
        "Cookie": "hop=one-cookie-value; lang=en; id=sess-4711",
        "set-cookie": ["lonely-value", "a=value-of-a; Path=/things"],
    }
    learn_document(document, redactor)
    text = redactor.text(json.dumps(document))
    assert json.loads(text) == {
        "Cookie": "hop=REDACTED_Cookie_hop; lang=en; id=REDACTED_Cookie_id",
        "set-cookie": ["REDACTED_set_cookie", "a=REDACTED_set_cookie_a; Path=/things"],
    }
    assert redactor.warnings == ()
