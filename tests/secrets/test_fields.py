"""What fields, documents, forms of text and variables give away is learnt, and nothing else."""

import json
import re

import pytest

from harness.collection.model import Variable
from harness.secrets.fields import learn_by_form, learn_document, learn_variables
from harness.secrets.patterns import SecretPattern
from harness.secrets.places import learn_answered
from harness.secrets.redactor import Redactor

KEY = """-----BEGIN PRIVATE KEY-----
MIIBVgIBADANBgkqhkiG9w0BAQEFAASC
AUAwggE8AgEAAkEAq7BF
-----END PRIVATE KEY-----
"""


@pytest.mark.parametrize("learn", ["document", "answer"])
def test_of_a_cookie_that_is_set_the_value_is_a_secret_and_no_attribute(learn):
    cookie = "session=s3ss10n-4711; Path=/accounts-4711; Domain=shop-4711.example; SameSite=Strict"
    redactor = Redactor()
    if learn == "document":
        learn_document({"Set-Cookie": cookie}, redactor)
    else:
        learn_answered((("Set-Cookie", cookie),), b"", redactor)
    text = redactor.text(cookie)
    assert "s3ss10n" not in text
    assert text.endswith("; Path=/accounts-4711; Domain=shop-4711.example; SameSite=Strict")


def test_a_private_key_is_learnt_by_its_shape():
    redactor = Redactor()
    learn_by_form(json.dumps({"anything": KEY}), redactor)
    assert "MIIBVg" not in redactor.text(json.dumps(KEY))


def test_a_document_gives_away_what_is_under_secret_names():
    redactor = Redactor()
    learn_document(
        {
            "auth": [{"params": {"sasKey": "sas-value-1", "secretKey": "sec-value-2"}}],
            "values": [{"key": "client_secret", "value": "cli-value-3"}],
            "nested": json.dumps({"refresh_token": "ref-value-4"}),
            "pwd": 98765432,
            "tokenType": "not-secret-5",
        },
        redactor,
    )
    assert sorted(redactor.spellings()) == sorted(
        ["sas-value-1", "sec-value-2", "cli-value-3", "ref-value-4", "98765432"]
    )


@pytest.mark.parametrize(
    ("shown", "secret"),
    [
        ("Bearer some-token-1", "some-token-1"),
        ("some-token-1", "some-token-1"),
        ('Digest username="u", response="abc"', 'Digest username="u", response="abc"'),
    ],
)
def test_of_an_authorization_that_a_document_shows_the_scheme_stays(shown, secret):
    redactor = Redactor()
    learn_document({"headers": {"authorization": shown}}, redactor)
    assert redactor.spellings() == (secret,)


def test_a_users_own_pattern_counts():
    redactor = Redactor([SecretPattern(name="badge", expression=re.compile(r"badge-(\w+)"))])
    learn_by_form("my badge-a1b2c3d4!", redactor)
    assert redactor.text("a1b2c3d4") == "REDACTED_badge"


def test_variables_are_secret_by_type_by_name_or_because_they_are_listed():
    redactor = Redactor()
    variables = (
        Variable(key="A", value="aaaa-1111", type="secret"),
        Variable(key="DB_PASSWORD", value="bbbb-2222"),
        Variable(key="LISTED", value="cccc-3333"),
        Variable(key="PLAIN", value="dddd-4444"),
    )
    learn_variables(variables, redactor, {"LISTED"})
    assert redactor.text("aaaa-1111 bbbb-2222 cccc-3333 dddd-4444").endswith("dddd-4444")
    assert len(redactor.learned) == 3
