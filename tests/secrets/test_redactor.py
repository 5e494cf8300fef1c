"""Secrets are found in every encoding, and replaced so that encodings of the replacement match."""

import base64
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.collection.model import Auth, Collection, Folder, Item, Request, Url
from harness.secrets.auth_params import auth_secrets
from harness.secrets.fields import learn_by_form
from harness.secrets.names import secret_name
from harness.secrets.placeholder import PREFIX
from harness.secrets.redactor import Redactor

readable = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=6, max_size=40)
tokens = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=-_.~", min_size=6, max_size=60
)
secrets = st.one_of(tokens, readable)

ENCODINGS = {
    "plain": lambda secret: secret,
    "url": lambda secret: quote(secret, safe=""),
    "url, lower case": lambda secret: re.sub("%..", lambda m: m.group().lower(), quote(secret, safe="")),
    "url path": quote,
    "url as JavaScript": lambda secret: quote(secret, safe="-_.!~*'()"),
    "form": quote_plus,
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json, unescaped": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "json with slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "json in json": lambda secret: json.dumps(json.dumps({"a": secret}))[1:-1],
    "hex": lambda secret: secret.encode().hex(),
    "HEX": lambda secret: secret.encode().hex().upper(),
    "json in base64": lambda secret: base64.b64encode(json.dumps({"k": secret}).encode()).decode(),
    "base64 in url": lambda secret: quote(base64.b64encode(secret.encode()).decode(), safe=""),
    "base64 in hex": lambda secret: base64.b64encode(secret.encode()).hex(),
}


def learnable(secret: str) -> bool:
    return Redactor().learn(secret, "x") != secret


@given(secrets, st.sampled_from(sorted(ENCODINGS)), st.sampled_from(["", "a", 'x="', "k=", "/p/"]))
@settings(max_examples=150, deadline=None)
def test_a_secret_is_found_in_every_encoding(secret, encoding, before):
    assume(learnable(secret))
    redactor = Redactor()
    redactor.learn(secret, "the secret")
    encoded = ENCODINGS[encoding](secret)
    text = f"{before}{encoded}&rest"
    redacted = redactor.text(text)
    assert encoded not in redacted
    assert secret not in redacted or secret in f"{before}&rest{PREFIX}"
    assert not redactor.holds_secret(redacted)


@given(secrets, st.binary(max_size=7), st.binary(max_size=7), st.booleans())
@settings(max_examples=150, deadline=None)
def test_base64_is_found_at_any_alignment_and_stays_base64_of_what_is_left(secret, before, after, urlsafe):
    assume(learnable(secret))
    redactor = Redactor()
    placeholder = redactor.learn(secret, "the secret")
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    data = secret.strip().encode() if secret.strip() != secret else secret.encode()
    assume(data not in before + after)
    coded = encode(before + secret.encode() + after).decode()
    redacted = redactor.text(f"Basic {coded} end").split(" ")[1]
    decoded = (base64.urlsafe_b64decode if urlsafe else base64.b64decode)(redacted)
    assert data not in decoded
    assert placeholder.encode() in decoded


@given(st.lists(secrets, min_size=1, max_size=5, unique=True), st.text(max_size=50))
@settings(max_examples=80, deadline=None)
def test_no_text_that_holds_no_secret_is_changed_and_redaction_settles(values, text):
    redactor = Redactor()
    for value in values:
        redactor.learn(value, "n")
    if not redactor.holds_secret(text):
        assert redactor.text(text) == text
    redacted = redactor.text(" ".join([text, *values]))
    assert redactor.text(redacted) == redacted


def test_replacing_commutes_with_encoding():
    """What is computed from the placeholder equals what was computed from the secret, redacted."""
    redactor = Redactor()
    secret = 'p@ss "wörd"/🎉+1'
    placeholder = redactor.learn(secret, "PASSWORD")
    for name, encode in ENCODINGS.items():
        assert redactor.text(encode(secret)) == encode(placeholder), name


def test_the_same_name_with_other_values_gets_other_placeholders():
    redactor = Redactor()
    first, second = redactor.learn("value-one", "TOKEN"), redactor.learn("value-two", "TOKEN")
    assert first == "REDACTED_TOKEN"
    assert second != first
    assert redactor.learn("value-one", "OTHER") == first


def test_a_secret_with_blanks_around_it_is_found_without_them():
    redactor = Redactor()
    redactor.learn(" \tsesame-4711\n", "key")
    assert "sesame" not in redactor.text('{"key": "sesame-4711"}')


def test_many_secrets_are_found():
    redactor = Redactor()
    values = [f"secret-value-{n:05d}" for n in range(500)]
    for value in values:
        redactor.learn(value, "t")
    text = " ".join([*values, base64.b64encode(values[77].encode()).decode()])
    redacted = redactor.text(text)
    assert not any(value in redacted for value in values)
    assert not redactor.holds_secret(redacted)


@pytest.mark.parametrize("weak", ["short", "password", "true", "Bearer", "sandbox"])
def test_a_weak_value_is_left_with_a_warning_that_does_not_show_it(weak):
    redactor = Redactor()
    assert redactor.learn(weak, "MINE") == weak
    assert "'MINE'" in redactor.warnings[0]
    assert weak not in redactor.warnings[0].replace("MINE", "")


def test_digits_stay_digits_so_that_json_stays_json():
    redactor = Redactor()
    redactor.learn("12345678", "PIN")
    document = json.loads(redactor.text('{"pin": 12345678, "text": "12345678"}'))
    assert isinstance(document["pin"], int)
    assert str(document["pin"]) == document["text"] != "12345678"


def jwt(claims: dict[str, object]) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"])


def test_a_jwt_loses_its_signature_and_keeps_its_claims_for_scripts():
    redactor = Redactor()
    token = jwt({"sub": "me", "secret": "hush-hush-1"})
    redactor.learn("hush-hush-1", "OTHER")
    learn_by_form(f'{{"value": "{token}"}}', redactor)
    redacted = redactor.text(token)
    head, claims, signature = redacted.split(".")
    assert (head, signature) == (token.split(".")[0], "REDACTED_jwt")
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) == {"sub": "me", "secret": "REDACTED_OTHER"}


KEY = """-----BEGIN PRIVATE KEY-----
MIIBVgIBADANBgkqhkiG9w0BAQEFAASC
AUAwggE8AgEAAkEAq7BF
-----END PRIVATE KEY-----
"""


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        json.dumps({"k": KEY}),
        KEY.replace("\n", "\r\n"),
        "MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BF",
    ],
)
def test_a_private_key_is_found_however_its_lines_end(text):
    redactor = Redactor()
    redactor.learn(KEY, "PRIVATE_KEY")
    assert "MIIBVg" not in redactor.text(f"x{text}y")


@given(st.sampled_from(["REDACTED", "DACTED", "ACTED_", "the_secret", "secret"]), secrets)
@settings(max_examples=50, deadline=None)
def test_a_secret_that_is_part_of_placeholders_is_still_taken_out(inner, other):
    assume(learnable(other))
    redactor = Redactor()
    redactor.learn(other, "the secret")
    if redactor.learn(inner, "the secret") != inner:
        assert inner not in redactor.text(f"{inner} and {other}")


@pytest.mark.parametrize(
    "name", ["password", "X-API-Key", "client_secret", "AZURE_SAS_KEY", "accessToken", "pwd"]
)
def test_a_name_tells_a_secret(name):
    assert secret_name(name)


@pytest.mark.parametrize("name", ["token_type", "tokenUrl", "username", "key", "id", "nextPageTokens"])
def test_a_name_tells_no_secret(name):
    assert not secret_name(name)


def test_auth_parameters_tell_which_variables_are_secret():
    def item(name, auth):
        return Item(id=name, name=name, path=(name,), request=Request(url=Url(), auth=auth))

    root = Folder(
        id="",
        name="",
        path=(),
        auth=Auth(type="bearer", params={"token": "{{TOKEN}}"}),
        children=(
            item("a", Auth(type="awsv4", params={"accessKey": "{{ID}}", "secretKey": "{{AWS}}"})),
            item("b", Auth(type="basic", params={"username": "me", "password": "spelled-out"})),
        ),
    )
    names, literals = auth_secrets(Collection(id="c", name="c", root=root, file="c.json"))
    assert names == {"TOKEN", "AWS"}
    assert literals == (("basic_password", "spelled-out"),)


def test_the_lines_of_a_key_are_found_one_by_one_as_the_console_writes_them():
    for given_key in (KEY, KEY.replace("\n", "\\n")):
        redactor = Redactor()
        redactor.learn(given_key, "key")
        lines = [line for line in KEY.splitlines() if len(line) >= 16 and "-----" not in line]
        assert lines
        shown = redactor.text("{ v: " + " +\n  ".join(f"'{line}\\n'" for line in KEY.splitlines()) + " }")
        assert not [line for line in lines if line in shown]


def test_a_secret_in_the_name_of_a_host_is_found_in_lower_case():
    redactor = Redactor()
    redactor.learn("kR7vQ2xLm9Tz", "tenant")
    assert redactor.text("getaddrinfo ENOTFOUND kr7vq2xlm9tz.api.test") == (
        f"getaddrinfo ENOTFOUND {PREFIX}tenant.api.test"
    )
    redactor.learn("Passphrases", "words")
    assert redactor.text("passphrases") == "passphrases"


@pytest.mark.parametrize("before", ["", "Bearer ", "x" * 200])
def test_a_secret_that_a_message_cuts_off_is_found_by_its_beginning(before):
    redactor = Redactor()
    secret = "tOk3nLongAbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
    redactor.learn(secret, "token")
    message = f"expected '{before}{secret[:37]}…' to equal '{before}{secret[:9]}…', not '{secret[:37]}'"
    assert redactor.text(message) == (
        f"expected '{before}REDACTED_token…' to equal '{before}REDACTED_token…', not '{secret[:37]}'"
    )
    assert redactor.text("tOk3nLo… and so on…") == "tOk3nLo… and so on…"
